"""The API contract for explanations and proofs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api import create_app
from reasoner import decide, explain, load_case
from reasoner.verifier import read_case, read_folder, verify

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits"
TURTLE = (SEED / "case.ttl").read_bytes()
JSON = (SEED / "case.json").read_bytes()
ASK = "/v1/explanations?whyNot=MedicallyNecessary"


@pytest.fixture(scope="module")
def client(knowledge: Knowledge) -> FlaskClient:
    """Return a client of the application."""
    return create_app(knowledge).test_client()


def send(client: FlaskClient, address: str, accept: str = "application/json") -> Any:
    return client.post(address, data=TURTLE, content_type="text/turtle", headers={"Accept": accept})


def required(client: FlaskClient, name: str) -> set[str]:
    contract = client.get("/v1/openapi.json").get_json()
    return set(contract["components"]["schemas"][name]["required"])


def test_an_explanation_is_that_of_the_library(client: FlaskClient, knowledge: Knowledge) -> None:
    """The service returns what the library returns."""
    case = load_case(TURTLE, knowledge, form="turtle")
    answer = explain(
        decide(case, knowledge), knowledge, why_not="MedicallyNecessary", text=TURTLE.decode()
    )

    assert send(client, ASK).get_json() == json.loads(json.dumps(answer))


def test_an_answer_has_what_the_contract_requires(client: FlaskClient) -> None:
    """The explanation sent matches its schema."""
    body = send(client, f"{ASK}&why=LIM-02").get_json()

    assert required(client, "Explanation") <= set(body)
    assert required(client, "Answer") <= set(body["why"])
    assert required(client, "Answer") <= set(body["whyNot"])


@pytest.mark.parametrize("accept", ["text/plain", "text/html"])
def test_a_person_gets_a_page(accept: str, client: FlaskClient) -> None:
    """Text and HTML have the contents of the JSON, without scripts."""
    response = send(client, f"{ASK}&why=LIM-02", accept)

    assert response.status_code == 200
    assert response.content_type.startswith(accept)
    assert "not medically necessary as requested" in response.text.lower()
    assert "The thoracic spine has no current diagnosis." in response.text
    assert "mtus-chronic-pain-2009.ttl:" in response.text
    assert "<script" not in response.text


def test_a_case_in_json_is_explained_too(client: FlaskClient) -> None:
    """Any input format is accepted; only line numbers require Turtle."""
    response = client.post(ASK, data=JSON, content_type="application/json")

    assert response.get_json()["whyNot"]["found"]


@pytest.mark.parametrize(
    ("address", "body", "kind", "status", "code"),
    [
        ("/v1/explanations", TURTLE, "text/turtle", 400, "query-unreadable"),
        ("/v1/explanations?what=LIM-02", TURTLE, "text/turtle", 400, "query-unreadable"),
        ("/v1/explanations?why=LIM-99", TURTLE, "text/turtle", 400, "conclusion-unknown"),
        (
            "/v1/explanations?why=MedicallyNecessary",
            TURTLE,
            "text/turtle",
            400,
            "conclusion-unknown",
        ),
        (ASK, b"@prefix mn: <x", "text/turtle", 400, "case-unreadable"),
        (ASK, b"{}", "application/json", 422, "case-rejected"),
        (ASK, b"x" * 2_000_000, "text/turtle", 413, "case-too-large"),
        (ASK, TURTLE, "application/rdf+xml", 415, "unsupported-media-type"),
        ("/v1/proofs", b"@prefix mn: <x", "text/turtle", 400, "case-unreadable"),
        ("/v1/proofs", b"{}", "application/json", 422, "case-rejected"),
        ("/v1/proofs", TURTLE, "application/rdf+xml", 415, "unsupported-media-type"),
    ],
)
def test_a_bad_question_gets_a_problem(
    address: str, body: bytes, kind: str, status: int, code: str, client: FlaskClient
) -> None:
    """Errors follow RFC 9457."""
    response = client.post(address, data=body, content_type=kind)
    found = response.get_json(force=True)

    assert response.content_type == "application/problem+json"
    assert (response.status_code, found["type"].rsplit("/", 1)[-1]) == (status, code)


def test_a_misspelt_question_gets_near_misses(client: FlaskClient) -> None:
    """The problem document contains the hint."""
    found = send(client, "/v1/explanations?whyNot=MedicalyNecessary").get_json(force=True)

    assert "mn:MedicallyNecessary" in found["hint"]


@pytest.mark.parametrize("address", [ASK, "/v1/proofs"])
def test_an_unwanted_form_is_refused(address: str, client: FlaskClient) -> None:
    """A 406 answer lists the formats offered."""
    response = send(client, address, "image/png")

    assert response.status_code == 406
    assert "application/json" in response.get_json(force=True)["detail"]


def test_a_proof_is_accepted_by_the_checker(client: FlaskClient) -> None:
    """The verifier accepts a proof written by the service."""
    response = send(client, "/v1/proofs")

    verdict = verify(response.text, case=read_case(SEED / "case.ttl"), folder=read_folder(ROOT))

    assert verdict.faults == ()
    assert required(client, "Proof") == set(response.get_json())


def test_a_proof_and_an_explanation_are_given_as_of_a_day(client: FlaskClient) -> None:
    """Proofs and explanations are available for another day as for the day of the case."""
    proof = send(client, "/v1/proofs?asOf=2015-04-20")
    why = "/v1/explanations?why=LIM-02"
    answer = send(client, f"{why}&asOf=2015-04-20", "text/plain")

    assert proof.get_json()["case"]["asOf"] == "2015-04-20"
    assert verify(proof.text, folder=read_folder(ROOT)).accepted
    assert "2015-04-20" in answer.text
    assert "2015-04-20" not in send(client, why, "text/plain").text


def test_a_malformed_day_is_refused(client: FlaskClient) -> None:
    """A mistyped day is an error and does not fall back to the day of the case."""
    assert send(client, "/v1/proofs?asOf=tomorrow").status_code == 400
