"""All faults of a case at once: each with its place, what was sent, and what is allowed."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from reasoner.cases.as_json import case_json
from reasoner.cases.intake import check_case
from reasoner.cases.json_case import context_of
from reasoner.commands.main import commands
from reasoner.determinations.assess import decide, load_case, load_case_file
from reasoner.errors import CaseError, Fault

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge

SEED = Path(__file__).parents[2] / "fixtures/cases/seed-2014-spine-12-visits/case.ttl"
GOOD: dict[str, Any] = {
    "id": "good",
    "injury": {"injuredOn": "2013-08-07"},
    "diagnosis": [{"condition": "LumbarStrain", "diagnosisStatus": "Current"}],
    "record": [
        {"id": "notes", "recordType": "TherapyNotes", "availability": "InFile"},
        {"id": "report", "recordType": "ProgressReport", "availability": "InFile"},
    ],
    "course": [
        {
            "treatment": "PhysicalTherapy",
            "attendedVisits": 2,
            "countCertainty": "Exact",
            "recordedIn": "notes",
        }
    ],
    "request": [
        {
            "treatment": "PhysicalTherapy",
            "region": ["LumbarSpine"],
            "requestedVisits": 6,
            "requestedOn": "2014-04-20",
        }
    ],
    "urDecision": {"decidedOn": "2014-05-09", "decisionOutcome": "Denied"},
}


def changed(place: str, value: object, of: dict[str, Any] = GOOD) -> dict[str, Any]:
    """Return a case with the value at a place, such as `request.0.weeks`, replaced."""
    case = deepcopy(of)
    *steps, last = place.split(".")
    part: Any = case
    for step in steps:
        part = part[int(step) if step.isdigit() else step]
    part[int(last) if last.isdigit() else last] = value
    return case


def faults(case: object, knowledge: Knowledge) -> dict[str, Fault]:
    """Return the faults of a case by their place."""
    with pytest.raises(CaseError) as caught:
        decide(load_case(json.dumps(case).encode(), knowledge, form="json"), knowledge)
    found = {fault.at: fault for fault in caught.value.faults}
    assert len(found) == len(caught.value.faults)
    assert all(fault.message in str(caught.value) for fault in caught.value.faults)
    return found


def test_the_good_case_has_no_fault(knowledge: Knowledge) -> None:
    """The case from which the others differ by one fault can be decided."""
    assert decide(load_case(json.dumps(GOOD).encode(), knowledge, form="json"), knowledge)


@pytest.mark.parametrize(
    ("place", "value", "at", "near"),
    [
        ("request.0.treatment", "physical therapy", "$.request[0].treatment", "PhysicalTherapy"),
        ("request.0.treatment", "Physiotherapy", "$.request[0].treatment", "PhysicalTherapy"),
        ("request.0.treatment", "PT", "$.request[0].treatment", "PhysicalTherapy"),
        ("request.0.region", "low back", "$.request[0].region", "LumbarSpine"),
        ("request.0.visits", 6, "$.request[0].visits", "requestedVisits"),
        ("request.0.treatment", "LumbarSpine", "$.request[0].treatment", None),
        ("request.0.region", ["LumbarSpine", "Nec"], "$.request[0].region[1]", None),
        ("request.0.regoin", "Knee", "$.request[0].regoin", "region"),
        ("request.0.requestedVisits", "6", "$.request[0].requestedVisits", None),
        ("request.0.requestedVisits", 0, "$.request[0].requestedVisits", None),
        ("request.0.requestedOn", "4/20/2014", "$.request[0].requestedOn", None),
        ("request.0.requestedOn", "2014-02-30", "$.request[0].requestedOn", None),
        ("diagnosis.0.diagnosisStatus", "Curent", "$.diagnosis[0].diagnosisStatus", "Current"),
        ("diagnosis.0.icd9", "729.15", "$.diagnosis[0].icd9", "729.1"),
        ("course.0.recordedIn", "note", "$.course[0].recordedIn", "notes"),
        ("course.0.recordedIn", True, "$.course[0].recordedIn", None),
        ("injury", "2013-08-07", "$.injury", None),
        ("urDecision.licence", "CA 1", "$.urDecision.licence", None),
        ("record.0.type", "Record", "$.record[0].type", "MedicalRecord"),
        ("record.0.id", "no spaces", "$.record[0]", None),
        ("record.0.id", "javascript:alert(1)", "$.record[0]", None),
        ("record.0.id", "", "$.record[0]", None),
        ("record.0.id", None, "$.record[0]", None),
    ],
)
def test_a_fault_names_its_place_and_what_is_allowed(
    place: str, value: object, at: str, near: str | None, knowledge: Knowledge
) -> None:
    """A fault has the JSON path of the value, and the nearest names that are allowed there."""
    fault = faults(changed(place, value), knowledge)[at]

    assert fault.message.startswith(at)
    if near:
        assert near in [name for name, _ in fault.nearest]


def test_all_faults_are_reported_at_once(knowledge: Knowledge) -> None:
    """Faults of reading and of the shapes come together, and none follows from another."""
    case = changed("request.0.treatment", "Physiotherapy")
    case = changed("request.0.visitsPerWeek", 99, case)
    case = changed("injury.injuredOn", "1813-08-07", case)
    case = changed("diagnosis.0.icd9", "729.15", case)
    case = changed("urDecision.decisionOutcome", "Refused", case)

    assert sorted(faults(case, knowledge)) == [
        "$.diagnosis[0].icd9",
        "$.injury.injuredOn",
        "$.request[0].treatment",
        "$.request[0].visitsPerWeek",
        "$.urDecision.decisionOutcome",
    ]


def test_all_faults_of_turtle_are_reported_at_once(knowledge: Knowledge) -> None:
    """A case in Turtle lists its faults too, with the part and the property."""
    text = SEED.read_text("utf-8")
    text = text.replace("mnc:LumbosacralStrain", "mnc:LumbosacralStrian")
    text = text.replace('"2013-08-07"', '"2013-13-07"').replace("mn:age 49", "mn:age 149")

    with pytest.raises(CaseError) as caught:
        load_case(text.encode(), knowledge, form="turtle")

    found = [fault.at.rsplit(" ", 1)[-1] for fault in caught.value.faults]
    assert sorted(found) == ["mn:age", "mn:condition", "mn:injuredOn"]
    near = [name for fault in caught.value.faults for name, _ in fault.nearest]
    assert "mnc:LumbosacralStrain" in near


@pytest.mark.parametrize("reference", ["notes", "#notes", {"id": "notes"}, {"@id": "#notes"}])
def test_a_reference_is_the_id_of_a_part_of_the_same_case(
    reference: object, knowledge: Knowledge
) -> None:
    """However it is written, a reference finds the part of its own case."""
    case = load_case(
        json.dumps(changed("course.0.recordedIn", reference)).encode(), knowledge, form="json"
    )

    (found,) = {t.object.value for t in case.triples if t.predicate.value.endswith("recordedIn")}
    assert found == f"{case.iri}#notes"


def test_two_cases_do_not_share_a_part(knowledge: Knowledge) -> None:
    """The same id in two cases names two parts."""
    one, other = (
        load_case(json.dumps(changed("id", name)).encode(), knowledge, form="json")
        for name in ("one", "other")
    )

    assert not {t.subject for t in one.triples} & {t.subject for t in other.triples}


def test_a_whole_iri_names_a_part_too(knowledge: Knowledge) -> None:
    """An id that is an IRI is taken as it is, and so is a reference to it."""
    iri = "https://example.org/records/17"
    case = changed("record.0.id", iri, changed("course.0.recordedIn", iri))

    read = load_case(json.dumps(case).encode(), knowledge, form="json")

    assert iri in {t.subject.value for t in read.triples}  # type: ignore[union-attr]


def test_many_faults_are_all_counted_and_few_compared(knowledge: Knowledge) -> None:
    """Similar names are looked for a limited number of times, so that faults cost little."""
    case = changed("request.0.region", [f"Lumbar{n}" for n in range(400)])

    found = faults(case, knowledge)

    assert len(found) == 400
    assert sum(bool(fault.nearest) for fault in found.values()) <= 20


def test_the_context_offers_what_a_case_may_say(knowledge: Knowledge) -> None:
    """A term or property that every case refuses is not in the context."""
    context = context_of(knowledge.form)

    assert {"requestedVisits", "LumbarSpine", "recordedIn", "Case"} <= set(context)
    assert not {"robust", "Determination", "maximumVisits", "minimumTier"} & set(context)


def test_a_letter_is_not_a_case(knowledge: Knowledge, tmp_path: Path) -> None:
    """The error about a letter names the command that reads letters."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Dr. Reyes", encoding="utf-8")

    with pytest.raises(CaseError, match="mednec read") as caught:
        load_case_file(letter, knowledge)

    assert "mednec audit" in str(caught.value)


