"""
Queries as they were parsed, kept between runs: parsing is slow and the texts rarely change.

What is kept is JSON, by the hash of each text, in the cache folder of the user. It can be deleted
at any time; without a folder that can be written to, queries are parsed each time.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Literal, URIRef, Variable

if TYPE_CHECKING:
    from collections.abc import Callable

NAME: Final = "queries.json"
MOST: Final = 5_000
VERSION: Final = f"1 rdflib {rdflib.__version__}"
"""What is kept by another version of this module or of the parser is not used."""


class ParsedQueries:
    """
    The algebra of each query, by the hash of its text.

    Args:
        path: The file between runs; None to keep nothing.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._kept = _read(path) if path else {}
        self._used: dict[str, Any] = {}
        self._fresh = False

    def use(self, folder: Path | None) -> None:
        """Keep queries in a folder from now on; nothing changes if it is None or the same."""
        if folder and self.path != folder / NAME:
            self.path = folder / NAME
            self._fresh = self._fresh or bool(self._kept)
            self._kept = {**_read(self.path), **self._kept}

    def algebra(self, text: str) -> CompValue:
        """
        Return the algebra of a query; it is shared, and not to be changed.

        Raises:
            Exception: It does not parse, as rdflib says it.
        """
        key = hashlib.sha256(text.encode()).hexdigest()
        if key not in self._used:
            if key not in self._kept:
                algebra = prepareQuery(text).algebra
                try:
                    self._kept[key] = encode(algebra)
                except TypeError:
                    return algebra  # it has something that rules may not use, and is refused there
                self._fresh = True
            self._used[key] = self._kept[key]
        found = decode(self._used[key])
        if not isinstance(found, CompValue):
            raise TypeError("what is kept of a query is no algebra")
        return found

    def keep(self) -> None:
        """Write what was parsed anew, so that the next run need not; nothing if nothing was."""
        if not self._fresh or self.path is None:
            return
        queries = self._kept if len(self._kept) <= MOST else self._used
        text = json.dumps({"version": VERSION, "queries": queries}, separators=(",", ":"))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", dir=self.path.parent, encoding="utf-8", delete=False
            ) as file:
                file.write(text)
            Path(file.name).replace(self.path)
        except OSError:
            return  # an installation that cannot be written to parses each time
        self._fresh = False


@lru_cache(maxsize=1)
def parsed_queries() -> ParsedQueries:
    """Return the queries of this process, read once."""
    return ParsedQueries()


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    sound = isinstance(said, dict) and said.get("version") == VERSION
    return dict(said["queries"]) if sound else {}


def encode(node: Any) -> Any:  # noqa: ANN401 - what rdflib's algebra is made of
    """
    Write a node of the algebra as lists, each with its kind first.

    Raises:
        TypeError: The algebra has something that is not foreseen.
    """
    for kind, write in WRITERS:
        if isinstance(node, kind):
            return write(node)
    raise TypeError(f"{type(node).__name__} is not foreseen in the algebra of a query")


def _node(node: CompValue) -> list[Any]:
    # The group of an EXISTS is translated in place: as an attribute that hides the entry.
    hidden = vars(node)
    return ["node", node.name, [[k, encode(hidden.get(k, v))] for k, v in node.items()]]


WRITERS: Final[tuple[tuple[Any, Callable[[Any], Any]], ...]] = (
    (CompValue, _node),
    (Variable, lambda node: ["var", str(node)]),
    (URIRef, lambda node: ["iri", str(node)]),
    (
        Literal,
        lambda node: ["literal", str(node), node.datatype and str(node.datatype), node.language],
    ),
    (bool | int | str | None, lambda node: ["plain", node]),
    (dict, lambda node: ["dict", [[encode(key), encode(value)] for key, value in node.items()]]),
    (set | frozenset, lambda node: ["set", sorted(map(encode, node), key=json.dumps)]),
    (list | tuple, lambda node: [type(node).__name__, [encode(item) for item in node]]),
)


def decode(said: Any) -> Any:  # noqa: ANN401 - as `encode`
    """Read back what `encode` wrote."""
    return READERS[said[0]](*said[1:])


def _literal(text: str, datatype: str | None, language: str | None) -> Literal:
    kind = URIRef(datatype) if datatype else None
    return Literal(text, datatype=kind, lang=language, normalize=False)


READERS: Final[dict[str, Callable[..., Any]]] = {
    "node": lambda name, pairs: CompValue(name, **{key: decode(value) for key, value in pairs}),
    "var": Variable,
    "iri": URIRef,
    "literal": _literal,
    "plain": lambda value: value,
    "dict": lambda pairs: {decode(key): decode(value) for key, value in pairs},
    "set": lambda items: {decode(item) for item in items},
    "list": lambda items: [decode(item) for item in items],
    "tuple": lambda items: tuple(decode(item) for item in items),
}
