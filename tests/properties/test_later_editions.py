"""Editions published later do not change earlier determinations."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox
from hypothesis import given

from reasoner.determinations.sentences import Sentence
from reasoner.determinations.slots import Slot
from reasoner.kernel.derivation import Firing
from reasoner.kernel.terms import LABEL, TYPE, XSD
from reasoner.knowledge.terms import mn
from tests.generated_cases import EDITIONS, EITHER, MEASURED, Part, decided, judged, listed, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner import Knowledge

GUIDELINE: Final = "https://w3id.org/mednec/guideline/"
NEW: Final = ox.NamedNode(f"{GUIDELINE}later-2099")
DAYS: Final = tuple(date(year, 1, 1) for year in (*range(2008, 2024), 2030))


def last_day(case: Part) -> date:
    """Return the latest date in a case."""
    found = []
    for key, value in case.items():
        for one in listed(value):
            if isinstance(one, dict):
                found.append(last_day(one))
            elif isinstance(one, date) and key != "id":
                found.append(one)
    return max(found, default=date.min)


def edition(knowledge: Knowledge, day: date) -> Iterator[ox.Triple]:
    """Write an edition that begins on a day, outranks all others and supports one visit."""
    yield ox.Triple(NEW, TYPE, mn("Guideline"))
    yield ox.Triple(NEW, LABEL, ox.Literal("a later edition", language="en"))
    yield ox.Triple(NEW, mn("tier"), mn("ScheduleTier"))
    yield ox.Triple(NEW, mn("keyedOn"), mn("onRequestDate"))
    begin = ox.Literal(day.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
    yield ox.Triple(NEW, mn("effectiveFrom"), begin)
    for old in sorted(knowledge.editions):
        yield ox.Triple(NEW, mn("displaces"), ox.NamedNode(old))
    for t in knowledge.facts:
        if t.predicate == mn("population"):
            row = ox.NamedNode(f"{NEW.value}/{str(t.subject)[1:-1].removeprefix(GUIDELINE)}")
            yield ox.Triple(row, TYPE, mn("Recommendation"))
            yield ox.Triple(row, LABEL, ox.Literal("one visit", language="en"))
            yield ox.Triple(row, mn("statedIn"), NEW)
            yield ox.Triple(row, mn("population"), t.object)
            yield ox.Triple(row, mn("maximumVisits"), ox.Literal(1))


def knowing(knowledge: Knowledge, facts: tuple[ox.Triple, ...]) -> Knowledge:
    """
    Return the knowledge with other facts but the same hash, so that bytes can be compared.

    Rows share their populations with the rows that are held, so that no population is new.
    """
    return knowledge.with_facts(facts)


@cache
def with_later(knowledge: Knowledge, day: date) -> Knowledge:
    return knowing(knowledge, (*knowledge.facts, *edition(knowledge, day)))


def later_editions(knowledge: Knowledge, day: date, case: Part) -> frozenset[str]:
    """Return the editions that begin on the day or later, except those that the case names."""
    named = {value for key in EDITIONS for value in re.findall(rf"'{key}': '([^']*)'", str(case))}
    return frozenset(
        edition
        for edition in knowledge.editions
        if (knowledge.value(edition, mn("effectiveFrom")) or "") >= day.isoformat()
        and edition.removeprefix(GUIDELINE) not in named
    )


@cache
def without_later(knowledge: Knowledge, editions: frozenset[str]) -> Knowledge:
    """Return the knowledge without some editions and all that is stated in them."""
    later = {ox.NamedNode(edition) for edition in editions}
    stated = {
        t.subject for t in knowledge.facts if t.predicate == mn("statedIn") and t.object in later
    }
    gone = later | stated
    return knowing(knowledge, tuple(t for t in knowledge.facts if t.subject not in gone))


def content_of(case: Part, knowledge: Knowledge) -> list[Any]:
    """Return all that is determined, with the sources behind each sentence; not the proof."""
    found = []
    for one in decided(case, knowledge).determinations:
        parts = {f.name: getattr(one, f.name) for f in fields(one)}
        del parts["proof"]
        found.append({name: shown(part) for name, part in parts.items()})
    return found


def shown(part: Any) -> Any:
    """Return a part of a determination in a comparable form."""
    if isinstance(part, Sentence):
        return part.rule, part.text, part.basis, sorted(part.sources)
    if isinstance(part, Slot):
        return part.iri, [(a.iri, a.outcome, a.supported, a.given) for a in part.answers]
    if isinstance(part, Firing):
        return part.rule.id
    if isinstance(part, tuple):
        return [shown(one) for one in part]
    if is_dataclass(part):
        return {f.name: shown(getattr(part, f.name)) for f in fields(part)}
    return part


@given(case=EITHER)
def test_a_later_edition_changes_nothing_before_its_day(case: Part, knowledge: Knowledge) -> None:
    """An edition that outranks all others has no effect before its first day."""
    day = next(day for day in DAYS if day > last_day(case))

    assert content_of(case, with_later(knowledge, day)) == content_of(case, knowledge)


@given(case=EITHER)
def test_future_editions_change_nothing(case: Part, knowledge: Knowledge) -> None:
    """Editions that begin after the case, and that it does not name, have no effect on it."""
    day = next(day for day in DAYS if day > last_day(case))
    fewer = without_later(knowledge, later_editions(knowledge, day, case))

    assert content_of(case, fewer) == content_of(case, knowledge)


@given(case=MEASURED)
def test_an_edition_governs_from_its_day_on(case: Part, knowledge: Knowledge) -> None:
    """The same edition governs if it begins before the case."""
    found = judged(without(case, "rebuttal"), with_later(knowledge, date(2008, 1, 1)))

    assert {g.source.iri.startswith(NEW.value) for g in found.governing} == {True}
    assert found.visits.limit == 1