ODD: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        "",
        " ",
        "x",
        "#",
        "a b",
        "_:x",
        "http://",
        "urn:x",
        "mn:Case",
    ),
    *(
        {},
        [],
        [[]],
        [None],
        {"id": "notes"},
        {"id": ""},
        {"id": 7},
        {"@value": "x"},
        {"@value": []},
    ),
    *({"@value": "x", "@language": "e n"}, {"@value": "x", "@type": "a b"}, {"type": {"type": 5}}),
    *({"type": ["Request", "Injury"]}, {"@id": "x", "a": 1}, {"@graph": []}, "2014-02-30"),
]


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths to all values of a JSON value, its own first."""
    items: Any = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(deeper for key, one in items for deeper in places(one, (*path, key)))]


@given(data=st.data())
def test_whatever_is_sent_is_read_or_refused(data: st.DataObject, knowledge: Knowledge) -> None:
    """Odd values anywhere give a case or faults, and a case that conforms reads back."""
    case = deepcopy(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        *steps, last = data.draw(st.sampled_from(places(case)[1:]))
        part: Any = case
        for step in steps:
            part = part[step]
        part[last] = deepcopy(data.draw(st.sampled_from(ODD)))
    try:
        read = load_case(json.dumps(case).encode(), knowledge, form="json")
    except CaseError:
        return
    if check_case(read, knowledge).conforms:
        written = json.dumps(case_json(read, knowledge.form)).encode()
        assert load_case(written, knowledge, form="json").digest == read.digest


def test_validate_lists_faults_as_json(tmp_path: Path) -> None:
    """A program gets the same list, whether the case could be read or not."""
    for change in (("diagnosis.0.icd9", "729.15"), ("request.0.treatment", "PT")):
        path = tmp_path / "case.json"
        path.write_text(json.dumps(changed(*change)), encoding="utf-8")

        done = CliRunner().invoke(commands, ["validate", "--format", "json", str(path)])

        found = json.loads(done.stdout)
        assert done.exit_code == 1
        assert found["conforms"] is False
        assert len(found["faults"]) == 1
        assert found["faults"][0]["nearest"]
