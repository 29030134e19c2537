"""
Determinations without what identifies a person, for analysts.

What is kept is a list of properties, not everything but a list. Names, free text, identifiers and
exact dates never reach it. A combination that fits few people loses its details step by step.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import NS, mn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROWS: Final = "https://w3id.org/mednec/deidentified/"
OLDEST: Final = 90
BAND: Final = 10
"""Ages are given in bands of that many years; 90 and more are one band (45 CFR 164.514(b)(2))."""
MONTHS: Final = 6
"""Months since the injury are given in steps of that many."""
DEIDENTIFIED_GROUPS: Final = (
    "region",
    "treatment",
    "period",
    "outcome",
    "guideline",
    "age",
    "sex",
    "rule",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentifiedRow:
    """
    What analysts see of one determination; empty where it is unknown or withheld.

    Attributes:
        outcome: The name of the outcome.
        guideline: The slugs of the governing editions, sorted.
        rule: The rules that fired, sorted.
        region: The names of the regions, sorted.
        treatment: The name of the treatment.
        period: The month, quarter or year whose law was applied.
        age: The band of ages, such as 40-49.
        sex: The name of the sex.
        months: Months since the injury, rounded down to a step.
        requested: The number of visits requested.
    """

    outcome: str
    guideline: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    treatment: str = ""
    period: str = ""
    age: str = ""
    sex: str = ""
    months: str = ""
    requested: str = ""

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of one property; one empty value if it is unknown or withheld."""
        found: object = getattr(self, name)
        return (found if isinstance(found, tuple) else (str(found),)) or ("",)


def rows_of(document: Mapping[str, object], dates: str) -> Iterator[DeidentifiedRow]:
    """
    Yield what analysts may see of a determination document, one row a request.

    Args:
        document: The document of an assessment.
        dates: How exact dates are: `month`, `quarter`, `year` or `none`.
    """
    made = document.get("provenance")
    facts = _facts(str(made.get("canonicalCase", "")) if isinstance(made, dict) else "")
    person = {name: facts.get((str(document.get("case")), name), ()) for name in ("age", "sex")}
    for one in _dicts(document.get("determinations")):
        request = str(one.get("request"))
        days = one.get("dates")
        injured = str(days.get("injured") or "") if isinstance(days, dict) else ""
        law = str(one.get("lawOf") or "")
        sources = {source.get("number"): source for source in _dicts(one.get("sources"))}
        governing = {
            _edition(str(sources.get(row.get("source"), {}).get("iri", "")))
            for row in _dicts(one.get("governing"))
        }
        yield DeidentifiedRow(
            outcome=str(one.get("outcome", "")),
            guideline=tuple(sorted(governing - {""})),
            rule=tuple(sorted({str(step.get("rule")) for step in _dicts(one.get("proof"))})),
            region=tuple(sorted(_names(facts.get((request, "region"), ())))),
            treatment=next(iter(_names(facts.get((request, "treatment"), ()))), ""),
            period=_period(law, dates),
            age=_band(next(iter(person["age"]), "")),
            sex=next(iter(_names(person["sex"])), ""),
            months=_months(injured, law),
            requested=next(iter(facts.get((request, "requestedVisits"), ())), ""),
        )


def withheld(rows: Sequence[DeidentifiedRow], smallest: int) -> list[DeidentifiedRow]:
    """
    Return rows whose combinations of details each fit enough rows.

    Args:
        rows: The rows.
        smallest: The smallest group that is shown.

    Returns:
        The rows, those of small groups without the details that make them small.
    """
    found = list(rows)
    for details, without in STEPS:
        counted = Counter(details(row) for row in found)
        found = [row if counted[details(row)] >= smallest else without(row) for row in found]
    return found


def _person(row: DeidentifiedRow) -> object:
    return (row.region, row.treatment, row.period, row.age, row.sex, row.months, row.requested)


STEPS: Final[
    tuple[
        tuple[Callable[[DeidentifiedRow], object], Callable[[DeidentifiedRow], DeidentifiedRow]],
        ...,
    ]
] = (
    (_person, lambda row: replace(row, age="", sex="", months="", requested="")),
    (
        lambda row: (row.region, row.treatment, row.period),
        lambda row: replace(row, period="", age="", sex="", months="", requested=""),
    ),
    (
        lambda row: (row.region, row.treatment),
        lambda row: replace(row, region=(), period="", age="", sex="", months="", requested=""),
    ),
    (
        lambda row: row.treatment,
        lambda row: DeidentifiedRow(outcome=row.outcome),
    ),
)
"""What is looked at, from the finest to the coarsest, and what a row of a small group loses."""


