"""A place in the tokens of a rule text: what comes next, terms, and errors that name the place."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from reasoner.errors import RuleMalformed

from .lexer import tokenize
from .syntax import LANGUAGE, RDF_TYPE, STRING, XSD, Iri, Literal, Node, Term, Variable
from .words import ESCAPED, REFUSED, date_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .lexer import Token

DEEPEST: Final = 40
"""Braces and brackets within one another; the base has at most 8."""
ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
PATHS: Final = frozenset("/|^*+?!(")
INTEGER: Final = XSD + "integer"
CANONICAL: Final = {
    INTEGER: re.compile(r"0|-?[1-9]\d{0,14}"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "decimal": re.compile(r"-?\d{1,15}\.\d{1,12}"),
}
"""The datatypes of literals in rules, other than strings and dates, each in its one form."""


class Cursor:
    """
    Walks over the tokens of a text.

    Args:
        text: The text.
        path: The file, as messages name it.
        prefixes: Prefixes that may be bound to no other namespace than this.
    """

    def __init__(self, text: str, path: str, prefixes: Mapping[str, str]) -> None:
        self.path = path
        self.reserved = prefixes
        self.prefixes: dict[str, str] = {}
        self._tokens = tokenize(text, path)
        self._next = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._next]

    @property
    def after(self) -> Token:
        """The token after that; the end where there is none."""
        return self._tokens[min(self._next + 1, len(self._tokens) - 1)]

    @property
    def line(self) -> int:
        """The line of the token that comes next."""
        return self.token.line

    def advance(self) -> Token:
        """Pass over the next token and return it."""
        token = self.token
        if token.kind != "end":
            self._next += 1
        return token

    def fail(self, expected: str, hint: str = "", at: Token | None = None) -> NoReturn:
        """Refuse a token where something else was expected."""
        token = at or self.token
        word = token.text.upper()
        if token.kind == "word" and word in REFUSED:
            self.refuse(word, *REFUSED[word], at=token)
        raise RuleMalformed(
            f"{self.place(token)}: expected {expected}, found {token}.",
            hint=hint or "See rules/README.md for the form of a rule.",
        )

    def refuse(self, what: str, why: str, hint: str, at: Token | None = None) -> NoReturn:
        """Refuse what SPARQL allows and a rule does not."""
        raise RuleMalformed(
            f"{self.place(at or self.token)}: {what} is not allowed: {why}.", hint=hint
        )

    def place(self, token: Token) -> str:
        """Name the place of a token."""
        return f"{self.path}:{token.line}:{token.column}"

    def is_mark(self, *marks: str) -> bool:
        """Return True if one of some marks comes next."""
        return self.token.kind == "mark" and self.token.text in marks

    def is_word(self, *words: str) -> bool:
        """Return True if one of some keywords comes next."""
        return self.token.kind == "word" and self.token.text.upper() in words

    def take_mark(self, mark: str) -> bool:
        """Pass over a mark if it comes next."""
        if self.is_mark(mark):
            self.advance()
            return True
        return False

    def take_word(self, word: str) -> bool:
        """Pass over a keyword if it comes next."""
        if self.is_word(word):
            self.advance()
            return True
        return False

    def mark(self, mark: str, hint: str = "") -> None:
        """Pass over a mark that must come next."""
        if not self.take_mark(mark):
            self.fail(f"'{mark}'", hint)

    def word(self, word: str, hint: str = "") -> None:
        """Pass over a keyword that must come next."""
        if not self.take_word(word):
            self.fail(word, hint)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Count a level of nesting, and refuse a text that is nested too deeply."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise RuleMalformed(
                f"{self.place(self.token)}: nested more than {DEEPEST} levels deep.",
                hint="Split the rule: find a part in a rule of its own.",
            )
        yield
        self._depth -= 1

    def variable(self) -> Variable:
        """Read a variable."""
        if self.token.kind != "variable":
            self.fail("a variable", "Write it as ?name.")
        return Variable(self.advance().text[1:])

    def node(self, expected: str) -> Node:
        """Read a variable or a term."""
        return self.variable() if self.token.kind == "variable" else self.term(expected)

    def term(self, expected: str) -> Term:
        """Read an IRI or a literal."""
        token = self.token
        if token.kind == "node" or self.is_mark("["):
            self.refuse(
                "a blank node",
                "a proof must be able to show what it stands for",
                "Use a variable, or an IRI made with IRI(CONCAT(...)).",
            )
        if token.kind == "string":
            return self._literal()
        if token.kind == "number" or (self.is_mark("+", "-") and self.after.kind == "number"):
            return self._number()
        if self.is_word("TRUE", "FALSE"):
            if not token.text.islower():
                self.fail(expected, f"Write {token.text.lower()} in lower case.")
            return Literal(self.advance().text, XSD + "boolean")
        return self.iri(expected)

    def iri(self, expected: str) -> Iri:
        """Read an IRI, in full or with a prefix."""
        token = self.token
        if token.kind == "iri":
            if ":" not in token.text:
                self.fail("an absolute IRI", "Write the IRI in full; a rule has no base.")
            return Iri(self.advance().text[1:-1])
        if token.kind != "name":
            self.fail(expected)
        prefix, _, local = token.text.partition(":")
        if prefix not in self.prefixes:
            self.fail(
                expected,
                f"Declare the prefix '{prefix}:' with a line PREFIX above CONSTRUCT.",
            )
        self.advance()
        return Iri(self.prefixes[prefix] + local)

    def verb(self) -> Node:
        """Read the property of a pattern."""
        self._refuse_path()
        if self.token.kind == "word" and self.token.text == "a":
            self.advance()
            found: Node = Iri(RDF_TYPE)
        else:
            found = self.variable() if self.token.kind == "variable" else self.iri("a property")
        self._refuse_path()
        return found

    def _refuse_path(self) -> None:
        if self.token.kind == "mark" and self.token.text in PATHS:
            self.refuse(
                "a property path",
                "it hides the facts that it passes over",
                "Write each step as a triple pattern, so that it can be shown as a premise.",
            )

    def _number(self) -> Literal:
        token = self.token
        sign = "-" if self.is_mark("-") else ""
        if self.is_mark("+", "-"):
            self.advance()
        text = sign + self.token.text
        if "e" in text.lower():
            self.fail("an integer or a decimal", "Write the number without an exponent.")
        kind = XSD + "decimal" if "." in text else INTEGER
        if not CANONICAL[kind].fullmatch(text):
            self.fail(
                "a number in its usual form",
                "Write it without leading zeros, with at most 15 digits.",
                at=token,
            )
        self.advance()
        return Literal(text, kind)

    def _literal(self) -> Literal:
        token = self.advance()
        text = self._unescaped(token)
        if self.token.kind == "language":
            return Literal(text, LANGUAGE, self.advance().text[1:].lower())
        if not self.take_mark("^^"):
            return Literal(text)
        datatype = self.iri("the IRI of a datatype").value
        if datatype == STRING:
            return Literal(text)
        fault = date_fault(text) if datatype == XSD + "date" else None
        if fault:
            self.fail(f"a date ({fault})", "Write YYYY-MM-DD.", at=token)
        form = CANONICAL.get(datatype)
        if datatype != XSD + "date" and (form is None or not form.fullmatch(text)):
            self.fail(
                "an integer, decimal, boolean, date or string in its usual form",
                "Other datatypes have no place in a rule.",
                at=token,
            )
        return Literal(text, datatype)

    def _unescaped(self, token: Token) -> str:
        def replace(match: re.Match[str]) -> str:
            code = match[1] or match[2]
            if code:
                number = int(code, 16)
                if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:  # noqa: PLR2004 - Unicode
                    self.fail("a character of Unicode", "Correct the escape.", at=token)
                return chr(number)
            if match[3] not in ESCAPED:
                self.fail(
                    "an escape of SPARQL", f"'\\{match[3]}' is not one; write '\\\\' for \\.", token
                )
            return ESCAPED[match[3]]

        return ESCAPE.sub(replace, token.text[1:-1])
