"""An entry of the ledger as the triples of its graph."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import pyoxigraph as ox

from reasoner.cases.read import read_case
from reasoner.determinations.data import from_json
from reasoner.errors import CaseError, DocumentUnreadable, KnowledgeError
from reasoner.kernel.terms import TYPE
from reasoner.records.as_rdf import signed_triples
from reasoner.records.documents import RecommendationData

from .determination_graph import determination_triples
from .kept_knowledge import knowledge_triples, open_knowledge
from .names import KNOWLEDGE, graph_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reasoner.knowledge.base import Knowledge
    from reasoner.records.ledger.entries import RecordedEntry

    Reader = Callable[[bytes, RecordedEntry, Knowledge], Iterable[ox.Triple]]

FORMS: Final = {
    "application/json": "json",
    "application/ld+json": "jsonld",
    "text/turtle": "turtle",
    "application/n-triples": "turtle",
    "application/n-quads": "turtle",
}
RDF: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
JSON: Final = "application/json"
UNREADABLE: Final = (
    CaseError,
    DocumentUnreadable,
    KnowledgeError,
    msgspec.ValidationError,
    SyntaxError,
    ValueError,
    LookupError,
)
OA: Final = "http://www.w3.org/ns/oa#"


def entry_triples(entry: RecordedEntry, knowledge: Knowledge) -> list[ox.Triple]:
    """
    Return the triples of the graph of an entry.

    A body that this version cannot read, such as a case in terms that were withdrawn, gives an
    empty graph: the record is in the ledger, and one entry does not stop the others.

    Args:
        entry: An entry with its body.
        knowledge: The knowledge base, for the terms of cases and the datatypes of facts.
    """
    kind = entry.media_type.partition(";")[0].strip()
    read = READERS.get((entry.kind, kind if kind == JSON else "")) or READERS.get((entry.kind, ""))
    if entry.body is None or (read is None and kind not in RDF):
        return []
    try:
        if read is None:
            quads = ox.parse(entry.body, format=RDF[kind], rename_blank_nodes=True)
            return [quad.triple for quad in quads]
        return list(read(entry.body, entry, knowledge))
    except UNREADABLE:
        return []


def _case(body: bytes, entry: RecordedEntry, knowledge: Knowledge) -> Iterable[ox.Triple]:
    return read_case(
        body,
        form=FORMS.get(entry.media_type.partition(";")[0].strip(), ""),
        source=entry.subject,
        vocabulary=knowledge.vocabulary,
        fields=knowledge.form,
        limit=len(body),
    ).triples


def _determination(body: bytes, _: RecordedEntry, knowledge: Knowledge) -> Iterable[ox.Triple]:
    data = from_json(_json(body), RecommendationData)
    return determination_triples(data, knowledge.vocabulary.values)


def _decision(body: bytes, _: RecordedEntry, __: Knowledge) -> Iterable[ox.Triple]:
    return signed_triples(_json(body))


def _json(body: bytes) -> dict[str, object]:
    data = json.loads(body)
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - as for any other text
    return data


def _comment(body: bytes, entry: RecordedEntry, _: Knowledge) -> Iterable[ox.Triple]:
    """Write a comment as a web annotation: what it is on, and its text."""
    data = _json(body)
    node = graph_of(entry.kind, entry.subject)
    found = [ox.Triple(node, TYPE, ox.NamedNode(f"{OA}Annotation"))]
    if isinstance(data.get("on"), str):
        target = ox.NamedNode(str(data["on"]))
        found.append(ox.Triple(node, ox.NamedNode(f"{OA}hasTarget"), target))
    if isinstance(data.get("text"), str):
        text = ox.Literal(str(data["text"]))
        found.append(ox.Triple(node, ox.NamedNode(f"{OA}bodyValue"), text))
    return found


def _knowledge(body: bytes, entry: RecordedEntry, knowledge: Knowledge) -> Iterable[ox.Triple]:
    digest = entry.subject
    if digest == knowledge.digest:
        return knowledge_triples(knowledge)
    with tempfile.TemporaryDirectory() as folder:
        return list(knowledge_triples(open_knowledge(body, digest, Path(folder))))


READERS: Final[Mapping[tuple[str, str], Reader]] = {
    ("case", ""): _case,
    ("determination", JSON): _determination,
    ("decision", JSON): _decision,
    ("comment", JSON): _comment,
    (KNOWLEDGE, ""): _knowledge,
}
"""What reads a body, by the kind of the entry and its media type; empty for any media type."""