def counts(
    rows: Sequence[DeidentifiedRow], by: Sequence[str], smallest: int
) -> list[tuple[tuple[str, ...], int | None]]:
    """
    Count rows by some of their properties.

    Args:
        rows: The rows.
        by: Names of `DEIDENTIFIED_GROUPS`.
        smallest: The smallest count that is shown.

    Returns:
        Each combination with its count, sorted; None for a count that is too small to be shown.
    """
    counted: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        counted.update(_combinations(row, by))
    return [(key, count if count >= smallest else None) for key, count in sorted(counted.items())]


def _combinations(row: DeidentifiedRow, by: Sequence[str]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for name in by:
        found = [(*start, value) for start in found for value in row.values(name)]
    return found


def row_triples(rows: Sequence[DeidentifiedRow], name: Callable[[], str]) -> Iterator[ox.Triple]:
    """
    Yield rows as triples.

    Args:
        rows: The rows, with what is withheld taken out.
        name: Returns a new random name for each row, so that two releases cannot be joined.
    """
    for row in rows:
        node = ox.NamedNode(ROWS + name())
        yield ox.Triple(node, TYPE, mn("Determination"))
        yield ox.Triple(node, mn("outcome"), ox.NamedNode(NS + row.outcome))
        for region in row.region:
            yield ox.Triple(node, mn("region"), ox.NamedNode(CONCEPT + region))
        if row.treatment:
            yield ox.Triple(node, mn("treatment"), ox.NamedNode(CONCEPT + row.treatment))
        for edition in row.guideline:
            yield ox.Triple(node, mn("governedBy"), ox.NamedNode(GUIDELINE + edition))
        for rule in row.rule:
            yield ox.Triple(node, mn("rule"), ox.NamedNode(RULE + rule))
        for key in ("period", "age", "sex", "months", "requested"):
            value = str(getattr(row, key))
            if value:
                yield ox.Triple(node, ox.NamedNode(f"{ROWS}ns#{key}"), ox.Literal(value))


BASE: Final = NS.rpartition("ns#")[0]
CONCEPT: Final = f"{BASE}concept/"
GUIDELINE: Final = f"{BASE}guideline/"
RULE: Final = f"{BASE}rule/"


def _facts(text: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the values of the facts of a case by subject and local name of the property."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    try:
        quads = list(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    except (SyntaxError, ValueError):
        return found
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and isinstance(
            quad.object, ox.NamedNode | ox.Literal
        ):
            key = (quad.subject.value, quad.predicate.value.removeprefix(NS))
            found[key] = (*found.get(key, ()), quad.object.value)
    return found


def _names(values: Sequence[str]) -> list[str]:
    """Return the names of concepts and terms; another value, such as a text, is left out."""
    return [
        value.removeprefix(stem)
        for value in values
        for stem in (CONCEPT, NS)
        if value.startswith(stem)
    ]


def _period(day: str, dates: str) -> str:
    year, month = day[:4], day[5:7]
    if dates == "none" or not (year.isdecimal() and month.isdecimal()):
        return ""
    if dates == "year":
        return year
    return f"{year}-Q{(int(month) + 2) // 3}" if dates == "quarter" else f"{year}-{month}"


def _band(age: str) -> str:
    if not age.isdecimal():
        return ""
    start = int(age) // BAND * BAND
    return f"{OLDEST}+" if start >= OLDEST else f"{start}-{start + BAND - 1}"


def _months(injured: str, law: str) -> str:
    try:
        first, last = date.fromisoformat(injured), date.fromisoformat(law)
    except ValueError:
        return ""
    months = (last.year - first.year) * 12 + last.month - first.month
    return str(months // MONTHS * MONTHS) if months >= 0 else ""


def _edition(iri: str) -> str:
    return iri.removeprefix(GUIDELINE).partition("/")[0] if iri.startswith(GUIDELINE) else ""


def _dicts(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
