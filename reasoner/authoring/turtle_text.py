"""Turtle as its author wrote it: tokens, comments and where they belong, and the words of terms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyoxigraph as ox

Block = tuple[str, ...]
"""Comment lines that stand together."""

# The character classes of the grammar of Turtle 1.1, which Python's \w does not match exactly.
_BASE: Final = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_FIRST: Final = _BASE + "_"
_CHARS: Final = _FIRST + r"0-9\u00B7\u0300-\u036F\u203F-\u2040\-"
_ESCAPED: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_PREFIX: Final = f"(?:[{_BASE}](?:[{_CHARS}.]*[{_CHARS}])?)?"
_LOCAL: Final = (
    f"(?:(?:[{_FIRST}:0-9]|{_ESCAPED})(?:(?:[{_CHARS}.:]|{_ESCAPED})*(?:[{_CHARS}:]|{_ESCAPED}))?)?"
)
_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<comment>\#[^\r\n]*)"
    r'|(?P<iri><(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)'
    r'|(?P<string>"""(?:"{0,2}(?:[^"\\]|\\.))*"""'
    r"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\r\n]|\\.)*"'
    r"|'(?:[^'\\\r\n]|\\.)*')"
    rf"|(?P<blank>_:[{_FIRST}0-9](?:[{_CHARS}.]*[{_CHARS}])?)"
    rf"|(?P<name>{_PREFIX}:{_LOCAL})"
    r"|(?P<number>[+-]?(?:(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+))"
    r"|(?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)"
    r"|(?P<word>(?i:prefix|base)|a|true|false)"
    r"|(?P<mark>\^\^|[.;,\[\]()])",
    re.DOTALL,
)
_PLAIN_LOCAL: Final = re.compile(f"[{_FIRST}0-9](?:[{_CHARS}.]*[{_CHARS}])?")
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_BARE: Final = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile("true|false"),
}
_ESCAPES: Final = {"\\": r"\\", '"': r"\"", "\t": r"\t", "\r": r"\r", "\b": r"\b", "\f": r"\f"}
_SHORT: Final = re.compile(r'[\\"\x00-\x1f\x7f]')
# In a long string quotes stand bare, except three in a row and those before its end.
_LONG: Final = re.compile(r'\\|"{3,}|"+\Z|[\x00-\x08\x0b-\x1f\x7f]')


@dataclass(frozen=True, kw_only=True)
class TurtleToken:
    """A word of Turtle; `breaks` counts the line ends since the token before it."""

    kind: str
    text: str
    start: int
    end: int
    breaks: int


@dataclass(frozen=True, kw_only=True)
class TurtleStatement:
    """
    What is said of one subject in one place.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends, after its full stop.
        section: The number of its section.
        notes: The comments that belong to it: directly above, inside, and at its end.
    """

    start: int
    end: int
    section: int
    notes: Block


@dataclass(frozen=True, kw_only=True)
class TurtleLayout:
    """
    The order that an author gave to a file.

    Attributes:
        top: The comments above the prefixes.
        tight: No blank line parts the last of them from the prefixes.
        headings: The heading of each section; that of the first is empty.
        statements: All statements, in the order of the file.
        languages: Language tags as they are written, by the same in small letters.
    """

    top: tuple[Block, ...]
    tight: bool
    headings: tuple[Block, ...]
    statements: tuple[TurtleStatement, ...]
    languages: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class TurtleWords:
    """
    How IRIs and literals are written in one file.

    Attributes:
        namespaces: Prefix and IRI, in the order in which they are tried.
        languages: Language tags as they are written, by the same in small letters.
    """

    namespaces: tuple[tuple[str, str], ...]
    languages: Mapping[str, str]

    def name(self, iri: str) -> str:
        """Write an IRI with a prefix, or in angle brackets if none serves without escapes."""
        for prefix, namespace in self.namespaces:
            if iri.startswith(namespace) and _PLAIN_LOCAL.fullmatch(iri, len(namespace)):
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

    def literal(self, literal: ox.Literal) -> str:
        """Write a literal: bare if Turtle reads it back alike, in long quotes if it has lines."""
        value, datatype = literal.value, literal.datatype.value
        if datatype in _BARE and _BARE[datatype].fullmatch(value):
            return value
        if literal.language:
            direction = f"--{literal.direction}" if literal.direction else ""
            tag = f"{literal.language}{direction}"
            return f"{_quoted(value)}@{self.languages.get(tag, tag)}"
        return _quoted(value) + ("" if datatype == XSD + "string" else f"^^{self.name(datatype)}")


def _quoted(value: str) -> str:
    if "\n" in value:
        return f'"""{_LONG.sub(_escape, value)}"""'
    return f'"{_SHORT.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    return "".join(_ESCAPES.get(c) or f"\\u{ord(c):04X}" for c in match[0])


def tokenize(text: str) -> Iterator[TurtleToken]:
    """
    Split Turtle 1.1 into its tokens; space only counts the line ends in it.

    Raises:
        KnowledgeUnreadable: The text has something that is not a token of Turtle 1.1.
    """
    position = breaks = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            line = len(_BREAK.findall(text, 0, position)) + 1
            raise KnowledgeUnreadable(
                f"Line {line}: not Turtle 1.1 from {text[position : position + 20]!r} on.",
                hint="Triple terms and annotations of RDF 1.2 cannot be formatted.",
            )
        position, kind = match.end(), match.lastgroup or ""
        if kind == "space":
            breaks = len(_BREAK.findall(match[0]))
            continue
        yield TurtleToken(
            kind=kind, text=match[0], start=match.start(), end=position, breaks=breaks
        )
        breaks = 0


def read_layout(text: str) -> TurtleLayout:
    """
    Find statements, sections and the place of each comment in a text that is Turtle.

    Raises:
        KnowledgeUnreadable: It uses what is not in Turtle 1.1.
    """
    tokens = list(tokenize(text))
    groups = _groups(tokens)
    headed = any(_is_directive(word) for word in _words(groups[0])[:1])
    top: list[Block] = []
    headings: list[Block] = [()]
    statements: list[TurtleStatement] = []
    tight = False
    for group in groups:
        words = _words(group)
        blocks, above = _leading(group)
        directive = bool(words) and _is_directive(words[0])
        inner = _inner(group)
        if not statements and (directive or not headed):
            top += blocks
            tight = tight and not blocks
        else:
            headings += blocks
        if directive and (above or inner):
            top += [notes for notes in (above, inner) if notes]
            tight = True
        elif words and not directive:
            start, end, section = words[0].start, words[-1].end, len(headings) - 1
            statements.append(
                TurtleStatement(start=start, end=end, section=section, notes=(*above, *inner))
            )
    return TurtleLayout(
        top=tuple(top),
        tight=tight,
        headings=tuple(headings),
        statements=tuple(statements),
        languages={
            tag.lower(): tag for tag in sorted(t.text[1:] for t in tokens if t.kind == "at")
        },
    )


def _groups(tokens: Sequence[TurtleToken]) -> list[list[TurtleToken]]:
    """Part the tokens into directives and statements, each with the comments before its end."""
    groups: list[list[TurtleToken]] = [[]]
    opening = ""
    ended = False
    for token in tokens:
        if ended and (token.kind != "comment" or token.breaks):
            groups.append([])
            opening, ended = "", False
        groups[-1].append(token)
        if token.kind != "comment":
            opening = opening or token.text.lower()
            sparql = opening in {"prefix", "base"} and token.kind == "iri"
            ended = sparql or token.text == "."
    return groups


def _words(group: Sequence[TurtleToken]) -> list[TurtleToken]:
    return [token for token in group if token.kind != "comment"]


def _is_directive(word: TurtleToken) -> bool:
    return word.kind in {"at", "word"}


def _leading(group: Sequence[TurtleToken]) -> tuple[list[Block], Block]:
    """Return the comments before a statement: those apart from it, and the one directly above."""
    comments = list(takewhile(lambda token: token.kind == "comment", group))
    blocks: list[Block] = []
    for token in comments:
        joined = blocks.pop() if blocks and token.breaks == 1 else ()
        blocks.append((*joined, token.text.rstrip()))
    following = group[len(comments) :]
    attached = blocks and following and following[0].breaks == 1
    return (blocks[:-1], blocks[-1]) if attached else (blocks, ())


def _inner(group: Sequence[TurtleToken]) -> Block:
    words = _words(group)
    return tuple(
        token.text.rstrip()
        for token in group
        if token.kind == "comment" and words and token.start > words[0].start
    )
