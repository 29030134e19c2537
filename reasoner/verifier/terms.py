"""Terms and facts as text, the prefixes of a proof, and what is raised over unreadable input."""

from __future__ import annotations

import re
from typing import Final

Fact = tuple[str, str, str]
"""Subject, predicate and object, each as N-Triples writes it."""
NS: Final = "https://w3id.org/mednec/ns#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
TYPE: Final = f"<{RDF}type>"
IN_POPULATION: Final = f"<{NS}inPopulation>"
NAMESPACES: Final = {
    "mn": NS,
    "mnc": "https://w3id.org/mednec/concept/",
    "mng": "https://w3id.org/mednec/guideline/",
    "mnl": "https://w3id.org/mednec/law/",
    "rdf": RDF,
    "xsd": XSD,
}
"""The prefixes of every proof; `case` is added for the case itself."""
ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)", re.DOTALL)
SHORT: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
WRITTEN: Final = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)


class Unreadable(Exception):
    """A proof, a case or a knowledge file that does not have the form that it must have."""


def write_text(text: str, kind: str = "") -> str:
    """Write a literal as N-Triples does; `kind` is `@en` or `^^<...>`, empty for plain text."""
    return f'"{text.translate(WRITTEN)}"{"" if kind == f"^^<{XSD}string>" else kind}'


def unescape(text: str) -> str:
    """Undo the escapes of a string."""

    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else SHORT.get(match[3], match[3])

    return ESCAPE.sub(one, text) if "\\" in text else text


class Prefixes:
    """
    The short form in which a proof writes terms: `mn:outcome` for an IRI.

    Args:
        case: The IRI of the case, without angle brackets.
    """

    def __init__(self, case: str) -> None:
        self.table = {"case": case, **NAMESPACES}
        self._known: dict[str, str] = {}

    def short(self, term: str) -> str:
        """Write a term of N-Triples, or a variable, in the short form."""
        if (found := self._known.get(term)) is None:
            found = self._known[term] = self._shorten(term)
        return found

    def _shorten(self, term: str) -> str:
        if term.startswith('"'):
            text, mark, kind = term.rpartition("^^")
            return f"{text}^^{self._shorten(kind)}" if mark and kind.endswith(">") else term
        for prefix, namespace in self.table.items():
            if term.startswith(f"<{namespace}"):
                return f"{prefix}:{term[len(namespace) + 1 : -1]}"
        return term

    def full(self, term: str) -> str:
        """
        Write a term of the short form as N-Triples does.

        Raises:
            Unreadable: It is not a term, or its prefix is unknown.
        """
        if not isinstance(term, str):
            raise Unreadable(f"{term!r} is not a term")
        if term.startswith('"'):
            text, mark, kind = term.rpartition('"^^')
            return f"{text}{mark}{self.full(kind)}" if mark and '"' not in kind else term
        if term.startswith(("<", "?")):
            return term
        prefix, mark, rest = term.partition(":")
        if not mark or prefix not in self.table:
            raise Unreadable(f"{term!r} is not a term: its prefix is unknown")
        return f"<{self.table[prefix]}{rest}>"
