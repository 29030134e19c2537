"""Every provision of law is cited and dated, and only one text is in force at a time."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest

from reasoner.cases.intake import check_data
from reasoner.kernel.terms import DCTERMS, LABEL, OWL, RDFS, SOURCE, TYPE, name_of
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner import Knowledge

LAW: Final = "https://w3id.org/mednec/law/"
REPLACES: Final = ox.NamedNode(DCTERMS + "replaces")
COMMENT: Final = ox.NamedNode(RDFS + "comment")
FIGURES: Final = ("maximumDays", "maximumBusinessDays", "maximumHours")
KEYS: Final = {
    mn(name).value for name in ("onInjuryDate", "onRequestDate", "onDecisionDate", "onServiceDate")
}


def numbered(family: str, last: int, without: frozenset[int] = frozenset()) -> set[str]:
    return {f"{family}-{n:02}" for n in range(1, last + 1) if n not in without}


# DEF-01 states that a text has no definition; the figures of MT-04 are guideline rows.
ROWS: Final = (
    numbered("EH", 21)
    | numbered("DEF", 6, frozenset({1}))
    | numbered("MT", 7, frozenset({4}))
    | numbered("CAP", 7)
    | numbered("UR", 18)
    | numbered("IMR", 26)
)
# Rows with several dated texts, each with dates different from those of the row.
IN_TEXTS: Final = {"DEF-04", "DEF-06"}
# Orders of sources also refer to these rows for the days on which they are in force.
RESTING: Final = {("EH-20", LAW + "order-before-2013"), ("EH-11", LAW + "order-2017")}


def values(knowledge: Knowledge, iri: str, predicate: ox.NamedNode) -> list[str]:
    return [v.value for v in knowledge.described.get((iri, predicate.value), ())]


def members(knowledge: Knowledge, name: str) -> list[str]:
    described = knowledge.described.items()
    return sorted(iri for (iri, p), kinds in described if p == TYPE.value and mn(name) in kinds)


def provisions(knowledge: Knowledge) -> list[str]:
    return members(knowledge, "Provision")


def dates(knowledge: Knowledge, iri: str) -> tuple[str, str]:
    """Return the first day in force and the first day out of force; empty where not stated."""
    first, last = mn("effectiveFrom"), mn("effectiveUntil")
    return knowledge.value(iri, first) or "", knowledge.value(iri, last) or ""


def overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Return True if two spans share a day; None as the last day means that it is unknown."""
    never = "9999-12-31"
    return one[0] < (other[1] or never) and other[0] < (one[1] or never)


def holders(knowledge: Knowledge, predicate: str) -> dict[str, list[str]]:
    """List the provisions that name each row of the dossier."""
    found: dict[str, list[str]] = {}
    for iri in provisions(knowledge):
        for row in values(knowledge, iri, mn(predicate)):
            if (row, iri) not in RESTING:
                found.setdefault(row, []).append(iri)
    return found


@cache
def dossier(shared: Path) -> Mapping[str, Mapping[str, str]]:
    path = shared / "domain" / "data" / "legal_rules.csv"
    if not path.is_file():
        pytest.skip("The source material next to this checkout has no table of legal rules.")
    lines = path.read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in csv.DictReader(lines)}


def test_law_conforms_to_the_shapes_for_its_authors(knowledge: Knowledge) -> None:
    """Each provision has a citation, a date, a key and a consequence."""
    shapes = knowledge.other_shapes["law"]
    data = "".join(f"{t} .\n" for t in (*knowledge.facts, *knowledge.entailed)).encode()

    assert not check_data(data, shapes)
    for _, target in shapes.targets.values():
        assert members(knowledge, target.removeprefix(mn("").value)), target


def test_every_provision_has_a_citation_and_a_consequence(knowledge: Knowledge) -> None:
    """Each provision can be looked up at its citation."""
    found = provisions(knowledge)

    assert len(found) > len(ROWS)
    for iri in found:
        assert values(knowledge, iri, SOURCE), iri
        assert values(knowledge, iri, mn("provides")), iri


