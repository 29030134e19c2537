"""`GET /v1/queries`: the library of questions, and the answer to each."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, json, request

from api.asking import query_pool
from api.bodies import given_once, wanted_form
from api.state import knowledge_now
from reasoner import (
    answer_named,
    find_query,
    named_answer_html,
    named_queries,
    named_queries_html,
)

if TYPE_CHECKING:
    from reasoner import NamedAnswer, NamedQuery

routes = Blueprint("queries", __name__)

JSON: Final = "application/json"
CSV: Final = "text/csv"
HTML: Final = "text/html"


@routes.get("/v1/queries")
def list_queries() -> Response:
    """Return the library."""
    library = named_queries(knowledge_now())
    if wanted_form((JSON, HTML)) == HTML:
        return _html(named_queries_html(tuple(library.values())))
    return _json({"queries": [_described(query) for query in library.values()]})


@routes.get("/v1/queries/<name>")
def answer_query(name: str) -> Response:
    """Answer one question; its parameters are those of the address."""
    knowledge = knowledge_now()
    query = find_query(name, knowledge)
    given = request.args.to_dict(flat=False)
    given_once(given)
    wanted = wanted_form((JSON, CSV, HTML))
    values = {one: texts[0] for one, texts in given.items() if texts[0] or wanted != HTML}
    answer = answer_named(query, values, knowledge, query_pool())
    if wanted == CSV:
        return Response(_csv(answer), content_type=f"{CSV}; charset=utf-8; header=present")
    if wanted == HTML:
        return _html(named_answer_html(answer))
    names = [column.name for column in query.columns]
    return _json(
        {
            **_described(query),
            "given": answer.given,
            "rows": [dict(zip(names, row, strict=True)) for row in answer.rows],
        }
    )


def _described(query: NamedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "title": query.title,
        "summary": query.summary,
        "reads": query.reads,
        "address": f"/v1/queries/{query.name}",
        "parameters": [
            {
                "name": one.name,
                "type": one.kind,
                **({"of": one.of} if one.of else {}),
                "description": one.description,
                "default": one.default,
            }
            for one in query.parameters
        ],
        "columns": [{"name": one.name, "description": one.description} for one in query.columns],
    }


def _csv(answer: NamedAnswer) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(column.name for column in answer.query.columns)
    writer.writerows(answer.rows)
    return out.getvalue()


def _json(body: dict[str, object]) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False), content_type=JSON, headers={"Vary": "Accept"}
    )


def _html(text: str) -> Response:
    return Response(text, content_type=f"{HTML}; charset=utf-8", headers={"Vary": "Accept"})
