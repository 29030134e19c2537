from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reasoner.reading.dosage import visits_of
from reasoner.reading.read import read_letter
from reasoner.reading.reference_form import as_reference

if TYPE_CHECKING:
    from reasoner.reading.lexicon import Lexicon
    from reasoner.reading.model import Item

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

{heading}: Upheld

Claims Administrator guideline: {administrator}

MAXIMUS guideline: Decision based on MTUS Chronic Pain Medical Treatment 2016.

Decision rationale: It is so.
"""
PERSON = "The injured worker is a 40 year old male with a lumbar strain. "


def written(**parts: str) -> str:
    """Write a letter with these parts; the others are the same in each."""
    usual = {
        "summary": PERSON,
        "heading": "Physical therapy 2 times a week for 6 weeks for the lumbar spine",
        "administrator": "Decision based on MTUS Low Back Complaints 2004.",
        "injury": "10/13/2016",
    }
    return LETTER.format(**(usual | parts))


def item(lexicon: Lexicon, **parts: str) -> Item:
    """Read the one item of a letter with these parts."""
    (read,) = read_letter(written(**parts), lexicon).items
    return read


PRIOR = [
    ("The worker has completed 6 of 12 physical therapy visits.", 6, "exact"),
    ("He has attended 8 sessions of physical therapy to date.", 8, "exact"),
    ("Treatment to date has included 10 sessions of PT, medications and rest.", 10, "exact"),
    ("Treatment to date has included physical therapy (6 sessions), medications.", 6, "exact"),
    ("Treatment to date has included physical therapy x 6, medications.", 6, "exact"),
    ("Treatment has included physical therapy for 6 visits.", 6, "exact"),
    ("The patient completed physical therapy, 12 sessions, with benefit.", 12, "exact"),
    ("The patient had completed twelve physical therapy treatments.", 12, "exact"),
    ("She received an initial course of six physical therapy sessions.", 6, "exact"),
    ("The injured worker underwent approximately 8 sessions of physical therapy.", 8, "exact"),
    ("The injured worker has had at least 12 visits of physical therapy.", 12, "at_least"),
    ("The injured worker has had more than 12 visits of physical therapy.", 12, "at_least"),
    (
        "Treatment to date has included physical therapy, acupuncture and medications.",
        None,
        "unknown",
    ),
    ("Treatment has included an unknown amount of physical therapy.", None, "unknown"),
    (
        "Treatment has included physical therapy (number of sessions not found) and medications.",
        None,
        "unknown",
    ),
    ("Past treatments included therapy, medications and rest.", None, "unknown"),
    ("Past treatments included medication therapy and rest.", None, "none_stated"),
    ("Treatment to date has included medications and activity modification.", None, "none_stated"),
    ("The worker has not started physical therapy yet.", 0, "exact"),
    ("The worker denied prior physical therapy.", 0, "exact"),
    ("There has been no prior physical therapy.", 0, "exact"),
    ("The provider requested 12 sessions of physical therapy.", None, "none_stated"),
    ("The treatment plan included 12 sessions of physical therapy.", None, "none_stated"),
    ("The plan is for physical therapy and an MRI.", None, "none_stated"),
    ("The physician recommended physical therapy 3 times a week for 4 weeks.", None, "none_stated"),
    ("Physical therapy notes dated 11-1-2016 indicate the third visit.", None, "unknown"),
    ("There were 4 physical therapy notes submitted from 11-1-2016 to 11-20-2016.", 4, "at_least"),
    (
        "On 11-30-2016, utilization review denied the request for 8 physical therapy sessions due to lack of functional benefit from the prior 6 sessions of physical therapy.",
        6,
        "exact",
    ),
    (
        "On 11-30-2016, utilization review denied the request as there was no documentation of prior physical therapy.",
        None,
        "none_stated",
    ),
    ("The worker has completed 4 acupuncture visits.", None, "none_stated"),
    ("Prior treatment included occupational therapy for six sessions.", 6, "exact"),
    ("The injured worker completed 12 visits of a physical therapy program.", 12, "exact"),
    ("The worker is currently attending physical therapy.", None, "unknown"),
    ("The worker has been authorized for 6 sessions of physical therapy.", None, "none_stated"),
    ("The worker is in physical therapy and has completed 5 sessions.", 5, "exact"),
    ("The injured worker has finished 9/12 physical therapy sessions.", 9, "exact"),
    ("Six visits of physical therapy were completed.", 6, "exact"),
    ("The patient has had 6 PT sessions and 4 chiropractic sessions.", 6, "exact"),
    (
        "Treatments have included 4 chiropractic sessions and 6 physical therapy sessions.",
        6,
        "exact",
    ),
    ("The patient has attended 6 sessions of physical therapy out of 12.", 6, "exact"),
    ("Treatment to date: physical therapy times 6, medications.", 6, "exact"),
    ("Home physical therapy exercises were given.", None, "none_stated"),
    ("The patient has participated in physical therapy since 11/2/2016.", None, "unknown"),
    ("The injured worker reported that physical therapy is helping.", None, "unknown"),
    (
        "Treatment to date has included six (6) sessions of chiropractic care, six (6) sessions of physical therapy.",
        6,
        "exact",
    ),
    (
        "The provider noted the patient had completed 3 sessions of physical therapy and recommended continued physical therapy.",
        3,
        "exact",
    ),
    ("He has completed 6 initial physical therapy visits.", 6, "exact"),
]

RESP = [
    (
        "The worker completed 6 sessions of physical therapy with significant improvement.",
        "documented_yes",
    ),
    ("The worker completed 6 sessions of physical therapy with no relief.", "documented_no"),
    ("The worker completed 6 sessions of physical therapy with benefit.", "documented_yes"),
    ("Physical therapy has helped to decrease his pain.", "not_documented"),
    (
        "The worker has completed 6 sessions of physical therapy. He reports pain of 6 out of 10.",
        "not_documented",
    ),
    (
        "The worker has completed 6 sessions of physical therapy. He reports 50% improvement with physical therapy.",
        "documented_yes",
    ),
    ("He noted that physical therapy was helpful.", "documented_yes"),
    ("Physical therapy increased his range of motion and strength.", "documented_yes"),
    ("The worker completed physical therapy without improvement.", "documented_no"),
    ("He has failed physical therapy.", "documented_no"),
    (
        "He attended 6 sessions of physical therapy and states it made the pain worse.",
        "documented_no",
    ),
    ("He attended 6 sessions of physical therapy, which reduced his pain.", "not_documented"),
    ("Physical therapy notes show improved strength and range of motion.", "documented_yes"),
    ("He feels that physical therapy is not helping.", "documented_no"),
    (
        "He completed 8 physical therapy sessions. Medications helped the worker's function.",
        "not_documented",
    ),
    ("He completed 8 physical therapy sessions and feels he is improving.", "documented_yes"),
    (
        "He completed 8 physical therapy sessions with some improvement in function.",
        "documented_yes",
    ),
    ("He completed 8 physical therapy sessions with improvement in pain.", "not_documented"),
    ("The patient reports improvement with physical therapy.", "documented_yes"),
    ("He completed 8 physical therapy sessions with mild relief.", "not_documented"),
    ("He completed 8 physical therapy sessions with temporary relief.", "not_documented"),
    ("Treatment included physical therapy. The condition is unchanged.", "not_documented"),
    ("He has had 6 sessions of physical therapy and reports slow improvement.", "documented_yes"),
    (
        "The therapy notes document functional improvement after 6 sessions of physical therapy.",
        "documented_yes",
    ),
]

HOME = [
    ("Treatment included physical therapy and home exercise.", "in_place"),
    ("He was instructed in a home exercise program.", "in_place"),
    ("He is doing home exercises.", "in_place"),
    ("He performs HEP daily.", "in_place"),
    ("The plan includes a home exercise program.", "not_mentioned"),
    ("There is no evidence of a home exercise program.", "not_mentioned"),
    (
        "UR denied the request as the worker should continue with a home exercise program.",
        "not_mentioned",
    ),
]

DOSE = [
    ("Physical therapy 2 times a week for 6 weeks", 12, None, 2, 6),
    ("Physical therapy two (2) times a week for six (6) weeks", 12, None, 2, 6),
    ("Physical therapy 2x6", 12, None, 2, 6),
    ("Physical therapy 2 x 6 for the lumbar spine", 12, None, 2, 6),
    ("PT 2x/week x 6 weeks", 12, None, 2, 6),
    ("12 Physical therapy visits", 12, 12, None, None),
    ("Physical therapy x 12", 12, 12, None, None),
    ("Physical therapy x12 sessions", 12, 12, None, None),
    ("Physical therapy times 12", 12, 12, None, None),
    ("Physical Therapy sessions, 12", 12, 12, None, None),
    ("Associated surgical service: Physical Therapy sessions, 12", 12, 12, None, None),
    ("Physical therapy; six sessions", 6, 6, None, None),
    ("Eight (8) sessions of physical therapy for the right shoulder", 8, 8, None, None),
    ("Physical therapy 1 to 2 times per week for 4 weeks", 8, None, "1-2", 4),
    ("Physical therapy 2-3 times a week for 6 weeks", 18, None, "2-3", 6),
    ("Physical therapy three times a week over two weeks", 6, None, 3, 2),
    ("Physical therapy twice a week for 4 weeks", 8, None, 2, 4),
    ("Physical therapy (unspecified quantity)", None, None, None, None),
    ("Physical therapy 3 x per week x 4 weeks for the left knee", 12, None, 3, 4),
    ("Physical therapy 3xwk x 4wks", 12, None, 3, 4),
    ("Physical therapy 2 times weekly for 6 weeks, lumbar", 12, None, 2, 6),
    ("Physical therapy 2 times per week for 6 weeks (12 sessions)", 12, 12, 2, 6),
    ("Physical therapy, 12 sessions (2 times a week for 6 weeks)", 12, 12, 2, 6),
    ("Physical therapy QTY: 12", 12, 12, None, None),
    ("Physical therapy #12", 12, 12, None, None),
    ("6 additional sessions of physical therapy", 6, 6, None, None),
    ("Physical therapy evaluation and treatment 2 times a week for 4 weeks", 8, None, 2, 4),
    ("Physical therapy, twice weekly for four weeks", 8, None, 2, 4),
    ("Physical therapy (12 sessions)", 12, 12, None, None),
    ("Additional physical therapy 3 times 4", 12, None, 3, 4),
    ("Physical therapy 6 visits over 3 weeks", 6, 6, None, 3),
    ("Physical therapy 2 visits per week for 3 weeks", 6, None, 2, 3),
    (
        "Twelve (12) physical therapy visits for the cervical, thoracic and lumbar spine",
        12,
        12,
        None,
        None,
    ),
    ("Post-op physical therapy 3 times per week for 4 weeks, right shoulder", 12, None, 3, 4),
    ("Physical therapy for 12 sessions", 12, 12, None, None),
    ("Physical therapy 2 times per week times 6 weeks", 12, None, 2, 6),
    ("Physical therapy two times a week times 2 weeks", 4, None, 2, 2),
    ("Physical therapy 1 time a week for 6 weeks", 6, None, 1, 6),
    ("Physical therapy once a week for 6 weeks", 6, None, 1, 6),
    ("Physical therapy to the low back, 2 times a week for 3 weeks, QTY: 6 visits", 6, 6, 2, 3),
    ("Physical therapy 12", 12, 12, None, None),
    ("Physical therapy two times per week for four weeks for bilateral wrists", 8, None, 2, 4),
    ("Physical therapy 3 visits a week for 4 weeks for L4-5", 12, None, 3, 4),
]

DX = [
    (
        "The diagnoses include cervical strain, thoracic strain, lumbar strain and bilateral shoulder sprain.",
        "neck thoracic low_back shoulder",
    ),
    ("He was diagnosed with sprain of ligaments of lumbar spine, initial encounter.", "low_back"),
    ("Diagnoses include left knee pain, rule out meniscal tear.", "knee"),
    (
        "The injured worker is being treated for right wrist sprain, right hand contusion and right ring finger fracture.",
        "wrist_hand",
    ),
    (
        "The current diagnoses are documented as strain of muscle, fascia and tendon of lower back; and contusion of left hip.",
        "low_back hip",
    ),
    ("The injured worker was diagnosed as having right ankle sprain.", "ankle_foot"),
    (
        "Medical record review indicates the injured worker is being treated for cervicalgia and lumbago.",
        "neck low_back",
    ),
    (
        "The injured worker is a 40 year old male who filed a claim for low back pain reportedly associated with an industrial injury.",
        "low_back",
    ),
    ("He was diagnosed with right lateral epicondylitis.", "elbow"),
    (
        "The injured worker is undergoing treatment for left shoulder and neck pain.",
        "shoulder neck",
    ),
    (
        "The diagnoses have included lumbar sprain, lumbar radiculopathy, and myofascial pain.",
        "low_back",
    ),
    ("The worker complains of pain in the right thigh.", "hip"),
    ("Diagnosis was right rotator cuff tear.", "shoulder"),
    ("Diagnoses are back strain and facial contusion.", "thoracic low_back head"),
]


@pytest.mark.parametrize(("sentence", "visits", "certainty"), PRIOR)
def test_earlier_visits(
    sentence: str, visits: int | None, certainty: str, lexicon: Lexicon
) -> None:
    """What took place is counted; what is asked for, refused or undocumented is not."""
    facts = item(lexicon, summary=PERSON + sentence).facts

    assert facts is not None
    assert facts.prior_certainty is not None
    assert facts.prior_certainty.value.code == certainty
    assert (facts.prior_visits.value if facts.prior_visits else None) == visits


@pytest.mark.parametrize(("sentence", "response"), RESP)
def test_response(sentence: str, response: str, lexicon: Lexicon) -> None:
    """Function that improves with treatment is improvement; less pain alone is none."""
    facts = item(lexicon, summary=PERSON + sentence).facts

    assert facts is not None
    assert facts.response is not None
    assert facts.response.value.code == response


@pytest.mark.parametrize(("sentence", "program"), HOME)
def test_home_program(sentence: str, program: str, lexicon: Lexicon) -> None:
    """A program at home is in place where the worker does it, not where someone advises it."""
    facts = item(lexicon, summary=PERSON + sentence).facts

    assert facts is not None
    assert facts.home_program is not None
    assert facts.home_program.value.code == program


@pytest.mark.parametrize(("heading", "visits", "stated", "per_week", "weeks"), DOSE)
def test_dosage(
    heading: str,
    visits: int | None,
    stated: int | None,
    per_week: int | str | None,
    weeks: int | None,
    lexicon: Lexicon,
) -> None:
    """Every way to write a dosage gives the same quantities; none is made up."""
    letter = read_letter(written(heading=heading), lexicon)
    reference: dict[str, Any] = as_reference(letter)
    (coded,) = reference["items"]
    total = visits_of(letter.items[0].original)

    assert (total.value if total else None) == visits
    assert (coded["quantity"], coded["frequency_per_week"], coded["weeks"]) == (
        stated,
        per_week,
        weeks,
    )


@pytest.mark.parametrize(("sentence", "regions"), DX)
def test_regions_of_the_diagnoses(sentence: str, regions: str, lexicon: Lexicon) -> None:
    """An item that names no region is for the regions of the diagnoses, and this is marked."""
    summary = f"The worker is a 40 year old male. {sentence}"
    facts = item(lexicon, summary=summary, heading="Physical therapy 6").facts

    assert facts is not None
    assert sorted(r.value.code for r in facts.regions) == sorted(regions.split())
    assert {r.confidence for r in facts.regions} == {"inferred"}


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
    """The stage turns on the day: the day before, the day, the day after."""
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
        ("Massage therapy 6 visits", "manual_therapy", "chiropractic"),
        ("Physical therapy evaluation and treatment", "physical_therapy", "physical_therapy"),
        ("TENS unit purchase", None, None),
        ("MRI of the lumbar spine", None, None),
        ("Ultrasound guided injection", None, None),
        ("Pre-op labs: PT/PTT", None, None),
        ("Functional capacity evaluation", None, None),
        ("Hot/cold pack unit rental", None, None),
    ],
)
def test_treatment(heading: str, treatment: str | None, kind: str | None, lexicon: Lexicon) -> None:
    """Visits of physical medicine are told from things and services that only name it."""
    read = item(lexicon, heading=heading)

    assert (read.treatment.value.code if read.treatment else None) == treatment
    assert read.kind == kind
    assert read.physical_medicine == (treatment is not None)


@pytest.mark.parametrize(
    ("line", "basis", "cited"),
    [
        ("Decision based on MTUS Low Back Complaints 2004.", "mtus", ["MTUS Low Back Complaints"]),
        (
            "Decision based on MTUS Knee Complaints 2004, Section(s): A, B, and Forearm, Wrist, and "
            "Hand Complaints 2004, Section(s): C.",
            "mtus",
            ["MTUS Knee Complaints", "MTUS Forearm, Wrist, and Hand Complaints"],
        ),
        (
            "Decision based on MTUS Invented Complaints 2011, Section(s): A.",
            "mtus",
            ["MTUS Invented Complaints"],
        ),
        (
            "The Claims Administrator based their decision on recommendation(s) outside of the MTUS "
            "Guidelines. Decision based on Non-MTUS Citation ODG Neck; ODG Elbow, Therapy.",
            "non_mtus",
            ["ODG ODG", "ODG ODG"],
        ),
        (
            "Decision based on MTUS Knee Complaints 2004. Decision based on Non-MTUS Citation "
            "Official Disability Guidelines (ODG) Knee and Other Medical Treatment Guidelines J Pain.",
            "both",
            ["MTUS Knee Complaints", "ODG Official Disability Guidelines (ODG)", "other J Pain"],
        ),
        (
            "The Claims Administrator did not cite any medical evidence for its decision.",
            "none_cited",
            [],
        ),
        ("Something that the form does not say.", None, []),
    ],
)
def test_guideline_line(line: str, basis: str | None, cited: list[str], lexicon: Lexicon) -> None:
    """Basis and sources are read as the form writes them; a line that says neither is told."""
    side = item(lexicon, administrator=line).claims_administrator

    assert side is not None
    assert (side.basis.value.code if side.basis else None) == basis
    assert [f"{c.tier.code} {c.title}" for c in side.citations] == cited


@pytest.mark.parametrize("year", [2009, 2016])
def test_an_edition_is_told_by_title_and_year(year: int, lexicon: Lexicon) -> None:
    """The same title names several editions; the year tells which."""
    line = f"Decision based on MTUS Chronic Pain Medical Treatment {year}."
    side = item(lexicon, administrator=line).claims_administrator

    assert side is not None
    assert str(side.citations[0].guideline).endswith(f"/mtus-chronic-pain-{year}")


def test_what_is_not_understood_is_listed(lexicon: Lexicon) -> None:
    """An item without a quantity and a diagnosis of no known condition are told, not guessed."""
    text = written(
        summary="The worker is a 40 year old male. The diagnoses include lumbar strain; and zyxitis.",
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
