"""Answers one query over one file, and ends: run by `query.py` in a process with limits."""

from __future__ import annotations

import sys
from typing import Final

import pyoxigraph as ox

ROWS: Final = {
    "json": (ox.QueryResultsFormat.JSON, "application/sparql-results+json"),
    "xml": (ox.QueryResultsFormat.XML, "application/sparql-results+xml"),
    "csv": (ox.QueryResultsFormat.CSV, "text/csv"),
    "tsv": (ox.QueryResultsFormat.TSV, "text/tab-separated-values"),
}
GRAPHS: Final = {
    "turtle": (ox.RdfFormat.TURTLE, "text/turtle"),
    "jsonld": (ox.RdfFormat.JSON_LD, "application/ld+json"),
}


def main(path: str, accept: str, most: int) -> int:
    """Answer the query on standard input; return 0, 2 for a bad query, 3 for too long an answer."""
    store = ox.Store()
    store.load(path=path, format=ox.RdfFormat.N_TRIPLES)
    try:
        found = store.query(sys.stdin.read())
    except (SyntaxError, ValueError) as error:
        sys.stderr.write(str(error))
        return 2
    if isinstance(found, ox.QueryTriples):
        graph_form, media_type = GRAPHS.get(accept, GRAPHS["turtle"])
        body = found.serialize(format=graph_form) or b""
    else:
        row_form, media_type = ROWS.get(accept, ROWS["json"])
        body = found.serialize(format=row_form) or b""
    if len(body) > most:
        return 3
    sys.stdout.buffer.write(media_type.encode() + b"\n" + body)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
