"""The picture of visits: one model, drawn as text here, as SVG and by typst in the templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .environment import phrase
from .phrases import interval, prior_visits

if TYPE_CHECKING:
    from reasoner.determinations.data import VisitsData

RULER: Final = 60
"""The width of the bar in a text, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWords:
    """The words of a picture: its name, and the names of its parts; empty for a part left out."""

    visits: str
    earlier: str
    requested: str
    limit: str
    cap: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsPicture:
    """
    The visits of a request, to be drawn to scale.

    Attributes:
        prior: Earlier visits that are certain.
        asked: Visits requested.
        marks: The marks on the scale, such as a limit or a cap, each with its name and sorted by
            their place; marks at one place are one.
        top: The end of the scale; at least 1.
        words: The picture in a sentence, for screen readers.
        prior_words: The caption of the earlier visits.
        asked_words: The caption of the visits requested.
    """

    prior: int
    asked: int
    marks: tuple[tuple[str, int], ...]
    top: int
    words: str
    prior_words: str
    asked_words: str


def picture_words() -> PictureWords:
    """Return the words of a picture for pages without a form."""
    return PictureWords(
        visits=phrase("visits"),
        earlier=phrase("earlier"),
        requested=phrase("requested"),
        limit=phrase("limit"),
        cap=phrase("cap"),
    )


def picture_of(visits: VisitsData, words: PictureWords) -> VisitsPicture:
    """
    Return the picture of the visits of a request.

    The cap is left out where other earlier visits count toward it than toward the limit, because
    the bar shows the latter.
    """
    cap = visits.cap if visits.counted_toward_cap == visits.prior else None
    named = ((words.limit, visits.limit), (words.cap, cap))
    at: dict[int, list[str]] = {}
    for name, number in named:
        if name and number is not None:
            at.setdefault(number, []).append(name)
    marks = tuple((" · ".join(names), number) for number, names in sorted(at.items()))
    prior_words = f"{interval(prior_visits(visits))} {words.earlier}"
    asked_words = f"{visits.requested} {words.requested}"
    parts = [prior_words, asked_words, *(f"{name} {number}" for name, number in marks)]
    return VisitsPicture(
        prior=visits.prior,
        asked=visits.requested,
        marks=marks,
        top=max(visits.total, *(number for _, number in marks), 1),
        words=f"{words.visits}: {', '.join(parts)}.",
        prior_words=prior_words,
        asked_words=asked_words,
    )


def ruler(picture: VisitsPicture) -> list[str]:
    """
    Draw a picture as lines of text.

    Returns:
        The bar: █ is an earlier visit, ▒ a requested one. Then, if there are marks, a line with
        those that fit below it.
    """

    def place(number: int) -> int:
        return round(number / picture.top * RULER)

    prior, end = place(picture.prior), place(picture.prior + picture.asked)
    bar = "█" * prior + "▒" * (end - prior) + "·" * (RULER - end)
    below = [" "] * (RULER + 12)
    for name, number in picture.marks:
        text = f"^{number} {name}"
        start = max(0, place(number) - 1)
        if not "".join(below[max(0, start - 1) : start + len(text)]).strip():
            below[start : start + len(text)] = text
    marks = "".join(below).rstrip()
    return [f"0 {bar} {picture.top}", *([f"  {marks}"] if marks else [])]
