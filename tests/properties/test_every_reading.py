"""One meaning of robust, of supported and of the request as made, on cases in plain words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from reasoner import decide, load_case

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.conclude import Determination


def said(kind: str, truth: str = "Affirmed") -> dict[str, str]:
    return {"findingType": kind, "truth": truth, "statedBy": "TreatingPhysician"}


def case(
    condition: str,
    region: str,
    asked: int,
    day: str,
    *,
    treatment: str = "PhysicalTherapy",
    findings: tuple[dict[str, str], ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """Return a case with one diagnosis, one exact course and one request that was denied."""
    course = {
        "treatment": treatment,
        "region": region,
        "attendedVisits": more.pop("given", 0),
        "countCertainty": "Exact",
    }
    return {
        "id": "https://w3id.org/mednec/case/plain",
        "type": "Case",
        "injury": {"injuredOn": f"{int(day[:4]) - 1}{day[4:]}"},
        "diagnosis": {"condition": condition, "diagnosisStatus": "Current", "region": region},
        "finding": list(findings),
        "course": course | more.pop("course", {}),
        "request": {
            "treatment": treatment,
            "region": region,
            "requestedVisits": asked,
            "requestedOn": day,
        }
        | more.pop("request", {}),
        "urDecision": {"decidedOn": day, "decisionOutcome": "Denied"},
        **more,
    }


def judged(one: dict[str, Any], knowledge: Knowledge) -> Determination:
    return decide(
        load_case(json.dumps(one).encode(), knowledge, form="json"), knowledge
    ).determinations[0]


def read(one: dict[str, Any], knowledge: Knowledge) -> tuple[object, ...]:
    found = judged(one, knowledge)
    return (
        found.outcome.rsplit("#", 1)[-1],
        found.robust,
        found.as_made.rsplit("#", 1)[-1],
        found.visits.supported,
    )


OPERATED = {"surgery": {"procedure": "Meniscectomy", "performedOn": "2014-02-01"}}
AFTER = {"firstVisitOn": "2014-02-08", "lastVisitOn": "2014-04-01"}
HEALED = said("PainBeyondHealing")
IMPROVED = said("FunctionalImprovement")
FAILED = said("FunctionalImprovement", "Negated")
REDUCED = said("MedicationReducedOrNotTolerated")

PART, WHOLE = "NecessaryInPart", "MedicallyNecessary"
DENIED, OPEN = "NotMedicallyNecessary", "NotEstablished"
HOLDS, FAILS, TURNS = "HoldsAsMade", "FailsAsMade", "TurnsAsMade"


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(
            case("MeniscusTear", "Knee", 12, "2014-02-10", **OPERATED),
            (PART, True, FAILS, (6, 6)),
            id="the whole general course at once: the initial course",
        ),
        pytest.param(
            case("MeniscusTear", "Knee", 6, "2014-02-10", **OPERATED),
            (WHOLE, True, HOLDS, (6, 6)),
            id="the initial course",
        ),
        pytest.param(
            case(
                "LumbarStrain",
                "LumbarSpine",
                10,
                "2014-05-09",
                treatment="Acupuncture",
                findings=(HEALED, REDUCED),
            ),
            (PART, True, FAILS, (6, 6)),
            id="acupuncture beyond its trial",
        ),
        pytest.param(
            case(
                "AnkleSprain",
                "AnkleFoot",
                10,
                "2014-03-03",
                treatment="Acupuncture",
                given=20,
                findings=(HEALED, FAILED, REDUCED),
            ),
            (DENIED, True, FAILS, (0, 0)),
            id="acupuncture without effect",
        ),
        pytest.param(
            case("AnkleSprain", "AnkleFoot", 4, "2014-03-03", given=4, findings=(HEALED, FAILED)),
            (DENIED, True, FAILS, (0, 0)),
            id="physical therapy without effect",
        ),
        pytest.param(
            case("Myalgia", "LumbarSpine", 6, "2014-05-09", findings=(said("ChronicPain"),)),
            (WHOLE, False, TURNS, (0, 6)),
            id="an assumed time of healing",
        ),
        pytest.param(
            case("Myalgia", "LumbarSpine", 4, "2014-05-09", given=9, findings=(HEALED,)),
            (DENIED, False, FAILS, (0, 1)),
            id="the request fails, and what is left turns on a silent record",
        ),
        pytest.param(
            case("Myalgia", "LumbarSpine", 30, "2014-05-09", findings=(HEALED,)),
            (PART, True, FAILS, (10, 10)),
            id="an excess with a complete record",
        ),
        pytest.param(
            case(
                "MeniscusTear",
                "Knee",
                4,
                "2014-05-10",
                given=12,
                findings=(IMPROVED,),
                course=AFTER,
                **OPERATED,
            ),
            (OPEN, False, TURNS, (0, 4)),
            id="after the general course, within the period",
        ),
        pytest.param(
            case(
                "MeniscusTear",
                "Knee",
                4,
                "2014-05-10",
                given=12,
                findings=(IMPROVED, said("FurtherImprovement")),
                course=AFTER,
                **OPERATED,
            ),
            (WHOLE, True, HOLDS, (4, 4)),
            id="after the general course, with further improvement to come",
        ),
        pytest.param(
            case(
                "MeniscusTear",
                "Knee",
                4,
                "2014-07-20",
                given=12,
                findings=(IMPROVED, said("FurtherImprovement")),
                course=AFTER,
                request={"visitsPerWeek": 1, "weeks": 4},
                **OPERATED,
            ),
            (DENIED, True, FAILS, (0, 0)),
            id="after the general course, past the end of the period",
        ),
    ],
)
def test_a_case_in_plain_words(
    one: dict[str, Any], expected: tuple[object, ...], knowledge: Knowledge
) -> None:
    """Outcome, robustness, the request as made and the visits supported are as a reader expects."""
    assert read(one, knowledge) == expected


@pytest.mark.parametrize(("day", "expected"), [("2014-05-09", DENIED), ("2016-12-09", WHOLE)])
def test_factors_excuse_only_where_the_source_says_so(
    day: str, expected: str, knowledge: Knowledge
) -> None:
    """The section of 2009 states no exception for factors; the section of 2016 does."""
    one = case(
        "Myalgia",
        "LumbarSpine",
        4,
        day,
        given=10,
        findings=(HEALED, IMPROVED, said("ExceptionalFactors")),
        injury={"injuredOn": "2013-03-01", "onsetOn": "2013-03-01"},
    )

    assert judged(one, knowledge).outcome.endswith(f"#{expected}")


def test_a_robust_page_has_no_answer_that_turns_it(knowledge: Knowledge) -> None:
    """No answer to an open question changes the outcome or the number of a robust request."""
    for condition, region in (("Myalgia", "Knee"), ("LumbarStrain", "LumbarSpine")):
        for given in (0, 4, 9, 10):
            for findings in ((), (HEALED,), (HEALED, IMPROVED), (said("ChronicPain"),)):
                found = judged(
                    case(condition, region, 6, "2014-05-09", given=given, findings=findings),
                    knowledge,
                )
                answers = [a for slot in found.slots if slot.is_open for a in slot.answers]
                if found.robust:
                    assert {(a.outcome, a.supported) for a in answers} <= {
                        (found.outcome, found.visits.supported)
                    }