def test_every_provision_is_in_a_file_that_is_an_ontology(knowledge: Knowledge) -> None:
    """Each statute, regulation or body of case law has one file, whose header has its name."""
    headers = {
        name_of(t.subject)
        for t in knowledge.facts
        if t.predicate == TYPE and name_of(t.object) == OWL + "Ontology"
    }

    for iri in provisions(knowledge):
        path = Path(knowledge.origins[iri])
        assert path.parent == Path("ontology/jurisdictions/us-ca/law"), iri
        assert LAW + path.name.removesuffix(".ttl") in headers, path


def test_every_verified_provision_says_where_it_was_read(knowledge: Knowledge) -> None:
    """A verified provision names the address at which its text was read."""
    for iri in provisions(knowledge):
        addresses = values(knowledge, iri, mn("seenAt"))
        assert all(address.startswith(("http://", "https://")) for address in addresses), iri
        if knowledge.value(iri, mn("verification")) == mn("Verified").value:
            assert addresses, iri


def test_dates_make_sense(knowledge: Knowledge) -> None:
    """A provision starts before it ends; an unknown start or missing key has a stated reason."""
    for iri in provisions(knowledge):
        first, last = dates(knowledge, iri)
        keys = values(knowledge, iri, mn("keyedOn"))
        assert not last or first < last, iri
        assert set(keys) <= KEYS, iri
        if not first or not keys:
            assert values(knowledge, iri, COMMENT), iri
        assert bool(first) != bool(values(knowledge, iri, mn("startUnknown"))), iri
        assert bool(keys) != bool(values(knowledge, iri, mn("keyAbsent"))), iri


def test_successive_texts_do_not_overlap(knowledge: Knowledge) -> None:
    """A text ends on the day its replacement takes effect."""
    found = provisions(knowledge)
    pairs = [(iri, old) for iri in found for old in values(knowledge, iri, REPLACES)]

    assert pairs
    for new, old in pairs:
        assert dates(knowledge, old)[1] == dates(knowledge, new)[0], (new, old)


@pytest.mark.parametrize(
    ("kind", "of"), [("SourceOrder", ""), ("ClinicalDefinition", "defines"), ("SearchSequence", "")]
)
def test_one_text_is_in_force_on_a_day(kind: str, of: str, knowledge: Knowledge) -> None:
    """Only one order of sources and one definition of a term is in force on any day."""
    found = members(knowledge, kind)
    repeated = [
        (one, other)
        for one in found
        for other in found
        if one < other
        and (not of or values(knowledge, one, mn(of)) == values(knowledge, other, mn(of)))
        and overlap(dates(knowledge, one), dates(knowledge, other))
    ]

    assert found
    assert not repeated


def test_an_overlap_is_seen() -> None:
    """The check fails for an overlap; the last day is exclusive."""
    assert overlap(("2013-01-01", "2017-01-01"), ("2016-12-31", ""))
    assert not overlap(("2013-01-01", "2017-01-01"), ("2017-01-01", ""))


def test_only_orders_of_sources_open_tiers(knowledge: Knowledge) -> None:
    """The search sequence since 2015 supplements the statutory order and does not replace it."""
    ordered = {
        s for o in members(knowledge, "SourceOrder") for s in values(knowledge, o, mn("step"))
    }
    with_tier = {
        iri
        for (iri, p) in knowledge.described
        if p == mn("tier").value and iri.startswith(LAW) and iri.count("/") == LAW.count("/")
    }

    assert with_tier - set(members(knowledge, "CitationForm")) == ordered


def test_every_row_is_held_exactly_once(knowledge: Knowledge) -> None:
    """Each row of the dossier is held exactly once."""
    whole, parts = holders(knowledge, "datasetRow"), holders(knowledge, "partOfRow")

    assert {row for row in whole if row in ROWS} == ROWS - IN_TEXTS
    assert {row: iris for row, iris in whole.items() if row in ROWS and len(iris) != 1} == {}
    assert set(parts) & IN_TEXTS == IN_TEXTS
    assert set(parts) <= ROWS


def test_each_clock_has_a_start_an_end_and_a_figure(knowledge: Knowledge) -> None:
    """A time limit that is computed names the events that start and end its clock."""
    for iri in members(knowledge, "Provision"):
        if values(knowledge, iri, mn("bindsReview")):
            assert values(knowledge, iri, mn("startsWith")), iri
            assert values(knowledge, iri, mn("endsWith")) == [mn("reviewedOn").value], iri
        if values(knowledge, iri, mn("startsWith")):
            assert values(knowledge, iri, mn("timesAct")), iri
            assert [f for f in FIGURES if values(knowledge, iri, mn(f))], iri


