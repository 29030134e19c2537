from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from reasoner.letters.read import read_letter
from reasoner.letters.readers.dosage import visits_of
from reasoner.letters.reference_form import as_reference

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Item

LETTER = """Case Number: CM16-0000001
Date Assigned: 11/09/2016 Date of Injury: {injury}
Decision Date: 12/09/2016 UR Denial Date: 11/20/2016
Priority: Standard Application 11/03/2016
Received:

HOW THE IMR FINAL DETERMINATION WAS MADE
State(s) of Licensure: California
Certification(s)/Specialty: Family Practice

CLINICAL CASE SUMMARY

{summary}

IMR ISSUES, DECISIONS AND RATIONALES

{heading}: {outcome}

Claims Administrator guideline: {administrator}

MAXIMUS guideline: Decision based on MTUS Chronic Pain Medical Treatment 2016.

Decision rationale: {rationale}
"""
PERSON = "The injured worker is a 40 year old male with a lumbar strain. "


def written(**parts: str) -> str:
    """Write a letter with these parts and the same other parts."""
    usual = {
        "summary": PERSON,
        "heading": "Physical therapy 2 times a week for 6 weeks for the lumbar spine",
        "administrator": "Decision based on MTUS Low Back Complaints 2004.",
        "injury": "10/13/2016",
        "outcome": "Upheld",
        "rationale": "It is so.",
    }
    return LETTER.format(**(usual | parts))


def item(lexicon: Lexicon, **parts: str) -> Item:
    """Read the one item of a letter with these parts."""
    (read,) = read_letter(written(**parts), lexicon).items
    return read


PHRASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[2] / "fixtures" / "letters" / "phrases.yaml").read_text("utf-8")
)


def table(name: str) -> Any:
    """Parametrize a test by the rows of a table of phrases."""
    return pytest.mark.parametrize("row", PHRASES[name], ids=lambda row: next(iter(row.values())))


