"""
SPARQL over the knowledge base, read-only, in a process that can be stopped.

A query of a few kilobytes can end a process that runs it, and none can be cancelled from within.
So each runs in a process of its own, with limits of time, memory and answer, and without the
right to write.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.errors import QueryForbidden, QueryTooCostly, QueryUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyoxigraph as ox

    from .base import Knowledge

SECONDS: Final = 10
MEMORY: Final = 2 << 30
ANSWER: Final = 5_000_000
LENGTH: Final = 64_000
DEPTH: Final = 60
WORKER: Final = Path(__file__).with_name("query_worker.py")
TOKEN: Final = re.compile(
    r"""
    <[^<>"{}|^`\\\s]*>                                 # an IRI
    | \"{3}.*?\"{3} | \'{3}.*?\'{3}                     # a long literal
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'        # a literal
    | \#[^\n]*                                         # a comment
    | [?$]\w+ | @\w+ | [\w.-]*:[\w.%-]*                # a variable, a language, a prefixed name
    | (?P<word>[A-Za-z]+)
    | (?P<bracket>[{}()\[\]])
    """,
    re.DOTALL | re.VERBOSE,
)
FORBIDDEN: Final = frozenset(
    (
        "SERVICE",
        "LOAD",
        "CLEAR",
        "DROP",
        "CREATE",
        "ADD",
        "MOVE",
        "COPY",
        "INSERT",
        "DELETE",
        "FROM",
    )
)
UNREADABLE, TOO_LONG = 2, 3
"""Exit codes of the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """
    The answer to a query.

    Attributes:
        media_type: What the bytes are.
        body: The whole answer.
    """

    media_type: str
    body: bytes


def ask(
    query: str, knowledge: Knowledge, *, accept: str = "json", over: Iterable[ox.Triple] = ()
) -> QueryAnswer:
    """
    Answer a query over the knowledge base.

    Args:
        query: A SELECT, ASK, CONSTRUCT or DESCRIBE.
        knowledge: The knowledge base that is asked.
        accept: `json`, `xml`, `csv` or `tsv` for rows; `turtle` or `jsonld` for triples. Where
            the form does not suit the query, JSON or Turtle is given.
        over: Facts that are asked too, such as those of determinations.

    Raises:
        QueryUnreadable: Not a query.
        QueryForbidden: An update, a call to another service, or a named data set.
        QueryTooCostly: Too long, too deep, or over its time, memory or answer.
    """
    _check(query)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "knowledge.nt"
        facts = (*knowledge.facts, *knowledge.entailed, *over)
        path.write_text("".join(f"{fact} .\n" for fact in facts), encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - our own worker, with the query on standard input
                [sys.executable, "-I", str(WORKER), str(path), accept, str(ANSWER)],
                input=query.encode(),
                capture_output=True,
                timeout=SECONDS,
                check=False,
                preexec_fn=_limit,
                env={},
            )
        except subprocess.TimeoutExpired as error:
            raise QueryTooCostly(
                f"The query ran longer than {SECONDS} s and was stopped.",
                hint="Narrow its patterns, or add a LIMIT.",
            ) from error
    if done.returncode == UNREADABLE:
        fault = done.stderr.decode(errors="replace").strip()
        raise QueryUnreadable(f"Not a SPARQL query: {fault}")
    if done.returncode == TOO_LONG:
        raise QueryTooCostly(
            f"The answer is longer than {ANSWER:,} bytes.", hint="Add a LIMIT to the query."
        )
    if done.returncode != 0:
        raise QueryTooCostly("The query used more than its share of memory and was stopped.")
    media_type, _, body = done.stdout.partition(b"\n")
    return QueryAnswer(media_type=media_type.decode(), body=body)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _check(query: str) -> None:
    """Refuse what would write or reach out, and what would bring the parser down."""
    if not query.strip():
        raise QueryUnreadable("The query is empty.", hint="Send a SELECT, ASK or CONSTRUCT.")
    if len(query) > LENGTH:
        raise QueryTooCostly(f"The query is longer than {LENGTH:,} characters.")
    depth = 0
    for token in TOKEN.finditer(query):
        word, bracket = token["word"], token["bracket"]
        if word and word.upper() in FORBIDDEN:
            raise QueryForbidden(
                f"{word.upper()} is not allowed here: queries only read this knowledge base."
            )
        if bracket:
            depth += 1 if bracket in "{([" else -1
            if depth > DEPTH:
                raise QueryTooCostly(f"The query is nested more than {DEPTH} levels deep.")
    if "!" * DEPTH in re.sub(r"\s", "", query):
        raise QueryTooCostly(f"The query negates more than {DEPTH} times in a row.")
