"""A document written as a letter in one of its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.errors import DocumentUnreadable

from .as_html import letter_html
from .as_pdf import letter_pdf
from .as_text import letter_text
from .compose import compose

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data
    from reasoner.knowledge.base import Knowledge

VENUES: Final = {"imr": "IndependentMedicalReview", "ur": "UtilizationReview"}


def write_letter(
    document: Data,
    knowledge: Knowledge,
    form: str,
    *,
    venue: str | None = None,
    confidential: bool = False,
) -> bytes:
    """
    Write the letter of a determination or of a document of decision.

    Args:
        document: The document, as plain data, whose hash was checked if it came from outside.
        knowledge: The knowledge base, which holds the form of the letter.
        form: `html`, `pdf` or `text`.
        venue: `ur` or `imr`; None for the venue that the case is at.
        confidential: Whether to withhold the name and the licence number of the physician.

    Raises:
        DocumentUnreadable: The document lacks what a letter tells.
        LetterUnsupported: There is no form for the venue.
    """
    place = VENUES[venue] if venue else None
    try:
        letter = compose(document, knowledge, venue=place, confidential=confidential)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise DocumentUnreadable(
            f"The document lacks a part that a letter tells: {error}.",
            hint="Make it with this version: 'mednec decide CASE --format json'.",
        ) from error
    if form == "pdf":
        return letter_pdf(letter)
    text = letter_html(letter) if form == "html" else letter_text(letter)
    return text.encode()
