"""The form of a proof: its parts, and how it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypedDict

from .faults import Unreadable

if TYPE_CHECKING:
    from .turtle import Fact

Data = dict[str, object]
FORMAT: Final = "https://w3id.org/mednec/proof/1"
KEYS: Final = ("format", "case", "knowledge", "requests", "priorities", "facts", "rules")
KEYS_OF_ALL: Final = (*KEYS, "populations", "steps")


class ListedFact(TypedDict, total=False):
    """A fact as a proof lists it."""

    id: str
    fact: list[str]
    level: int
    file: str
    line: int


class ListedRule(TypedDict):
    """A rule as a proof lists it."""

    id: str
    stratum: int
    file: str
    sha256: str
    text: str


class ListedPopulation(TypedDict):
    """A population as a proof lists it."""

    iri: str
    members: list[object]


def read_proof(text: str) -> Data:
    """Read the proof; a key that is given twice is an error, not a choice."""

    def once(pairs: list[tuple[str, object]]) -> Data:
        if len(dict(pairs)) != len(pairs):
            raise Unreadable("a key is given twice")
        return dict(pairs)

    try:
        proof = json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from error
    if not isinstance(proof, dict) or set(proof) != set(KEYS_OF_ALL):
        raise Unreadable(f"a proof has the keys {', '.join(KEYS_OF_ALL)}")
    if proof["format"] != FORMAT:
        raise Unreadable(f"the format is not {FORMAT}")
    return proof


def fact_of(entry: ListedFact) -> Fact:
    """Return the fact of an entry."""
    subject, predicate, value = entry["fact"]
    return subject, predicate, value


def text_of(value: object) -> str:
    """Write a value so that 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


def difference(what: str, right: Data, found: object) -> str:
    """Say in what an entry is not as it has to be."""
    name = right.get("id", "")
    entry = found if isinstance(found, dict) else {}
    for key in sorted(set(right) | set(entry)):
        if text_of(right.get(key)) != text_of(entry.get(key)):
            return (
                f"{what} {name}: '{key}' has to be {text_of(right.get(key))[:200]}, "
                f"not {text_of(entry.get(key))[:200]}"
            )
    return f"{what} {name}: not as it has to be"
