"""Letters and decisions over HTTP: formats in and out, and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

SEED = Path(__file__).parents[2] / "fixtures" / "cases" / "seed-2014-spine-12-visits"
TURTLE = (SEED / "case.ttl").read_bytes()
JSON = (SEED / "case.json").read_bytes()
STARTS = {
    "text/html": b"<!doctype html>",
    "application/pdf": b"%PDF-",
    "text/plain": b"INDEPENDENT",
}
ANA = {"name": "Ana Reyes, MD", "licence": "Massachusetts 123456", "specialty": "Pain Medicine"}


@pytest.fixture(scope="module")
def client(physician: FlaskClient) -> FlaskClient:
    """Return a client of the application with the credential of a physician."""
    return physician


@pytest.fixture(scope="module")
def determination(client: FlaskClient) -> dict[str, Any]:
    """Return the determination of the seed, as returned by the service."""
    found = client.post("/v1/determinations", data=TURTLE, content_type="text/turtle").get_json()
    return dict(found)


ODG = "https://w3id.org/mednec/guideline/odg-2014/"
UNSEEN = [f"{ODG}lumbar-sprain", f"{ODG}neck-sprain"]
"""The sources that the letter of the seed cites and whose text was not seen."""


def accepted(determination: object) -> dict[str, Any]:
    return {
        "determination": determination,
        "physician": ANA,
        "decision": "accept",
        "decidedOn": "2014-08-20",
        "visits": 0,
        "confirmed": UNSEEN,
    }


@pytest.mark.parametrize("wanted", sorted(STARTS))
@pytest.mark.parametrize(("kind", "body"), [("text/turtle", TURTLE), ("application/json", JSON)])
def test_a_case_comes_back_as_a_letter(
    wanted: str, kind: str, body: bytes, client: FlaskClient
) -> None:
    """Content negotiation selects the format of the letter, which is a draft."""
    response = client.post("/v1/letters", data=body, content_type=kind, headers={"Accept": wanted})

    assert response.status_code == 200
    assert response.content_type.startswith(wanted)
    assert response.data.startswith(STARTS[wanted])
    if wanted != "application/pdf":
        assert "draft" in response.text.lower()


def test_the_page_of_a_letter_allows_its_own_style_and_nothing_else(client: FlaskClient) -> None:
    """A letter has no scripts, images or external resources."""
    response = client.post(
        "/v1/letters", data=TURTLE, content_type="text/turtle", headers={"Accept": "text/html"}
    )
    policy = response.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "<script" not in response.text


def test_a_decision_holds_the_recommendation_and_is_a_letter_too(
    client: FlaskClient, determination: dict[str, Any]
) -> None:
    """The returned decision can be sent again and printed without the draft mark."""
    signed = client.post("/v1/decisions", json=accepted(determination)).get_json()
    again = client.post("/v1/letters", json=signed, headers={"Accept": "text/plain"})
    direct = client.post(
        "/v1/decisions", json=accepted(determination), headers={"Accept": "text/plain"}
    )

    assert signed["recommendation"] == determination
    assert signed["decisions"][0]["physician"] == ANA
    assert "DRAFT" not in again.text
    assert again.data == direct.data


@pytest.mark.parametrize("wanted", ["text/turtle", "application/ld+json", "application/pdf"])
def test_a_decision_comes_in_each_form(
    wanted: str, client: FlaskClient, determination: dict[str, Any]
) -> None:
    """A decision is returned as a graph or a letter, as requested."""
    response = client.post(
        "/v1/decisions", json=accepted(determination), headers={"Accept": wanted}
    )

    assert response.status_code == 200
    assert response.content_type.startswith(wanted)
    assert b"PhysicianDecision" in response.data or response.data.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"physician": {}}, 403),
        ({"physician": {**ANA, "name": ""}}, 403),
        ({"physician": {**ANA, "name": "Ben Ito, MD"}}, 403),
        ({"physician": {**ANA, "name": 7}}, 400),
        ({"physician": {**ANA, "age": "9"}}, 400),
        ({"decision": "deny"}, 422),
        ({"decision": "override", "outcome": "MedicallyNecessary"}, 422),
        ({"decision": "override", "reason": "So."}, 422),
        ({"decidedOn": "tomorrow"}, 422),
        ({"decidedOn": 20140820}, 400),
        ({"visits": "2"}, 400),
        ({"visits": True}, 400),
        ({"colour": "red"}, 400),
        ({"determination": "left out"}, 422),
        ({"determination": []}, 422),
        ({"determination": {}}, 400),
        ({"determination": {"determinations": [], "digest": "0"}}, 400),
        ({"determination": {"determinations": [{}], "digest": "0"}}, 409),
    ],
)
def test_an_incomplete_decision_is_a_problem(
    changes: dict[str, Any], status: int, client: FlaskClient, determination: dict[str, Any]
) -> None:
    """No call gives a decision without a named physician, a date and, to override, a reason."""
    sent = accepted(determination) | changes
    response = client.post(
        "/v1/decisions", json={key: value for key, value in sent.items() if value != "left out"}
    )
    body = response.get_json(force=True)

    assert response.content_type == "application/problem+json"
    assert (response.status_code, body["status"]) == (status, status)
    assert "decisions" not in body


def test_an_altered_recommendation_is_a_conflict(
    client: FlaskClient, determination: dict[str, Any]
) -> None:
    """The hash of a determination is checked at each endpoint."""
    altered = json.loads(json.dumps(determination))
    altered["determinations"][0]["outcome"] = "MedicallyNecessary"

    assert client.post("/v1/decisions", json=accepted(altered)).status_code == 409
    assert client.post("/v1/letters", json=altered).status_code == 409


@pytest.mark.parametrize(
    ("path", "kind", "body", "status"),
    [
        ("/v1/letters", "text/plain", b"x", 415),
        ("/v1/letters", "text/turtle", b"not turtle", 400),
        ("/v1/letters?venue=moon", "text/turtle", TURTLE, 400),
        ("/v1/letters?confidential=yes", "text/turtle", TURTLE, 400),
        ("/v1/letters", "application/json", b"[" * 50_000, 400),
        ("/v1/letters", "application/json", b" " * 4_000_001, 413),
        ("/v1/decisions", "text/turtle", TURTLE, 415),
        ("/v1/decisions", "application/json", b"{", 400),
        ("/v1/decisions", "application/json", b"[]", 400),
    ],
)
def test_bad_input_is_a_problem(
    path: str, kind: str, body: bytes, status: int, client: FlaskClient
) -> None:
    """All errors have one form."""
    response = client.post(path, data=body, content_type=kind)

    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert "Traceback" not in response.text


def test_a_form_that_is_not_offered_is_refused(client: FlaskClient) -> None:
    """A letter is HTML, PDF or text."""
    response = client.post(
        "/v1/letters", data=TURTLE, content_type="text/turtle", headers={"Accept": "image/png"}
    )

    assert response.status_code == 406
