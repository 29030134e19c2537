"""Reading a case: what is refused, where the message points, and what makes no difference."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reasoner.case import LIMIT, CaseGraph
from reasoner.decide import load_case
from reasoner.errors import CaseTooLarge, CaseUnreadable
from reasoner.json_case import DEPTH
from reasoner.terms import CASE, CONTEXT, TYPE, mn

if TYPE_CHECKING:
    from reasoner.knowledge import Knowledge

SEED = Path(__file__).parents[2] / "fixtures/cases/seed-2014-spine-12-visits/case.ttl"
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
HEAD = """
@prefix mn: <https://w3id.org/mednec/ns#> .
@prefix mnc: <https://w3id.org/mednec/concept/> .
@prefix mng: <https://w3id.org/mednec/guideline/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <http://example.org/> .
"""
TURTLE = (
    HEAD
    + """
:case a mn:Case ; mn:injury [ mn:injuredOn "2013-08-07"^^xsd:date ] ;
    mn:course [ mn:treatment mnc:PhysicalTherapy ; mn:attendedVisits 9 ; mn:countCertainty mn:Exact ] ;
    mn:request [ mn:treatment mnc:PhysicalTherapy ; mn:region mnc:CervicalSpine ; mn:requestedVisits 12 ] .
"""
)


def read(data: object, knowledge: Knowledge, form: str = "json") -> CaseGraph:
    if not isinstance(data, bytes):
        data = (data if isinstance(data, str) else json.dumps(data)).encode()
    return load_case(data, knowledge, form=form)


def request_with(**changes: object) -> dict[str, Any]:
    return {**PLAIN, "request": [{**REQUEST, **changes}]}


def test_the_seed_is_read(knowledge: Knowledge) -> None:
    """The reference case is one case with one request."""
    case = load_case(SEED.read_bytes(), knowledge, form="turtle", source=SEED.name)

    assert case.iri == CASE + "seed-2014-spine-12-visits"
    assert case.requests == (case.iri + "#request",)


def test_parts_get_the_type_that_leads_to_them(knowledge: Knowledge) -> None:
    """A sender need not say that a request is a request."""
    case = read(PLAIN, knowledge)

    types = {t.object for t in case.triples if t.predicate == TYPE}
    assert types == {mn(n) for n in ("Case", "Injury", "TreatmentCourse", "Request", "UrDecision")}


def test_no_part_stays_without_a_name(knowledge: Knowledge) -> None:
    """A proof names what it speaks of."""
    case = read(TURTLE, knowledge, "turtle")

    assert not any(isinstance(n, ox.BlankNode) for t in case.triples for n in (t.subject, t.object))
    assert case.requests == ("http://example.org/case#request-1",)


def test_json_and_turtle_of_one_case_are_one_graph(knowledge: Knowledge) -> None:
    """The form in which a case is sent makes no difference."""
    turtle = TURTLE.replace(":case a", f"<{CASE}request-body> a")
    plain = {k: v for k, v in PLAIN.items() if k != "urDecision"} | {"course": PLAIN["course"][0]}

    assert read(turtle, knowledge, "turtle").triples == read(plain, knowledge).triples


def test_our_own_context_and_none_mean_the_same(knowledge: Knowledge) -> None:
    """Plain JSON is JSON-LD with the packaged context."""
    named = {"@context": CONTEXT, **PLAIN}

    assert read(named, knowledge, "jsonld").digest == read(PLAIN, knowledge).digest


@pytest.mark.parametrize("name", ["r1", "#r1", "http://example.org/r1"])
def test_a_part_with_a_name_keeps_its_facts(name: str, knowledge: Knowledge) -> None:
    """A short name was once dropped with all that was said of the part."""
    case = read(request_with(id=name), knowledge)

    assert len(case.triples) == len(read(PLAIN, knowledge).triples)
    assert case.requests[0].endswith("r1")


@pytest.mark.parametrize("spelling", ["12", "012", "+12"])
def test_the_spelling_of_a_number_makes_no_difference(spelling: str, knowledge: Knowledge) -> None:
    """Equal values are equal facts."""
    case = read(TURTLE.replace("Visits 12", f"Visits {spelling}"), knowledge, "turtle")

    assert case.digest == read(TURTLE, knowledge, "turtle").digest


def test_a_bracket_in_a_quotation_is_not_a_level(knowledge: Knowledge) -> None:
    """Words are not structure."""
    finding = {"findingType": "Tenderness", "truth": "Affirmed", "quote": "[" * (DEPTH + 1)}

    assert read({**PLAIN, "finding": finding}, knowledge)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (TURTLE.rstrip().rstrip("."), "line 1"),
        (TURTLE.replace("mn:course [", "mn:course [ foo:bar 1 ;"), "line 12"),
        (TURTLE.replace("mn:Case ", "mn:Kase "), "mn:Case"),
        (TURTLE.replace("mnc:CervicalSpine", "mnc:CervicalSpin"), "mnc:CervicalSpine"),
        (TURTLE.replace("requestedVisits", "requestdVisits"), "mn:requestedVisits"),
        (TURTLE.replace("Visits 12", 'Visits "abc"^^xsd:integer'), "abc"),
        (TURTLE.replace("2013-08-07", "2014-02-30"), "2014-02-30"),
        (TURTLE.replace("2013-08-07", "2013-08-07Z"), "YYYY-MM-DD"),
        ("", "empty"),
        (HEAD, "empty"),
        (TURTLE.replace("a mn:Case ;", ""), "one mn:Case"),
        (TURTLE + ":other a mn:Case .", "found 2"),
        (TURTLE + ":case a owl:Class .", "axioms"),
        (TURTLE + ":case a sh:NodeShape .", "axioms"),
        (TURTLE + "mnc:Massage rdfs:subClassOf mn:Region .", "rdfs:subClassOf"),
        (TURTLE + "mnc:Massage mn:region mnc:Knee .", "vocabulary itself"),
        (TURTLE + "mng:odg-2014 mn:tier mn:ScheduleTier .", "vocabulary itself"),
        (TURTLE + ":case mn:age 49 {| mn:quote 'x' |} .", "quoted triple"),
        (TURTLE + ":case mn:record _:r . :case mn:finding [ mn:recordedIn _:r ] .", "2 ways"),
        (TURTLE + "_:a mn:record _:b . _:b mn:record _:a .", "circle"),
        (TURTLE + "[] mn:findingType mnc:Tenderness .", "belong to nothing"),
        (TURTLE + ":case mn:record " + "[ mn:record " * 900 + "[]" + "] " * 900 + ".", "deep"),
        (TURTLE + ':case mn:finding [ mn:quote "a\\u0000b" ] .', "NUL"),
        (
            TURTLE + ":case mn:request :r . :r mn:requestedVisits 12 . :case mn:request :r . "
            ":r mn:requestedVisits 6 .",
            "<http://example.org/r>",
        ),
    ],
)
def test_bad_turtle_is_refused_with_the_place(text: str, where: str, knowledge: Knowledge) -> None:
    """An error names the place and what is expected."""
    with pytest.raises(CaseUnreadable) as caught:
        read(text, knowledge, "turtle")

    assert where in str(caught.value)


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
            "$.reqest is not a property of the vocabulary. Did you mean mn:request",
        ),
        (request_with(regoin=["Knee"]), "$.request[0].regoin"),
        (request_with(treatment="PhysicalTherpy"), "mnc:PhysicalTherapy"),
        (request_with(requestedVisits="12"), "$.request[0].requestedVisits"),
        (request_with(requestedVisits=12.5), "whole number"),
        (request_with(requestedVisits=True), "whole number"),
        (request_with(requestedVisits=None), "whole number"),
        (request_with(requestedVisits={"@value": None}), "understood"),
        (request_with(id="http://a b"), "$.request[0] has the id"),
        (request_with(id=7), "$.request[0] has the id"),
        (request_with(treatment={"id": "no iri"}), "$.request[0].treatment"),
        ({**PLAIN, "request": [{**REQUEST, "id": "r"}] * 2}, "$.request[1] and $.request[0]"),
        ({**PLAIN, "type": "Kase"}, "mn:Case"),
        ({"@id": "http://example.org/g", "@graph": [PLAIN]}, "graph of its own"),
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
    """An error names the place and what is expected; nothing is fetched, and no fact is lost."""
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setattr(socket, "create_connection", None)

    with pytest.raises(CaseUnreadable) as caught:
        read(data, knowledge, "jsonld")

    assert where in str(caught.value)


def test_an_unknown_form_is_refused(knowledge: Knowledge) -> None:
    """RDF/XML in particular is never read."""
    with pytest.raises(CaseUnreadable, match="rdfxml"):
        read(TURTLE, knowledge, "rdfxml")


@pytest.mark.parametrize("form", ["turtle", "json"])
@pytest.mark.parametrize("size", [LIMIT + 1, 50_000_000])
def test_a_large_body_is_refused_unread(form: str, size: int, knowledge: Knowledge) -> None:
    """The size is looked at before the contents."""
    with pytest.raises(CaseTooLarge, match=f"{size:,} bytes"):
        read(b"x" * size, knowledge, form)


def test_a_body_of_the_limit_is_read(knowledge: Knowledge) -> None:
    """The limit itself is allowed."""
    text = TURTLE + "#" * (LIMIT - len(TURTLE.encode()))

    assert read(text, knowledge, "turtle")


def test_many_facts_are_refused(knowledge: Knowledge) -> None:
    """A case is not a dump."""
    visits = ", ".join(str(n) for n in range(6000))

    with pytest.raises(CaseTooLarge, match="facts"):
        read(TURTLE + f":case mn:age {visits} .", knowledge, "turtle")


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
    """Keys and items of a set have no order."""
    finding = {"findingType": "Tenderness", "truth": "Affirmed", "statedBy": "Therapist"}
    record = {"recordType": "ProgressReport", "availability": "InFile"}
    value = {
        **PLAIN,
        "id": "example",
        "finding": [
            {**finding, "id": "a", "recordedIn": record},
            {**finding, "id": "b", "recordedIn": record},
            {**finding, "truth": "Negated"},
        ],
    }

    assert read(shuffled(value, Random(seed)), knowledge) == read(value, knowledge)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_order_and_names_of_blank_nodes_make_no_difference(seed: int, knowledge: Knowledge) -> None:
    """The same facts are the same case, byte for byte."""
    text = (
        TURTLE
        + ":case mn:course [ mn:treatment mnc:Massage ; mn:attendedVisits 3 ] ."
        + (
            ":case mn:finding :a, :b . :a mn:recordedIn [ mn:recordType mnc:TherapyNotes ] . "
            ":b mn:recordedIn [ mn:recordType mnc:TherapyNotes ] ."
        )
    )
    random = Random(seed)
    quads = list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))
    labels = {q.subject for q in quads if isinstance(q.subject, ox.BlankNode)}
    names = {n: ox.BlankNode(f"b{random.getrandbits(60)}") for n in sorted(labels, key=str)}
    random.shuffle(quads)
    renamed = "".join(
        f"{names.get(q.subject, q.subject)} {q.predicate} {names.get(q.object, q.object)} .\n"
        for q in quads
    )

    assert read(renamed, knowledge, "turtle") == read(text, knowledge, "turtle")
