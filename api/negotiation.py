"""Content negotiation for SPARQL: one choice for tables, and one for graphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES: Final = {
    "application/sparql-results+json": "application/sparql-results+json",
    "application/json": "application/sparql-results+json",
    "application/sparql-results+xml": "application/sparql-results+xml",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "text/csv": "text/csv",
    "text/tab-separated-values": "text/tab-separated-values",
}
"""The names of the forms of a table, the preferred one first, each with its form."""
GRAPHS: Final = {
    "text/turtle": "text/turtle",
    "application/x-turtle": "text/turtle",
    "application/n-triples": "application/n-triples",
    "text/plain": "application/n-triples",
    "application/n-quads": "application/n-quads",
    "application/trig": "application/trig",
    "application/ld+json": "application/ld+json",
    "application/json": "application/ld+json",
    "application/rdf+xml": "application/rdf+xml",
    "application/xml": "application/rdf+xml",
}
"""The names of the forms of a graph, the preferred one first, each with its form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    The form of an answer that a client wants most.

    Attributes:
        name: The media type as the client names it.
        form: The media type in which the answer is written.
    """

    name: str
    form: str


def wanted_of(offered: Mapping[str, str]) -> Wanted | None:
    """Return what is wanted most of what is offered; None if nothing is."""
    accepted = request.accept_mimetypes
    first = next(iter(offered))
    name = accepted.best_match(tuple(offered)) if accepted else first
    if name is None:
        return None
    if accepted and accepted.quality(first) >= accepted.quality(name):
        name = first
    return Wanted(name=name, form=offered[name])
