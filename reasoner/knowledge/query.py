"""SPARQL over the knowledge base, read-only, in a process that can be stopped."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.containment.limits import WorkLimits
from reasoner.containment.pool import WorkerPool
from reasoner.containment.sparql import QUERY_TASK, QueryAnswer, SparqlQuestion, put_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyoxigraph as ox

    from .base import Knowledge

LIMITS: Final = WorkLimits()
TABLES: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
GRAPHS: Final = {
    "turtle": "text/turtle",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}
FORMS: Final = (*TABLES, *GRAPHS)


def ask(
    query: str, knowledge: Knowledge, *, accept: str = "json", over: Iterable[ox.Triple] = ()
) -> QueryAnswer:
    """
    Answer a query over the knowledge base.

    Args:
        query: A SELECT, ASK, CONSTRUCT or DESCRIBE.
        knowledge: The knowledge base that is asked.
        accept: One of `FORMS`. Where the form does not suit the query, JSON or Turtle is given.
        over: Facts that are asked too, such as those of determinations.

    Raises:
        QueryUnreadable: Not a query.
        QueryForbidden: An update, or a call to another service.
        QueryTooCostly: Too long, too deep, or over its time, memory or answer.
    """
    rows = TABLES.get(accept, TABLES["json"])
    question = SparqlQuestion(
        text=query, table=rows, truth=rows, triples=GRAPHS.get(accept, GRAPHS["turtle"])
    )
    with asked_over(knowledge, over=over) as pool:
        return put_query(question, pool)


@contextmanager
def asked_over(knowledge: Knowledge, *, over: Iterable[ox.Triple] = ()) -> Iterator[WorkerPool]:
    """
    Yield a worker over the knowledge base, for several queries.

    Args:
        knowledge: The knowledge base that is asked.
        over: Facts that are asked too.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "knowledge.nq"
        write_facts(knowledge, path, over=over)
        pool = WorkerPool(
            task=QUERY_TASK, argument=str(path), limits=LIMITS, size=1, spare=0, alone=False
        )
        try:
            yield pool
        finally:
            pool.close()


def write_facts(knowledge: Knowledge, path: Path, *, over: Iterable[ox.Triple] = ()) -> None:
    """Write the knowledge base, with what follows from its axioms, as N-Quads."""
    facts = (*knowledge.facts, *knowledge.entailed, *over)
    path.write_text("".join(f"{fact} .\n" for fact in facts), encoding="utf-8")
