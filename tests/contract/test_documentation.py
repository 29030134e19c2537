"""The service answers at the path of each term."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from werkzeug.exceptions import HTTPException

from api import create_app
from api.state import State
from reasoner import documentation
from tests.strict_html import read

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from reasoner import Documentation, Knowledge

BASE = "https://w3id.org/mednec/"
SUBJECTS = {
    "/ns/Case": f"{BASE}ns#Case",
    "/concept/LumbarStrain": f"{BASE}concept/LumbarStrain",
    "/concepts/conditions": f"{BASE}concepts/conditions",
    "/guideline/mtus-chronic-pain-2009": f"{BASE}guideline/mtus-chronic-pain-2009",
    "/guideline/mtus-chronic-pain-2009/myalgia": f"{BASE}guideline/mtus-chronic-pain-2009/myalgia",
    "/law/8-ccr-9792.21.1": f"{BASE}law/8-ccr-9792.21.1",
    "/law/review-within-14-days": f"{BASE}law/review-within-14-days",
    "/vocabulary/case": f"{BASE}vocabulary/case",
    "/prefixes": f"{BASE}prefixes",
}


@pytest.fixture(scope="module")
def client(knowledge: Knowledge) -> FlaskClient:
    """Return a client of the application."""
    return create_app(knowledge).test_client()


@pytest.mark.parametrize("path", SUBJECTS)
def test_a_term_answers_at_its_own_path_as_page_and_as_triples(
    path: str, client: FlaskClient
) -> None:
    """One address serves a page to browsers and triples to programs."""
    label = {"Accept": "text/turtle"}
    page = client.get(path, headers={"Accept": "text/html"})
    turtle = client.get(path, headers=label)
    jsonld = client.get(path, headers={"Accept": "application/ld+json"})

    subjects = {q.subject for q in ox.parse(turtle.data, format=ox.RdfFormat.TURTLE)}
    assert ox.NamedNode(SUBJECTS[path]) in subjects
    assert read(page.text).faults == []
    assert SUBJECTS[path] in read(page.text).all("main")[0].text
    assert set(ox.parse(jsonld.data, format=ox.RdfFormat.JSON_LD))
    assert [r.mimetype for r in (page, turtle, jsonld)] == [
        "text/html",
        "text/turtle",
        "application/ld+json",
    ]
    assert all("Accept" in r.headers["Vary"] for r in (page, turtle, jsonld))


def test_triples_in_both_forms_are_the_same(client: FlaskClient) -> None:
    """All RDF formats contain the same triples."""
    path = "/guideline/mtus-chronic-pain-2009"
    turtle = client.get(path, headers={"Accept": "text/turtle"}).data
    jsonld = client.get(path, headers={"Accept": "application/ld+json"}).data

    both = [
        ox.Dataset(ox.parse(turtle, format=ox.RdfFormat.TURTLE)),
        ox.Dataset(ox.parse(jsonld, format=ox.RdfFormat.JSON_LD)),
    ]
    for found in both:
        found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert len(both[0]) > 200
    assert both[0] == both[1]


@pytest.mark.parametrize("accept", [None, "*/*", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"])
def test_a_browser_gets_a_page(accept: str | None, client: FlaskClient) -> None:
    """A link in a letter opens an HTML page."""
    response = client.get("/ns/Case", headers={"Accept": accept} if accept else {})

    assert response.mimetype == "text/html"


def test_a_rule_answers_with_its_text(client: FlaskClient, knowledge: Knowledge) -> None:
    """A rule is available as SPARQL and as a page only."""
    text = client.get("/rule/LIM-02", headers={"Accept": "application/sparql-query"})
    turtle = client.get("/rule/LIM-02", headers={"Accept": "text/turtle"})

    assert text.text.strip() == knowledge.rule["LIM-02"].text.strip()
    assert turtle.status_code == 406
    assert turtle.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "mimetype"),
    [
        ("/ns/Case.ttl", "text/turtle"),
        ("/ns/Case.jsonld", "application/ld+json"),
        ("/rule/LIM-02.rq", "application/sparql-query"),
        ("/law/8-ccr-9792.21.1.ttl", "text/turtle"),
        ("/ns.ttl", "text/turtle"),
        ("/shapes.ttl", "text/turtle"),
    ],
)
def test_a_form_can_be_named_in_the_path(path: str, mimetype: str, client: FlaskClient) -> None:
    """Links between pages open as HTML in a browser."""
    response = client.get(path)

    assert response.status_code == 200
    assert response.mimetype == mimetype


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/ns/case", f"{BASE}ns#Case"),
        ("/concept/LumberStrain", f"{BASE}concept/LumbarStrain"),
        ("/guideline/mtus-chronic-pain-2008", f"{BASE}guideline/mtus-chronic-pain-2009"),
        ("/guideline/odg-2016/neck_pain", f"{BASE}guideline/odg-2016/neck-pain"),
        ("/law/sandhagn", f"{BASE}law/sandhagen"),
        ("/rule/LIMM-02", f"{BASE}rule/LIM-02"),
        ("/vocabulary/cases", f"{BASE}vocabulary/case"),
        ("/nss.ttl", None),
    ],
)
def test_an_unknown_term_is_a_problem_that_names_the_nearest(
    path: str, nearest: str | None, client: FlaskClient
) -> None:
    """A 404 answer suggests the nearest names."""
    response = client.get(path)
    problem = json.loads(response.data)

    assert response.status_code == problem["status"] == 404
    assert response.content_type == "application/problem+json"
    assert problem["type"].endswith("/term-unknown")
    assert nearest is None or nearest in problem["nearest"]


def test_an_unknown_form_of_a_known_term_is_refused(client: FlaskClient) -> None:
    """A 406 answer lists the formats offered."""
    response = client.get("/ns/Case", headers={"Accept": "image/png"})

    assert response.status_code == 406
    assert "text/turtle" in json.loads(response.data)["detail"]


def test_the_version_of_an_edition_leads_to_it(client: FlaskClient, knowledge: Knowledge) -> None:
    """The version IRI of a file resolves as well."""
    edition = f"{BASE}guideline/mtus-chronic-pain-2009"
    version = knowledge.described[edition, "http://www.w3.org/2002/07/owl#versionIRI"][0].value

    assert (
        client.get(version.removeprefix(BASE[:-1])).data
        == client.get(edition.removeprefix(BASE[:-1])).data
    )


def test_every_link_of_the_served_pages_is_a_route_and_a_page(
    client: FlaskClient, knowledge: Knowledge
) -> None:
    """Pages of the service link to other pages of the service."""
    docs = documentation(knowledge)
    paths = {
        address.split("#")[0]
        for path in [
            "docs",
            "limits",
            "ns",
            "rule",
            "law",
            "guideline",
            "shapes",
            *_one_a_kind(docs),
        ]
        for address in read(docs.html(docs.page(path))).addresses
        if address.startswith("/")
    }
    routes = client.application.url_map.bind("localhost")
    lost = []
    for path in sorted(paths):
        try:
            endpoint, _ = routes.match(path)
        except HTTPException:
            lost.append(path)
            continue
        stem = path.strip("/").removesuffix(".ttl").removesuffix(".rq")
        if endpoint == "documentation.page" and stem not in docs.pages:
            lost.append(path)

    assert len(paths) > 1000
    assert lost == []


def _one_a_kind(docs: Documentation) -> list[str]:
    return sorted({page.template: path for path, page in docs.pages.items()}.values())


def test_the_search_term_is_shown_as_text(client: FlaskClient) -> None:
    """The search page escapes the query and works without a script."""
    response = client.get("/search", query_string={"q": '"><script>alert(1)</script>'})
    found = read(client.get("/search", query_string={"q": "S39.012"}).text)
    shown = [e.text for e in found.all("li") if "hidden" not in e.attributes]

    assert "<script>alert" not in response.text
    assert "Nothing found" in response.text
    assert any("lumbar strain" in text for text in shown)
    assert len(shown) < 10


def test_pages_run_no_script_but_our_own_file(client: FlaskClient) -> None:
    """The content security policy allows one origin and nothing inline."""
    response = client.get("/limits")
    policy = response.headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert [e.attributes["src"] for e in read(response.text).all("script")] == ["/docs/docs.js"]
    assert client.get("/docs/docs.js").mimetype == "text/javascript"
    assert client.get("/docs/mednec.css").mimetype == "text/css"
    assert client.get("/docs/..%2fbook.py").status_code == 404


def test_a_page_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    """A request with the current ETag gets status 304, unless it asks for another format."""
    first = client.get("/ns/Case")
    again = client.get("/ns/Case", headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(
        "/ns/Case", headers={"If-None-Match": first.headers["ETag"], "Accept": "text/turtle"}
    )

    assert (again.status_code, again.data) == (304, b"")
    assert other.status_code == 200


def test_pages_are_of_the_knowledge_that_is_loaded_now(knowledge: Knowledge) -> None:
    """After a reload, the pages show the new knowledge at once."""
    app = create_app(knowledge)
    client = app.test_client()
    before = client.get("/ns/Case")
    State.of(app).knowledge = replace(knowledge, digest="f" * 64)
    after = client.get("/ns/Case", headers={"If-None-Match": before.headers["ETag"]})

    assert "ffffffffffff" not in before.text
    assert "ffffffffffff" in after.text


def test_the_first_page_and_a_determination_lead_to_the_pages(client: FlaskClient) -> None:
    """A determination links to its guidelines and rules."""
    from pathlib import Path

    seed = Path(__file__).parents[2] / "fixtures/cases/seed-2014-spine-12-visits/case.ttl"
    determination = client.post(
        "/v1/determinations",
        data=seed.read_bytes(),
        content_type="text/turtle",
        headers={"Accept": "text/html"},
    )

    assert "/docs" in read(client.get("/").text).addresses
    assert "/guideline/mtus-chronic-pain-2009" in read(client.get("/").text).addresses
    addresses = read(determination.text).addresses
    shapes = read(client.get("/shapes").text).ids
    assert "" not in addresses
    assert {a.split("#")[1] for a in addresses if a.startswith("/shapes#")} <= shapes
    local = {a for a in addresses if a.startswith("/") and not a.startswith("/static")}
    assert [a for a in local if client.get(a.split("#")[0]).status_code != 200] == []
    assert "/guideline/mtus-chronic-pain-2009/myalgia" in addresses
    assert "/rule/LIM-02" in addresses
