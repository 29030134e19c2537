"""`/v1/guidelines`, `/v1/provisions`, `/v1/rules`: what the knowledge base states, to look up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, json, redirect

from api.bodies import parameters, wanted_form
from api.filing import answer_json, current_entry, listed, tagged
from api.state import knowledge_now
from api.web.documentation import TYPES, documentation_now, page_response

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Redirect

routes = Blueprint("knowledge", __name__, url_prefix="/v1")

PATHS: Final = {"guidelines": "guideline", "provisions": "law", "rules": "rule"}


@routes.get("/guidelines", defaults={"kind": "guidelines"})
@routes.get("/provisions", defaults={"kind": "provisions"})
@routes.get("/rules", defaults={"kind": "rules"})
def list_knowledge(kind: str) -> Response:
    """List the editions, provisions or rules, by name."""
    parameters()
    start = f"{PATHS[kind]}/"
    found = [
        {"id": page.path.removeprefix(start), "iri": page.iri, "title": page.title}
        for page in documentation_now().pages.values()
        if page.path.startswith(start) and "/" not in page.path.removeprefix(start)
    ]
    items = [
        {**one, "href": f"/v1/{kind}/{one['id']}"} for one in sorted(found, key=lambda x: x["id"])
    ]
    return answer_json({"items": items, "knowledge": knowledge_now().digest})


@routes.get("/guidelines/<name>", defaults={"kind": "guidelines"})
@routes.get("/provisions/<name>", defaults={"kind": "provisions"})
@routes.get("/rules/<name>", defaults={"kind": "rules"})
def read_knowledge(kind: str, name: str) -> Response | Redirect:
    """Give what is stated about an edition, a provision or a rule."""
    parameters()
    path = f"{PATHS[kind]}/{name}"
    docs = documentation_now()
    page = docs.page(path)
    offered = [TYPES[form] for form in ("jsonld", "ttl", "rq") if form in page.forms]
    wanted = wanted_form(("application/json", "text/html", *offered))
    if wanted == "text/html":
        return redirect(f"/{path}", 303)
    form = next((form for form in page.forms if TYPES[form] == wanted), "")
    if form:
        return page_response(docs.text(page, form), wanted, docs)
    body = {"id": name, "iri": page.iri, "title": page.title, "page": f"/{path}"}
    graph = json.loads(docs.text(page, "jsonld")) if "jsonld" in page.forms else None
    return page_response(json.dumps({**body, "states": graph}), wanted, docs)


@routes.get("/knowledge-versions")
def list_versions() -> Response:
    """List the knowledge bases with which cases were decided here, newest first."""
    return listed("knowledge", "/v1/knowledge-versions")


@routes.get("/knowledge-versions/<name>")
def read_version(name: str) -> Response:
    """Give the files of a knowledge base, as they are kept, by its digest."""
    parameters()
    entry = current_entry("knowledge", name)
    response = Response(entry.body or b"", mimetype=entry.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name[:12]}.tar.gz"'
    return tagged(response, entry, "files")
