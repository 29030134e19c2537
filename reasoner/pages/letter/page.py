"""A letter as plain data: sections of blocks, which each layout sets in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One sentence.

    Attributes:
        text: The sentence.
        cites: The numbers of the sources that it cites, in the letter's own list, sorted.
        provisional: Whether it rests on a source that was not verified.
    """

    text: str
    cites: tuple[int, ...] = ()
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """
    The visits of a request, drawn to scale.

    Attributes:
        prior: Earlier visits that are sure.
        asked: Visits requested.
        marks: What to mark on the scale, by its words: a limit, a cap.
        top: The end of the scale.
        words: The scale in words, for those who do not see it.
        prior_words: What to write below the earlier visits.
        asked_words: What to write below the visits requested.
    """

    prior: int
    asked: int
    marks: tuple[tuple[str, int], ...]
    top: int
    words: str
    prior_words: str
    asked_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    One answer to a question of judgement, with what follows from it.

    Attributes:
        label: The answer.
        outcome: What is recommended under it.
        given: Whether the file gives it.
    """

    label: str
    outcome: str
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    A part of a section.

    Attributes:
        kind: How it is set: `item`, `prose`, `numbered`, `bullets`, `rows`, `scale`, `question`,
            `sources` or `sign`.
        heading: Its heading; empty for none.
        note: What stands under or beside the heading; empty for nothing.
        lines: Its sentences.
        rows: Its rows; each is a label and what is said of it, which is empty for a blank to fill.
        scale: The visits, for a block of kind `scale`.
        choices: The answers, for a block of kind `question`.
    """

    kind: str
    heading: str = ""
    note: str = ""
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    scale: Scale | None = None
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
        blocks: What it holds.
    """

    key: str
    heading: str
    words: str = ""
    annex: str = ""
    blocks: tuple[Block, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    A letter.

    Attributes:
        name: The case.
        title: The venue.
        subtitle: What the letter is: a draft, or a decision.
        draft: Whether it still awaits a physician's decision on some request.
        mark: The mark of a draft, as heading and sentence; both empty once all is decided.
        facts: Rows at the head: case and dates.
        results: Rows at the head: each disputed item, and whose outcome it has and which.
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
