"""A letter as plain text, for those who read it in a terminal or file it as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.pages.layout import cites, wrapped
from reasoner.pages.picture import ruler

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .page import Block, LetterPage, Line, Section

WIDTH: Final = 92
LABEL: Final = 28
BLANK: Final = "_" * 40


def letter_text(letter: LetterPage) -> str:
    """Write a letter as a page of text."""
    head = [letter.title.upper(), letter.subtitle]
    if letter.draft:
        mark, words = letter.mark
        head += ["", "*" * WIDTH, *_wrapped(f"{mark.upper()}. {words}"), "*" * WIDTH]
    head += ["", *_rows(letter.facts), ""]
    for asked, outcome in letter.results:
        head += _wrapped(asked)
        head += _wrapped(outcome)
    parts = ["\n".join(head)]
    parts += [_section(section, letter) for section in letter.sections]
    parts.append("\n".join(_wrapped(" · ".join(f"{name} {value}" for name, value in letter.foot))))
    if letter.draft:
        parts.append(f"{letter.mark[0].upper()}.")
    return "\n\n".join(parts) + "\n"


def _section(section: Section, letter: LetterPage) -> str:
    name = section.heading
    if section.annex:
        name = f"{letter.words['annex']} {section.annex} · {name}"
    lines = [name.upper(), "-" * WIDTH]
    if section.words:
        lines += _wrapped(section.words)
    for block in section.blocks:
        lines += _spaced(block, lines)
    return "\n".join(lines)


def _spaced(block: Block, before: Sequence[str]) -> list[str]:
    gap = [""] if block.kind != "sources" and before[-1].strip("-") else []
    return [*gap, *_block(block)]


def _block(block: Block) -> list[str]:
    if block.kind == "item":
        return [*_wrapped(block.heading), *_wrapped(f">> {block.note}")]
    if block.picture is not None:
        lines = [f"  {line}" for line in ruler(block.picture)]
        return [*lines, *_wrapped(block.picture.words, "  ", "  ")]
    if block.kind == "question":
        return _question(block)
    if block.kind in {"rows", "rules", "sign"}:
        return _rows(block.rows)
    return [*([block.heading] if block.heading else []), *_body(block)]


def _body(block: Block) -> list[str]:
    if block.kind == "prose":
        return _wrapped(" ".join(_said(line) for line in block.lines))
    if block.kind == "sources":
        return [
            out
            for line in block.lines
            for out in _wrapped(f"{line.text}{_marks(line)}", f"{_cited(line):>6} ", " " * 7)
        ]
    marks = (
        (f"{n:>3}. " if block.kind == "numbered" else "  -  ")
        for n in range(1, len(block.lines) + 1)
    )
    return [
        out
        for mark, line in zip(marks, block.lines, strict=True)
        for out in _wrapped(_said(line), mark, "     ")
    ]


def _question(block: Block) -> list[str]:
    lines = _wrapped(f"{block.heading}. {_said(block.lines[0])}", "  ", "  ")
    for name, value in block.rows:
        lines += _wrapped(f"{name}: {value}", "     ", "     ")
    width = max((len(choice.label) for choice in block.choices), default=0)
    for choice in block.choices:
        mark = "●" if choice.given else "○"
        first = f"     {mark} {choice.label:<{width}}  "
        lines += _wrapped(choice.outcome, first, " " * len(first))
    return lines


def _rows(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [
        line
        for name, value in rows
        for line in _wrapped(value or BLANK, f"{name:<{LABEL}} ", " " * (LABEL + 1))
    ]


def _said(line: Line) -> str:
    cited = _cited(line)
    return f"{line.text}{' ' if cited else ''}{cited}{_marks(line)}"


def _cited(line: Line) -> str:
    return cites(line.cites)


def _marks(line: Line) -> str:
    return "".join(f" · {mark}" for mark in line.marks)


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return wrapped(text, first, rest, width=WIDTH)
