"""The form of a document: which of the forms of the lexicon its text is printed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.errors import LetterUnreadable

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon, LexiconEntry
    from reasoner.letters.text import Text

LETTER: Final = ""
"""The present form of a determination letter, whose marks name no form."""
REQUEST: Final = "rfa"
REVIEW: Final = "ur-letter"
HEAD: Final = 3_000
"""Characters at the head of a document in which it names itself."""


def form_of(text: Text, lexicon: Lexicon) -> str:
    """
    Return the code of the form of a document; empty for the present determination letter.

    A determination letter is recognized anywhere in the text, another document by its head: a
    letter names the documents that were reviewed.

    Raises:
        LetterUnreadable: The form is not known, or documents of this form are not read.
    """
    forms = lexicon.kind("LetterForm")
    letters = [e for e in forms if not _is_other(e)]
    for entry in letters:
        if any(p.search(text.flat) for p in entry.patterns):
            return entry.code
    if any(p.search(text.flat) for p in lexicon.mark("form_name").patterns):
        return LETTER
    for entry in forms:
        if any(p.search(text.flat, 0, HEAD) for p in entry.patterns):
            if entry.one("notRead") != "true":
                return entry.code
            raise LetterUnreadable(
                f"This is not a determination letter: it is a {entry.label}, which is not read.",
                hint=f"Give the determination letter, or one of: {_readable(lexicon)}.",
            )
    raise LetterUnreadable(
        f"This is not a determination letter of a known form: it begins '{_start(text)}'.",
        hint=f"These other documents are read: {_readable(lexicon)}.",
    )


def _is_other(entry: LexiconEntry) -> bool:
    """Return True if a form is that of a document that decides nothing in independent review."""
    return entry.one("notRead") == "true" or entry.code in {REQUEST, REVIEW}


def _readable(lexicon: Lexicon) -> str:
    read = [e.label for e in lexicon.kind("LetterForm") if e.one("notRead") != "true"]
    return "; ".join(read)


def _start(text: Text) -> str:
    head = text.flat[:60].strip()
    return "".join(c if c.isprintable() else "?" for c in head)
