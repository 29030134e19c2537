"""The task of a parse worker: bytes from anyone to N-Quads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from .frames import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from .frames import Header
    from .limits import WorkLimits

FORMS: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
}
"""The forms that are read. RDF/XML is not: its entities make gigabytes of a few hundred bytes."""
DEPTH: Final = 64
"""The deepest JSON that is read: each level costs a JSON-LD parser its stack."""
CONTEXT: Final = "@context"


def prepare(argument: str) -> Callable[[Header, bytes, WorkLimits], tuple[Header, bytes]]:
    """
    Read the contexts that JSON-LD may name.

    Args:
        argument: A JSON object: each IRI with its context.
    """
    contexts: dict[str, object] = json.loads(argument or "{}")

    def work(header: Header, body: bytes, limits: WorkLimits) -> tuple[Header, bytes]:
        return parse(str(header.get("form")), body, header.get("base"), contexts, limits)

    return work


def parse(
    form: str, body: bytes, base: object, contexts: dict[str, object], limits: WorkLimits
) -> tuple[Header, bytes]:
    """
    Parse a document.

    Returns:
        The number of statements, and the statements as N-Quads in the order of the document.

    Raises:
        Refused: It is malformed, of a form that is not read, or has too many statements.
    """
    if form not in FORMS:
        raise Refused("form", f"'{form}' is not read; send one of {', '.join(FORMS)}.")
    if form == "jsonld":
        body = with_local_contexts(body, contexts)
    written: list[bytes] = []
    size = 0
    try:
        quads = ox.parse(body, format=FORMS[form], base_iri=base if isinstance(base, str) else None)
        for quad in quads:
            line = f"{quad} .\n".encode()
            size += len(line)
            written.append(line)
            if len(written) > limits.rows or size > limits.answer:
                raise Refused(
                    "answer",
                    f"The document has more than {limits.rows:,} statements, "
                    f"or {limits.answer:,} bytes of them.",
                )
    except (SyntaxError, ValueError) as error:
        raise Refused("syntax", str(error)) from error
    return {"statements": len(written)}, b"".join(written)


def with_local_contexts(body: bytes, contexts: dict[str, object]) -> bytes:
    """
    Replace each context that is named by its IRI with the context itself.

    Raises:
        Refused: Not JSON, too deep, a repeated key, or a context that is not held here.
    """
    try:
        document = json.loads(body, object_pairs_hook=once, parse_constant=no_constant)
    except RecursionError as error:
        raise Refused("syntax", f"nested more than {DEPTH} levels deep") from error
    except ValueError as error:
        raise Refused("syntax", str(error)) from error
    return json.dumps(resolved(document, contexts, DEPTH)).encode()


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object; one with a repeated key is refused, since either value may be meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = sorted(key for key in found if sum(k == key for k, _ in pairs) > 1)
        raise ValueError(f"the key '{twice[0]}' is given twice")
    return found


def no_constant(name: str) -> object:
    """Refuse NaN and Infinity."""
    raise ValueError(f"{name} is not a JSON number")


def resolved(value: object, contexts: dict[str, object], depth: int) -> object:
    """Return a JSON value with its contexts in place."""
    if depth == 0:
        raise Refused("syntax", f"nested more than {DEPTH} levels deep")
    if isinstance(value, list):
        return [resolved(part, contexts, depth - 1) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: local(part, contexts) if key == CONTEXT else resolved(part, contexts, depth - 1)
        for key, part in value.items()
    }


def local(context: object, contexts: dict[str, object]) -> object:
    """Return a context in place of its IRI."""
    if isinstance(context, list):
        return [local(part, contexts) for part in context]
    if not isinstance(context, str):
        return context
    if context not in contexts:
        held = ", ".join(sorted(contexts)) or "none"
        raise Refused("network", f"The context {context} is not held here; held: {held}.")
    return contexts[context]
