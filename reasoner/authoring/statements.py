"""The line of each statement of a Turtle file, found by its tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import RDF

from .turtle_text import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .turtle_text import TurtleToken

Placed = tuple["TurtleToken", int]
"""A token and its line."""
DECLARE: Final = frozenset({"@prefix", "@base", "prefix", "base"})
UNESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
LOCAL_ESCAPE: Final = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")
ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True, kw_only=True)
class Lines:
    """
    Lines of one file, from 1; the first where there are several.

    Attributes:
        subjects: For each subject, where its block begins.
        properties: For each named subject and property, also of the blank nodes within it.
        statements: For each of those with an object: an IRI, or the characters of a literal.
        uses: For each IRI, wherever it stands.
        literals: For each literal by its characters.
    """

    subjects: dict[str, int] = field(default_factory=dict)
    properties: dict[tuple[str, str], int] = field(default_factory=dict)
    statements: dict[tuple[str, str, str], int] = field(default_factory=dict)
    uses: dict[str, int] = field(default_factory=dict)
    literals: dict[str, int] = field(default_factory=dict)

    def find(self, loose: int, subject: str, predicate: str, value: str) -> int:
        """Return the line of a statement (0), of its property (1) or its subject (2); 0 if none."""
        if loose == 0:
            return self.statements.get((subject, predicate, value), 0)
        if loose == 1:
            return self.properties.get((subject, predicate), 0)
        return self.subjects.get(subject, 0)


def read_lines(text: str, prefixes: Mapping[str, str]) -> Lines:
    """
    Find the line of each statement.

    Args:
        text: A file of Turtle 1.1.
        prefixes: The prefixes that it binds.

    Raises:
        KnowledgeUnreadable: It has what is not a token of Turtle 1.1.
    """
    lines = Lines()
    for statement in _statements(_numbered(text)):
        if statement[0][0].text.lower() not in DECLARE:
            _read_statement(statement, prefixes, lines)
    return lines


def _numbered(text: str) -> Iterator[Placed]:
    line, at = 1, 0
    for token in tokenize(text):
        line += text.count("\n", at, token.start)
        at = token.start
        if token.kind != "comment":
            yield token, line


def _statements(
    tokens: Iterator[Placed],
) -> Iterator[list[Placed]]:
    """Split tokens into statements and directives, each without its full stop."""
    statement: list[Placed] = []
    for token, line in tokens:
        sparql = len(statement) in {1, 2} and statement[0][0].text.lower() in {"prefix", "base"}
        if token.text == "." and token.kind == "mark":
            if statement:
                yield statement
            statement = []
            continue
        statement.append((token, line))
        if sparql and token.kind == "iri":
            yield statement
            statement = []
    if statement:
        yield statement


def _read_statement(statement: list[Placed], prefixes: Mapping[str, str], lines: Lines) -> None:
    """Walk one statement; blank nodes in brackets belong to the subject around them."""
    first, line = statement[0]
    subject = iri_of(first, prefixes)
    if subject:
        lines.subjects.setdefault(subject, line)
        lines.uses.setdefault(subject, line)
    waiting = [bool(subject) or first.text != "["]  # whether a predicate comes next, by depth
    predicates = [""]
    for token, number in statement[0 if not waiting[0] else 1 :]:
        if token.text in {"[", "("} and token.kind == "mark":
            waiting.append(token.text == "[")
            predicates.append(predicates[-1])
        elif token.text in {"]", ")"} and token.kind == "mark":
            if len(waiting) > 1:
                waiting.pop()
                predicates.pop()
        elif token.text == ";" and token.kind == "mark":
            waiting[-1] = True
        elif token.kind in {"mark", "at"}:
            continue
        else:
            value = iri_of(token, prefixes)
            lines.uses.setdefault(value, number)
            if waiting[-1] and value:
                predicates[-1] = value
                waiting[-1] = False
                lines.properties.setdefault((subject, value), number)
                continue
            if not value:
                value = _characters(token)
                lines.literals.setdefault(value, number)
            lines.statements.setdefault((subject, predicates[-1], value), number)


def iri_of(token: TurtleToken, prefixes: Mapping[str, str]) -> str:
    """Return the IRI that a token stands for; empty for anything else."""
    if token.kind == "iri":
        return token.text[1:-1]
    if token.kind == "word" and token.text == "a":
        return RDF + "type"
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return prefixes.get(prefix, "") + LOCAL_ESCAPE.sub(r"\1", local)
    return ""


def _characters(token: TurtleToken) -> str:
    """Return the characters of a literal, as a parser would."""
    text = token.text
    if token.kind != "string":
        return text
    long = text[:3] in {'"""', "'''"}
    body = text[3:-3] if long else text[1:-1]
    return UNESCAPE.sub(lambda m: ESCAPES.get(m[1], m[1]), body) if "\\" in body else body
