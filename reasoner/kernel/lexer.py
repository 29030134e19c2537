"""Tokens of a rule text, in one pass and linear time."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from reasoner.errors import RuleMalformed

LONGEST: Final = 64_000
"""Characters; the longest rule of the base has some 3,000."""
TOKEN: Final = re.compile(
    r"""
      (?P<blank>\s+|\#[^\n]*)
    | (?P<iri><[^<>"{}|^`\\\s]*>)
    | (?P<variable>[?$]\w+)
    | (?P<long>\"\"\"|''')
    | (?P<string>"(?:\\.|[^"\\\n\r])*"|'(?:\\.|[^'\\\n\r])*')
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<node>_:[\w.-]*)
    | (?P<name>(?:[^\W\d_][\w-]*)?:(?:[\w-](?:[\w.-]*[\w-])?)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>\^\^|&&|\|\||!=|<=|>=|[{}()\[\].;,=<>!+\-*/|^?:&])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """
    A token.

    Attributes:
        kind: A group of `TOKEN`, or `end`.
        text: Its characters.
        offset: Where it starts in the text, from 0.
        line: Its line, from 1.
        column: Its column, from 1.
    """

    kind: str
    text: str
    offset: int
    line: int
    column: int

    def __str__(self) -> str:
        return "the end of the file" if self.kind == "end" else f"'{self.text}'"


def tokenize(text: str, path: str) -> list[Token]:
    """
    Split a text into tokens, without white space and comments.

    Args:
        text: The text of a rule file.
        path: The file, as messages name it.

    Returns:
        The tokens, with one of kind `end` last.

    Raises:
        RuleMalformed: The text is too long, or has a character that begins no token.
    """
    if len(text) > LONGEST:
        raise RuleMalformed(
            f"{path}: {len(text):,} characters; a rule may have {LONGEST:,}.",
            hint="State one finding a rule, and keep data in the ontology.",
        )
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    tokens: list[Token] = []
    offset = 0
    while offset < len(text):
        match = TOKEN.match(text, offset)
        line = bisect_right(starts, offset)
        column = offset - starts[line - 1] + 1
        if match is None or match.lastgroup is None or match.lastgroup == "long":
            raise _unreadable(text, offset, f"{path}:{line}:{column}")
        if match.lastgroup != "blank":
            tokens.append(
                Token(kind=match.lastgroup, text=match[0], offset=offset, line=line, column=column)
            )
        offset = match.end()
    line = len(starts)
    end = Token(kind="end", text="", offset=offset, line=line, column=offset - starts[line - 1] + 1)
    return [*tokens, end]


def _unreadable(text: str, offset: int, place: str) -> RuleMalformed:
    if text.startswith(('"""', "'''"), offset):
        return RuleMalformed(
            f"{place}: expected a literal on one line, found a long literal.",
            hint="Write it between single quotation marks, with \\n for a line break.",
        )
    if text[offset] in "\"'":
        return RuleMalformed(
            f"{place}: the literal is not closed on its line.",
            hint=f"Close it with {text[offset]} before the end of the line.",
        )
    return RuleMalformed(
        f"{place}: expected SPARQL, found the character {text[offset]!r}.",
        hint="Remove it, or write it inside a literal.",
    )
