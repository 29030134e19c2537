"""The model of a letter: sections of blocks, rendered by HTML, text and typst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reasoner.pages.picture import VisitsPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One sentence.

    Attributes:
        text: The sentence.
        cites: The numbers of the sources that it cites, in the letter's own list, sorted.
        marks: What a reader has to know of its source, such as `text not seen`; empty for none.
    """

    text: str
    cites: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    One answer to a question of judgment, with the outcome under it.

    Attributes:
        label: The answer.
        outcome: What is recommended under it.
        given: True if the record gives this answer.
    """

    label: str
    outcome: str
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    A part of a section.

    Attributes:
        kind: Its layout: `item`, `prose`, `numbered`, `bullets`, `rows`, `visits`, `question`,
            `sources` or `sign`.
        heading: Its heading; empty for none.
        note: The line under the heading; empty for none.
        lines: Its sentences.
        rows: Its rows; each a label and its text; an empty text is a blank to fill in.
        picture: The visits, for a block of kind `visits`.
        choices: The answers, for a block of kind `question`.
    """

    kind: str
    heading: str = ""
    note: str = ""
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    picture: VisitsPicture | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    A section of a letter.

    Attributes:
        key: Its name for links.
        heading: Its heading.
        words: The sentence below the heading; empty for none.
        annex: Its letter if it is an annex; empty if it belongs to the body.
        blocks: Its blocks.
    """

    key: str
    heading: str
    words: str = ""
    annex: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage:
    """
    A letter.

    Attributes:
        name: The case.
        title: The venue.
        subtitle: What the letter is: a draft, or a decision.
        draft: True while a request awaits a physician's decision.
        mark: The mark of a draft, as heading and sentence; both empty once all is decided.
        facts: Rows at the head: case and dates.
        results: Rows at the head: each a disputed item and its outcome.
        sections: The sections, annexes last.
        foot: Rows at the foot: versions and hashes.
        words: Single words that layouts need: `page`, `of`, `annex`, `watermark`.
    """

    name: str
    title: str
    subtitle: str
    draft: bool
    mark: tuple[str, str]
    facts: tuple[tuple[str, str], ...]
    results: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    foot: tuple[tuple[str, str], ...]
    words: dict[str, str]
