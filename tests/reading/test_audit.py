from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from reasoner import errors
from reasoner.audits.audit import (
    Auditor,
    ComparedData,
    departures,
    determination_of,
    explaining,
    with_determinations,
)
from reasoner.audits.data import audit_data, describe_audit
from reasoner.cases.intake import check_case, check_case_with_referee
from reasoner.commands.main import commands
from reasoner.determinations.accusations import accuses
from reasoner.determinations.assess import load_case
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter
from reasoner.letters.reference_form import as_reference
from reasoner.pages.audit import audit_html, audit_text
from reasoner.pages.layout import WIDTH

from .test_phrases import PERSON, written

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.audits.audit import ItemAudit

ROOT = Path(__file__).parents[2]
LETTERS = sorted((ROOT / "fixtures" / "letters").glob("*.txt"))
WHOLE = ROOT / "fixtures" / "letters" / "low-back-whole-request-judged.txt"
COMPOUND = ROOT / "fixtures" / "letters" / "wrist-and-knee-compound.txt"
INFRARED = ROOT / "fixtures" / "letters" / "hip-infrared-wrong-section.txt"
SEED_CASE = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits"


@pytest.fixture(scope="session")
def auditor(knowledge: Knowledge) -> Auditor:
    """Return one auditor, which has no state, for all tests."""
    return Auditor(knowledge)


def audits(auditor: Auditor, text: str) -> tuple[ItemAudit, ...]:
    return auditor.audit(read_letter(text, auditor.lexicon))


def rules(audit: ItemAudit) -> set[str]:
    assert audit.determination is not None
    return {saying.rule for saying in audit.determination.audit}


@pytest.mark.parametrize("path", LETTERS, ids=lambda p: p.stem)
def test_each_fact_of_a_case_points_at_words_of_its_letter(path: Path, auditor: Auditor) -> None:
    """Each part of a case has a passage, which is not empty and is inside the letter."""
    letter = read_letter(load_source(path), auditor.lexicon)
    for audit in auditor.audit(letter):
        assert audit.decision is not None
        page = audit_data(audit.decision, auditor.knowledge, letter)
        facts = page["audits"][0]["facts"]  # type: ignore[index] # plain data

        assert facts
        for fact in facts:
            assert fact["passages"], fact
            for passage in fact["passages"]:
                words = letter.source[passage["start"] : passage["end"]]
                assert words.strip()
                assert " ".join(words.split()) == passage["words"]


@pytest.mark.parametrize("path", LETTERS, ids=lambda p: p.stem)
def test_a_case_that_was_read_satisfies_both_validators(path: Path, auditor: Auditor) -> None:
    """A case read from a letter passes both validators."""
    for audit in audits(auditor, load_source(path)):
        case = load_case(audit.case, auditor.knowledge, form="turtle")

        assert check_case(case, auditor.knowledge).conforms
        assert check_case_with_referee(case, auditor.knowledge).conforms


def test_the_same_letter_gives_the_same_case(auditor: Auditor) -> None:
    """The same letter gives the same case, byte for byte."""
    first, second = (audits(auditor, load_source(WHOLE))[0].case for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("rule", "words", "instead"),
    [
        ("AUD-13", "Chronic Pain Medical Treatment 2016", "Low Back Complaints 2004"),
        ("AUD-18", "The request for 8 sessions", "The request"),
        ("AUD-32", "Chronic Pain Medical Treatment 2009", "Chronic Pain Medical Treatment 2016"),
        ("AUD-09", "is:\nUpheld", "is:\nOverturned"),
    ],
)
def test_a_departure_is_found_and_is_not_found_without_its_words(
    rule: str, words: str, instead: str, auditor: Auditor
) -> None:
    """Each kind of departure is found because of its words in the letter."""
    text = load_source(WHOLE)
    assert words in text

    assert rule in rules(audits(auditor, text)[0])
    assert rule not in rules(audits(auditor, text.replace(words, instead))[0])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("counts earlier treatment", "The worker has had previous physical\ntherapy."),
        ("counts an unknown number", "It is unclear how many sessions were attended."),
    ],
)
def test_earlier_treatment_is_missed_in_the_summary_for_each_statement_of_it(
    said: str, words: str, auditor: Auditor
) -> None:
    """Each statement gives its own finding with its own words."""
    text = load_source(WHOLE)
    assert words in text

    assert said in missed_in_summary(audits(auditor, text)[0])
    assert said not in missed_in_summary(audits(auditor, text.replace(words, ""))[0])


