"""A file on disk to the text of a letter: plain text in its encodings, or a PDF."""

from __future__ import annotations

import io
import logging
import warnings
from typing import TYPE_CHECKING, Final

from reasoner.errors import LetterTooLarge, LetterUnreadable

if TYPE_CHECKING:
    from pathlib import Path

LIMIT: Final = 8_000_000
"""Bytes of the largest file that is opened: a letter has some thousand words, a PDF its fonts."""
TEXT_LIMIT: Final = 100_000
"""Characters of the longest text that is read as one letter: eight times what letters have."""
CONTROL: Final = 0.02
"""Share of control characters above which a file is not text."""


def load_source(path: Path) -> str:
    """
    Return the text of a file, as it came out of it.

    Raises:
        LetterUnreadable: The file is missing, empty, not text, or a scan without text.
        LetterTooLarge: The file is larger than any letter.
    """
    try:
        size = path.stat().st_size
        if size > LIMIT:
            raise LetterTooLarge(
                f"{path}: {size:,} bytes; a letter has at most {LIMIT:,}.",
                hint="Put each letter into a file of its own.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise LetterUnreadable(
            f"{path}: {error.strerror or error}.", hint="Name a file that can be read."
        ) from error
    if not data.strip():
        raise LetterUnreadable(f"{path}: the file is empty.", hint="Fetch the letter again.")
    source = _of_pdf(path, data) if data[:1024].lstrip().startswith(b"%PDF-") else _text(path, data)
    if len(source) > TEXT_LIMIT:
        raise LetterTooLarge(
            f"{path}: {len(source):,} characters; a letter has at most {TEXT_LIMIT:,}.",
            hint="Put each letter into a file of its own.",
        )
    return source


def _text(path: Path, data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1252"):
        try:
            source = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(not c.isprintable() and c not in "\n\r\t\f\v\u00ad\u200b" for c in source)
        if "\x00" in source or strange > CONTROL * len(source):
            break
        return source
    raise LetterUnreadable(
        f"{path}: the file is neither text nor PDF.",
        hint="Save the letter as text (UTF-8) or as PDF.",
    )


def _of_pdf(path: Path, data: bytes) -> str:
    """Extract the text of a PDF with its layout; each page ends with a form feed."""
    import pypdf  # noqa: PLC0415 - half a second to import, and only for this kind of file
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = pypdf.PdfReader(io.BytesIO(data))
            pages = [page.extract_text(extraction_mode="layout") for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise LetterUnreadable(
            f"{path}: the PDF cannot be opened: {error}.",
            hint="Print it to a new PDF, or save its text.",
        ) from error
    source = "\f".join(pages)
    if not source.strip():
        raise LetterUnreadable(
            f"{path}: the PDF has {len(pages)} pages and no text; it is a scan.",
            hint="Run text recognition over it first.",
        )
    return source
