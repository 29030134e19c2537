"""`/v1/analysis`: the records without persons, counted and as a graph."""

from __future__ import annotations

import secrets
from typing import Final

from flask import Blueprint, Response, current_app
from werkzeug.exceptions import BadRequest

from api.analysis import Analysis
from api.bodies import parameters, wanted_form
from api.filing import answer_json, records
from api.state import current
from reasoner import DEIDENTIFIED_GROUPS, counts, row_triples

routes = Blueprint("analysis", __name__, url_prefix="/v1/analysis")

NUMBER: Final = 3


@routes.get("/determinations")
def count_determinations() -> Response:
    """Count the latest determinations by up to three of their properties."""
    by = [one for one in parameters("by").get("by", "outcome").split(",") if one]
    if unknown := sorted(set(by) - set(DEIDENTIFIED_GROUPS)):
        raise BadRequest(
            f"by names '{unknown[0][:40]}'; there are {', '.join(DEIDENTIFIED_GROUPS)}."
        )
    if not 1 <= len(set(by)) == len(by) <= NUMBER:
        raise BadRequest(f"by names 1 to {NUMBER} properties, each once.")
    records()
    smallest = current().settings.small_cell
    found = counts(Analysis.of(current_app).rows(current()), by, smallest)
    return answer_json(
        {
            "by": by,
            "smallest": smallest,
            "rows": [
                {"values": dict(zip(by, values, strict=True)), "count": count}
                for values, count in found
            ],
        }
    )


@routes.get("/graph")
def graph() -> Response:
    """Give the present release as triples; the names of its rows are new each time."""
    parameters()
    records()
    wanted_form(("application/n-triples",))
    rows = Analysis.of(current_app).rows(current())
    triples = row_triples(rows, lambda: secrets.token_hex(8))
    text = "".join(sorted(f"{triple} .\n" for triple in triples))
    return Response(text, content_type="application/n-triples; charset=utf-8")
