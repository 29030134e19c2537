"""A letter as one HTML page that embeds the stylesheet, so that it can be filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.pages.environment import render

if TYPE_CHECKING:
    from .page import LetterPage


def letter_html(letter: LetterPage) -> str:
    """Write a letter as HTML; text from a case is escaped."""
    return render("letter.html", letter=letter)
