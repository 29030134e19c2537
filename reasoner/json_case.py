"""
A case as JSON: strict decoding, and the packaged context that turns it into RDF.

Plain JSON is JSON-LD with the context of this vocabulary applied. No other context is ever read
from anywhere: a reference to one is refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from .errors import CaseUnreadable
from .terms import CONTEXT, NS, PREFIXES, XSD

if TYPE_CHECKING:
    from .vocabulary import Vocabulary

DEPTH: Final = 32
DIGITS: Final = 15
KEYWORDS: Final = {"id": "@id", "type": "@type"}
JSON_LD: Final = frozenset({"@context", "@id", "@type", "@value", "@language", "@graph"})


def context_of(vocabulary: Vocabulary) -> dict[str, object]:
    """Build the JSON-LD context: each property with its type, each term by its local name."""
    context: dict[str, object] = {"@version": 1.1, **KEYWORDS, **PREFIXES}
    for iri in sorted(vocabulary.individuals | vocabulary.classes):
        name = iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
        context.setdefault(name, iri)
    for iri in sorted(vocabulary.links):
        context[iri.removeprefix(NS)] = {"@id": iri, "@type": "@vocab"}
    for iri, datatype in vocabulary.values.items():
        context[iri.removeprefix(NS)] = {"@id": iri, "@type": datatype or XSD + "string"}
    return context


def decode(data: bytes, source: str) -> object:
    """
    Decode JSON strictly.

    Raises:
        CaseUnreadable: Not JSON, or with a repeated key, a number that JSON does not know, a lone
            surrogate, or more levels than any case has.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseUnreadable(
            f"{source}: not UTF-8 at byte {error.start}.", hint="Send the case as UTF-8."
        ) from error
    depth = deepest = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    if deepest > DEPTH:
        raise CaseUnreadable(f"{source}: nested more than {DEPTH} levels deep.")
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_integer
        )
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise CaseUnreadable(
            f"{source}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except UnicodeEncodeError as error:
        raise CaseUnreadable(f"{source}: holds a lone surrogate, which is no character.") from error
    except ValueError as error:
        raise CaseUnreadable(f"{source}: {error}") from error
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key '{key}' is given twice in one object; give it once.")
        found[key] = value
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number.")


def _integer(digits: str) -> int:
    if len(digits) > DIGITS:
        raise ValueError(f"the number {digits[:DIGITS]}… is too large.")
    return int(digits)


def quads_of(value: object, vocabulary: Vocabulary, source: str) -> list[ox.Quad]:
    """
    Turn a decoded JSON case into RDF with the packaged context.

    Raises:
        CaseUnreadable: The value is no object, names a context elsewhere, or has an unknown key.
    """
    if not isinstance(value, dict):
        raise CaseUnreadable(
            f"{source}: expected one JSON object, the case.",
            hint='Start with {"type": "Case", "injury": …}.',
        )
    _check_context(value, source)
    value = {key: item for key, item in value.items() if key != "@context"}
    context = context_of(vocabulary)
    _check_keys(value, context, vocabulary, source, "$")
    seen: dict[str, str] = {}
    _check_ids(value, "$", seen, source)
    document = {**value, "@context": context}
    if "type" not in value and "@type" not in value:
        document["type"] = "Case"
    try:
        return list(ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD))
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise CaseUnreadable(f"{source}: not JSON-LD: {error}") from error


def _check_context(value: object, source: str, path: str = "$") -> None:
    """Refuse any context but ours, wherever it stands."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_context(item, source, f"{path}[{position}]")
    if not isinstance(value, dict):
        return
    if "@context" in value and (path != "$" or value["@context"] != CONTEXT):
        raise CaseUnreadable(
            f"{source}: {path}.@context is not the context of this vocabulary.",
            hint=f'Leave it out, or write "{CONTEXT}". Nothing is fetched from anywhere.',
        )
    for key, item in value.items():
        _check_context(item, source, f"{path}.{key}")


def _check_keys(
    value: object, context: dict[str, object], vocabulary: Vocabulary, source: str, path: str
) -> None:
    """Refuse a key that the context does not know: JSON-LD would drop it in silence."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_keys(item, context, vocabulary, source, f"{path}[{position}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in JSON_LD and key not in KEYWORDS and NS + key not in vocabulary.properties:
                raise CaseUnreadable(
                    f"{source}: {path}.{key} is not a property of the vocabulary.",
                    hint=vocabulary.nearest(key, vocabulary.properties),
                )
            _check_keys(item, context, vocabulary, source, f"{path}.{key}")
            _check_term(key, item, context, vocabulary, source, f"{path}.{key}")


def _check_term(
    key: str,
    item: object,
    context: dict[str, object],
    vocabulary: Vocabulary,
    source: str,
    path: str,
) -> None:
    """Refuse a value of the wrong JSON type, or a name that is no term: both would be lost."""
    for value in item if isinstance(item, list) else [item]:
        if NS + key in vocabulary.values:
            wanted = {XSD + "integer": int, XSD + "boolean": bool}.get(
                vocabulary.values[NS + key], str
            )
            if type(value) is not wanted and not isinstance(value, dict):
                raise CaseUnreadable(
                    f"{source}: {path} is {json.dumps(value)[:40]}; expected {wanted.__name__}."
                )
        elif NS + key in vocabulary.links or key == "type":
            if isinstance(value, dict):
                continue
            if not isinstance(value, str) or (value not in context and ":" not in value):
                raise CaseUnreadable(
                    f"{source}: {path} is {json.dumps(value)[:60]}, which is not a term.",
                    hint=vocabulary.nearest(
                        str(value), vocabulary.individuals | vocabulary.classes
                    ),
                )


def _check_ids(value: object, path: str, seen: dict[str, str], source: str) -> None:
    """Refuse two objects that describe one IRI: their facts would run together."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_ids(item, f"{path}[{position}]", seen, source)
    elif isinstance(value, dict):
        name = value.get("id", value.get("@id"))
        if isinstance(name, str) and len(value) > 1:
            if name in seen:
                raise CaseUnreadable(
                    f"{source}: {path} and {seen[name]} have one id, {name}.",
                    hint="Give each object an id of its own, or leave the ids out.",
                )
            seen[name] = path
        for key, item in value.items():
            _check_ids(item, f"{path}.{key}", seen, source)
