"""A case as JSON: errors that a lenient decoder would accept, and facts it would drop."""

from __future__ import annotations

import json
import socket
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reasoner.cases.json_form import DEPTH
from reasoner.determinations.assess import load_case
from reasoner.errors import CaseUnreadable
from reasoner.knowledge.terms import CONTEXT

if TYPE_CHECKING:
    from reasoner.cases.read import CaseGraph
    from reasoner.knowledge.base import Knowledge

REQUEST = {"treatment": "PhysicalTherapy", "region": ["CervicalSpine"], "requestedVisits": 12}
PLAIN: dict[str, Any] = {
    "injury": {"injuredOn": "2013-08-07"},
    "course": [
        {"treatment": "PhysicalTherapy", "attendedVisits": 9, "countCertainty": "Exact"},
        {"treatment": "Massage", "attendedVisits": 3, "countCertainty": "AtLeast"},
    ],
    "request": [REQUEST],
    "urDecision": {"decidedOn": "2014-05-09", "decisionOutcome": "Denied"},
}


def read(data: object, knowledge: Knowledge, form: str = "jsonld") -> CaseGraph:
    if not isinstance(data, bytes):
        data = (data if isinstance(data, str) else json.dumps(data)).encode()
    return load_case(data, knowledge, form=form)


def request_with(**changes: object) -> dict[str, Any]:
    return {**PLAIN, "request": [{**REQUEST, **changes}]}


def test_the_packaged_context_is_the_default(knowledge: Knowledge) -> None:
    """Plain JSON is read with the packaged JSON-LD context."""
    named = {"@context": CONTEXT, **PLAIN}

    assert read(named, knowledge, "jsonld").digest == read(PLAIN, knowledge).digest


@pytest.mark.parametrize("name", ["r1", "#r1", "http://example.org/r1"])
def test_a_part_with_a_name_keeps_its_facts(name: str, knowledge: Knowledge) -> None:
    """A part with a short name keeps its facts."""
    case = read(request_with(id=name), knowledge)

    assert len(case.triples) == len(read(PLAIN, knowledge).triples)
    assert case.requests[0].endswith("r1")


def test_a_bracket_in_a_quotation_is_not_a_level(knowledge: Knowledge) -> None:
    """A bracket in a quotation does not count as nesting."""
    finding = {"findingType": "Tenderness", "truth": "Affirmed", "quote": "[" * (DEPTH + 1)}

    assert read({**PLAIN, "finding": finding}, knowledge)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ('{"injury":\n 1,', "line 2"),
        ("", "line 1"),
        (b"\xff{}", "byte 0"),
        ('{"age": 1,\n "age": 2}', "line 2: the key 'age'"),
        ('{"age": 1,\n "\\u0061ge": 2}', "line 2: the key 'age'"),
        ('{"age": NaN}', "NaN"),
        ('{"age": -Infinity}', "-Infinity"),
        ('{"age": 1e400}', "1e400"),
        ('{"age": ' + "9" * 5000 + "}", "too large"),
        ('{"sex": "\\ud800"}', "surrogate"),
        ("[" * 100_000, "levels deep"),
        ('{"a":' * (DEPTH + 1) + "1" + "}" * (DEPTH + 1), "levels deep"),
        ([PLAIN], "one JSON object"),
        (
            {**PLAIN, "reqest": 1},
            "Did you mean request?",
        ),
        (request_with(regoin=["Knee"]), "$.request[0].regoin"),
        (request_with(treatment="PhysicalTherpy"), "Did you mean PhysicalTherapy"),
        (request_with(requestedVisits="12"), "$.request[0].requestedVisits"),
        (request_with(requestedVisits=12.5), "whole number"),
        (request_with(requestedVisits=True), "whole number"),
        (request_with(requestedVisits=None), "whole number"),
        (request_with(requestedVisits={"@value": None}), "understood"),
        (request_with(id="http://a b"), "$.request[0] has the id"),
        (request_with(id=7), "$.request[0] has the id"),
        (request_with(treatment={"id": "no iri"}), "$.request[0].treatment"),
        ({**PLAIN, "request": [{**REQUEST, "id": "r"}] * 2}, "$.request[1] and $.request[0]"),
        ({**PLAIN, "type": "Kase"}, "Did you mean Case"),
        ({"@id": "http://example.org/g", "@graph": [PLAIN]}, "in a named graph"),
        ({**PLAIN, "_:x": 1}, "$._:x"),
        ({**PLAIN, "@reverse": {}}, "$.@reverse"),
        ({**PLAIN, "@context": "http://example.org/c"}, "$.@context"),
        ({**PLAIN, "@context": "file:///etc/hosts"}, "$.@context"),
        ({**PLAIN, "@context": {"@import": "http://example.org/c"}}, "$.@context"),
        ({**PLAIN, "@context": [CONTEXT, "http://example.org/c"]}, "$.@context"),
        (
            {**PLAIN, "injury": {"@context": CONTEXT, "injuredOn": "2013-08-07"}},
            "$.injury.@context",
        ),
    ],
)
def test_bad_json_is_refused_with_the_place(
    data: object, where: str, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error names the place and what was expected; nothing is fetched and no fact dropped."""
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setattr(socket, "create_connection", None)

    with pytest.raises(CaseUnreadable) as caught:
        read(data, knowledge, "jsonld")

    assert where in str(caught.value)


def shuffled(value: object, random: Random) -> object:
    """Put the keys and the items of JSON in another order."""
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    if isinstance(value, list):
        items = [shuffled(item, random) for item in value]
        random.shuffle(items)
        return items
    return value


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_of_json_makes_no_difference(seed: int, knowledge: Knowledge) -> None:
    """The order of keys and items does not matter."""
    finding = {"findingType": "Tenderness", "truth": "Affirmed", "statedBy": "Therapist"}
    record = {"recordType": "ProgressReport", "availability": "InFile"}
    random = Random(seed)  # noqa: S311 - an order, not a secret
    value = {
        **PLAIN,
        "id": "example",
        "finding": [
            {**finding, "id": "a", "recordedIn": record},
            {**finding, "id": "b", "recordedIn": record},
            {**finding, "truth": "Negated"},
        ],
    }

    assert read(shuffled(value, random), knowledge) == read(value, knowledge)
