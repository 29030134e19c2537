"""Each fixture case gives the results in its folder; the seed matches its page word for word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reasoner import (
    assessment_data,
    assessment_text,
    decide,
    describe_assessment,
    load_case_file,
)
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from reasoner import Assessment, Knowledge

CASES = Path(__file__).parents[2] / "fixtures" / "cases"
SEED = CASES / "seed-2014-spine-12-visits"
LINES = 40
"""The lines of a page that a reader takes in at once."""
EVERY = sorted(path.parent for path in CASES.glob("*/case.ttl"))
EXPECTED = sorted(path.parent for path in CASES.glob("*/expected.json"))


@pytest.fixture(scope="module")
def seed(knowledge: Knowledge) -> Assessment:
    """Decide the seed once."""
    return decide(load_case_file(SEED / "case.ttl", knowledge), knowledge)


def fired(decision: Assessment) -> set[str]:
    return {firing.name for firing in decision.derivation.firings}


def proposals(decision: Assessment) -> list[list[str]]:
    """List the sets of moves proposed for the first request, without duplicates."""
    sets = {
        frozenset(v.value.rsplit("#", 1)[-1] for v in decision.derivation.values(scenario, "move"))
        for saying in decision.determinations[0].changes
        if saying.rule in {"CHG-01", "CHG-14"}
        and (scenario := saying.firing.bindings["scenario"].value)
    }
    return sorted(sorted(moves - {"AsItIs", "KeepTheNumber"}) for moves in sets)


@pytest.mark.parametrize("folder", EXPECTED, ids=lambda p: p.name)
def test_a_case_comes_out_as_its_folder_says(folder: Path, knowledge: Knowledge) -> None:
    """The results match `expected.json`, written by hand from the guideline and the law."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    decision = decide(load_case_file(folder / "case.ttl", knowledge), knowledge)
    one = decision.determinations[0]
    found: dict[str, Any] = {
        "outcome": one.outcome.rsplit("#", 1)[-1],
        "robust": one.robust,
        "supported": list(one.visits.supported) if one.visits.supported else None,
        "turnsOn": [
            v.value.rsplit("#", 1)[-1] for v in decision.derivation.values(one.request, "turnsOn")
        ],
        "proposals": proposals(decision),
        "recommended": one.recommended,
        "governing": [g.source.iri.split("/guideline/")[1] for g in one.governing],
    }

    assert {key: found[key] for key in found if key in expected} == {
        key: expected[key] for key in found if key in expected
    }
    assert set(expected.get("rules", [])) <= fired(decision)
    assert not set(expected.get("absent", [])) & fired(decision)


@pytest.mark.parametrize("name", ["determination.txt", "full.txt", "determination.json"])
def test_the_seed_reads_as_it_was_blessed(
    name: str, seed: Assessment, knowledge: Knowledge, pytestconfig: pytest.Config
) -> None:
    """A changed page fails until a person has reviewed it."""
    if name.endswith("txt"):
        page = describe_assessment(seed, knowledge, proof=False)
        full = name == "full.txt"
        text = assessment_text(page, full=full).rsplit("\n\n", 1)[0] + "\n"
    else:
        data = assessment_data(seed, knowledge, proof=False)
        del data["provenance"], data["digest"]
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    path = SEED / name
    if pytestconfig.getoption("--bless"):
        path.write_text(text, encoding="utf-8")

    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", EVERY, ids=lambda p: p.name)
def test_a_worksheet_fits_on_one_page(folder: Path, knowledge: Knowledge) -> None:
    """The default page of each request has at most 40 lines."""
    decision = decide(load_case_file(folder / "case.ttl", knowledge), knowledge)
    text = assessment_text(describe_assessment(decision, knowledge, proof=False))

    assert len(text.splitlines()) <= LINES * len(decision.determinations)


