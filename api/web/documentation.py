"""Pages of the knowledge base at the paths of its own IRIs, as HTML, Turtle, JSON-LD or SPARQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotAcceptable, NotFound

from api.state import knowledge_now
from reasoner import VERSION, documentation

if TYPE_CHECKING:
    from reasoner import Documentation

routes = Blueprint("documentation", __name__)

TYPES: Final = {
    "html": "text/html",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rq": "application/sparql-query",
}
ASSETS: Final = {"css": "css", "js": "javascript"}


def documentation_now() -> Documentation:
    """Return the pages of the knowledge in use."""
    return documentation(knowledge_now())


def page_of(iri: str) -> str:
    """Return the address of the page about an IRI; empty if there is none."""
    path = documentation_now().path_of(iri)
    return f"/{path}" if path else ""


@routes.get("/docs/<name>")
def asset(name: str) -> Response:
    """Give the style or the script of the pages."""
    docs = documentation_now()
    if name not in docs.assets:
        raise NotFound(f"The files here are {', '.join(docs.assets)}.")
    return page_response(docs.assets[name], f"text/{ASSETS[name.rpartition('.')[2]]}", docs)


@routes.get("/docs", strict_slashes=False)
@routes.get("/search")
@routes.get("/limits")
@routes.get("/shapes")
@routes.get("/knowledge")
@routes.get("/prefixes")
@routes.get("/ns", strict_slashes=False)
@routes.get("/ns/<name>")
@routes.get("/concept", strict_slashes=False)
@routes.get("/concept/<name>")
@routes.get("/concepts/<name>")
@routes.get("/guideline", strict_slashes=False)
@routes.get("/guideline/<slug>")
@routes.get("/guideline/<slug>/<name>")
@routes.get("/law", strict_slashes=False)
@routes.get("/law/<name>")
@routes.get("/rule", strict_slashes=False)
@routes.get("/rule/<name>")
@routes.get("/letter/<name>")
@routes.get("/lexicon/<name>")
@routes.get("/vocabulary/<name>")
@routes.get("/<name>.ttl")
def page(**_: str) -> Response:
    """Give the page at a path of the knowledge base, in the form asked for."""
    docs = documentation_now()
    path, form = _form_named(request.path.strip("/"))
    found = docs.page(path)
    offered = ("html", *found.forms)
    form = form or _form_accepted(offered)
    if form not in offered:
        raise NotAcceptable(f"Offered here are {', '.join(TYPES[name] for name in offered)}.")
    if form == "html":
        text = docs.html(found, sought=request.args.get("q", ""))
    else:
        text = docs.text(found, form)
    response = page_response(text, TYPES[form], docs)
    response.vary.add("Accept")
    return response


def page_response(text: str, mimetype: str, docs: Documentation) -> Response:
    """Answer with a text that stays as it is while the knowledge does."""
    response = Response(text, content_type=f"{mimetype}; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(f"{docs.digest[:20]}-{VERSION}-{mimetype.rpartition('/')[2]}")
    response.make_conditional(request)
    return response


def _form_named(path: str) -> tuple[str, str]:
    """Cut off an ending that names a form, as in `ns/Case.ttl`."""
    stem, _, ending = path.rpartition(".")
    return (stem, ending) if ending in TYPES else (path, "")


def _form_accepted(offered: tuple[str, ...]) -> str:
    if not request.accept_mimetypes:
        return offered[0]
    wanted = request.accept_mimetypes.best_match([TYPES[name] for name in offered])
    return next((name for name in offered if TYPES[name] == wanted), "")
