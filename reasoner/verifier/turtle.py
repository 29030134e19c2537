"""Read Turtle and N-Triples; keep the line of each fact."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from .terms import RDF, TYPE, XSD, Unreadable, unescape, write_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .terms import Fact

TOKEN: Final = re.compile(
    r"(?P<space>\s+|\#[^\r\n]*)"
    r"|(?P<iri><[^\x00-\x20<>\"{}|^`]*>)"
    r"|(?P<string>\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}"
    r"|\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*')"
    r"|(?P<blank>_:[\w](?:[\w.\-]*[\w\-])?)"
    r"|(?P<number>[+-]?(?:\d+\.\d*[eE][+-]?\d+|\.?\d+[eE][+-]?\d+|\d*\.\d+|\d+))"
    r"|(?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    r"|(?P<name>(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)"
    r"(?:(?:[\w.:\-]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:\-]|%[0-9A-Fa-f]{2}|\\.))?)?)"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<mark>\^\^|[.;,\[\]()])",
    re.DOTALL,
)
UNICODE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
BACKSLASH: Final = re.compile(r"\\(.)")
ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def read_turtle(text: str, where: str, base: str = "") -> list[tuple[Fact, int]]:
    """
    Read all facts of a document, each with the line on which its object begins.

    Args:
        text: The document; N-Triples is Turtle too.
        where: What to call it in messages, and in the names of its blank nodes.
        base: What relative IRIs are relative to.

    Raises:
        Unreadable: It is not Turtle.
    """
    reader = _Reader(text, where, base)
    while reader.peek() != "":
        reader.statement()
    return reader.found


class _Reader:
    """Reads statements one after another."""

    def __init__(self, text: str, where: str, base: str) -> None:
        self.where, self.base = where, base
        self.prefixes: dict[str, str] = {}
        self.found: list[tuple[Fact, int]] = []
        self.fresh = count(1)
        self.tokens = [*self._split(text), ("end", "", text.count("\n") + 1)]
        self.at = 0

    def _split(self, text: str) -> Iterator[tuple[str, str, int]]:
        place, line = 0, 1
        while place < len(text):
            match = TOKEN.match(text, place)
            if match is None:
                raise Unreadable(f"{self.where}, line {line}: not Turtle.")
            if match.lastgroup != "space":
                yield match.lastgroup or "", match[0], line
            line += match[0].count("\n")
            place = match.end()

    def peek(self) -> str:
        return self.tokens[self.at][1]

    def take(self, expected: str = "") -> tuple[str, str, int]:
        token = self.tokens[self.at]
        if expected and token[1] != expected:
            raise Unreadable(f"{self.where}, line {token[2]}: '{expected}' expected.")
        self.at += 1
        return token

    def statement(self) -> None:
        word = self.peek()
        if word.lower() in {"@prefix", "@base", "prefix", "base"}:
            self.take()
            name = self.take()[1][:-1] if "prefix" in word.lower() else None
            iri = self.iri(self.take()[1])
            if name is None:
                self.base = iri[1:-1]
            else:
                self.prefixes[name] = iri[1:-1]
            if word.startswith("@"):
                self.take(".")
            return
        if word == "[":
            subject = self.blank()
            if self.peek() != ".":
                self.properties(subject)
        else:
            self.properties(self.term()[0])
        self.take(".")

    def properties(self, subject: str) -> None:
        while True:
            predicate = self.term()[0]
            while True:
                value, line = self.term()
                self.found.append(((subject, predicate, value), line))
                if self.peek() != ",":
                    break
                self.take()
            if self.peek() != ";":
                return
            while self.peek() == ";":
                self.take()
            if self.peek() in {".", "]"}:
                return

    def blank(self) -> str:
        self.take("[")
        node = f"_:{self.where}-{next(self.fresh)}"
        if self.peek() != "]":
            self.properties(node)
        self.take("]")
        return node

    def items(self) -> str:
        self.take("(")
        values = []
        while self.peek() != ")":
            values.append(self.term())
        self.take(")")
        rest = f"<{RDF}nil>"
        for value, line in reversed(values):
            node = f"_:{self.where}-{next(self.fresh)}"
            self.found += [
                ((node, f"<{RDF}first>", value), line),
                ((node, f"<{RDF}rest>", rest), line),
            ]
            rest = node
        return rest

    def term(self) -> tuple[str, int]:
        kind, text, line = self.tokens[self.at]
        if text == "[":
            return self.blank(), line
        if text == "(":
            return self.items(), line
        self.take()
        return self.plain(kind, text, line), line

    def plain(self, kind: str, text: str, line: int) -> str:
        if kind == "number":
            of = "double" if "e" in text.lower() else "decimal" if "." in text else "integer"
            return f'"{text}"^^<{XSD}{of}>'
        if kind == "word" and text in {"true", "false"}:
            return f'"{text}"^^<{XSD}boolean>'
        if kind == "word" and text == "a":
            return TYPE
        readers = {
            "iri": self.iri,
            "name": lambda name: self.name(name, line),
            "blank": lambda name: f"_:{self.where}-named-{name[2:]}",
            "string": self.string,
        }
        if kind not in readers:
            raise Unreadable(f"{self.where}, line {line}: '{text}' is not a term.")
        return readers[kind](text)

    def string(self, text: str) -> str:
        mark = 3 if text[:3] in {'"""', "'''"} and len(text) > 5 else 1  # noqa: PLR2004 - two marks of three
        plain = unescape(text[mark:-mark])
        kind, after, _ = self.tokens[self.at]
        if kind == "at":
            self.take()
            return write_text(plain, after.lower())
        if after == "^^":
            self.take()
            return write_text(plain, f"^^{self.term()[0]}")
        return write_text(plain)

    def iri(self, text: str) -> str:
        plain = UNICODE.sub(lambda m: chr(int(m[1] or m[2], 16)), text[1:-1])
        return f"<{plain if ABSOLUTE.match(plain) else urljoin(self.base, plain)}>"

    def name(self, text: str, line: int) -> str:
        prefix, _, local = text.partition(":")
        if prefix not in self.prefixes:
            raise Unreadable(f"{self.where}, line {line}: the prefix '{prefix}:' is not declared.")
        return f"<{self.prefixes[prefix]}{BACKSLASH.sub(lambda m: m[1], local)}>"
