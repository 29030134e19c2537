"""The task of a query worker: SPARQL over a store that it can only read."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from .frames import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from .frames import Header
    from .limits import WorkLimits

Results = ox.QueryResultsFormat
TABLES: Final = {
    "application/sparql-results+json": (Results.JSON, re.compile(rb'\}\},\{|\{\},\{|\[\{"')),
    "application/sparql-results+xml": (Results.XML, re.compile(rb"<result>")),
    "text/csv": (Results.CSV, re.compile(rb"\r\n")),
    "text/tab-separated-values": (Results.TSV, re.compile(rb"\n")),
}
"""Each form of a table, and what stands once for each row of it."""
GRAPHS: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
LONGEST_MARK: Final = 8
NETWORK: Final = re.compile(
    r"SERVICE|HTTP|port|socket|denied|connect|resolve|scheme", re.IGNORECASE
)


class Sink(io.BytesIO):
    """Collects an answer, and refuses it when it exceeds the limits."""

    def __init__(self, limits: WorkLimits, mark: re.Pattern[bytes] | None) -> None:
        super().__init__()
        self.rows = 0
        self._size = 0
        self._end = b""
        self._limits = limits
        self._mark = mark

    def write(self, part: Buffer) -> int:
        """
        Take a part of the answer.

        Raises:
            Refused: The answer has too many bytes or rows.
        """
        data = bytes(part)
        self._size += len(data)
        if self._size > self._limits.answer:
            raise Refused("answer", f"The answer is longer than {self._limits.answer:,} bytes.")
        if self._mark:
            seen = self._end + data
            ends = [found.end() for found in self._mark.finditer(seen)]
            self.rows += len(ends)
            self._end = seen[max(ends[-1] if ends else 0, len(seen) - LONGEST_MARK) :]
            if self.rows > self._limits.rows + 1:
                raise Refused("answer", f"The answer has more than {self._limits.rows:,} rows.")
        return super().write(data)


def prepare(argument: str) -> Callable[[Header, bytes, WorkLimits], tuple[Header, bytes]]:
    """
    Open the store.

    Args:
        argument: The folder of a store, or a file of N-Quads that is loaded into memory.
    """
    path = Path(argument)
    if path.is_dir():
        store = ox.Store.read_only(argument)
    else:
        store = ox.Store()
        store.bulk_load(path=argument, format=ox.RdfFormat.N_QUADS)

    def work(header: Header, body: bytes, limits: WorkLimits) -> tuple[Header, bytes]:
        if header.get("graph") is not None:
            return read_graph(store, header, limits)
        return answer_query(store, header, body.decode(), limits)

    return work


def names(header: Header, key: str) -> list[ox.NamedNode] | None:
    """
    Return the graphs that a request names; None if it names none of this kind.

    Raises:
        Refused: A name is not an absolute IRI.
    """
    given = header.get(key)
    if not isinstance(given, list):
        return None
    try:
        return [ox.NamedNode(str(iri)) for iri in given]
    except ValueError as error:
        raise Refused("syntax", f"The name of a graph is not an absolute IRI: {error}.") from error


def answer_query(
    store: ox.Store, header: Header, text: str, limits: WorkLimits
) -> tuple[Header, bytes]:
    """
    Answer one query.

    Args:
        store: What is asked.
        header: `base`; `default` and `named` for the graphs of the protocol; `table`, `truth` and
            `triples` for the media type of each kind of answer, or None where none is acceptable.
        text: The query.
        limits: The limits of the answer.

    Raises:
        Refused: Not a query, not offered, or over a limit.
    """
    default, named = names(header, "default"), names(header, "named")
    given = default is not None or named is not None
    base = header.get("base")
    try:
        found = store.query(
            text,
            base_iri=base if isinstance(base, str) else None,
            default_graph=[*(default or [])] if given else None,
            named_graphs=[*(named or [])] if given else None,
            use_default_graph_as_union=header.get("union") is True,
        )
        if isinstance(found, ox.QueryTriples):
            kind, media_type = "triples", header.get("triples")
            sink = Sink(limits, re.compile(rb" \.\n") if media_type in GRAPHS else None)
            if isinstance(media_type, str):
                found.serialize(sink, GRAPHS[media_type])
        else:
            kind = "truth" if isinstance(found, ox.QueryBoolean) else "table"
            media_type = header.get(kind)
            form, mark = TABLES.get(str(media_type), (Results.JSON, None))
            sink = Sink(limits, mark)
            if isinstance(media_type, str):
                found.serialize(sink, form)
    except (SyntaxError, ValueError) as error:
        raise Refused("syntax", str(error)) from error
    except OSError as error:
        kind = "network" if NETWORK.search(str(error)) else "failed"
        raise Refused(kind, str(error)) from error
    if not isinstance(media_type, str):
        raise Refused("unacceptable", kind)
    return {"media_type": media_type, "kind": kind, "rows": sink.rows}, sink.getvalue()


def read_graph(store: ox.Store, header: Header, limits: WorkLimits) -> tuple[Header, bytes]:
    """
    Write one graph as a whole.

    Args:
        store: What is asked.
        header: `graph`, the IRI or an empty text for the default graph; `triples`, the media type.
        limits: The limits of the answer.

    Raises:
        Refused: The graph is not in the store, or it exceeds the limits.
    """
    graph = names({"graph": [header["graph"]]}, "graph") if header["graph"] else None
    if graph and not store.contains_named_graph(graph[0]):
        raise Refused("absent", f"The store does not contain the graph {graph[0].value}.")
    media_type = header.get("triples")
    if not isinstance(media_type, str):
        raise Refused("unacceptable", "triples")
    form, sink = GRAPHS[media_type], Sink(limits, None)
    source = graph[0] if graph else ox.DefaultGraph()
    if form.supports_datasets:
        triples = store.quads_for_pattern(None, None, None, source)
        ox.serialize(triples, sink, form)
    else:
        store.dump(sink, form, from_graph=source)
    return {"media_type": media_type, "kind": "triples"}, sink.getvalue()
