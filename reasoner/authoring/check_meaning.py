"""Checks of what editions and recommendations say: dates, duplicates, populations, conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import DCTERMS, LABEL, RDFS, TYPE, name_of
from reasoner.knowledge.terms import mn, shorten

from .finding import ERROR, WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.knowledge.base import Knowledge

    from .membership import Point
    from .places import Places
    from .space import Space, SpaceRow

REPLACES: Final = DCTERMS + "replaces"


def check_dates(places: Places, knowledge: Knowledge) -> list[Finding]:
    """Compare the dates of each edition or provision with those of the one that it replaces."""
    found: list[Finding] = []
    pairs = sorted(
        (name_of(t.subject), name_of(t.object))
        for _, t in places.facts
        if t.predicate.value == REPLACES
    )
    for newer, older in pairs:
        if _reaches(older, newer, pairs):
            found.append(
                Finding(
                    **places.where(newer),
                    kind="replaces-in-a-circle",
                    message=f"{shorten(newer)} replaces {shorten(older)}, which replaces it.",
                )
            )
            continue
        since = knowledge.value(newer, mn("effectiveFrom"))
        until = knowledge.value(older, mn("effectiveUntil"))
        if since is None or knowledge.value(older, mn("effectiveFrom")) is None:
            continue
        words = f"{knowledge.label(newer)} is in force from {since}, and "
        if until is None or until > since:
            kind, words = "dates-overlap", words + f"{knowledge.label(older)} until {until}"
        elif until < since:
            kind, words = "dates-gap", words + f"{knowledge.label(older)} only until {until}"
        else:
            continue
        found.append(
            Finding(
                **places.where(newer),
                kind=kind,
                severity=ERROR if kind == "dates-overlap" else WARNING,
                message=words.replace("until None", "without an end") + ".",
                hint="effectiveUntil is the first day out of force: the first day of the next.",
            )
        )
    return found


def _reaches(start: str, goal: str, pairs: list[tuple[str, str]]) -> bool:
    seen, todo = set(), [start]
    while todo:
        node = todo.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            todo += [older for newer, older in pairs if newer == node]
    return False


def check_circles(places: Places) -> list[Finding]:
    """Find classes that are subclasses of themselves by way of others."""
    below = RDFS + "subClassOf"
    pairs = sorted(
        {
            (name_of(t.subject), name_of(t.object))
            for _, t in places.facts
            if t.predicate.value == below
        }
    )
    return [
        Finding(
            **places.where(narrow),
            kind="subclass-circle",
            message=f"{shorten(narrow)} is a subclass of {shorten(wide)}, which is one of it.",
            hint="Take out one of the two; two names for one thing are not wanted here.",
        )
        for narrow, wide in pairs
        if _reaches(wide, narrow, pairs)
    ]


def check_duplicates(places: Places, knowledge: Knowledge) -> list[Finding]:
    """Find labels said twice within one kind, and recommendations said twice."""
    found: list[Finding] = []
    expression = {p.iri: p.expression for p in knowledge.populations}
    seen: dict[tuple[str, ...], str] = {}
    for _, t in places.facts:
        if t.predicate != TYPE or t.object not in {mn("Recommendation"), mn("Guideline")}:
            continue
        iri = name_of(t.subject)
        guideline = knowledge.value(iri, mn("statedIn")) or ""
        said = expression.get(knowledge.value(iri, mn("population")) or "", "")
        key = (guideline, said) if guideline else ("", knowledge.value(iri, LABEL) or iri)
        other = seen.setdefault(key, iri)
        if other != iri:
            what = "the same population" if guideline else "the same label"
            found.append(
                Finding(
                    **places.where(iri),
                    kind="duplicate",
                    message=f"{shorten(iri)} and {shorten(other)} have {what}.",
                    hint="State it once.",
                    detail=(said,) if said else (),
                )
            )
    return found


def check_populations(places: Places, space: Space) -> list[Finding]:
    """Find recommendations that no request can meet."""
    return [
        Finding(
            **places.where(row.iri),
            kind="population-unreachable",
            message=f"No request can meet {shorten(row.iri)}: no treatment, condition, operation "
            "and phase together belong to its population.",
            hint="Look for two conditions that exclude each other, or a concept without members.",
        )
        for _, row in sorted(space.rows.items())
        if not space.populations.get(row.population)
    ]


def check_governing(places: Places, space: Space) -> list[Finding]:
    """Find recommendations that another one of their rank always takes the place of."""
    beaten: dict[str, set[str]] = {}
    free: set[str] = set()
    for rows in space.applying:
        for row in rows:
            if row.iri in free or row.since is None:
                continue
            stronger = [r for r in rows if r is not row and r.tier == row.tier]
            stronger = [r for r in stronger if space.yields(row, r)]
            if _covered(row, stronger):
                beaten.setdefault(row.iri, set()).update(r.iri for r in stronger)
            else:
                free.add(row.iri)
    label = space.knowledge.label
    return [
        Finding(
            **places.where(iri),
            kind="row-never-governs",
            severity=WARNING,
            message=f"{label(iri)} can never govern: wherever it applies and is in force, "
            f"{' or '.join(sorted(label(other) for other in beaten[iri])[:3])} takes its place.",
            hint="Look at mn:displaces and mn:overrides, and at the narrower populations.",
        )
        for iri in sorted(beaten.keys() - free)
    ]


def _covered(row: SpaceRow, stronger: list[SpaceRow]) -> bool:
    """Return True if on each day on which a row is in force one of the stronger rows is too."""
    day = row.since or ""
    spells = [(r.since, r.until) for r in stronger if r.since is not None]
    for since, until in sorted(spells, key=lambda spell: spell[0]):
        if since > day:
            return False
        if until is None:
            return True
        day = max(day, until)
        if row.until is not None and day >= row.until:
            return True
    return False


def check_conflicts(places: Places, space: Space) -> list[Finding]:
    """Find pairs of one rank with different limits that one diagnosis falls into."""
    seen: dict[tuple[str, str], tuple[Point, tuple[str, str | None], SpaceRow, SpaceRow]] = {}
    for number, rows in enumerate(space.applying):
        for row, other, days in _clashes(rows, space):
            seen.setdefault((row.iri, other.iri), (space.points[number], days, row, other))
    label = space.knowledge.label
    return [
        Finding(
            **places.where(other.iri),
            kind="conflict",
            message=f"{label(row.iri)} ({label(row.guideline)}): {row.limit} visits; "
            f"{label(other.iri)} ({label(other.guideline)}): {other.limit} visits. "
            "One request falls into both, and neither is narrower or takes the other's place.",
            hint="Narrow one population, or say mn:overrides or mn:displaces.",
            detail=tuple(example(point, days[0])),
        )
        for (_, _), (point, days, row, other) in sorted(seen.items())
    ]


def _clashes(
    rows: tuple[SpaceRow, ...], space: Space
) -> Iterable[tuple[SpaceRow, SpaceRow, tuple[str, str | None]]]:
    limited = [row for row in rows if row.limit is not None]
    for at, row in enumerate(limited):
        for other in limited[at + 1 :]:
            if row.tier != other.tier or row.limit == other.limit:
                continue
            days = row.overlaps(other)
            if days is None or space.yields(row, other) or space.yields(other, row):
                continue
            beaten = (
                third.overlaps(row) == third.overlaps(other) == days
                and (space.yields(row, third) or space.yields(other, third))
                for third in rows
            )
            if not any(beaten):
                yield row, other, days


def example(point: Point, day: str) -> list[str]:
    """Write a case that belongs to a situation, as Turtle, on a day."""
    diagnosis = f"mn:condition <{point.condition}> ; " if point.condition else ""
    surgery = f"mn:surgery [ mn:procedure <{point.procedure}> ] ;" if point.procedure else ""
    lines = [
        "[] a mn:Case ;",
        f'  mn:urDecision [ mn:decidedOn "{day}"^^xsd:date ] ;',
        f"  mn:diagnosis [ {diagnosis}mn:diagnosisStatus mn:Current ] ;",
        f"  {surgery}",
        f"  mn:request [ mn:treatment <{point.treatment}> ] .",
        f"  # phases: {', '.join(shorten(p) for p in point.phases)}",
    ]
    return [line for line in lines if line.strip()]
