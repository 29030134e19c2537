"""The ledger of visits: what each earlier course counts toward, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reasoner.knowledge.terms import mn

from .sentences import fill_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.kernel.derivation import Derivation, Firing
    from reasoner.knowledge.base import Knowledge

LEDGER: Final = "ledger"
"""The role of the rules that decide what a course counts toward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    A figure that earlier visits count toward.

    Attributes:
        key: Its name in the data.
        label: The figure in words.
        share: The property that relates a request to the part of a course that counts.
        excludes: The properties that relate a request to a course without a visit that counts.
        doubts: The properties that relate a request to a course if the record does not show how
            many of its visits count.
    """

    key: str
    label: str
    share: str
    excludes: tuple[str, ...]
    doubts: tuple[str, ...]


LIMIT: Final = Figure(
    key="limit",
    label="the limit",
    share="limitShare",
    excludes=("limitExcludes", "limitPasses"),
    doubts=("limitInjuryDoubts", "limitDoubts"),
)
ROW: Final = Figure(
    key="postsurgicalRow",
    label="the figure for care after the operation",
    share=LIMIT.share,
    excludes=LIMIT.excludes,
    doubts=LIMIT.doubts,
)
CAP: Final = Figure(
    key="cap",
    label="the cap",
    share="capShare",
    excludes=("capExcludes", "capPasses"),
    doubts=("capInjuryDoubts", "capDoubts"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toward:
    """
    What a course counts toward one figure.

    Attributes:
        figure: The figure.
        counts: `yes`, `no` or `open`.
        least: The fewest visits that count.
        most: The most visits that count; None if the record sets no maximum.
        firing: The firing that decides this.
        text: Its sentence.
    """

    figure: Figure
    counts: str
    least: int
    most: int | None
    firing: Firing
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """
    An earlier course in the ledger of a request; the fields are those of `LedgerEntryData`.

    Attributes:
        course: The IRI of the course.
        treatment: The kind of care.
        regions: The parts of the body treated, sorted.
        least: The fewest visits attended; None if the record states no number.
        most: The most visits attended; None if the record sets no maximum.
        certainty: The IRI of the term by which the record states how certain the count is.
        first_visit: The date of the first visit; None if it is not stated.
        last_visit: The date of the last visit; None if it is not stated.
        injury: The date of the injury that the course names; None if it names none.
        operation: The operation that the course names, in words; None if it names none.
        toward: What it counts toward.
    """

    course: str
    treatment: str
    regions: tuple[str, ...]
    least: int | None
    most: int | None
    certainty: str
    first_visit: str | None
    last_visit: str | None
    injury: str | None
    operation: str | None
    toward: tuple[Toward, ...]

    @property
    def label(self) -> str:
        """The course in words: the kind of care, and the regions if they are stated."""
        return ", ".join((self.treatment, *self.regions))


def ledger_of(
    knowledge: Knowledge, derivation: Derivation, request: str
) -> tuple[LedgerEntry, ...]:
    """
    Read the ledger of a request from a derivation.

    Returns:
        One entry for each course of the case, in the order of their dates and IRIs; accounts of
        one course have one entry.
    """
    case = derivation.value(request, "ofCase") or ""
    firings = tuple(derivation.firings_about(LEDGER, request))
    entries = [
        _entry(knowledge, derivation, request, course.value, firings)
        for course in derivation.values(case, "course")
        if derivation.value(course.value, "sameCourseAs") is None
    ]
    return tuple(sorted(entries, key=lambda e: (e.first_visit or e.last_visit or "", e.course)))


def _entry(
    knowledge: Knowledge,
    derivation: Derivation,
    request: str,
    course: str,
    firings: Iterable[Firing],
) -> LedgerEntry:
    about = [f for f in firings if (bound := f.row.get("course")) and bound == f"<{course}>"]
    accounts = [value.value for value in derivation.values(course, "account")]
    unbounded = derivation.holds(course, "countUnbounded")
    figures = [ROW if derivation.value(request, "followsSurgery") else LIMIT]
    caps = derivation.values(request, "cappedBy")
    if any(cap in derivation.values(request, "inForce") for cap in caps):
        figures.append(CAP)
    found = [_toward(knowledge, derivation, figure, request, course, about) for figure in figures]
    injury = _stated(derivation, accounts, "ofInjury")
    surgery = _stated(derivation, accounts, "afterSurgery")
    procedure = derivation.value(surgery, "procedure") if surgery else None
    return LedgerEntry(
        course=course,
        treatment=knowledge.label(derivation.value(course, "treatment") or ""),
        regions=tuple(
            sorted(knowledge.label(v.value) for v in derivation.values(course, "region"))
        ),
        least=derivation.number(course, "leastAttended"),
        most=None if unbounded else derivation.number(course, "mostAttended"),
        certainty=derivation.value(course, "countCertainty") or "",
        first_visit=_stated(derivation, accounts, "firstVisitOn"),
        last_visit=_stated(derivation, accounts, "lastVisitOn"),
        injury=derivation.value(injury, "injuryDate") if injury else None,
        operation=knowledge.label(procedure) if procedure else None,
        toward=tuple(
            _unbounded(item) if unbounded and item.counts != "no" else item
            for item in found
            if item is not None
        ),
    )


def _stated(derivation: Derivation, accounts: Iterable[str], name: str) -> str | None:
    """Return the first value that an account of a course states; None if none states one."""
    return min((v for a in accounts if (v := derivation.value(a, name)) is not None), default=None)


def _toward(
    knowledge: Knowledge,
    derivation: Derivation,
    figure: Figure,
    request: str,
    course: str,
    about: list[Firing],
) -> Toward | None:
    """Describe what a course counts toward a figure; None if no rule decides it."""
    found: list[Firing] = []
    for name in (*figure.excludes, *figure.doubts, figure.share):
        found = found or [f for f in about if _concludes(f, name)]
    if not found:
        return None
    why = found[0]
    parts = [
        part.value
        for part in derivation.values(request, figure.share)
        if derivation.value(part.value, "ofCourse") == course
    ]
    least = max((n for p in parts if (n := derivation.number(p, "leastCounted"))), default=0)
    most = max((n for p in parts if (n := derivation.number(p, "mostCounted"))), default=0)
    if any(_concludes(why, name) for name in figure.excludes):
        counts = "open" if parts else "no"
    else:
        counts = "open" if any(_concludes(why, name) for name in figure.doubts) else "yes"
    return Toward(
        figure=figure,
        counts=counts,
        least=least,
        most=most,
        firing=why,
        text=fill_sentence(why, knowledge, [f for f in found if f.rule is why.rule]),
    )


def _concludes(firing: Firing, name: str) -> bool:
    return any(fact[1] == f"<{mn(name).value}>" for fact in firing.concluded)


def _unbounded(item: Toward) -> Toward:
    """Take the upper end from a part of a course to whose count any number may be added."""
    return replace(item, most=None)
