"""Write a document as a letter, in one of its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.knowledge.venues import find_venue
from reasoner.records.documents import parse_document

from .as_html import letter_html
from .as_pdf import letter_pdf
from .as_text import letter_text
from .compose import compose

if TYPE_CHECKING:
    from reasoner.determinations.data import Json
    from reasoner.knowledge.base import Knowledge


def write_letter(
    document: Json,
    knowledge: Knowledge,
    form: str,
    *,
    venue: str | None = None,
    memo: bool = False,
    confidential: bool = False,
) -> bytes:
    """
    Write the letter of a determination or of a decision document.

    Args:
        document: The document; its hash was checked if it came from outside.
        knowledge: The knowledge base, which has the form of the letter.
        form: `html`, `pdf` or `text`.
        venue: The short name of a venue; None for that of the case.
        memo: True for the internal memorandum instead of what is served.
        confidential: True to withhold the name and the license number of the physician.

    Raises:
        DocumentUnreadable: A part of the document is missing or of another type.
        LetterUndecided: An item is neither decided here nor by a physician.
        LetterUnsupported: The knowledge base does not have the venue, or a form for it.
    """
    found = parse_document(document, "the document")
    place = find_venue(venue, knowledge).name if venue else None
    letter = compose(found, knowledge, venue=place, memo=memo, confidential=confidential)
    if form == "pdf":
        return letter_pdf(letter)
    text = letter_html(letter) if form == "html" else letter_text(letter)
    return text.encode()
