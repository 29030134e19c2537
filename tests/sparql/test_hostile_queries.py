"""Hostile queries: each costs its sender one refused request, and nobody else anything."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pyoxigraph as ox
import pytest

from reasoner.containment import sparql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

VALUES = "VALUES ?{} {{ " + " ".join(str(n) for n in range(100)) + " }} "
CROSS = "".join(VALUES.format(name) for name in "abcdefgh")
"""Eight variables with a hundred values each: a product without an end."""

RUNAWAYS = {
    "a cross product": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "a cross product that is sorted": f"SELECT * {{ {CROSS} }} ORDER BY ?h LIMIT 1",
    "a cross product that is grouped": f"SELECT ?a (SUM(?b) AS ?n) {{ {CROSS} }} GROUP BY ?a",
    "a cross product behind a filter": f"ASK {{ {CROSS} "
    "FILTER (?a + ?b + ?c + ?d + ?e + ?f + ?g + ?h < 0) }",
    "a text that doubles": "SELECT (STRLEN(?x30) AS ?n) { BIND ('aaaaaaaaaaaaaaaa' AS ?x0) "
    + "".join(f"BIND (CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(30))
    + "}",
    "a text that grows by replacement": "SELECT (STRLEN(?x9) AS ?n) { BIND ('aaaaaaaa' AS ?x0) "
    + "".join(f"BIND (REPLACE(?x{n}, 'a', 'aaaaaaaaaa') AS ?x{n + 1}) " for n in range(9))
    + "}",
    "three thousand patterns": "SELECT * { "
    + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(3_000))
    + " }",
    "an answer without an end": f"SELECT * {{ {CROSS} }}",
    "a graph without an end": f"CONSTRUCT {{ ?a <http://x/p> ?b }} {{ {CROSS} }}",
    "a large answer": f"SELECT ?a ?b ?c {{ {VALUES.format('a')}{VALUES.format('b')}"
    f"{VALUES.format('c')} }}",
}
"""Queries that parse, and would use time, memory or answer without a limit."""
DEEP = {
    "groups": "SELECT * " + "{" * 3_000 + "}" * 3_000,
    "parentheses": "SELECT (" + "(" * 9_000 + "1" + ")" * 9_000 + " AS ?x) {}",
    "negations": "SELECT * { FILTER (" + "!" * 20_000 + "true) }",
    "lists": "SELECT * { ?s ?p " + "( " * 3_000 + ") " * 3_000 + "}",
    "blank nodes": "SELECT * { ?s ?p " + "[ ?p " * 3_000 + "1" + " ]" * 3_000 + "}",
    "property paths": "SELECT * { ?s " + "(" * 3_000 + "^<http://p>" + ")*" * 3_000 + " ?o }",
}
"""Queries of a few kilobytes that end a process which parses them."""
ELSEWHERE = {
    "plain": "SELECT * { SERVICE <%s> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }",
    "in small letters": "SELECT * { service<%s>{ ?s ?p ?o } }",
    "glued to a prefixed name": "PREFIX x: <%s> SELECT*{SERVICE x:{?s ?p ?o}}",
    "glued to the empty prefix": "PREFIX : <%s> SELECT*{SERVICE:{?s ?p ?o}}",
    "behind a comment that ends with CR": "SELECT * { # comment\rSERVICE <%s> { ?s ?p ?o } }",
    "behind an escape in an IRI": "SELECT * { <http://\\u0041/#> ?p ?o SERVICE <%s> { ?s ?p ?o } }",
    "behind quotes in a text": 'SELECT * { ?a ?b """a\\"""" . SERVICE <%s> { ?s ?p ?o } }',
    "through a variable": "SELECT * { BIND (<%s> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "as an update": "LOAD <%s>",
    "as a graph": "SELECT * FROM <%s> { ?s ?p ?o }",
    "as a named graph": "SELECT * FROM NAMED <%s> { GRAPH ?g { ?s ?p ?o } }",
    "in a subquery": "SELECT * { { SELECT ?s { SERVICE <%s> { ?s ?p ?o } } } }",
    "in a condition": "ASK { FILTER EXISTS { SERVICE <%s> { ?s ?p ?o } } }",
}
"""Queries that would have the service ask another address."""
TAKES = 2.5
"""Seconds: the limit of a query in these tests, and a margin for a busy machine."""


def post(address: str, query: str) -> int:
    """Return the status of a query that is sent to a server."""
    body = urlencode({"query": query}).encode()
    try:
        with urlopen(Request(f"{address}/sparql", data=body), timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server, and the requests that reach it."""
    requests: list[str] = []

    class Honeypot(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_: object) -> None:
            """Write no log."""

    server = HTTPServer(("127.0.0.1", 0), Honeypot)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/x", requests
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", sorted(RUNAWAYS))
def test_a_runaway_query_is_stopped(name: str, client: FlaskClient) -> None:
    """It is refused as too costly within its time, and the next query is answered at once."""
    began = time.monotonic()
    refused = client.post("/sparql", data={"query": RUNAWAYS[name]})
    took = time.monotonic() - began
    began = time.monotonic()
    good = client.get("/sparql?query=ASK{}")

    assert refused.status_code == 422, refused.text[:200]
    assert took < TAKES
    assert good.status_code == 200
    assert time.monotonic() - began < TAKES