@pytest.mark.parametrize("folder", EXPECTED, ids=lambda p: p.name)
def test_a_determination_reports_its_search_and_cites_what_governs(
    folder: Path, knowledge: Knowledge
) -> None:
    """The page gives the search sequence and, from 2015 on, cites what governs in its form."""
    decision = decide(load_case_file(folder / "case.ttl", knowledge), knowledge)
    one = decision.determinations[0]
    cited = {v.value for v in decision.derivation.values(one.request, "citesInForm")}
    law = {v.value for v in decision.derivation.values(one.request, "inForce")}
    asked = "https://w3id.org/mednec/law/citation-format" in law

    assert "SRCH-01" in {saying.rule for saying in one.search}
    for governing in one.governing:
        held = knowledge.value(governing.source.iri, mn("textHeld")) != "false"
        assert (governing.source.iri in cited) == (held and asked)


def test_the_seed_is_the_same_from_json(seed: Assessment, knowledge: Knowledge) -> None:
    """The Turtle and JSON forms of a case have the same facts, digest and answer."""
    other = decide(load_case_file(SEED / "case.json", knowledge), knowledge)

    assert other.case.digest == seed.case.digest
    assert assessment_data(other, knowledge) == assessment_data(seed, knowledge)


def test_the_denial_of_the_seed_is_supported_whatever_the_missing_notes_say(
    seed: Assessment,
) -> None:
    """The request as made fails on every reading of the record."""
    one = seed.determinations[0]

    assert one.label == "not medically necessary as requested"
    assert list(one.dispositions.values()) == ["deny", "upheld"]
    assert one.as_made_label == "fails as made on every reading of the record"
    assert not one.robust
    assert one.robustness == (
        "12 visits fail on every reading of the record; "
        "whether 1 is supported turns on the therapy notes."
    )


def test_the_arithmetic_of_the_seed_is_that_of_the_letter(seed: Assessment) -> None:
    """9 + 12 = 21 exceeds 10, 1 visit is left, and the cap of 24 is not reached."""
    visits = seed.determinations[0].visits

    assert (visits.prior, visits.requested, visits.total) == (9, 12, 21)
    assert (visits.limit, visits.remaining, visits.cap) == (10, 1, 24)
    assert (visits.least, visits.most) == (0, 1)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("LIM-02", "9 earlier and 12 requested visits make 21"),
        ("LIM-05", "The request alone, 12 visits, exceeds the limit of 10"),
        ("LIM-07", "depends on documented functional improvement"),
        ("LIM-09", "ODG 2014, which is not reached, supports at most 10"),
        ("FI-10", "is not documented: the file does not contain the therapy notes"),
        ("HOME-01", "active home program"),
        ("FADE-01", "frequency of visits to fade"),
        ("REG-02", "thoracic sprain is only a past diagnosis"),
        ("CAP-10", "21 of the 24 visits"),
        ("UR-04", "Timeliness of utilization review: unknown"),
        (
            "CHG-01",
            "A request for 1 visit, only for the regions that have a current diagnosis, with",
        ),
        ("AUD-01", "utilization review cited nothing"),
        ("AUD-02", "outside the schedule and makes no finding"),
        ("AUD-03", "A trial is a checkpoint, not a limit"),
        ("AUD-04", "“extensive physical therapy” about 9 visits"),
        ("AUD-05", "does not contain the therapy notes that could show it"),
        ("AUD-06", "requested on a past diagnosis alone"),
        ("AUD-07", "275 days had passed. The date of the letter is missing"),
    ],
)
def test_the_seed_says_what_the_design_names(rule: str, words: str, seed: Assessment) -> None:
    """A rule with a source states each point that a careful reviewer would make about the seed."""
    one = seed.determinations[0]
    sentences = [
        s
        for part in (one.reasons, one.missing, one.changes, one.legal, one.audit)
        for s in part
        if s.rule == rule
    ]

    assert any(words in s.text for s in sentences)
    assert all(s.basis for s in sentences)


def test_an_unverified_figure_is_marked_wherever_it_appears(seed: Assessment) -> None:
    """Each reason that rests on the nearest row is marked provisional."""
    one = seed.determinations[0]
    unverified = {source.iri for source in one.sources if not source.verified}

    resting = [s for s in one.reasons if unverified & set(s.sources)]

    assert {"LIM-02", "LIM-05", "LIM-12"} <= {s.rule for s in resting}
