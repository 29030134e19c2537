"""The schema of a case: every case that it describes is accepted, and every case fits it."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from reasoner.cases.as_json import case_json
from reasoner.cases.examples import example_case, example_of, example_value
from reasoner.cases.intake import check_case
from reasoner.cases.schema import case_schema
from reasoner.determinations.assess import decide, load_case, load_case_file
from reasoner.knowledge.case_form import PART, REFERENCE, TERM, local_name
from reasoner.knowledge.terms import SHAPES

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge
    from reasoner.knowledge.case_form import CaseForm, Field, Part

CASES = sorted((Path(__file__).parents[2] / "fixtures/cases").glob("*/case.ttl"))
SEED = CASES[0].parents[1] / "seed-2014-spine-12-visits" / "case.json"
README = Path(__file__).parents[2] / "README.md"
BETWEEN = {"countCertainty": "Between", "fewestVisits": 1, "mostVisits": 2}
TOGETHER = {
    ("TreatmentCourse", "fewestVisits"): BETWEEN,
    ("TreatmentCourse", "mostVisits"): BETWEEN,
    ("UrDecision", "dateAccount"): {"decidedOn": "2014-05-02"},
}
"""What a property only goes together with, by part: a shape refuses one without the other."""


@pytest.fixture(scope="module")
def validator(knowledge: Knowledge) -> jsonschema.Draft202012Validator:
    schema = case_schema(knowledge.form)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def read(case: object, knowledge: Knowledge) -> Any:
    return load_case(json.dumps(case).encode(), knowledge, form="json")


def violations(case: object, knowledge: Knowledge) -> list[str]:
    found = check_case(read(case, knowledge), knowledge).results
    return [f"{r.shape} {r.value}" for r in found if r.severity == "Violation"]


def test_every_fixture_fits_the_schema_and_reads_back(
    validator: jsonschema.Draft202012Validator, knowledge: Knowledge
) -> None:
    """Each case, written as JSON, fits the schema and is the same case."""
    assert CASES
    for path in CASES:
        case = load_case_file(path, knowledge)
        written = case_json(case, knowledge.form)

        assert [e.message for e in validator.iter_errors(written)] == [], path
        assert read(written, knowledge).digest == case.digest, path


def test_the_seed_in_json_fits_the_schema(
    validator: jsonschema.Draft202012Validator, knowledge: Knowledge
) -> None:
    """The JSON file of the seed fits too, and is the case of the Turtle file."""
    written = json.loads(SEED.read_text("utf-8"))

    assert [e.message for e in validator.iter_errors(written)] == []
    assert (
        read(written, knowledge).digest
        == load_case_file(SEED.with_suffix(".ttl"), knowledge).digest
    )


def test_the_seed_of_the_readme_is_decided_as_the_seed(
    validator: jsonschema.Draft202012Validator, knowledge: Knowledge
) -> None:
    """The JSON in README.md fits the schema and has the outcome and visits of the seed."""
    (text,) = re.findall(r"```json\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    shown = decide(read(json.loads(text), knowledge), knowledge).determinations[0]
    seed = decide(load_case_file(SEED, knowledge), knowledge).determinations[0]

    assert list(validator.iter_errors(json.loads(text))) == []
    assert (shown.outcome, shown.visits.supported) == (seed.outcome, seed.visits.supported)


def test_examples_and_questions_are_about_shapes_that_exist(knowledge: Knowledge) -> None:
    """Each entry of shapes/case-form.ttl is about a property shape of a case."""
    entries = knowledge.other_shapes["case-form"].triples
    known = {t.subject for t in knowledge.shapes.triples}
    example = SHAPES + "example"
    given = {(t.subject, t.object.value) for t in entries if t.predicate.value == example}

    assert {t.subject for t in entries} <= known
    assert len(given) == len({subject for subject, _ in given})
    used = {
        str(field.example)
        for part in knowledge.form.parts.values()
        for field in part.fields.values()
    }
    assert {local_name(value) for _, value in given if "://" in value} <= used


def test_the_example_case_is_decided(
    validator: jsonschema.Draft202012Validator, knowledge: Knowledge
) -> None:
    """The example of the schema is a case that can be decided."""
    example = example_case(knowledge.form)

    assert list(validator.iter_errors(example)) == []
    assert decide(read(example, knowledge), knowledge).determinations


def routes(form: CaseForm) -> dict[str, list[Field]]:
    """Return the properties that lead from the case to each part."""
    found: dict[str, list[Field]] = {form.case.name: []}
    todo = [form.case]
    while todo:
        part = todo.pop(0)
        for field in part.fields.values():
            for name in field.parts if field.kind == PART else ():
                if name not in found:
                    found[name] = [*found[part.name], field]
                    todo.append(form.parts[name])
    return found


def with_property(form: CaseForm, part: Part, field: Field, value: object) -> dict[str, Any]:
    """Return the example case with one more property of one part."""
    case = deepcopy(example_case(form))
    place: Any = case
    for step in routes(form)[part.name]:
        if isinstance(place.get(step.name), dict):
            place = place[step.name]
        else:
            place[step.name] = example_of(form.parts[step.parts[0]], form)
            place = place[step.name]
    place[field.name] = value
    place.update(TOGETHER.get((part.name, field.name), {}))
    needed = json.dumps(case)
    for name, owner in form.case.fields.items():
        if f'"{name}-1"' in needed and owner.kind == PART:
            listed = case.get(name) or example_of(form.parts[owner.parts[0]], form)
            if listed is place and field.kind == REFERENCE:
                case[name] = [
                    listed,
                    {**example_of(form.parts[owner.parts[0]], form), "id": f"{name}-1"},
                ]
            else:
                case[name] = {**listed, "id": f"{name}-1"}
    return case


def test_every_property_accepts_its_example(
    validator: jsonschema.Draft202012Validator, knowledge: Knowledge
) -> None:
    """What the schema offers for each property of each part, a case may say."""
    form = knowledge.form
    assert set(routes(form)) == set(form.parts)
    faults = []
    for part in form.parts.values():
        for field in part.fields.values():
            case = with_property(form, part, field, example_value(field, form))
            errors = [e.message for e in validator.iter_errors(case)]
            if errors or (found := violations(case, knowledge)):
                faults.append((part.name, field.name, errors or found))

    assert not faults, chr(10).join(map(str, faults))


def test_every_term_that_is_offered_is_accepted(knowledge: Knowledge) -> None:
    """No term that the schema lists for a property is refused there for its kind."""
    form = knowledge.form
    faults = []
    for part in form.parts.values():
        for field in part.fields.values():
            if field.kind != TERM:
                continue
            for term in field.terms:
                read_back = read(with_property(form, part, field, term), knowledge)
                assert any(t.object.value == field.terms[term].iri for t in read_back.triples)
            for value in list(field.terms) if part.name == "Request" else [list(field.terms)]:
                several = with_property(form, part, field, value)
                results = check_case(read(several, knowledge), knowledge).results
                wrong = [r.value for r in results if r.path.endswith(f":{field.name}") and r.value]
                faults += [(part.name, field.name, each) for each in wrong]

    assert not faults, chr(10).join(map(str, faults))


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"requets": []}, "requets"),
        ({"age": "49"}, "age"),
        ({"age": 131}, "age"),
        ({"sex": "F"}, "sex"),
        ({"injury": []}, "injury"),
        ({"diagnosis": {"diagnosisStatus": "Current"}}, "diagnosis"),
    ],
)
def test_what_a_case_refuses_the_schema_refuses(
    change: dict[str, Any],
    at: str,
    validator: jsonschema.Draft202012Validator,
    knowledge: Knowledge,
) -> None:
    """The schema has types, bounds, terms and requirements."""
    case = {**example_case(knowledge.form), **change}

    assert list(validator.iter_errors(case)), at