def missed_in_summary(found: ItemAudit) -> str:
    assert found.determination is not None
    return " ".join(s.text for s in found.determination.audit if s.rule == "AUD-16")


def test_a_section_on_another_treatment_and_denied_improvement_are_found(auditor: Auditor) -> None:
    """The audit finds heat judged by thermography, and a denied benefit that was documented."""
    therapy, infrared = audits(auditor, load_source(INFRARED))

    assert "AUD-26" in rules(therapy)
    assert "AUD-15" in rules(infrared)
    assert "AUD-15" not in rules(therapy)


def test_a_remainder_is_decided_on_top_of_what_was_approved(auditor: Auditor) -> None:
    """With four of eight visits approved, the trial of six is not over."""
    found = audits(auditor, load_source(WHOLE))[0]
    assert found.determination is not None

    assert found.determination.visits.requested == 4
    assert found.determination.visits.authorized == 4
    assert determination_of(found, auditor.knowledge) == ComparedData(
        imr="Overturned",
        limit=10,
        robust=True,
        findings=explaining(found.determination, auditor.knowledge),
    )


def test_each_part_of_a_compound_remainder_is_decided(auditor: Auditor) -> None:
    """Visits for the wrist and the knee are two requests with separate sums."""
    letter = read_letter(load_source(COMPOUND), auditor.lexicon)
    item = next(i for i in letter.items if len(i.disputed) > 1)
    parts = [a for a in auditor.audit(letter) if a.item.number == item.number]
    data = with_determinations(as_reference(letter), auditor.audit(letter), auditor.knowledge)
    whole = data["items"][item.number - 1]["determination"]  # type: ignore[index] # plain data

    assert [a.item.part for a in parts] == [1, 2]
    assert len({a.case for a in parts}) == 2
    asked = [a.determination.visits.requested for a in parts if a.determination]
    assert asked == [d.visits.value.most for d in item.disputed if d.visits]
    outcomes = {determination_of(a, auditor.knowledge).imr for a in parts}
    assert whole["imr"] == ("Upheld" if "Upheld" in outcomes else "Overturned")


def test_citing_another_source_explains_no_outcome(auditor: Auditor) -> None:
    """Citing a guideline of another phase or out of force is a finding, but no explanation."""
    found = audits(auditor, load_source(WHOLE))[0].determination
    assert found is not None
    fired = {s.rule for s in departures(found)}

    assert "AUD-32" in fired
    assert {"AUD-13", "AUD-18"} <= {s.rule for s in found.audit if not accuses(s)}
    assert {"AUD-13", "AUD-32"} & set(explaining(found, auditor.knowledge)) == set()
    assert "AUD-18" in explaining(found, auditor.knowledge)


@pytest.mark.parametrize(("visits", "held"), [(6, 18), (7, 6), (18, 6), (19, 18)])
def test_the_figure_compared_is_the_one_that_decides(
    visits: int, held: int, auditor: Auditor
) -> None:
    """The figure compared is the number in a trial, the trial beyond it, then the number again."""
    summary = f"{PERSON}The diagnoses include lumbar strain. He has had no chiropractic care."
    heading = f"Chiropractic treatment {visits} visits for the lumbar spine"
    found = audits(auditor, written(summary=summary, heading=heading))[0].determination
    assert found is not None

    assert (found.visits.trial, found.visits.largest) == (6, 18)
    assert found.visits.held == held


