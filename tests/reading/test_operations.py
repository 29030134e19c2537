from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner.audits.audit import Auditor
from reasoner.cases.intake import check_case, check_case_with_referee
from reasoner.determinations.assess import load_case
from reasoner.knowledge.terms import CONCEPT, mn
from reasoner.letters.read import read_letter
from reasoner.letters.readers.surgeries import performed

from .test_phrases import PERSON, written

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.audits.audit import ItemAudit
    from reasoner.letters.lexicon import Lexicon

INJURED = date(2016, 10, 13)
SURGERY = """
Right knee arthroscopy with partial medial meniscectomy: {outcome}

Claims Administrator guideline: Decision based on MTUS Knee Complaints 2004.

MAXIMUS guideline: Decision based on MTUS Knee Complaints 2004.

Decision rationale: It is so.

"""


@pytest.fixture(scope="module")
def auditor(knowledge: Knowledge) -> Auditor:
    """Return one auditor, which has no state, for all tests."""
    return Auditor(knowledge)


def operations_in(lexicon: Lexicon, sentence: str) -> list[tuple[str, date | None]]:
    letter = read_letter(written(summary=PERSON + sentence), lexicon)
    return [
        (
            str(s.procedure and s.procedure.value.iri).removeprefix(CONCEPT),
            s.performed_on.value if s.performed_on else None,
        )
        for s in performed(letter.surgeries, INJURED)
    ]


@pytest.mark.parametrize(
    ("sentence", "name", "day"),
    [
        ("He underwent a meniscectomy on 11-1-2016.", "Meniscectomy", date(2016, 11, 1)),
        (
            "He is three weeks out from repair of an Achilles tendon, carried out on 11-1-2016.",
            "AchillesTendonRepair",
            date(2016, 11, 1),
        ),
        (
            "He is status post open reduction and internal fixation of the distal radius.",
            "ForearmFractureSurgery",
            None,
        ),
        (
            "He is status post flexor tendon repair. The tendons were repaired on 11-1-2016.",
            "FlexorTendonRepair",
            date(2016, 11, 1),
        ),
        (
            "Treatment to date has included carpal tunnel release and splinting.",
            "CarpalTunnelRelease",
            None,
        ),
    ],
)
def test_an_operation_that_took_place_is_read(
    sentence: str, name: str, day: date | None, lexicon: Lexicon
) -> None:
    """An operation is read with its date, or without one if none is stated."""
    assert operations_in(lexicon, sentence) == [(name, day)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The treatment plan included a meniscectomy.",
        "He had a meniscectomy in 2009.",
        "He underwent a meniscectomy on 11-1-2010.",
        "There was no surgical history of meniscectomy.",
    ],
)
def test_a_planned_or_unrelated_operation_is_not_read(sentence: str, lexicon: Lexicon) -> None:
    """Planned operations and those before the injury are not read."""
    assert operations_in(lexicon, sentence) == []


def audits(auditor: Auditor, text: str) -> tuple[ItemAudit, ...]:
    return auditor.audit(read_letter(text, auditor.lexicon))


def asked_of(audit: ItemAudit, name: str) -> set[str]:
    triples = ox.parse(audit.case, format=ox.RdfFormat.TURTLE)
    return {getattr(q.object, "value", "") for q in triples if q.predicate == mn(name)}


def test_an_undated_operation_is_in_the_case_and_opens_its_period(auditor: Auditor) -> None:
    """An undated operation is in the case, and the postsurgical row applies."""
    summary = f"{PERSON}He is status post rotator cuff repair."
    heading = "Physical therapy 12 visits for the right shoulder"
    (found,) = audits(auditor, written(summary=summary, heading=heading))
    case = load_case(found.case, auditor.knowledge, form="turtle")

    assert check_case(case, auditor.knowledge).conforms
    assert check_case_with_referee(case, auditor.knowledge).conforms
    assert asked_of(found, "performedOn") == set()
    assert found.determination is not None
    assert "Postsurgical" in str(found.determination.governing[0].source)


@pytest.mark.parametrize(
    ("outcome", "named"), [("Overturned", {CONCEPT + "Meniscectomy"}), ("Upheld", set())]
)
def test_an_operation_of_the_same_letter_counts_where_it_was_granted(
    outcome: str, named: set[str], auditor: Auditor
) -> None:
    """Care after an operation counts only if the letter found the operation necessary."""
    text = written(
        summary="He is a 40 year old male. The diagnoses include right knee meniscus tear.",
        heading="Associated surgical service: Physical therapy, 12 visits, right knee",
    )
    mark = "IMR ISSUES, DECISIONS AND RATIONALES\n"
    text = text.replace(mark, mark + SURGERY.format(outcome=outcome))
    (found,) = audits(auditor, text)

    assert asked_of(found, "operationFoundNecessary") == named
    assert found.determination is not None
    assert found.determination.outcome.endswith("NecessaryInPart" if named else "NotEstablished")
