"""
A case as JSON: strict decoding, and the packaged context that turns it into RDF.

Plain JSON is JSON-LD with the context of this vocabulary applied. No other context is ever
loaded: a reference to one is an error.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import CaseUnreadable
from reasoner.kernel.terms import XSD
from reasoner.knowledge.terms import CASE, CONTEXT, NS, PREFIXES

from .limits import LIMITS, shown

if TYPE_CHECKING:
    from reasoner.knowledge.vocabulary import Vocabulary

DEPTH: Final = LIMITS.depth
DIGITS: Final = LIMITS.digits
CONSTANTS: Final = ("NaN", "Infinity", "-Infinity")
TOKEN: Final = re.compile(
    r'(?P<word>"(?:[^"\\]|\\.)*"|[\[\]{}]|NaN|-?Infinity|-?\d[\d.eE+-]*)(?P<colon>\s*:)?'
)
NO_IRI: Final = re.compile(r'[\x00-\x20<>"{}|\\^`]')
SPOKEN: Final = {int: "a whole number", bool: "true or false", str: "text in quotation marks"}
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
        CaseUnreadable: The text is not JSON, or has a repeated key, a number that JSON does not
            allow, a lone surrogate, or too many levels.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseUnreadable(
            f"{source}: not UTF-8 at byte {error.start}.", hint="Send the case as UTF-8."
        ) from error
    try:
        value = json.loads(text, parse_int=_integer)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise CaseUnreadable(
            f"{source}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except UnicodeEncodeError as error:
        raise CaseUnreadable(
            f"{source}: contains a lone surrogate, which is not a character."
        ) from error
    except RecursionError as error:
        raise CaseUnreadable(f"{source}: nested more than {DEPTH} levels deep.") from error
    _scan(text, source)
    return value


def _integer(digits: str) -> int:
    return int(digits[: DIGITS + 2])  # the scan rejects a longer one, with its line


def _scan(text: str, source: str) -> None:  # noqa: C901 - one branch for each kind of token
    """Reject, with its line, what a decoder would silently correct or ignore."""
    open_objects: list[set[str] | None] = []
    for token in TOKEN.finditer(text):
        word = token["word"]
        fault = ""
        if word in "{[":
            open_objects.append(set() if word == "{" else None)
            if len(open_objects) > DEPTH:
                fault = f"nested more than {DEPTH} levels deep"
        elif word in "}]":
            open_objects.pop()
        elif word in CONSTANTS:
            fault = f"{word} is not a JSON number"
        elif word[0] != '"':
            if len(word.lstrip("-")) > DIGITS or "e" in word.lower():
                fault = f"the number {word[:DIGITS]} is too large or not written out"
        elif len(word) - 2 > LIMITS.text:
            fault = (
                f"a text of {len(word) - 2:,} characters; at most {LIMITS.text:,} are read. "
                "Quote the passage that matters, not the document"
            )
        elif token["colon"] and (keys := open_objects[-1]) is not None:
            key = json.loads(word)
            if key in keys:
                fault = f"the key '{key}' is given twice in one object; give it once"
            keys.add(key)
        if fault:
            line = text.count("\n", 0, token.start()) + 1
            raise CaseUnreadable(f"{source}: line {line}: {fault}.")


def quads_of(value: object, vocabulary: Vocabulary, source: str) -> list[ox.Quad]:
    """
    Turn a decoded JSON case into RDF with the packaged context.

    Raises:
        CaseUnreadable: The value is not an object, names another context, or has an unknown key.
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
    if not {"type", "@type", "@graph"} & set(value):
        document["type"] = "Case"
    try:
        text = json.dumps(document).encode()
        quads = list(ox.parse(text, format=ox.RdfFormat.JSON_LD, base_iri=CASE))
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise CaseUnreadable(f"{source}: not JSON-LD: {error}") from error
    if len(quads) != _count_facts(document):
        raise CaseUnreadable(
            f"{source}: {_count_facts(document)} facts were sent, {len(quads)} understood.",
            hint="Give each value as text, number, true or false, or as an object with an id.",
        )
    return quads


def _count_facts(value: object) -> int:
    """Count the facts that a JSON-LD document states, so that a lost fact is noticed."""
    if isinstance(value, list):
        return sum(_count_facts(item) for item in value)
    if not isinstance(value, dict) or "@value" in value:
        return 0
    total = 0
    for key, item in value.items():
        if key not in {"id", "@id", "@context"}:
            total += _count_facts(item)
            if key != "@graph":
                total += len(item) if isinstance(item, list) else 1
    return total


def _check_context(value: object, source: str, path: str = "$") -> None:
    """Reject any context but ours, at any level."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_context(item, source, f"{path}[{position}]")
    if not isinstance(value, dict):
        return
    if "@context" in value and (path != "$" or value["@context"] != CONTEXT):
        raise CaseUnreadable(
            f"{source}: {path}.@context is not the context of this vocabulary.",
            hint=f'Leave it out, or write "{CONTEXT}". No context is fetched.',
        )
    for key, item in value.items():
        _check_context(item, source, f"{path}.{key}")


def _check_keys(
    value: object, context: dict[str, object], vocabulary: Vocabulary, source: str, path: str
) -> None:
    """Reject a key that is not in the context: JSON-LD would silently drop it."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_keys(item, context, vocabulary, source, f"{path}[{position}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in JSON_LD and key not in KEYWORDS and NS + key not in vocabulary.properties:
                raise CaseUnreadable(
                    f"{source}: {shown(f'{path}.{key}')} is not a property of the vocabulary.",
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
    """Reject a value of the wrong JSON type, or a name that is not a term: both would be lost."""
    for value in item if isinstance(item, list) else [item]:
        if NS + key in vocabulary.values:
            wanted = {XSD + "integer": int, XSD + "boolean": bool}.get(
                vocabulary.values[NS + key], str
            )
            if type(value) is not wanted and not isinstance(value, dict):
                raise CaseUnreadable(
                    f"{source}: {path} is {json.dumps(value)[:40]}; expected {SPOKEN[wanted]}."
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
    """Reject two objects that describe one IRI: their facts would be merged."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_ids(item, f"{path}[{position}]", seen, source)
    elif isinstance(value, dict):
        name = value.get("id", value.get("@id", ""))
        if not isinstance(name, str) or NO_IRI.search(name):
            raise CaseUnreadable(
                f"{source}: {path} has the id {json.dumps(name)[:60]}, which is not an IRI.",
                hint="Write an IRI, or a short name without spaces, or leave the id out.",
            )
        if name and len(value) > 1:
            if name in seen:
                raise CaseUnreadable(
                    f"{source}: {path} and {seen[name]} have one id, {name}.",
                    hint="Give each object its own id, or leave the ids out.",
                )
            seen[name] = path
        for key, item in value.items():
            _check_ids(item, f"{path}.{key}", seen, source)