@table("earlier_visits")
def test_earlier_visits(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Only visits that took place are counted, not requested, refused or undocumented ones."""
    facts = item(lexicon, summary=PERSON + row["sentence"]).facts

    assert facts is not None
    assert facts.prior_certainty is not None
    assert facts.prior_certainty.value.code == row["certainty"]
    assert (facts.prior_visits.value if facts.prior_visits else None) == row["visits"]


@table("response")
def test_response(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Improved function is improvement; less pain alone is not."""
    facts = item(lexicon, summary=PERSON + row["sentence"]).facts

    assert facts is not None
    assert facts.response is not None
    assert facts.response.value.code == row["response"]


@table("item_facts")
def test_facts_of_the_treatment_in_dispute(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Earlier visits and response are those of the requested treatment."""
    facts = item(lexicon, summary=PERSON + row["sentence"], heading=row["heading"]).facts

    assert facts is not None
    assert facts.prior_certainty is not None
    assert facts.response is not None
    assert (facts.prior_visits.value if facts.prior_visits else None) == row["visits"]
    assert facts.prior_certainty.value.code == row["certainty"]
    assert facts.response.value.code == row["response"]


@table("home_program")
def test_home_program(row: dict[str, Any], lexicon: Lexicon) -> None:
    """A home program counts if the worker does it, not if it is only advised."""
    facts = item(lexicon, summary=PERSON + row["sentence"]).facts

    assert facts is not None
    assert facts.home_program is not None
    assert facts.home_program.value.code == row["program"]


@pytest.mark.parametrize("row", PHRASES["grounds"], ids=lambda row: row["rationale"])
def test_grounds(row: dict[str, Any], lexicon: Lexicon) -> None:
    """A ground is what the rationale says of the case, not what it quotes of a guideline."""
    read = item(
        lexicon,
        heading="Physical therapy 2 times a week for 4 weeks for the knee",
        rationale=row["rationale"],
        outcome="Overturned" if row["granted"] else "Upheld",
    )

    assert sorted({ground.value.code for ground in read.grounds}) == row["grounds"]


@table("dosage")
def test_dosage(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Each notation of a dosage gives the same quantities, and missing ones stay missing."""
    letter = read_letter(written(heading=row["heading"]), lexicon)
    reference: dict[str, Any] = as_reference(letter)
    (coded,) = reference["items"]
    total = visits_of(letter.items[0].original)

    assert (total.value if total else None) == row["visits"]
    assert coded["quantity"] == row["stated"]
    assert coded["frequency_per_week"] == row["per_week"]
    assert coded["weeks"] == row["weeks"]


@table("diagnoses")
def test_regions_of_the_diagnoses(row: dict[str, Any], lexicon: Lexicon) -> None:
    """An item without a region gets the regions of the diagnoses, marked as inferred."""
    summary = f"The worker is a 40 year old male. {row['sentence']}"
    facts = item(lexicon, summary=summary, heading="Physical therapy 6").facts

    assert facts is not None
    assert sorted(r.value.code for r in facts.regions) == row["regions"]
    assert {r.confidence for r in facts.regions} == {"inferred"}


@table("headings")
def test_heading(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Treatment, regions and visits are read from one heading."""
    summary = f"{PERSON}The diagnoses include lumbar strain."
    facts = item(lexicon, summary=summary, heading=row["heading"]).facts

    assert facts is not None
    assert facts.treatment.value.code == row["treatment"]
    assert sorted(r.value.code for r in facts.regions) == row["regions"]
    assert (facts.visits_original.value if facts.visits_original else None) == row["visits"]


@table("splits")
def test_split(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Requested, approved and remaining visits are distinguished."""
    read = item(lexicon, heading=row["heading"])

    assert read.modified
    assert read.facts is not None
    assert read.facts.visits_original is not None
    assert read.facts.visits_original.value == row["original"]
    assert read.facts.ur_approved is not None
    assert read.facts.ur_approved.value == row["approved"]
    assert read.facts.visits_disputed is not None
    assert read.facts.visits_disputed.value == row["disputed"]


DATES = {
    "date_assigned": "2016-11-09",
    "date_of_injury": "2016-10-13",
    "decision_date": "2016-12-09",
    "ur_denial_date": "2016-11-20",
    "application_received": "2016-11-03",
}


@table("headers")
def test_header(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Each date of the header is read in any layout of its columns."""
    letter = written()
    text = row["header"] + letter[letter.index("\n\nHOW THE IMR") :]
    reference: dict[str, Any] = as_reference(read_letter(text, lexicon))

    assert reference["case"] == "CM16-0000001"
    assert {name: reference["header"].get(name) for name in DATES} == DATES
    assert str(reference["header"]["priority"]).lower() == "standard"


@table("measures")
def test_figures_of_two_days(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Better figures on a later day are improvement; worse, equal or other ones are not."""
    summary = f"{PERSON}Treatment has included 6 physical therapy visits. {row['sentence']}"
    facts = item(lexicon, summary=summary).facts

    assert facts is not None
    assert facts.response is not None
    assert facts.response.value.code == row["response"]


@pytest.mark.parametrize(
    ("injury", "phase"),
    [
        ("10/21/2016", "acute"),
        ("10/20/2016", "subacute"),
        ("10/19/2016", "subacute"),
        ("08/21/2016", "subacute"),
        ("08/20/2016", "subacute"),
        ("08/19/2016", "chronic"),
    ],
)
def test_stage_by_dates(injury: str, phase: str, lexicon: Lexicon) -> None:
    """The stage changes on its day: test the day before, the day and the day after."""
    facts = item(lexicon, injury=injury).facts

    assert facts is not None
    assert facts.phase is not None
    assert facts.phase.value.code == phase


@pytest.mark.parametrize(
    ("heading", "treatment", "kind"),
    [
        ("Acupuncture 6 visits", "acupuncture", "acupuncture"),
        ("Chiropractic physiotherapy 6 visits", "chiropractic", "chiropractic"),
        ("Electrical stimulation 2x6", "other_pm", "modality"),
        ("Hand therapy 6 visits", "occupational_therapy", "occupational_therapy"),
        ("Massage therapy 6 visits", "other_pm", "modality"),
        ("Ice/heat pads therapy times 12", "other_pm", "modality"),
        ("Spinolator therapy 6 visits", "other_pm", "chiropractic"),
        ("Physical therapy evaluation and treatment", "physical_therapy", "physical_therapy"),
        ("TENS unit purchase", "equipment", None),
        ("MRI of the lumbar spine", None, None),
        ("Ultrasound guided injection", None, None),
        ("Pre-op labs: PT/PTT", None, None),
        ("Functional capacity evaluation", "equipment", None),
        ("Hot/cold pack unit rental", None, None),
    ],
)
def test_treatment(heading: str, treatment: str | None, kind: str | None, lexicon: Lexicon) -> None:
    """Visits of physical medicine are distinguished from items that only mention it."""
    read = item(lexicon, heading=heading)

    assert (read.treatment.value.code if read.treatment else None) == treatment
    assert read.kind == kind
    assert read.physical_medicine == (kind is not None)


@table("guideline_line")
def test_guideline_line(row: dict[str, Any], lexicon: Lexicon) -> None:
    """Basis and sources are read from the line; a line with neither is reported."""
    side = item(lexicon, administrator=row["line"]).claims_administrator

    assert side is not None
    assert (side.basis.value.code if side.basis else None) == row["basis"]
    assert [f"{c.tier.code} {c.title}" for c in side.citations] == row["cited"]


@pytest.mark.parametrize("year", [2009, 2016])
def test_an_edition_is_identified_by_title_and_year(year: int, lexicon: Lexicon) -> None:
    """A title names several editions, and the year selects one."""
    line = f"Decision based on MTUS Chronic Pain Medical Treatment {year}."
    side = item(lexicon, administrator=line).claims_administrator

    assert side is not None
    assert str(side.citations[0].guideline).endswith(f"/mtus-chronic-pain-{year}")


def test_what_is_not_understood_is_listed(lexicon: Lexicon) -> None:
    """An item without a quantity and an unknown diagnosis are reported, not guessed."""
    text = written(
        summary="He is a 40 year old male. The diagnoses include lumbar strain; and zyxitis.",
        heading="Physical therapy",
        administrator="Because.",
    )
    letter = read_letter(text, lexicon)

    assert {(n.part, n.words) for n in letter.not_understood} == {
        ("diagnosis", "zyxitis"),
        ("item 1, visits", "Physical therapy"),
        ("item 1, guideline", "Because."),
    }
    assert letter.items[0].facts is not None
    assert letter.items[0].facts.visits_disputed is None


def test_more_of_a_treatment_says_that_some_was_given(lexicon: Lexicon) -> None:
    """A request for "more" visits leaves the earlier count open; silence does not."""
    more, first = (
        item(lexicon, heading=f"{word} therapy 6 visits, lumbar spine").facts
        for word in ("Additional physical", "Physical")
    )

    assert more is not None
    assert more.prior_certainty is not None
    assert more.prior_certainty.value.code == "unknown"
    assert more.prior_certainty.confidence == "inferred"
    assert first is not None
    assert first.prior_certainty is not None
    assert first.prior_certainty.value.code == "none_stated"


def test_a_modality_counts_with_therapy_and_not_the_reverse(lexicon: Lexicon) -> None:
    """A modality counts as therapy, but a heat pack at home is not a visit."""
    therapy = f"{PERSON}Treatment has included 6 sessions of physical therapy."
    heat = f"{PERSON}Treatment has included heat therapy."
    modality = item(lexicon, summary=therapy, heading="Infrared therapy 6 visits").facts
    visits = item(lexicon, summary=heat).facts

    assert modality is not None
    assert modality.prior_visits is not None
    assert modality.prior_visits.value == 6
    assert visits is not None
    assert visits.prior_visits is None


@pytest.mark.parametrize("name", ["Non-\nMTUS", "Non- \n MTUS", "Non-MTUS"])
def test_a_hyphen_before_a_capital_belongs_to_the_word(name: str, lexicon: Lexicon) -> None:
    """A hyphen before a capital letter at a line end belongs to the word."""
    side = item(lexicon, administrator=f"Decision based on {name} Citation ODG Neck.")

    assert side.claims_administrator is not None
    assert [c.tier.code for c in side.claims_administrator.citations] == ["ODG"]


@pytest.mark.parametrize(
    ("sentence", "regions"),
    [
        ("He has right knee pain. The knee is swollen. The ankle is normal.", ["knee"]),
        ("He has neck and shoulder pain.", ["neck", "shoulder"]),
        ("He is in pain.", []),
    ],
)
def test_a_summary_without_a_diagnosis_has_the_region_it_mentions_most(
    sentence: str, regions: list[str], lexicon: Lexicon
) -> None:
    """The region mentioned most is taken by convention and marked; without one, none is read."""
    summary = f"He is a 40 year old male. {sentence}"
    facts = item(lexicon, summary=summary, heading="Physical therapy 6").facts

    assert facts is not None
    assert sorted(r.value.code for r in facts.regions) == regions
    assert {r.confidence for r in facts.regions} <= {"inferred"}
