"""What is refused before anything is read, and what every answer carries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api import Settings, create_app
from api.state import State

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from reasoner import Knowledge

SEED = Path(__file__).parents[2] / "fixtures" / "cases" / "seed-2014-spine-12-visits"
TURTLE = (SEED / "case.ttl").read_bytes()
SITE = "https://claims.example"


@pytest.fixture(scope="module")
def client(knowledge: Knowledge) -> FlaskClient:
    return create_app(knowledge, Settings(origins=(SITE,), document_bytes=1000)).test_client()


@pytest.mark.parametrize("path", ["/", "/v1/health", "/no/such", "/v1/openapi.json", "/docs"])
def test_each_answer_is_hardened(client: FlaskClient, path: str) -> None:
    """Pages run no foreign script, are not framed, and are not kept by proxies unasked."""
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_a_letter_forbids_forms_and_frames(knowledge: Knowledge) -> None:
    """A letter has a policy of its own, as strict."""
    answer = (
        create_app(knowledge)
        .test_client()
        .post(
            "/v1/letters", data=TURTLE, content_type="text/turtle", headers={"Accept": "text/html"}
        )
    )

    assert "form-action 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_https_is_required_of_browsers_where_it_is_set(knowledge: Knowledge) -> None:
    """HSTS is sent only by a service that is reached by HTTPS."""
    client = create_app(knowledge, Settings(https=True)).test_client()

    assert "max-age" in client.get("/livez").headers["Strict-Transport-Security"]


def test_a_foreign_host_is_refused(client: FlaskClient) -> None:
    """A name that an attacker points to loopback (DNS rebinding) reaches nothing."""
    assert client.get("/v1/health", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/v1/health", headers={"Host": "127.0.0.1:8080"}).status_code == 200
    assert client.get("/v1/health", headers={"Host": "[::1]:8080"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_the_page_of_another_site_cannot_post(client: FlaskClient, headers: dict[str, str]) -> None:
    """A form on any site must not make the browser of a reviewer write or query."""
    answer = client.post("/sparql", data={"query": "ASK {}"}, headers=headers)

    assert answer.status_code == 403
    assert client.post("/sparql", data={"query": "ASK {}"}).status_code == 200


def test_only_a_listed_origin_is_allowed_by_cors(client: FlaskClient) -> None:
    """CORS names one origin that is configured, and never any."""
    asked = {"Access-Control-Request-Method": "POST"}
    listed = client.options("/v1/determinations", headers={"Origin": SITE, **asked})
    other = client.options(
        "/v1/determinations", headers={"Origin": "https://evil.example", **asked}
    )
    simple = client.get("/v1/health", headers={"Origin": SITE})

    assert listed.status_code == 204
    assert listed.headers["Access-Control-Allow-Origin"] == SITE
    assert "Idempotency-Key" in listed.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in other.headers
    assert simple.headers["Access-Control-Allow-Origin"] == SITE
    assert "Origin" in simple.headers["Vary"]


def test_too_large_a_body_is_refused_at_any_path(client: FlaskClient) -> None:
    """The length is looked at before the path, and nothing is read."""
    for path in ("/v1/determinations", "/no/such"):
        answer = client.post(path, data=b"x" * 1001, content_type="text/turtle")

        assert answer.status_code == 413
        assert answer.content_type == "application/problem+json"


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    """RFC 9110 requires `Allow` with a 405."""
    answer = client.delete("/v1/determinations")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_request_has_an_id(client: FlaskClient) -> None:
    """An id from the client is kept if it is an id; a problem names it."""
    given = client.get("/no/such", headers={"X-Request-Id": "abc-12345"})
    odd = client.get("/no/such", headers={"X-Request-Id": "<script>"})

    assert given.headers["X-Request-Id"] == "abc-12345"
    assert given.get_json(force=True)["instance"].endswith("abc-12345")
    assert "script" not in odd.headers["X-Request-Id"]
    assert len(odd.headers["X-Request-Id"]) == 16


def test_too_many_requests_are_refused_with_a_time(knowledge: Knowledge) -> None:
    """The answer says when to try again."""
    client = create_app(knowledge, Settings(rate="3/minute")).test_client()

    found = [client.get("/v1/health").status_code for _ in range(4)]

    assert found == [200, 200, 200, 429]
    assert 1 <= int(client.get("/v1/health").headers["Retry-After"]) <= 60
    assert client.get("/livez").status_code == 200


def test_the_log_and_the_counters_hold_nothing_that_was_sent(
    knowledge: Knowledge, capfd: pytest.CaptureFixture[str]
) -> None:
    """Names in a path, a query, a header or a body appear in no log line and in no counter."""
    client = create_app(knowledge, Settings(log=True)).test_client()
    secret = "Jane-Roe-123-45-6789"  # noqa: S105
    client.get(f"/concept/{secret}")
    client.get(f"/v1/health?{secret}=1")
    client.post("/v1/determinations", data=f"<{secret}", content_type="text/turtle")
    client.post("/v1/decisions", data=f'{{"{secret}": 1}}', content_type="application/json")
    client.post("/sparql", data={"query": f"SELECT {secret}"})
    client.open("/v1/health", method=secret.replace("-", ""))

    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    assert len(lines) == 6
    assert all({"id", "method", "route", "status", "milliseconds"} <= set(line) for line in lines)
    assert secret not in json.dumps(lines)
    assert "JaneRoe" not in json.dumps(lines)
    counters = client.get("/metrics").text
    assert 'mednec_requests_total{method="POST",route="/v1/determinations",status="400"} 1.0' in (
        counters
    )
    assert "Jane" not in counters


def test_an_unforeseen_error_is_logged_by_its_place_and_not_by_its_text(
    knowledge: Knowledge, capfd: pytest.CaptureFixture[str]
) -> None:
    """Developers see where it happened; what was in the case stays out of the log."""
    app = create_app(knowledge)

    def fail() -> None:
        raise LookupError("Jane Roe")

    app.view_functions["service.health"] = fail
    answer = app.test_client().get("/v1/health")
    line = json.loads(capfd.readouterr().err.splitlines()[-1])

    assert answer.status_code == 500
    assert (line["event"], line["kind"]) == ("unforeseen", "LookupError")
    assert any(place.startswith("test_security.py:") for place in line["places"])
    assert "Jane" not in json.dumps(line)
    assert "Jane" not in answer.text


def test_readiness_differs_from_liveness(knowledge: Knowledge) -> None:
    """A service that ends is alive and not ready, so that a balancer sends nothing more."""
    app = create_app(knowledge)
    client = app.test_client()
    before = client.get("/readyz")
    State.of(app).ending = True
    after = client.get("/readyz")

    assert (before.status_code, after.status_code) == (200, 503)
    assert after.get_json()["checks"]["ending"] == "bad"
    assert client.get("/livez").status_code == 200


def test_the_contract_is_a_page_without_scripts(client: FlaskClient) -> None:
    """Each operation is on it, and nothing is fetched from elsewhere."""
    page = client.get("/v1/contract").text
    contract = client.get("/v1/openapi.json").get_json()

    assert "<script" not in page
    assert "https://" not in page.replace("https://w3id.org/mednec", "")
    for path, methods in contract["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path.replace('<', '&lt;')}" in page
    assert contract["paths"]["/v1/cases"]["post"]["security"]
    assert contract["paths"]["/livez"]["get"]["security"] == []
