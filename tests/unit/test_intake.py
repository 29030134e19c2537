"""The report on a case: what blocks, what weakens and which facts are unread."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner.cases.intake import CaseReport, check_case, check_case_with_referee
from reasoner.determinations.assess import load_case

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge

SEED = Path(__file__).parents[2] / "fixtures/cases/seed-2014-spine-12-visits/case.ttl"
ENOUGH = {
    "id": "enough",
    "injury": {"injuredOn": "2013-08-07", "onsetOn": "2013-08-07"},
    "diagnosis": {"icd9": "847.0", "diagnosisStatus": "Current"},
    "course": {"treatment": "PhysicalTherapy", "attendedVisits": 0, "countCertainty": "Exact"},
    "request": {
        "treatment": "PhysicalTherapy",
        "region": "CervicalSpine",
        "requestedVisits": 12,
        "requestedOn": "2014-05-01",
        "receivedOn": "2014-05-02",
    },
    "urDecision": {
        "decidedOn": "2014-05-09",
        "decisionOutcome": "Denied",
        "cites": {"citedAs": "Chronic Pain Guidelines"},
    },
}


def report(knowledge: Knowledge, extra: str = "") -> CaseReport:
    """Check the sufficient case, with further facts in Turtle."""
    case = load_case(json.dumps(ENOUGH).encode(), knowledge, form="json")
    head = (
        "PREFIX mn: <https://w3id.org/mednec/ns#> PREFIX mnc: <https://w3id.org/mednec/concept/>\n"
    )
    facts = "".join(f"{t} .\n" for t in case.triples)
    text = f"{head} PREFIX : <{case.iri}#> {facts} {extra}"
    return check_case(load_case(text.encode(), knowledge, form="turtle"), knowledge)


def test_a_sufficient_case_has_no_complaint(knowledge: Knowledge) -> None:
    """A sufficient case has no findings."""
    assert report(knowledge).results == ()


def test_every_shape_reports_its_targets(knowledge: Knowledge) -> None:
    """The report lists the number of targets of each shape."""
    targets = dict(report(knowledge).targets)

    assert len(targets) == len(knowledge.shapes.targets)
    assert targets["RequestShape"] == 1
    assert targets["SurgeryShape"] == 0


def test_the_seed_can_be_decided_with_warnings(knowledge: Knowledge) -> None:
    """The copy is missing its cover page, which gives warnings and no violation."""
    case = load_case(SEED.read_bytes(), knowledge, form="turtle")

    found = check_case(case, knowledge)

    assert found.conforms
    assert {r.shape for r in found.results} == {
        "Case-responseStated",
        "ImrDecision-decidedOnStated",
        "Injury-onsetStated",
        "MedicalRecord-inFile",
        "Request-receivedOnStated",
        "Request-requestedOnStated",
    }


@pytest.mark.parametrize(
    ("given", "asks"),
    [
        ("PhysicalTherapy", True),
        ("AquaticTherapy", True),
        ("OccupationalTherapy", True),
        ("Acupuncture", False),
    ],
)
def test_the_response_to_another_treatment_is_not_asked_for(
    knowledge: Knowledge, given: str, *, asks: bool
) -> None:
    """Whether acupuncture helped does not matter for physical therapy; a kind of it does."""
    course, treatment = "mn:treatment mnc:PhysicalTherapy ; mn:attendedVisits 9", f"mnc:{given}"
    text = SEED.read_text("utf-8")
    assert course in text
    changed = text.replace(course, course.replace("mnc:PhysicalTherapy", treatment))
    case = load_case(changed.encode(), knowledge, form="turtle")
    for check in (check_case, check_case_with_referee):
        shapes = {result.shape for result in check(case, knowledge).results}
        assert ("Case-responseStated" in shapes) == asks


def test_a_case_without_parts_is_not_a_pass(knowledge: Knowledge) -> None:
    """A required part without a target is a violation."""
    case = load_case(b"{}", knowledge, form="json")

    found = check_case(case, knowledge)

    assert not found.conforms
    assert {"InjuryShape", "RequestShape"} <= {r.shape for r in found.results}
    assert found == check_case_with_referee(case, knowledge)


@pytest.mark.parametrize(
    ("extra", "focus"),
    [
        ("<{case}> mn:robust true .", ""),
        (":request-1 mn:decidedOn '2014-05-09' .", "#request-1"),
        (":lost a mn:Finding ; mn:findingType mnc:FunctionalImprovement .", "#lost"),
        ("<{case}> a mn:Determination .", ""),
        ("<{case}> mn:record <{case}> .", ""),
    ],
)
def test_a_fact_that_no_shape_reads_blocks(extra: str, focus: str, knowledge: Knowledge) -> None:
    """A fact that no shape reads is a violation."""
    case = "https://w3id.org/mednec/case/enough"

    found = report(knowledge, extra.replace("{case}", case))

    assert not found.conforms
    assert {r.focus for r in found.results} == {case + focus}


def test_results_are_sorted_with_violations_first(knowledge: Knowledge) -> None:
    """Violations are listed before warnings."""
    case = load_case(b'{"urDecision": {"decisionOutcome": "Denied"}}', knowledge, form="json")

    severities = [r.severity for r in check_case(case, knowledge).results]

    assert severities == sorted(severities)
    assert set(severities) == {"Violation", "Warning"}


def test_the_report_is_the_same_under_any_hash_seed() -> None:
    """Output is sorted, so that two runs can be compared byte for byte."""
    code = (
        "from reasoner import *\n"
        "from pathlib import Path\n"
        "k = load_knowledge()\n"
        f"c = load_case_file(Path({str(SEED)!r}), k)\n"
        "print(c.digest, check_case(c, k))"
    )

    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            cwd=SEED.parents[3],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(found) == 1