@pytest.mark.parametrize("name", sorted(DEEP))
def test_a_deep_query_is_refused_before_it_is_parsed(name: str, client: FlaskClient) -> None:
    """The message names the limit."""
    refused = client.post("/sparql", data={"query": DEEP[name]})

    assert refused.status_code in {400, 422}
    assert client.get("/sparql?query=ASK{}").status_code == 200


@pytest.mark.parametrize("name", sorted(DEEP))
def test_a_deep_query_that_reaches_a_worker_ends_that_worker_alone(
    name: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The early check is a courtesy: without it the same query costs one process."""
    monkeypatch.setattr(sparql, "check", lambda _: None)
    refused = client.post("/sparql", data={"query": DEEP[name]})

    assert refused.status_code in {200, 400, 422}
    assert client.get("/sparql?query=ASK{}").status_code == 200


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_a_query_reaches_no_other_address(
    name: str,
    checked: bool,  # noqa: FBT001 - a parameter of a test
    client: FlaskClient,
    heard: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the early check or without it: the process has no sockets."""
    if not checked:
        monkeypatch.setattr(sparql, "check", lambda _: None)
    place, requests = heard
    answer = client.post("/sparql", data={"query": ELSEWHERE[name].replace("%s", place)})

    assert requests == []
    assert answer.status_code in {200, 400, 403, 422}, answer.text


def test_the_other_address_would_hear_a_query_that_is_not_contained(
    heard: tuple[str, list[str]],
) -> None:
    """The control: the same query, run in this process, reaches the address."""
    place, requests = heard
    with suppress(OSError):
        list(ox.Store().query(ELSEWHERE["plain"].replace("%s", place)))

    assert requests != []


def test_a_plain_call_to_another_service_is_refused_with_its_reason(client: FlaskClient) -> None:
    """The analyst learns what is not offered."""
    for name in ("plain", "silent", "behind a comment that ends with CR", "in a subquery"):
        answer = client.post("/sparql", data={"query": ELSEWHERE[name].replace("%s", "http://x/")})

        assert answer.status_code == 403, name
        assert "SERVICE is not offered" in answer.text


def test_words_in_texts_names_and_comments_are_no_call(client: FlaskClient) -> None:
    """The check reads the query as SPARQL does."""
    query = (
        "PREFIX service: <http://x/> # SERVICE\n"
        "SELECT ?service ('SERVICE <http://x/>' AS ?t) { OPTIONAL { ?service a service:LOAD } }"
    )

    assert client.post("/sparql", data={"query": query}).status_code == 200


def test_good_requests_are_answered_while_others_attack(address: str) -> None:
    """Two attackers in turn run all hostile queries; no good query and no health check fails."""
    ends = threading.Event()
    hostile = [*RUNAWAYS.values(), *DEEP.values()]
    attacks: list[int] = []

    def attack(start: int) -> None:
        for turn in range(len(hostile)):
            if ends.is_set():
                return
            attacks.append(post(address, hostile[(start + turn) % len(hostile)]))

    attackers = [threading.Thread(target=attack, args=(0,), daemon=True)]
    for attacker in attackers:
        attacker.start()
    good: list[int] = []
    until = time.monotonic() + 4
    while time.monotonic() < until:
        good.append(post(address, "ASK {}"))
        with urlopen(f"{address}/v1/health", timeout=10) as answer:
            good.append(int(answer.status))
    ends.set()
    for attacker in attackers:
        attacker.join()

    assert set(good) == {200}
    assert len(good) > 20
    assert set(attacks) <= {400, 422}
