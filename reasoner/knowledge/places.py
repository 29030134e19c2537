"""The line of each fact in the text of a Turtle file, for proofs and explanations."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import pyoxigraph as ox

from reasoner.kernel.facts import encode_term
from reasoner.kernel.terms import RDF, TYPE, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reasoner.kernel.facts import Fact

TOKEN: Final = re.compile(
    r"(?P<space>\s+|\#[^\r\n]*)"
    r"|(?P<iri><[^\x00-\x20<>\"{}|^`]*>)"
    r"|(?P<string>\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}"
    r"|\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*')"
    r"|(?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    r"|(?P<mark>\^\^|[;,\[\]()]|\.(?=[\s#]|$))"
    r"|(?P<word>(?:\\.|[^\s;,\[\]()\"'<>#\\^])+?(?=\.?(?:[\s;,\[\]()\"'<>#^]|$)))",
    re.DOTALL,
)
ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
SHORT: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
NUMBERS: Final = (
    (re.compile(r"[+-]?\d+"), "integer"),
    (re.compile(r"[+-]?\d*\.\d+"), "decimal"),
    (re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+"), "double"),
)
ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
LONG: Final = ('"""', "'''")


def places_in(text: str, base: str = "") -> Mapping[Fact, int]:
    """
    Find the line on which the object of each fact begins, from 1; the first if there are several.

    Args:
        text: A Turtle document that a parser has accepted.
        base: What relative IRIs are relative to.

    Returns:
        The lines. Blank nodes have names that begin with `_:`, as in no other reading.
    """
    found: dict[Fact, int] = {}
    for fact, line in _Reader(text, base).facts():
        found.setdefault(fact, line)
    return found


class _Reader:
    """Reads statements one after another."""

    def __init__(self, text: str, base: str) -> None:
        self.base = base
        self.prefixes: dict[str, str] = {}
        self.fresh = count(1)
        self.found: list[tuple[Fact, int]] = []
        self.tokens = [*_tokens(text), ("end", "", 0)]
        self.at = 0

    @property
    def text(self) -> str:
        """The text of the token that comes next."""
        return self.tokens[self.at][1]

    def take(self) -> tuple[str, str, int]:
        """Pass over the next token and return it."""
        self.at += 1
        return self.tokens[self.at - 1]

    def facts(self) -> list[tuple[Fact, int]]:
        """Return all facts of the document."""
        while self.text:
            kind, text, _ = self.tokens[self.at]
            word = text.lower().removeprefix("@")
            if word in {"prefix", "base"}:
                self.take()
                name = self.take()[1][:-1] if word == "prefix" else None
                iri = self.term()[0][1:-1]
                if name is None:
                    self.base = iri
                else:
                    self.prefixes[name] = iri
                if kind != "at":
                    continue
            else:
                subject = self.term()[0]
                if self.text != ".":
                    self.properties(subject)
            self.take()
        return self.found

    def properties(self, subject: str) -> None:
        """Read what is said of a subject."""
        while self.text not in {".", "]"}:
            if self.text == ";":
                self.take()
                continue
            predicate = self.term()[0]
            self.object(subject, predicate)
            while self.text == ",":
                self.take()
                self.object(subject, predicate)

    def object(self, subject: str, predicate: str) -> None:
        """Read one object."""
        value, line = self.term()
        self.found.append(((subject, predicate, value), line))

    def term(self) -> tuple[str, int]:
        """Read a term, with the line on which it begins."""
        kind, text, line = self.take()
        if kind == "mark":
            return self.nested(text), line
        if kind == "string":
            return self.literal(text), line
        if kind == "iri":
            plain = _plain(text[1:-1])
            return f"<{plain if ABSOLUTE.match(plain) else urljoin(self.base, plain)}>", line
        return self.word(text), line

    def nested(self, mark: str) -> str:
        """Read what is in brackets; return the blank node that has it."""
        node = f"_:{next(self.fresh)}"
        if mark == "[":
            self.properties(node)
            self.take()
            return node
        values = []
        while self.text != ")":
            values.append(self.term())
        self.take()
        rest = f"<{RDF}nil>"
        for value, line in reversed(values):
            node = f"_:{next(self.fresh)}"
            self.found += [
                ((node, f"<{RDF}first>", value), line),
                ((node, f"<{RDF}rest>", rest), line),
            ]
            rest = node
        return rest

    def literal(self, text: str) -> str:
        """Write a literal, with the language or datatype that follows it, as N-Triples does."""
        if self.tokens[self.at][0] == "at":
            return _literal(text, language=self.take()[1][1:])
        if self.text == "^^":
            self.take()
            return _literal(text, datatype=self.term()[0][1:-1])
        return _literal(text)

    def word(self, text: str) -> str:
        """Write a name with a prefix, a number or a truth value as N-Triples does."""
        if text == "a":
            return f"<{TYPE.value}>"
        if text in {"true", "false"}:
            return f'"{text}"^^<{XSD}boolean>'
        for pattern, datatype in NUMBERS:
            if pattern.fullmatch(text):
                return f'"{text}"^^<{XSD}{datatype}>'
        prefix, _, local = text.partition(":")
        if prefix == "_":
            return f"_:named-{local}"
        return f"<{self.prefixes.get(prefix, '')}{_plain(local)}>"


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield match.lastgroup or "", match[0], line
        line += match[0].count("\n")


def _literal(text: str, *, language: str = "", datatype: str = XSD + "string") -> str:
    mark = 3 if text.startswith(LONG) and len(text) > 5 else 1  # noqa: PLR2004 - two marks of three
    plain = _plain(text[mark:-mark])
    if language:
        return encode_term(ox.Literal(plain, language=language.lower()))
    return encode_term(ox.Literal(plain, datatype=ox.NamedNode(datatype)))


def _plain(text: str) -> str:
    """Undo the escapes of a text."""

    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else SHORT.get(match[3], match[3])

    return ESCAPE.sub(one, text) if "\\" in text else text