def test_the_difference_itself_explains_nothing(auditor: Auditor) -> None:
    """AUD-09 states the difference; the other findings explain it."""
    found = audits(auditor, load_source(WHOLE))[0].determination
    assert found is not None

    assert "AUD-09" in {s.rule for s in found.audit}
    assert "AUD-09" not in explaining(found, auditor.knowledge)


@given(end=st.integers(min_value=0, max_value=2400))
def test_a_truncated_letter_is_audited_as_far_as_it_goes(auditor: Auditor, end: int) -> None:
    """A truncated letter gives an error or fewer audits, never a crash."""
    text = load_source(WHOLE)[:end]
    try:
        found = audits(auditor, text)
    except errors.LetterUnreadable:
        return

    assert len(found) <= 1


def test_the_page_explains_itself_and_keeps_its_width(auditor: Auditor) -> None:
    """The page shows who stated what, agreements, departures with quotations, and a glossary."""
    letter = read_letter(load_source(WHOLE), auditor.lexicon)
    pages = [
        describe_audit(a.decision, auditor.knowledge, letter)
        for a in auditor.audit(letter)
        if a.decision
    ]
    text = audit_text(pages, WHOLE.name)
    html = audit_html(pages, "<b>a title</b>")

    assert "physical therapy, 4 visits: reviewer upheld, mednec overturn: DIFFER" in text
    assert "  ! The letter counts earlier treatment against the request" in text
    assert "  - Utilization review cited" in text
    assert "  · The letter rests on MTUS chronic pain 2016" in text
    for heading in ("Who decided what", "Where the letter departs: 3", "How to read this page"):
        assert heading in text
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "<b>a title</b>" not in html
    assert html.count('<section class="item">') == 1


@pytest.mark.parametrize("form", ["text", "json", "html", "turtle"])
def test_the_command_audits_a_letter_in_each_form(form: str) -> None:
    """The exit code is 0 if every item of physical medicine was decided."""
    done = CliRunner().invoke(commands, ["audit", str(WHOLE), "--format", form])

    assert done.exit_code == 0, done.output
    assert "AUD-18" in done.output or form == "turtle"
    assert form != "json" or json.loads(done.stdout)["undecided"] == []


def test_the_command_audits_a_case_too() -> None:
    """A case written by hand is audited like one read from a letter."""
    done = CliRunner().invoke(commands, ["audit", str(SEED_CASE / "case.ttl")])

    assert done.exit_code == 0, done.output
    assert "Where the letter departs: 3" in done.output


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.txt", ""), ("other.txt", "Dear Sir, thank you for your letter of yesterday.")],
)
def test_a_file_that_is_not_a_letter_is_refused_with_a_hint(
    name: str, content: str, tmp_path: Path
) -> None:
    """The error states what is wrong with the file."""
    path = tmp_path / name
    path.write_text(content)

    done = CliRunner().invoke(commands, ["audit", str(path)])

    assert isinstance(done.exception, errors.LetterUnreadable)


def test_the_letter_of_the_seed_yields_the_audit_written_by_hand(
    shared_folder: Path, auditor: Auditor
) -> None:
    """The seed letter gives the outcome, robustness and findings that were written by hand."""
    path = shared_folder / "letters" / "seed.txt"
    if not path.is_file():
        pytest.skip("The letter of the seed is not next to this checkout.")
    golden = json.loads((SEED_CASE / "determination.json").read_text())["determinations"][0]
    (found,) = audits(auditor, load_source(path))
    assert found.determination is not None

    assert found.determination.outcome.endswith(golden["outcome"])
    assert found.determination.robust == golden["robust"]
    assert found.determination.visits.most == golden["visits"]["supported"]["most"]
    assert [s.rule for s in found.determination.audit] == [a["rule"] for a in golden["audit"]]
