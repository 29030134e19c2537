"""Answers to the queries of the library: rows of text, and the parameters that they are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.containment.sparql import SparqlQuestion, put_query

from .query_parameters import read_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.containment.pool import WorkerPool

    from .base import Knowledge
    from .named_queries import NamedQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAnswer:
    """
    The answer to a query of the library.

    Attributes:
        query: The query.
        given: The parameters that were given, as text.
        rows: The values of each row in the order of the columns; empty text for none.
    """

    query: NamedQuery
    given: Mapping[str, str]
    rows: tuple[tuple[str, ...], ...]


def answer_named(
    query: NamedQuery, given: Mapping[str, str], knowledge: Knowledge, pool: WorkerPool
) -> NamedAnswer:
    """
    Answer a query of the library.

    Args:
        query: The query.
        given: The text of each parameter that is given.
        knowledge: The knowledge base, for the values that are allowed.
        pool: The workers over the store.

    Raises:
        QueryParameterRefused: A parameter is unknown or its value is not allowed.
        QueryTooCostly: The query exceeds a limit.
        WorkerError: No worker can do it now.
    """
    values = read_values(given, query.parameters, knowledge)
    found = put_query(SparqlQuestion(text=query.asked(values)), pool)
    solutions = ox.parse_query_results(found.body, format=ox.QueryResultsFormat.JSON)
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(f"{query.path} is not a SELECT query")
    names = [column.name for column in query.columns]
    rows = tuple(tuple(_text(row[name]) for name in names) for row in solutions)
    return NamedAnswer(query=query, given=dict(given), rows=rows)


def _text(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, ox.Triple) else value.value
