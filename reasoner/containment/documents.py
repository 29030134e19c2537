"""Parsing of untrusted documents through a pool of workers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from reasoner.errors import CaseTooLarge, CaseUnreadable, WorkStopped

from .limits import WorkLimits
from .pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Mapping

TASK: Final = "reasoner.containment.parsing"
LIMITS: Final = WorkLimits(
    seconds=5, memory=1 << 30, sent=64 << 20, answer=64 << 20, rows=1_000_000
)


def parsing_pool(
    *,
    contexts: Mapping[str, object] | None = None,
    limits: WorkLimits = LIMITS,
    size: int = 1,
) -> WorkerPool:
    """
    Make a pool that parses documents.

    Args:
        contexts: The JSON-LD contexts that a document may name, by IRI; any other is refused.
        limits: The limits of each document.
        size: How many are parsed at once.
    """
    return WorkerPool(task=TASK, argument=json.dumps(contexts or {}), limits=limits, size=size)


def contained(
    data: bytes, *, form: str, source: str, pool: WorkerPool, base: str | None = None
) -> bytes:
    """
    Parse untrusted bytes in a process that can be ended.

    Args:
        data: A document.
        form: `turtle`, `nt`, `nq`, `trig` or `jsonld`. RDF/XML is never read.
        source: What to call the document in messages.
        pool: The workers (`parsing_pool`).
        base: The IRI against which relative ones are resolved.

    Returns:
        The statements as N-Quads, in the order of the document.

    Raises:
        CaseTooLarge: The document has too many bytes or statements.
        CaseUnreadable: It is malformed, or names a context that is not held here.
        WorkerError: No worker can do it now.
    """
    if len(data) > pool.limits.sent:
        raise CaseTooLarge(
            f"{source}: {len(data):,} bytes; at most {pool.limits.sent:,} are read.",
            hint="Send it in parts.",
        )
    try:
        done = pool.do({"form": form, "base": base}, data)
    except WorkStopped as error:
        raise CaseTooLarge(f"{source}: parsing was not finished. {error.message}") from error
    kind, why = done.header.get("refused"), str(done.header.get("why", ""))
    if kind == "answer":
        raise CaseTooLarge(f"{source}: {why}", hint="Send it in parts.")
    if kind == "memory":
        raise CaseTooLarge(f"{source}: parsing used more than its share of memory.")
    if kind is not None:
        raise CaseUnreadable(f"{source}: not read: {why}")
    return done.body
