"""SPARQL through a pool of workers: what is asked, what comes back, and why it is refused."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import (
    EngineError,
    GraphUnknown,
    QueryForbidden,
    QueryTooCostly,
    QueryUnacceptable,
    QueryUnreadable,
    WorkStopped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .pool import Done, WorkerPool

LENGTH: Final = 64_000
"""Characters of the longest query that is read."""
DEPTH: Final = 60
QUERY_TASK: Final = "reasoner.containment.querying"
ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
TOKEN: Final = re.compile(
    r"""
    <[^<>"{}|^`\\\x00-\x20]*>                          # an IRI
    | \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3}              # a long literal
    | \'{3}(?:\'{0,2}(?:[^'\\]|\\.))*\'{3}
    | "(?:\\.|[^"\\\n\r])*" | '(?:\\.|[^'\\\n\r])*'    # a literal
    | \#[^\n\r]*                                       # a comment
    | [?$]\w+ | @[\w-]+                                # a variable, a language
    | (?P<prefix>[\w.-]*):(?:[\w.%:-]|\\.)*            # a prefixed name
    | (?P<word>[A-Za-z]+)
    | (?P<bracket>[{}()\[\]])
    """,
    re.DOTALL | re.VERBOSE,
)
UPDATES: Final = frozenset(
    ("LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "INSERT", "DELETE", "WITH")
)
PROLOGUE: Final = frozenset(("PREFIX", "BASE", "VERSION"))
ELSEWHERE: Final = "SERVICE"
SURROGATES: Final = range(0xD800, 0xE000)
ONLY_READS: Final = "Queries only read, and call no other service."


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlQuestion:
    """
    A query with what the protocol says about it.

    Attributes:
        text: A SELECT, ASK, CONSTRUCT or DESCRIBE.
        default: The graphs whose union is the default graph; None if the protocol names none.
        named: The named graphs that may be asked; None if the protocol names none.
        base: The IRI against which relative ones are resolved; None to refuse relative ones.
        table: The media type of an answer in rows; None to refuse one.
        truth: The media type of an answer of yes or no; None to refuse one.
        triples: The media type of an answer in triples; None to refuse one.
        union: True to take the union of all graphs as the default graph.
    """

    text: str
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    base: str | None = None
    table: str | None = "application/sparql-results+json"
    truth: str | None = "application/sparql-results+json"
    triples: str | None = "text/turtle"
    union: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """
    The answer to a query.

    Attributes:
        media_type: What the bytes are.
        body: The whole answer.
        kind: `table`, `truth` or `triples`.
    """

    media_type: str
    body: bytes
    kind: str


def put_query(question: SparqlQuestion, pool: WorkerPool) -> QueryAnswer:
    """
    Answer a query in a worker.

    Raises:
        QueryUnreadable: Not a query.
        QueryForbidden: An update, or a call to another service.
        QueryUnacceptable: Its answer has none of the wanted forms.
        QueryTooCostly: Too long, too deep, or over its time, memory or answer.
        WorkerError: No worker can do it now.
    """
    check(question.text)
    header = {
        "default": question.default,
        "named": question.named,
        "base": question.base,
        "union": question.union,
        "table": question.table,
        "truth": question.truth,
        "triples": question.triples,
    }
    return _answer(pool, header, question.text.encode())


def put_graph(graph: str | None, media_type: str | None, pool: WorkerPool) -> QueryAnswer:
    """
    Read one graph as a whole in a worker.

    Args:
        graph: The IRI of a named graph; None for the default graph.
        media_type: The form of the answer; None to refuse it.
        pool: The workers.

    Raises:
        GraphUnknown: The graph is not in the store.
        QueryUnacceptable: No form of it is wanted.
        QueryTooCostly: It is larger than an answer may be.
        WorkerError: No worker can do it now.
    """
    return _answer(pool, {"graph": graph or "", "triples": media_type}, b"")


def _answer(pool: WorkerPool, header: Mapping[str, object], body: bytes) -> QueryAnswer:
    try:
        done = pool.do(header, body)
    except WorkStopped as error:
        raise QueryTooCostly(
            f"The query was not answered. {error.message}",
            hint="Narrow its patterns, or add a LIMIT.",
        ) from error
    if "refused" in done.header:
        raise _refusal(done)
    return QueryAnswer(
        media_type=str(done.header["media_type"]), body=done.body, kind=str(done.header["kind"])
    )


def _refusal(done: Done) -> Exception:
    """Return the error that a refusal of a worker means."""
    kind, why = done.header["refused"], str(done.header["why"])
    if kind == "syntax":
        return QueryUnreadable(f"Not a SPARQL query: {why}")
    if kind == "network":
        return QueryForbidden(f"It calls another service. {ONLY_READS}")
    if kind == "unacceptable":
        return QueryUnacceptable(f"The answer is {why}, which has none of the wanted forms.")
    if kind == "absent":
        return GraphUnknown(why, hint="List them: SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    if kind in {"answer", "memory"}:
        share = "The query used more than its share of memory and was stopped."
        return QueryTooCostly(why or share, hint="Add a LIMIT to the query.")
    return EngineError(f"The store could not be read: {why}")


def check(text: str) -> None:
    """
    Refuse, with its reason, what is plainly not offered.

    This is a courtesy: what passes meets a process that cannot write and has no network.

    Raises:
        QueryUnreadable: The query is empty.
        QueryForbidden: An update, or a call to another service.
        QueryTooCostly: Too long, or too deep.
    """
    if not text.strip():
        raise QueryUnreadable("The query is empty.", hint="Send a SELECT, ASK or CONSTRUCT.")
    if len(text) > LENGTH:
        raise QueryTooCostly(f"The query is longer than {LENGTH:,} characters.")
    if "\0" in text:
        raise QueryUnreadable("The query contains the character NUL.")
    words = tuple(_words(text))
    if _deepest(words) > DEPTH:
        raise QueryTooCostly(f"The query is nested more than {DEPTH} levels deep.")
    if word := _not_offered(words):
        raise QueryForbidden(f"{word} is not offered. {ONLY_READS}")
    if "!" * DEPTH in re.sub(r"\s", "", text):
        raise QueryTooCostly(f"The query negates more than {DEPTH} times in a row.")


def _deepest(words: Sequence[tuple[str, str]]) -> int:
    """Return how deep the brackets of a query are nested."""
    depth = deepest = 0
    for kind, word in words:
        if kind == "bracket":
            depth += 1 if word in "{([" else -1
            deepest = max(deepest, depth)
    return deepest


def _not_offered(words: Sequence[tuple[str, str]]) -> str:
    """Return the keyword of a call to another service, or of an update; empty for none."""
    declared = {word for kind, word in words if kind == "declared"}
    for kind, word in words:
        if kind == "prefix" and word.upper() == ELSEWHERE and word not in declared:
            return ELSEWHERE
        if kind == "word" and word == ELSEWHERE:
            return ELSEWHERE
    verbs = (word for kind, word in words if kind == "word" and word not in PROLOGUE)
    first = next(verbs, "")
    return first if first in UPDATES else ""


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the keywords in capitals, the prefixes and the brackets of a query, in order."""
    before = ""
    for token in TOKEN.finditer(ESCAPE.sub(lambda m: _character(m[1] or m[2]), text)):
        if token["word"]:
            before = token["word"].upper()
            yield "word", before
        elif token["prefix"] is not None:
            yield "declared" if before == "PREFIX" else "prefix", token["prefix"]
            before = ""
        elif token["bracket"]:
            before = ""
            yield "bracket", token["bracket"]


def _character(digits: str) -> str:
    """Return the character of a code point; a space for one that is not a character."""
    point = int(digits, 16)
    return " " if point > sys.maxunicode or point in SURROGATES else chr(point)
