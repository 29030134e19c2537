"""SPARQL over the knowledge base, read-only, in a process that can be stopped."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.containment.limits import WorkLimits
from reasoner.containment.pool import WorkerPool
from reasoner.containment.sparql import QUERY_TASK, QueryAnswer, SparqlQuestion, put_query
from reasoner.kernel.terms import DCTERMS, LABEL, PROV, SOURCE, TYPE

from .terms import RULE, mn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    with path.open("w", encoding="utf-8") as out:
        for facts in (asked_facts(knowledge), over):
            out.writelines(f"{fact} .\n" for fact in facts)


def asked_facts(knowledge: Knowledge) -> Iterator[ox.Triple]:
    """Yield what queries ask: the facts, what follows from axioms, and each rule as a plan."""
    yield from knowledge.facts
    yield from knowledge.entailed
    for rule in knowledge.rules:
        node = ox.NamedNode(RULE + rule.id)
        yield ox.Triple(node, TYPE, ox.NamedNode(PROV + "Plan"))
        yield ox.Triple(node, ox.NamedNode(DCTERMS + "identifier"), ox.Literal(rule.id))
        yield ox.Triple(node, LABEL, ox.Literal(rule.title, language="en"))
        question = ox.Literal(PurePosixPath(rule.path).parent.name)
        yield ox.Triple(node, ox.NamedNode(DCTERMS + "subject"), question)
        if rule.source:
            yield ox.Triple(node, SOURCE, ox.Literal(rule.source))
        if rule.rationale:
            yield ox.Triple(node, mn("rationale"), ox.Literal(rule.rationale))
