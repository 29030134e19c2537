"""Reading a case: what is rejected, where the error points and what makes no difference."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reasoner.cases.read import LIMIT, CaseGraph
from reasoner.determinations.assess import load_case
from reasoner.errors import CaseTooLarge, CaseUnreadable
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import CASE, mn

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge

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
    mn:course [ mn:treatment mnc:PhysicalTherapy ;
        mn:attendedVisits 9 ; mn:countCertainty mn:Exact ] ;
    mn:request [ mn:treatment mnc:PhysicalTherapy ; mn:region mnc:CervicalSpine ;
        mn:requestedVisits 12 ] .
"""
)


def read(data: object, knowledge: Knowledge, form: str = "json") -> CaseGraph:
    if not isinstance(data, bytes):
        data = (data if isinstance(data, str) else json.dumps(data)).encode()
    return load_case(data, knowledge, form=form)


def test_the_seed_is_read(knowledge: Knowledge) -> None:
    """The reference case is one case with one request."""
    case = load_case(SEED.read_bytes(), knowledge, form="turtle", source=SEED.name)

    assert case.iri == CASE + "seed-2014-spine-12-visits"
    assert case.requests == (case.iri + "#request",)


def test_parts_get_the_type_of_their_property(knowledge: Knowledge) -> None:
    """Parts get their type from the property that refers to them."""
    case = read(PLAIN, knowledge)

    types = {t.object for t in case.triples if t.predicate == TYPE}
    assert types == {mn(n) for n in ("Case", "Injury", "TreatmentCourse", "Request", "UrDecision")}


def test_every_part_gets_a_name(knowledge: Knowledge) -> None:
    """Each part gets a name, so that a proof can refer to it."""
    case = read(TURTLE, knowledge, "turtle")

    assert not any(isinstance(n, ox.BlankNode) for t in case.triples for n in (t.subject, t.object))
    assert case.requests == ("http://example.org/case#request-1",)


def test_json_and_turtle_of_one_case_are_one_graph(knowledge: Knowledge) -> None:
    """A case has the same facts as JSON and as Turtle."""
    turtle = TURTLE.replace(":case a", f"<{CASE}request-body> a")
    plain = {k: v for k, v in PLAIN.items() if k != "urDecision"} | {"course": PLAIN["course"][0]}

    assert read(turtle, knowledge, "turtle").triples == read(plain, knowledge).triples


def test_a_given_name_is_not_given_again(knowledge: Knowledge) -> None:
    """A generated name is never one that the sender used."""
    other = "mn:treatment mnc:Massage ; mn:region mnc:Knee ; mn:requestedVisits 3"
    name = "<http://example.org/case#request-1>"

    case = read(TURTLE + f":case mn:request {name} . {name} {other} .", knowledge, "turtle")

    assert case.requests == tuple(f"http://example.org/case#request-{n}" for n in (1, 2))


@pytest.mark.parametrize("spelling", ["12", "012", "+12"])
def test_the_spelling_of_a_number_makes_no_difference(spelling: str, knowledge: Knowledge) -> None:
    """Equal numbers are equal facts, however they are written."""
    case = read(TURTLE.replace("Visits 12", f"Visits {spelling}"), knowledge, "turtle")

    assert case.digest == read(TURTLE, knowledge, "turtle").digest


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
        (TURTLE + "mnc:Massage mn:region mnc:Knee .", "knowledge base itself"),
        (
            TURTLE + "<https://w3id.org/mednec/law/cap-physical-therapy> a mn:Request .",
            "base itself",
        ),
        (TURTLE + "mng:odg-2014 mn:tier mn:ScheduleTier .", "knowledge base itself"),
        (TURTLE + ":case mn:age 49 {| mn:quote 'x' |} .", "quoted triple"),
        (TURTLE + ":case mn:record _:r . :case mn:finding [ mn:recordedIn _:r ] .", "2 ways"),
        (TURTLE + "_:a mn:record _:b . _:b mn:record _:a .", "circle"),
        (TURTLE + "[] mn:findingType mnc:Tenderness .", "are not linked from the case"),
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
    """An error names the place and what was expected."""
    with pytest.raises(CaseUnreadable) as caught:
        read(text, knowledge, "turtle")

    assert where in str(caught.value)


def test_an_unknown_form_is_refused(knowledge: Knowledge) -> None:
    """Other formats, RDF/XML among them, are refused."""
    with pytest.raises(CaseUnreadable, match="rdfxml"):
        read(TURTLE, knowledge, "rdfxml")


@pytest.mark.parametrize("form", ["turtle", "json"])
@pytest.mark.parametrize("size", [LIMIT + 1, 50_000_000])
def test_a_large_body_is_refused_unread(form: str, size: int, knowledge: Knowledge) -> None:
    """The size is checked before the body is read."""
    with pytest.raises(CaseTooLarge, match=f"{size:,} bytes"):
        read(b"x" * size, knowledge, form)


def test_a_body_of_the_limit_is_read(knowledge: Knowledge) -> None:
    """A body of exactly the limit is read."""
    text = TURTLE + "#" * (LIMIT - len(TURTLE.encode()))

    assert read(text, knowledge, "turtle")


def test_many_facts_are_refused(knowledge: Knowledge) -> None:
    """The number of facts in a case is limited."""
    visits = ", ".join(str(n) for n in range(6000))

    with pytest.raises(CaseTooLarge, match="facts"):
        read(TURTLE + f":case mn:age {visits} .", knowledge, "turtle")


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_order_and_names_of_blank_nodes_make_no_difference(seed: int, knowledge: Knowledge) -> None:
    """The same facts give the same canonical case, byte for byte."""
    text = (
        TURTLE
        + ":case mn:course [ mn:treatment mnc:Massage ; mn:attendedVisits 3 ] ."
        + (
            ":case mn:finding :a, :b . :a mn:recordedIn [ mn:recordType mnc:TherapyNotes ] . "
            ":b mn:recordedIn [ mn:recordType mnc:TherapyNotes ] ."
        )
    )
    random = Random(seed)  # noqa: S311 - an order, not a secret
    quads = list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))
    labels = {q.subject for q in quads if isinstance(q.subject, ox.BlankNode)}
    names = {n: ox.BlankNode(f"b{random.getrandbits(60)}") for n in sorted(labels, key=str)}
    random.shuffle(quads)
    renamed = "".join(
        f"{names.get(q.subject, q.subject)} {q.predicate} {names.get(q.object, q.object)} .\n"
        for q in quads
    )

    assert read(renamed, knowledge, "turtle") == read(text, knowledge, "turtle")
