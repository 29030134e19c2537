"""The API contract: formats in and out, and one form for all errors."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

from api import create_app, problems
from reasoner import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from reasoner import Knowledge

SEED = Path(__file__).parents[2] / "fixtures" / "cases" / "seed-2014-spine-12-visits"
TURTLE = (SEED / "case.ttl").read_bytes()
JSON = (SEED / "case.json").read_bytes()
BODIES = {"text/turtle": TURTLE, "application/json": JSON, "application/ld+json": JSON}


@pytest.fixture(scope="module")
def client(knowledge: Knowledge) -> FlaskClient:
    """Return a client of the application."""
    return create_app(knowledge).test_client()


def problem(response: Any) -> dict[str, Any]:
    body = response.get_json(force=True)
    assert response.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == response.status_code
    assert "Traceback" not in response.text
    return dict(body)


def test_the_contract_names_the_routes_and_no_others(client: FlaskClient) -> None:
    """The OpenAPI document and the application name the same paths and methods."""
    stated = client.get("/v1/openapi.json").get_json()["paths"]
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }

    assert {(path, method) for path, methods in stated.items() for method in methods} == routes


def test_the_contract_describes_a_case_in_full(client: FlaskClient) -> None:
    """Each property that a case may state is in the contract, and its example case is decided."""
    contract = client.get("/v1/openapi.json").get_json()
    schemas = contract["components"]["schemas"]
    (example,) = schemas["Case"]["examples"]
    undescribed = [
        f"{name}.{key}"
        for name in client.get("/v1/schemas/case").get_json(force=True)["$defs"]
        for key, value in schemas[name]["properties"].items()
        if not {"type", "enum", "const", "$ref", "anyOf"} & set(value)
    ]

    assert undescribed == []
    assert "servedOn" in schemas["UrDecision"]["properties"]
    assert client.post("/v1/determinations", json=example).status_code == 200
    identifiers = [o["operationId"] for p in contract["paths"].values() for o in p.values()]
    assert len(identifiers) == len(set(identifiers))


def test_a_refused_case_lists_all_its_faults(client: FlaskClient) -> None:
    """A problem document has each fault with its path, its value and what is allowed."""
    case = json.loads(JSON)
    case["request"]["treatment"] = "Physiotherapy"
    case["diagnosis"][0]["icd9"] = "729.15"

    found = problem(client.post("/v1/determinations", json=case))["faults"]

    assert [fault["at"] for fault in found] == ["$.diagnosis[0].icd9", "$.request.treatment"]
    assert found[0]["value"] == "729.15"
    assert found[0]["nearest"][0] == {
        "value": "729.1",
        "title": "Myalgia and myositis, unspecified",
    }


@pytest.mark.parametrize("sent", sorted(BODIES))
@pytest.mark.parametrize(
    "wanted", ["application/json", "application/ld+json", "text/turtle", "text/html"]
)
def test_each_form_in_gives_each_form_out(sent: str, wanted: str, client: FlaskClient) -> None:
    """Any input format can be answered in any output format."""
    response = client.post(
        "/v1/determinations", data=BODIES[sent], content_type=sent, headers={"Accept": wanted}
    )

    assert response.status_code == 200
    assert response.content_type.startswith(wanted)
    assert "NotMedicallyNecessary" in response.text or "not medically necessary" in response.text


def test_json_is_the_default(client: FlaskClient) -> None:
    """Without `Accept`, the answer is JSON with the complete proof."""
    body = client.post("/v1/determinations", data=TURTLE, content_type="text/turtle").get_json()

    assert body["determinations"][0]["outcome"] == "NotMedicallyNecessary"
    assert body["determinations"][0]["proof"]


def test_turtle_and_jsonld_hold_the_same_graph(client: FlaskClient) -> None:
    """Two serializations of one answer are one graph."""
    graphs = []
    for accept, form in (
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
    ):
        response = client.post(
            "/v1/determinations",
            data=TURTLE,
            content_type="text/turtle",
            headers={"Accept": accept},
        )
        graphs.append({str(q.triple) for q in ox.parse(response.data, format=form)})

    assert graphs[0] == graphs[1]


def test_the_page_shows_reasons_sources_and_audit_and_runs_no_script(client: FlaskClient) -> None:
    """The HTML has the contents of the JSON, escaped."""
    headers = {"Accept": "text/html"}
    data = client.post("/v1/determinations", data=TURTLE, content_type="text/turtle").get_json()
    page = client.post(
        "/v1/determinations", data=TURTLE, content_type="text/turtle", headers=headers
    )
    one = data["determinations"][0]

    text = page.text.replace("&#39;", "'").replace("&#34;", '"')
    assert all(item["text"] in text for key in ("reasons", "audit", "legal") for item in one[key])
    assert all(source["citation"] in text for source in one["sources"])
    assert "<script" not in text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code", "names"),
    [
        (b"@prefix mn: <x", "text/turtle", 400, "case-unreadable", "line 1"),
        (b'{"injury": }', "application/json", 400, "case-unreadable", "line 1, column 12"),
        (b"", "text/turtle", 400, "case-unreadable", "empty"),
        (b"{}", "application/json", 422, "case-rejected", "injury"),
        (
            JSON.replace(b"CervicalStrain", b"CervicalStran"),
            "application/json",
            400,
            "case-unreadable",
            "CervicalStran",
        ),
        (
            TURTLE.replace(b"mnc:CervicalStrain", b"mnc:CervicalStran"),
            "text/turtle",
            400,
            "case-unreadable",
            "mnc:CervicalStran",
        ),
        (
            TURTLE.replace(b"mn:Injury ;", b"mn:Injry ;"),
            "text/turtle",
            400,
            "case-unreadable",
            "mn:Injry",
        ),
        (
            TURTLE.replace(b'"2013-08-07"', b'"2013-02-30"'),
            "text/turtle",
            400,
            "case-unreadable",
            "2013-02-30",
        ),
        (
            TURTLE.replace(b"mn:requestedVisits 12", b'mn:requestedVisits "many"'),
            "text/turtle",
            422,
            "case-rejected",
            "visits requested",
        ),
        (
            TURTLE.replace(b"mn:requestedVisits 12", b"mn:requestedVisits 12, 6"),
            "text/turtle",
            400,
            "case-unreadable",
            "#request",
        ),
        (
            TURTLE.replace(b"mn:weeks 6", b"mn:weeks 5"),
            "text/turtle",
            422,
            "case-rejected",
            "times weeks",
        ),
        (
            b'{"@context": "http://127.0.0.1:9/c", "injury": {}}',
            "application/ld+json",
            400,
            "case-unreadable",
            "@context",
        ),
        (b"x" * 2_000_000, "text/turtle", 413, "case-too-large", "2,000,000"),
        (TURTLE, "application/rdf+xml", 415, "unsupported-media-type", "text/turtle"),
    ],
)
def test_a_bad_case_gets_a_problem_that_names_the_place(
    body: bytes, kind: str, status: int, code: str, names: str, client: FlaskClient
) -> None:
    """Errors follow RFC 9457: what is wrong, where, and what to do, without a traceback."""
    found = problem(client.post("/v1/determinations", data=body, content_type=kind))

    assert (found["status"], found["type"].rsplit("/", 1)[-1]) == (status, code)
    assert names in json.dumps(found, ensure_ascii=False)


def test_an_unwanted_form_is_refused(client: FlaskClient) -> None:
    """A 406 answer lists the formats offered."""
    response = client.post(
        "/v1/determinations",
        data=TURTLE,
        content_type="text/turtle",
        headers={"Accept": "image/png"},
    )

    assert "text/html" in problem(response)["detail"]
    assert response.status_code == 406


def walk(kind: type[errors.MednecError]) -> Iterator[type[errors.MednecError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from walk(below)


@pytest.mark.parametrize("kind", sorted(walk(errors.MednecError), key=lambda k: k.__name__))
def test_each_kind_of_error_has_a_status(kind: type[errors.MednecError]) -> None:
    """Errors of the sender are 4xx; errors of the service or its knowledge are 5xx."""
    status = problems.status_of(kind)

    senders = errors.CaseError | errors.QueryError | errors.DecisionError | errors.RecordError
    if issubclass(kind, senders):
        assert 400 <= status < 500
    else:
        assert status >= 500


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403),
        ("SELECT * WHERE { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }", 403),
        ("SELECT * FROM <http://127.0.0.1:9/> WHERE { ?s ?p ?o }", 200),
        ("LOAD <http://127.0.0.1:9/>", 403),
        ("INSERT DATA { <a:b> <a:c> 1 }", 403),
        ("SELEC * WHERE { ?s ?p ?o }", 400),
        ("", 400),
        ("SELECT * WHERE " + "{" * 3000 + "}" * 3000, 422),
        ('SELECT ("SERVICE" AS ?x) WHERE {}', 200),
        ("PREFIX service: <http://x/> SELECT ?service WHERE { ?service a service:X } # LOAD", 200),
    ],
)
def test_queries_read_the_knowledge_base_and_reach_nothing_else(
    text: str, status: int, client: FlaskClient
) -> None:
    """Queries that update data or call services are refused; the same words in text are not."""
    response = client.post("/sparql", data=text, content_type="application/sparql-query")

    assert response.status_code == status
    if status != 200:
        problem(response)


def test_a_query_is_answered_in_the_requested_format(client: FlaskClient) -> None:
    """SPARQL accepts GET, form and body, and returns rows or triples."""
    ask = "SELECT ?n WHERE { <https://w3id.org/mednec/guideline/mtus-chronic-pain-2009/myalgia>"
    ask += " <https://w3id.org/mednec/ns#maximumVisits> ?n }"
    got = client.get("/sparql", query_string={"query": ask})
    form = client.post("/sparql", data={"query": ask}, headers={"Accept": "text/csv"})
    graph = client.post(
        "/sparql",
        data=ask.replace("SELECT ?n", "CONSTRUCT { <a:b> <a:c> ?n }"),
        content_type="application/sparql-query",
        headers={"Accept": "text/turtle"},
    )

    assert got.get_json(force=True)["results"]["bindings"][0]["n"]["value"] == "10"
    assert form.text.split() == ["n", "10"]
    assert "<a:b> <a:c> 10" in graph.text


def test_nothing_is_ever_fetched(client: FlaskClient) -> None:
    """No case and no query makes the service open a network connection."""
    heard: list[str] = []

    class Honeypot(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

    trap = HTTPServer(("127.0.0.1", 0), Honeypot)
    threading.Thread(target=trap.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{trap.server_port}/x"
    case = json.dumps({"@context": place, **json.loads(JSON)})
    imports = f"<{place}> <http://www.w3.org/2002/07/owl#imports> <{place}> ."
    client.post("/v1/determinations", data=case, content_type="application/ld+json")
    client.post("/v1/determinations", data=TURTLE + imports.encode(), content_type="text/turtle")
    for text in (f"SELECT * {{ SERVICE <{place}> {{ ?s ?p ?o }} }}", f"LOAD <{place}>"):
        client.post("/sparql", data=text, content_type="application/sparql-query")
    trap.shutdown()
    trap.server_close()

    assert heard == []


def test_health_says_with_which_knowledge_it_is_ready(
    client: FlaskClient, knowledge: Knowledge
) -> None:
    """The answer names the version of the knowledge."""
    assert client.get("/v1/health").get_json()["knowledge"] == knowledge.digest


def test_the_first_page_lists_the_guidelines(client: FlaskClient, knowledge: Knowledge) -> None:
    """The first page lists every guideline edition."""
    page = client.get("/").text

    assert all(knowledge.label(iri) in page for iri in knowledge.editions)


def test_a_case_is_decided_as_of_a_requested_day(client: FlaskClient) -> None:
    """From 2017-12-01 the text in force is not held, so nothing is decided, for or against."""
    found = client.post(
        "/v1/determinations?asOf=2017-12-01", data=TURTLE, content_type="text/turtle"
    ).get_json()

    one = found["determinations"][0]
    assert one["lawOf"] == "2017-12-01"
    assert (one["outcome"], one["adverse"], one["robust"]) == ("NotDecided", False, None)
    assert (one["dispositions"], one["recommended"]) == ({}, {})
    assert one["visits"]["supported"] is None
    assert any("not held" in sentence["text"] for sentence in one["wouldDecide"])
    assert found["provenance"]["asOf"] == "2017-12-01"


def test_comparisons_are_given_on_request(client: FlaskClient) -> None:
    """The three comparison lists are empty unless requested."""
    keys = ("timeline", "sourcesAlone", "policies")
    wanted = client.post(
        "/v1/determinations?include=timeline,sources,policies",
        data=TURTLE,
        content_type="text/turtle",
    ).get_json()["determinations"][0]
    plain = client.post("/v1/determinations", data=TURTLE, content_type="text/turtle").get_json()

    assert all(wanted[key] for key in keys)
    assert all(plain["determinations"][0][key] == [] for key in keys)


@pytest.mark.parametrize("asked", ["asOf=tomorrow", "asOf=2014-02-30", "include=weather"])
def test_a_malformed_parameter_is_a_problem(asked: str, client: FlaskClient) -> None:
    """A misspelled date or comparison is an error and is not ignored."""
    response = client.post(f"/v1/determinations?{asked}", data=TURTLE, content_type="text/turtle")

    assert response.status_code == 400
    assert asked.partition("=")[2] in problem(response)["detail"]


def test_the_page_has_the_comparisons_as_tables(client: FlaskClient) -> None:
    """HTML shows each comparison in the JSON."""
    page = client.post(
        "/v1/determinations?include=timeline,sources,policies",
        data=TURTLE,
        content_type="text/turtle",
        headers={"Accept": "text/html"},
    ).text

    for shown in ("timeline", "alone", "policies"):
        assert page.count(f'<details class="{shown}" open>') == 1
    assert "ODG alone" in page


@pytest.mark.parametrize(
    "address",
    [
        "/v1/determinations?asOf=2014-05-01&asOf=2016-09-01",
        "/v1/determinations?asof=2014-05-01",
        "/v1/explanations?why=LIM-02&why=LIM-05",
        "/v1/explanations?why=LIM-02&whyNt=LIM-05",
        "/v1/proofs?include=timeline",
        "/v1/letters?venue=ur&venue=imr",
        "/v1/letters?Confidential=true",
    ],
)
def test_a_parameter_is_known_and_given_once(client: FlaskClient, address: str) -> None:
    """A second or malformed date is an error, so no answer uses an unintended law."""
    answer = client.post(address, data=TURTLE, content_type="text/turtle")

    assert problem(answer)["status"] == 400


def test_two_queries_are_refused(client: FlaskClient) -> None:
    """The SPARQL protocol allows one query for each request."""
    assert client.get("/sparql?query=ASK+{}&query=ASK+{}").status_code == 400
    form = {"query": ["ASK {}", "ASK {}"]}
    assert problem(client.post("/sparql", data=form))["status"] == 400


def test_a_key_given_twice_is_refused_in_a_decision(physician: FlaskClient) -> None:
    """A duplicate key is an error, since either value could be meant."""
    body = b'{"decidedOn": "2014-08-20", "decidedOn": "2014-08-21"}'
    answer = physician.post("/v1/decisions", data=body, content_type="application/json")

    assert "'decidedOn' is given twice" in problem(answer)["detail"]


def test_a_lone_surrogate_is_refused_in_a_decision(physician: FlaskClient) -> None:
    """Input that cannot be encoded as UTF-8 is refused."""
    body = b'{"reason": "\\ud800"}'
    answer = physician.post("/v1/decisions", data=body, content_type="application/json")

    assert answer.status_code == 400
    assert "surrogate" in problem(answer)["detail"]


ANSWERED = {
    "injury.0.injuredOn": "2013-08-07",
    "diagnosis.0.condition": "LumbarStrain",
    "diagnosis.0.diagnosisStatus": "Current",
    "course.0.treatment": "PhysicalTherapy",
    "course.0.attendedVisits": "0",
    "course.0.countCertainty": "Exact",
    "request.0.treatment": "PhysicalTherapy",
    "request.0.region": ["LumbarSpine", "CervicalSpine"],
    "request.0.requestedVisits": "6",
    "request.0.requestedOn": "2014-05-02",
}


def test_the_page_of_questions_leads_to_a_determination(client: FlaskClient) -> None:
    """Answers that make a case are decided; the case can be had as JSON and decided again."""
    assert client.get("/cases/new").status_code == 200

    page = client.post("/cases/new", data=ANSWERED)
    case = client.post("/cases/new", data={**ANSWERED, "show": "json"}).get_json()
    more = client.post("/cases/new", data={**ANSWERED, "add": "diagnosis"}).text

    assert page.status_code == 200
    assert "Physical therapy, 6 visits" in page.text
    assert case["request"]["region"] == ["LumbarSpine", "CervicalSpine"]
    assert client.post("/v1/determinations", json=case).status_code == 200
    assert 'name="diagnosis.1.condition"' in more


def test_wrong_answers_show_the_questions_again(client: FlaskClient) -> None:
    """Each wrong answer is named, with a link to its input, and no answer is lost."""
    wrong = {**ANSWERED, "request.0.requestedVisits": "six", "diagnosis.0.icd9": "729.15"}

    page = client.post("/cases/new", data=wrong)

    assert page.status_code == 422
    assert 'href="#request.0.requestedVisits"' in page.text
    assert 'href="#diagnosis.0.icd9"' in page.text
    assert 'value="six"' in page.text
    assert client.post("/cases/new", data={"request.0.foo": "1"}).status_code == 400
    assert client.post("/cases/new", json={}).status_code == 415
