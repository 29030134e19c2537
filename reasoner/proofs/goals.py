"""What a question is about: a rule or a term, and the facts that are meant by it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from reasoner.errors import ConclusionUnknown
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import mn, shorten

if TYPE_CHECKING:
    from collections.abc import Collection

    from reasoner.determinations.assess import Assessment
    from reasoner.knowledge.base import Knowledge

    from .trees import Pattern

CONCLUDED_AS: Final = {
    "Outcome": "outcome",
    "Recommendation": "governedBy",
    "Guideline": "applicableGuideline",
}
"""For each kind of thing, the property by which it is concluded of a request or a situation."""
ROW: Final = mn("datasetRow").value


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """
    What is asked about.

    Attributes:
        name: What it is called, in words.
        rule: The id of a rule; empty if facts are asked about.
        patterns: The facts that are meant; any of them answers a why, each is asked a why not.
    """

    name: str
    rule: str = ""
    patterns: tuple[Pattern, ...] = ()


def find_goal(
    asked: str, assessment: Assessment, knowledge: Knowledge, concluded: Collection[Pattern]
) -> Goal:
    """
    Find what a question is about.

    Args:
        asked: The id of a rule; or a term: with its prefix, by its local name, in full, or by the
            row of the data set that states it (`row DEF-02`). A row may have the id of a rule;
            without the word `row`, the rule is meant, and the name of the goal says so.
        assessment: The decision that is asked about.
        knowledge: The knowledge base, whose terms are known.
        concluded: The patterns that its rules conclude.

    Raises:
        ConclusionUnknown: No rule and no term is called so, or several are; the hint names what is
            called nearly so.
    """
    if asked.upper() in knowledge.rule:
        rule = knowledge.rule[asked.upper()]
        return Goal(name=f"{rule.id} {rule.title}{_row_too(rule.id, knowledge)}", rule=rule.id)
    iri = _find_term(asked, knowledge)
    term = f"<{iri}>"
    patterns = _as_property(term, assessment, concluded)
    patterns = patterns or _as_value(iri, assessment, knowledge, concluded)
    if not patterns:
        raise ConclusionUnknown(
            f"{shorten(iri)} is a term, but nothing that a rule concludes.",
            hint="Ask about a rule, an outcome, a recommendation, or what a rule concludes.",
        )
    return Goal(name=knowledge.label(iri), patterns=patterns)


def _row_too(rule: str, knowledge: Knowledge) -> str:
    """Name what the row with the id of a rule states; empty if no row has it."""
    stated = sorted(knowledge.label(iri) for iri in _rows(knowledge).get(rule.lower(), ()))
    if not stated:
        return ""
    return f" (the rule; 'row {rule}' is another thing: {', '.join(stated)})"


def _rows(knowledge: Knowledge) -> dict[str, set[str]]:
    """Return what states each row of the data sets, by the id of the row in small letters."""
    found: dict[str, set[str]] = {}
    for (iri, predicate), values in knowledge.described.items():
        if predicate == ROW:
            for value in values:
                found.setdefault(value.value.lower(), set()).add(iri)
    return found


def _find_term(asked: str, knowledge: Knowledge) -> str:
    names: dict[str, set[str]] = {}
    for row, stated in _rows(knowledge).items():
        names.setdefault(f"row {row}", set()).update(stated)
        names.setdefault(row, set()).update(stated)
    for iri in {subject for subject, _ in knowledge.described}:
        short = shorten(iri)
        for name in (iri, short, short.partition(":")[2], short.rsplit("/", 1)[-1]):
            names.setdefault(name.lower(), set()).add(iri)
    found = sorted(names.get(asked.strip("<>").lower().replace("row:", "row "), set()))
    if len(found) == 1:
        return found[0]
    if found:
        raise ConclusionUnknown(
            f"'{asked}' could be any of {len(found)} things.",
            hint=f"Say which: {', '.join(shorten(iri) for iri in found[:8])}.",
        )
    known = [*names, *(name.lower() for name in knowledge.rule)]
    near = get_close_matches(asked.lower(), known, n=3, cutoff=0.6)
    called = sorted(
        {shorten(iri) for name in near for iri in names.get(name, ())}
        - {f"mnr:{rule}" for rule in knowledge.rule}
        | {name.upper() for name in near if name.upper() in knowledge.rule}
    )
    raise ConclusionUnknown(
        f"Nothing is called '{asked}': no rule and no term.",
        hint=f"Did you mean {', '.join(called)}?" if called else "'mednec explain CASE' lists all.",
    )


def _as_property(
    term: str, assessment: Assessment, concluded: Collection[Pattern]
) -> tuple[Pattern, ...]:
    """Ask for any value of a property, of each request where it is one of requests."""
    subjects = {s for s, p, _ in concluded if p == term}
    if subjects == {"?request"}:
        requests = [d.request for d in assessment.determinations]
        return tuple((f"<{request}>", term, "?value") for request in requests)
    return (("?subject", term, "?value"),) if subjects else ()


def _as_value(
    iri: str, assessment: Assessment, knowledge: Knowledge, concluded: Collection[Pattern]
) -> tuple[Pattern, ...]:
    """Ask for a value: by the property that concludes things of its kind, or else by any."""
    term = f"<{iri}>"
    kinds = {kind.value for kind in knowledge.described.get((iri, TYPE.value), ())}
    for kind, name in CONCLUDED_AS.items():
        if mn(kind).value in kinds:
            return tuple((s, f"<{mn(name).value}>", term) for s in _subjects(name, assessment))
    return tuple(sorted({("?subject", p, term) for _, p, o in concluded if o == term}))


def _subjects(name: str, assessment: Assessment) -> list[str]:
    """List the requests, or the situations that populations are matched with."""
    requests = [d.request for d in assessment.determinations]
    if name == "outcome":
        return [f"<{request}>" for request in requests]
    kind = f"<{TYPE.value}>", f"<{mn('Situation').value}>"
    return sorted(assessment.derivation.facts.subjects.get(kind, ())) or ["?situation"]
