"""A proposed change holds on every reading of the record, and asks nothing that it answers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from reasoner import decide, describe_assessment, load_case_file
from reasoner.pages.picture import picture_words
from reasoner.pages.worksheet import worksheet_of

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner import Knowledge
    from reasoner.pages.worksheet import Worksheet

OPERATED = date(2012, 3, 15)


def worksheet(knowledge: Knowledge, folder: Path, *, asked: int, **parts: object) -> Worksheet:
    """Decide therapy after the removal of a meniscus, for which the general course is 12."""
    case = {
        "id": "https://w3id.org/mednec/case/forward",
        "type": "Case",
        "injury": {"injuredOn": "2011-08-01"},
        "diagnosis": {"condition": "MeniscusTear", "diagnosisStatus": "Current", "region": "Knee"},
        "surgery": {"procedure": "Meniscectomy", "performedOn": OPERATED.isoformat()},
        "request": {
            "treatment": "PhysicalTherapy",
            "region": "Knee",
            "requestedVisits": asked,
            "requestedOn": "2012-05-01",
        },
        "urDecision": {"decidedOn": "2012-05-09", "decisionOutcome": "Denied"},
        **parts,
    }
    path = folder / "case.json"
    path.write_bytes(msgspec.json.encode(case))
    data = describe_assessment(decide(load_case_file(path, knowledge), knowledge), knowledge)
    return worksheet_of(data.determinations[0], picture_words())


def course(visits: int, first: str, last: str) -> dict[str, object]:
    """Describe attended physical therapy of the knee."""
    return {
        "treatment": "PhysicalTherapy",
        "region": "Knee",
        "attendedVisits": visits,
        "countCertainty": "Exact",
        "firstVisitOn": first,
        "lastVisitOn": last,
    }


def improvement(truth: str) -> dict[str, object]:
    """Describe what the therapist says of functional improvement."""
    return {"findingType": "FunctionalImprovement", "statedBy": "Therapist", "truth": truth}


def test_a_change_is_enough_for_the_most_visits_that_the_record_admits(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """Of 10 visits across the day of the operation, 1 to 9 count: 3 remain of 12, not 5 of 6."""
    page = worksheet(knowledge, tmp_path, asked=6, course=course(10, "2012-02-20", "2012-04-20"))

    assert (page.earlier.least, page.earlier.most) == (1, 9)
    assert page.forward is not None
    assert page.forward.text.endswith("medically necessary in part, 3 of 6 visits.")
    assert any("the 1 to 9 earlier visits" in reason.text for reason in page.reasons)


def test_a_phase_is_not_proposed_where_another_answer_makes_the_difference(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """After the general course, further improvement decides, and chronic pain does not."""
    page = worksheet(
        knowledge,
        tmp_path,
        asked=6,
        course=course(12, "2012-03-20", "2012-04-25"),
        finding=improvement("Affirmed"),
    )

    assert page.forward is not None
    assert "further functional improvement" in page.forward.text
    assert all("chronic" not in change.text for change in page.data.changes)


def test_a_question_that_the_record_answers_is_not_asked(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """After documented improvement or its absence, the page asks nobody whether it occurred."""
    for truth in ("Affirmed", "Negated"):
        page = worksheet(
            knowledge,
            tmp_path,
            asked=6,
            course=course(6, "2012-03-20", "2012-04-25"),
            finding=improvement(truth),
        )
        assert page.data.robust
        assert not page.questions