def test_the_levels_are_a_strict_order(knowledge: Knowledge) -> None:
    """The levels of evidence are in strict order, as are their ranks."""
    levels = sorted(
        members(knowledge, "EvidenceLevel"),
        key=lambda iri: int(knowledge.value(iri, mn("rank")) or 0),
    )
    labels = [knowledge.value(iri, LABEL) for iri in levels]

    assert labels == [f"level {name}" for name in ("1a", "1b", "1c", "2", "3", "4", "5")]
    for place, level in enumerate(levels, start=1):
        assert knowledge.value(level, mn("rank")) == str(place)
        assert values(knowledge, level, mn("strongerThan")) == levels[place : place + 1]


def test_a_design_has_one_level_for_one_question(knowledge: Knowledge) -> None:
    """Design, bias and clinical question determine one level."""
    table: dict[str, dict[tuple[str, str], list[str]]] = {}
    for cell in members(knowledge, "EvidenceCell"):
        question, design, bias = (
            knowledge.value(cell, mn(name)) or ""
            for name in ("clinicalQuestion", "studyDesign", "biasRating")
        )
        levels = values(knowledge, cell, mn("evidenceLevel"))
        table.setdefault(question, {}).setdefault((design, bias), []).extend(levels)
    cells = values(knowledge, LAW + "levels-of-evidence", mn("cell"))

    assert set(table) == set(members(knowledge, "ClinicalQuestion"))
    assert cells == members(knowledge, "EvidenceCell")
    assert all(len(levels) == 1 for cells in table.values() for levels in cells.values())


@pytest.mark.parametrize(
    ("question", "design", "bias", "level"),
    [
        ("benefit", "randomized-trial", "low-bias", "1b"),
        ("benefit", "randomized-trial", "bias-found", "1c"),
        ("harm", "randomized-trial", "bias-found", "2"),
        ("harm", "prospective-study", "bias-not-named", "1c"),
        ("benefit", "case-control", "bias-not-named", "3"),
    ],
)
def test_the_level_depends_on_the_question(
    question: str, design: str, bias: str, level: str, knowledge: Knowledge
) -> None:
    """The same design and bias have different levels for different questions."""
    asked = {
        "clinicalQuestion": f"{LAW}question-{question}",
        "studyDesign": f"{LAW}design-{design}",
        "biasRating": LAW + bias,
    }
    found = [
        knowledge.value(cell, mn("evidenceLevel"))
        for cell in members(knowledge, "EvidenceCell")
        if all(knowledge.value(cell, mn(name)) == value for name, value in asked.items())
    ]

    assert found == [f"{LAW}level-{level}"]


def test_rows_agree_with_the_dossier(knowledge: Knowledge, shared_folder: Path) -> None:
    """Dates and verification are those of the row that a provision names."""
    rows = dossier(shared_folder)
    held = holders(knowledge, "datasetRow")

    assert set(rows) - ROWS == {"DEF-01", "MT-04"}
    for name in ROWS - IN_TEXTS:
        (iri,) = held[name]
        row = rows[name]
        status = mn("Verified" if row["verified"] == "yes" else "Provisional").value
        assert dates(knowledge, iri) == (row["effective_from"], row["effective_to"]), iri
        assert values(knowledge, iri, mn("verification")) == [status], iri
        if row["source_url"]:
            assert row["source_url"] in values(knowledge, iri, mn("seenAt")), iri


def test_parts_of_a_row_lie_within_it(knowledge: Knowledge, shared_folder: Path) -> None:
    """The parts of a row and the provision of the whole row have its dates and its status."""
    rows = dossier(shared_folder)
    whole = holders(knowledge, "datasetRow")
    for name, parts in holders(knowledge, "partOfRow").items():
        iris = [*parts, *whole.get(name, [])]
        row, spans = rows[name], sorted(dates(knowledge, iri) for iri in iris)
        seen = {knowledge.value(iri, mn("verification")) for iri in iris}
        assert spans[0][0] == row["effective_from"], name
        assert max(last or "9999" for _, last in spans) == (row["effective_to"] or "9999"), name
        assert (mn("Verified").value in seen) == (row["verified"] == "yes"), name
