"""The words and terms of a rule's text."""

from __future__ import annotations

import re
from typing import Final

from .terms import TYPE, XSD, Unreadable, unescape, write_text

TOKEN: Final = re.compile(
    r"(?P<space>\s+|#[^\n]*)|(?P<iri><[^<>\s\"{}|^`\\]*>)|(?P<var>[?$]\w+)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\")|(?P<at>@[A-Za-z-]+)|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z][\w.-]*:(?:[\w-]+(?:\.[\w-]+)*)?)|(?P<word>[A-Za-z]+)"
    r"|(?P<mark>\^\^|&&|\|\||[<>!]=|[{}().;,<>=!+\-*/])"
)


class Terms:
    """
    Reads a text word by word, and the terms in it.

    Args:
        text: The query; a comment goes from `#` to the end of its line.
        where: What to call it in messages.
    """

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self.prefixes: dict[str, str] = {}
        self.tokens: list[tuple[str, str, int, int]] = []
        place = 0
        while place < len(text):
            match = TOKEN.match(text, place)
            if match is None:
                raise Unreadable(f"{where}: cannot read '{text[place : place + 20]}'.")
            if match.lastgroup != "space":
                self.tokens.append((match.lastgroup or "", match[0], place, match.end()))
            place = match.end()
        self.tokens.append(("end", "", place, place))
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        """Return a word that was not taken yet."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)][1]

    def word(self, ahead: int = 0) -> str:
        """Return it in capitals, as keywords are compared."""
        return self.peek(ahead).upper()

    def take(self, expected: str = "") -> str:
        """Take a word; one in capitals may be required."""
        text = self.tokens[self.at][1]
        if expected and text.upper() != expected:
            raise Unreadable(f"{self.where}: '{expected}' expected, '{text}' found.")
        self.at += 1
        return text

    def term(self) -> str:
        """Take a term or a variable, and write it as N-Triples does."""
        kind, text = self.tokens[self.at][:2]
        self.take()
        if kind == "var":
            return f"?{text[1:]}"
        if kind == "iri":
            return text
        if kind == "name":
            return self.called(text)
        if kind == "string":
            return self._string(text)
        return self._bare(kind, text)

    def _bare(self, kind: str, text: str) -> str:
        if text in {"-", "+"} and self.tokens[self.at][0] == "number":
            kind, text = "number", ("-" if text == "-" else "") + self.take()
        if kind == "number":
            return f'"{text}"^^<{XSD}{"decimal" if "." in text else "integer"}>'
        if text in {"true", "false"}:
            return f'"{text}"^^<{XSD}boolean>'
        if text != "a":
            raise Unreadable(f"{self.where}: '{text}' is not a term.")
        return TYPE

    def _string(self, text: str) -> str:
        plain = unescape(text[1:-1])
        if self.tokens[self.at][0] == "at":
            return write_text(plain, self.take())
        if self.peek() == "^^":
            self.take()
            return write_text(plain, f"^^{self.term()}")
        return write_text(plain)

    def called(self, text: str) -> str:
        """Write a name with a prefix in full."""
        prefix, _, local = text.partition(":")
        if prefix not in self.prefixes:
            raise Unreadable(f"{self.where}: the prefix '{prefix}:' is not declared.")
        return f"<{self.prefixes[prefix]}{local}>"
