"""`mednec impact`: which determinations a change of the knowledge flips, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoner.determinations.assess import decide
from reasoner.errors import CaseError
from reasoner.knowledge.terms import mn, shorten

from .causes import find_cause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.determinations.assess import Assessment
    from reasoner.determinations.conclude import Determination
    from reasoner.knowledge.base import Knowledge

    from .case_sources import CaseSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """
    What one state of the knowledge says of a request.

    Attributes:
        outcome: The label of the outcome.
        supported: The least and the most visits supported; None if the request is not decided.
        robust: Whether no open fact could change it; None if the request is not decided.
        governing: Labels of the recommendations that govern.
        reasons: Each reason as rule id and sentence, in order.
    """

    outcome: str
    supported: tuple[int, int] | None
    robust: bool | None
    governing: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]

    @property
    def verdict(self) -> tuple[str, tuple[int, int] | None, bool | None]:
        """What must differ for a flip."""
        return (self.outcome, self.supported, self.robust)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """
    A request that is decided differently, or on another ground.

    Attributes:
        case: The name of the case.
        request: The request, shortened.
        conditions: Labels of the conditions of the case.
        old: What was decided.
        new: What is decided now.
        reason: The first reason that differs: before and now; empty texts where one is missing.
        cause: What in the knowledge makes the difference: the recommendations that govern, else
            their figures, else the first rule that fires for one and not for the other; empty if
            none of these differs.
    """

    case: str
    request: str
    conditions: tuple[str, ...]
    old: Side
    new: Side
    reason: tuple[tuple[str, str], tuple[str, str]]
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class Impact:
    """
    What a change does to a set of cases.

    Attributes:
        flips: Requests whose outcome, supported visits or robustness differ.
        other_ground: Requests with the same outcome that another recommendation or reason decides.
        refused: Cases that could not be decided under one or both, with the reason.
        decided: How many requests were decided under both.
    """

    flips: tuple[Flip, ...]
    other_ground: tuple[Flip, ...]
    refused: tuple[tuple[str, str], ...]
    decided: int

    def by_outcome(self) -> list[tuple[str, int]]:
        """Count the flips by outcome before and now."""
        return sorted(Counter(f"{f.old.outcome} -> {f.new.outcome}" for f in self.flips).items())

    def by_condition(self) -> list[tuple[str, int]]:
        """Count the flips by condition."""
        return sorted(Counter(c for f in self.flips for c in f.conditions).items())


def impact(old: Knowledge, new: Knowledge, cases: Iterable[CaseSource]) -> Impact:
    """Decide each case under two states of the knowledge and compare; cases keep their order."""
    flips, grounds, refused, decided = [], [], [], 0
    for source in cases:
        name = source.name
        before, now = _decided(source, old), _decided(source, new)
        if isinstance(before, str) or isinstance(now, str):
            said = [f"{w}: {d}" for w, d in (("old", before), ("new", now)) if isinstance(d, str)]
            refused.append((name, "; ".join(said)))
            continue
        for a, b in zip(before.determinations, now.determinations, strict=True):
            decided += 1
            sides = (_side(a), _side(b))
            flip = Flip(
                case=name,
                request=shorten(a.request),
                conditions=_conditions(now, new),
                old=sides[0],
                new=sides[1],
                reason=_first_difference(*sides),
                cause=find_cause((before, a, old), (now, b, new)) if sides[0] != sides[1] else "",
            )
            if sides[0].verdict != sides[1].verdict:
                flips.append(flip)
            elif sides[0] != sides[1]:
                grounds.append(flip)
    return Impact(
        flips=tuple(flips), other_ground=tuple(grounds), refused=tuple(refused), decided=decided
    )


def _decided(source: CaseSource, knowledge: Knowledge) -> Assessment | str:
    try:
        return decide(source.load(knowledge), knowledge)
    except CaseError as error:
        return error.message


def _side(one: Determination) -> Side:
    return Side(
        outcome=one.label,
        supported=one.visits.supported,
        robust=one.robust,
        governing=tuple(f"{g.source.title} ({g.source.edition})" for g in one.governing),
        reasons=tuple((s.rule, s.text) for s in one.reasons),
    )


def _conditions(assessment: Assessment, knowledge: Knowledge) -> tuple[str, ...]:
    term = mn("condition")
    found = {f"{t.object}"[1:-1] for t in assessment.case.triples if t.predicate == term}
    return tuple(sorted(knowledge.label(iri) for iri in found))


def _first_difference(old: Side, new: Side) -> tuple[tuple[str, str], tuple[str, str]]:
    """Pair the first reasons that differ."""
    none = ("", "")
    longest = max(len(old.reasons), len(new.reasons))
    padded = [side.reasons + (none,) * (longest - len(side.reasons)) for side in (old, new)]
    for before, now in zip(*padded, strict=True):
        if before != now:
            return before, now
    return none, none
