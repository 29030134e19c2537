"""A case from questions: on the command line, and on a page without scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from reasoner.cases.as_turtle import case_turtle
from reasoner.cases.examples import example_case
from reasoner.cases.filling import answer_place, answers_of, case_from, questions
from reasoner.commands.main import commands
from reasoner.determinations.assess import decide, load_case, load_case_file
from reasoner.errors import CaseUnreadable
from reasoner.pages.case_form import case_form_html
from tests.strict_html import read

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner.knowledge.base import Knowledge

ANSWERS = [
    ("injury.injuredOn", "2014-02-03"),
    ("diagnosis.code", "7242"),
    ("diagnosis.diagnosisStatus", "current"),
    ("diagnosis.1.condition", "cervical strain"),
    ("diagnosis.1.diagnosisStatus", "Past"),
    ("request.treatment", "physical therapy"),
    ("request.region", "LumbarSpine"),
    ("request.region", "CervicalSpine"),
    ("request.requestedVisits", " 6 "),
    ("request.weeks", ""),
    ("request.requestedOn", "2014-03-03"),
    ("urDecision.decidedBy.role", "PhysicianReviewer"),
    ("urDecision.decidedOn", "2014-03-07"),
    ("urDecision.decisionOutcome", "Denied"),
]


def test_answers_make_a_case(knowledge: Knowledge) -> None:
    """Answers are read as the kind of their property; labels are taken for terms."""
    case: Any = case_from(ANSWERS, knowledge.form, knowledge.codes)

    assert case["diagnosis"] == [
        {"icd9": "7242", "diagnosisStatus": "Current"},
        {"condition": "CervicalStrain", "diagnosisStatus": "Past"},
    ]
    assert case["request"] == {
        "treatment": "PhysicalTherapy",
        "region": ["LumbarSpine", "CervicalSpine"],
        "requestedVisits": 6,
        "requestedOn": "2014-03-03",
    }
    assert case["urDecision"]["decidedBy"] == {"role": "PhysicianReviewer"}
    assert decide(load_case(json.dumps(case).encode(), knowledge, form="json"), knowledge)


def test_answers_come_back_from_a_case(knowledge: Knowledge) -> None:
    """The page shows again what was answered, and it makes the same case."""
    case = case_from(ANSWERS, knowledge.form, knowledge.codes)

    assert case_from(answers_of(case), knowledge.form, knowledge.codes) == case


@pytest.mark.parametrize(
    ("code", "key"), [("729.1", "icd9"), ("M545", "icd10"), ("s33.5xxa", "icd10"), ("V541", None)]
)
def test_the_system_of_a_code_is_inferred_only_if_it_is_certain(
    code: str, key: str | None, knowledge: Knowledge
) -> None:
    """V54.1 is a code of both systems, so the answer has to name one."""
    answers = [("diagnosis.code", code)]

    if key is None:
        with pytest.raises(CaseUnreadable, match="icd9 or icd10"):
            case_from(answers, knowledge.form, knowledge.codes)
    else:
        case: Any = case_from(answers, knowledge.form, knowledge.codes)
        assert case["diagnosis"] == {key: code}


@pytest.mark.parametrize("place", ["foo", "request", "request.foo", "age.1", "request.0", ""])
def test_a_place_outside_the_form_is_refused(place: str, knowledge: Knowledge) -> None:
    """An answer is never lost: a place that a case does not have is an error."""
    with pytest.raises(CaseUnreadable):
        case_from([(place, "1")], knowledge.form, knowledge.codes)


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ("$.age", "age"),
        ("$.injury", "injury"),
        ("$.request.weeks", "request.0.weeks"),
        ("$.course[1].treatment", "course.1.treatment"),
        ("$.request[2].region[1]", "request.2.region"),
        ("$.urDecision.decidedBy.role", "urDecision.0.decidedBy.0.role"),
    ],
)
def test_a_fault_finds_its_answer(at: str, place: str) -> None:
    """The path of a fault leads to the input of the answer."""
    assert answer_place(at) == place


def test_the_page_has_a_labeled_input_for_each_question(knowledge: Knowledge) -> None:
    """The page is sound HTML without scripts; each input has a label."""
    text = case_form_html(knowledge.form, {})
    page = read(text)
    labels = {each.attributes.get("for") for each in page.all("label")}
    inputs = [i.attributes for i in (*page.all("input"), *page.all("select"))]

    assert page.faults == []
    assert page.all("script") == []
    assert {i["id"] for i in inputs if "id" in i} <= labels
    names = {i["name"] for i in inputs}
    assert {q.path.replace(".", ".0.", 1) for q in questions(knowledge.form)} <= names


def test_the_page_keeps_what_was_answered(knowledge: Knowledge) -> None:
    """Each answer is on the page again, next to what is wrong with it."""
    case = case_from(ANSWERS, knowledge.form, knowledge.codes)
    page = read(case_form_html(knowledge.form, case))
    chosen = [o.attributes["value"] for o in page.all("option") if "selected" in o.attributes]
    typed = {i.attributes["value"] for i in page.all("input") if i.attributes.get("value")}
    ticked = [i.attributes["value"] for i in page.all("input") if "checked" in i.attributes]

    assert page.faults == []
    assert {"PhysicalTherapy", "CervicalStrain", "Current", "Past", "Denied"} <= set(chosen)
    assert {"7242", "6", "2014-03-03"} <= typed
    assert sorted(ticked) == ["CervicalSpine", "LumbarSpine"]


def run(*arguments: str, typed: str = "") -> Any:
    return CliRunner().invoke(commands, ["new", "case", *arguments], input=typed)


def sets(answers: list[tuple[str, str]]) -> list[str]:
    return [word for place, text in answers for word in ("--set", f"{place}={text}")]


@pytest.mark.parametrize("ending", ["json", "ttl"])
def test_a_case_is_written_and_can_be_decided(
    ending: str, tmp_path: Path, knowledge: Knowledge
) -> None:
    """The file holds the case, and what is advised is listed."""
    path = tmp_path / f"begun.{ending}"

    done = run(*sets(ANSWERS), "-o", str(path))

    assert done.exit_code == 0, done.output
    assert "advised: The date on which the request was received is not stated" in done.stderr
    case = load_case_file(path, knowledge)
    assert case.iri.endswith("/begun")
    assert decide(case, knowledge).determinations


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """A case that exists is kept."""
    path = tmp_path / "begun.json"
    path.write_text("mine", encoding="utf-8")

    assert run(*sets(ANSWERS), "-o", str(path)).exit_code != 0
    assert path.read_text("utf-8") == "mine"


def test_questions_are_asked_until_the_answer_fits(knowledge: Knowledge) -> None:
    """A word that is not a term is answered with the nearest; Enter leaves a fact unknown."""
    given = {
        "injury.injuredOn": "2014-02-03",
        "diagnosis.condition": "lumbar strane\nlumbar strain",
        "diagnosis.diagnosisStatus": "Current",
        "request.treatment": "?\nPhysical therapy",
        "request.region": "LumbarSpine, CervicalSpine",
        "request.requestedVisits": "6",
        "request.requestedOn": "2014-03-03",
    }
    typed = "".join(f"{given.get(q.path, '')}\n" for q in questions(knowledge.form))

    done = run(typed=typed)

    assert done.exit_code == 0, done.output
    case = json.loads(done.stdout)
    assert "Did you mean LumbarStrain" in done.stderr
    assert case["diagnosis"] == {"condition": "LumbarStrain", "diagnosisStatus": "Current"}
    assert case["request"]["region"] == ["LumbarSpine", "CervicalSpine"]
    assert "course" not in case


def test_a_case_without_a_request_is_begun_and_incomplete() -> None:
    """What blocks a decision is listed, and the exit code is 1."""
    done = run("--set", "injury.injuredOn=2014-02-03")

    assert done.exit_code == 1
    assert "missing: Give at least one request" in done.stderr


def test_turtle_of_a_case_reads_back(knowledge: Knowledge) -> None:
    """A case written as Turtle, with advice as comments, is the same case."""
    data = json.dumps(example_case(knowledge.form)).encode()
    case = load_case(data, knowledge, form="json")

    text = case_turtle(case, ["Give the date: it selects the law.\nAnd more."])

    assert load_case(text.encode(), knowledge, form="turtle").digest == case.digest
    assert text == case_turtle(case, ["Give the date: it selects the law.\nAnd more."])
