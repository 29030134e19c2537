"""The text of a guideline that an author holds, as PDF or text: pages, lines and columns."""

from __future__ import annotations

import hashlib
import io
import logging
import re
import unicodedata
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import SourceTextTooLarge, SourceTextUnreadable
from reasoner.letters.files import CONTROL

from .source_columns import split_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pypdf

LIMIT: Final = 20_000_000
"""Bytes of the largest file that is opened."""
PAGE_LIMIT: Final = 5_000
"""Pages of the longest file that is read."""
PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u2022\u25aa\u25cf", "-"),
        "\u00ad": None,
        "\u200b": None,
        "\t": "    ",
    }
)
DIGITS: Final = re.compile("[0-9]+")
EDGE: Final = 2
"""Lines at the head and foot of a page among which a running title is looked for."""
RUNNING: Final = 3
"""Pages on which a line stands, apart from its numbers, before it is a running title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """
    One line as it is printed, in plain characters.

    Attributes:
        page: The page of the file, from 1.
        number: The line within the page, from 1, in the order of its reading.
        text: The line, with its spaces.
    """

    page: int
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    A text in one order of its lines.

    Attributes:
        lines: The lines of all pages, in order.
        unsure: The pages on which this order may join two columns: what is read there is never
            exact.
    """

    lines: tuple[SourceLine, ...]
    unsure: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """
    A text with its pages.

    Attributes:
        digest: The SHA-256 of the file.
        paged: False for a text without page breaks, whose places are lines.
        pages: The number of pages.
        labels: For each page, the numbers by which the file calls it; empty where it has none.
        edges: For each page, the lines at its head and foot, where its number may be printed.
        empty: The pages without text, such as scanned ones.
        readings: The text in each order in which it may be read.
    """

    digest: str
    paged: bool
    pages: int
    labels: tuple[frozenset[int], ...]
    edges: tuple[tuple[str, ...], ...]
    empty: tuple[int, ...]
    readings: tuple[Reading, ...]


def read_source(
    path: Path, *, pages_of: Callable[[Sequence[int]], Iterable[int]] = iter
) -> SourceText:
    """
    Read a text or a PDF.

    Args:
        path: The file.
        pages_of: Passes the page numbers through, for a bar of progress.

    Raises:
        SourceTextUnreadable: The file is missing, empty, neither text nor PDF, encrypted, damaged,
            or a scan without text.
        SourceTextTooLarge: It has more bytes or pages than a guideline.
    """
    try:
        size = path.stat().st_size
        if size > LIMIT:
            raise SourceTextTooLarge(
                f"{path}: {size:,} bytes; the text of a guideline has at most {LIMIT:,}.",
                hint="Save the chapter that is compared as a file of its own.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise SourceTextUnreadable(
            f"{path}: {error.strerror or error}.", hint="Name a PDF or text file with --source."
        ) from error
    if not data.strip():
        raise SourceTextUnreadable(f"{path}: the file is empty.", hint="Save the text again.")
    digest = hashlib.sha256(data).hexdigest()
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return _of_pdf(path, data, digest, pages_of)
    text = _decoded(path, data)
    parts = text.removesuffix("\f").split("\f")
    return _assembled(digest, [(part, None) for part in parts], [frozenset()] * len(parts))


def _decoded(path: Path, data: bytes) -> str:
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-8-sig", "utf-16" if wide else "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(not c.isprintable() and c not in "\n\r\t\f\v\u00ad\u200b" for c in text)
        if "\x00" not in text and strange <= CONTROL * len(text):
            return text
    raise SourceTextUnreadable(
        f"{path}: the file is neither text nor PDF.", hint="Save it as text (UTF-8) or as PDF."
    )


def _of_pdf(
    path: Path, data: bytes, digest: str, pages_of: Callable[[Sequence[int]], Iterable[int]]
) -> SourceText:
    import pypdf  # noqa: PLC0415 - half a second to import, and only for this kind of file
    from pypdf.errors import FileNotDecryptedError, PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = pypdf.PdfReader(io.BytesIO(data))
            count = len(reader.pages)
            if count > PAGE_LIMIT:
                raise SourceTextTooLarge(
                    f"{path}: {count:,} pages; at most {PAGE_LIMIT:,} are read.",
                    hint="Save the chapter that is compared as a file of its own.",
                )
            pages = [_page_texts(reader, number) for number in pages_of(range(1, count + 1))]
            labels = [_label(text) for text in reader.page_labels]
    except FileNotDecryptedError as error:
        raise SourceTextUnreadable(
            f"{path}: the PDF is protected by a password.",
            hint="Save a copy without a password.",
        ) from error
    except (PyPdfError, *FAULTS) as error:
        raise SourceTextUnreadable(
            f"{path}: the PDF cannot be opened: {str(error).rstrip('.')}.",
            hint="Print it to a new PDF, or save its text.",
        ) from error
    if not any(layout.strip() for layout, _ in pages):
        raise SourceTextUnreadable(
            f"{path}: the PDF has {count} {'page' if count == 1 else 'pages'} and no text; it is "
            "a scan.",
            hint="Run text recognition over it first.",
        )
    return _assembled(digest, pages, labels, paged=True)


FAULTS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the library raises, besides its own errors, on a damaged file."""


def _page_texts(reader: pypdf.PdfReader, number: int) -> tuple[str, str]:
    """Return the text of a page as it is laid out, and in the order in which it was written."""
    page = reader.pages[number - 1]
    return page.extract_text(extraction_mode="layout"), page.extract_text()


def _label(text: str) -> frozenset[int]:
    return frozenset({int(text)}) if text.isdecimal() else frozenset()


def _assembled(
    digest: str,
    pages: Sequence[tuple[str, str | None]],
    labels: Sequence[frozenset[int]],
    *,
    paged: bool = False,
) -> SourceText:
    """
    Put the readings of all pages together.

    Args:
        digest: The SHA-256 of the file.
        pages: Each page as laid out, and in the order in which it was written, if that is known.
        labels: The numbers by which the file calls its pages.
        paged: True if its pages are the pages of a document.
    """
    plain = [_plain_lines(layout) for layout, _ in pages]
    laid_out = _without_titles(plain)
    written = _without_titles([_plain_lines(text or "") for _, text in pages])
    columns = [split_columns([line or "" for line in lines]) for lines in laid_out]
    parted = frozenset(n for n, found in enumerate(columns, start=1) if found is not None)
    readings = [
        Reading(lines=_numbered(laid_out), unsure=parted),
        Reading(lines=_numbered(written), unsure=parted),
        Reading(lines=_numbered([found or [] for found in columns]), unsure=frozenset()),
    ]
    return SourceText(
        digest=digest,
        paged=paged or len(pages) > 1,
        pages=len(pages),
        labels=tuple(labels),
        edges=tuple(tuple(lines[n].strip() for n in sorted(_edges(lines))) for lines in plain),
        empty=tuple(n for n, (layout, _) in enumerate(pages, start=1) if not layout.strip()),
        readings=tuple(reading for reading in readings if reading.lines),
    )


def _plain_lines(text: str) -> list[str]:
    """Write a page in plain characters, one string a line, without spaces at the end."""
    plain = unicodedata.normalize("NFKC", text).translate(PLAIN)
    return [line.rstrip() for line in plain.splitlines()]


def _without_titles(pages: Sequence[list[str]]) -> list[list[str | None]]:
    """
    Take out page numbers, and lines at the head or foot of several pages, whatever their numbers.

    Returns:
        The lines of each page; None in the place of a line that was taken out.
    """
    edges = [_edges(lines) for lines in pages]
    seen = Counter(
        title
        for lines, ends in zip(pages, edges, strict=True)
        for title in {_title(lines[n]) for n in ends}
    )

    def kept(line: str) -> bool:
        return not line.strip().isdecimal() and seen[_title(line)] < RUNNING

    return [
        [line if n not in ends or kept(line) else None for n, line in enumerate(lines)]
        for lines, ends in zip(pages, edges, strict=True)
    ]


def _edges(lines: Sequence[str]) -> set[int]:
    filled = [n for n, line in enumerate(lines) if line.strip()]
    return {*filled[:EDGE], *filled[-EDGE:]}


def _title(line: str) -> str:
    return DIGITS.sub("#", " ".join(line.split()))


def _numbered(pages: Iterable[Sequence[str | None]]) -> tuple[SourceLine, ...]:
    return tuple(_lines(pages))


def _lines(pages: Iterable[Sequence[str | None]]) -> Iterator[SourceLine]:
    for page, lines in enumerate(pages, start=1):
        for number, text in enumerate(lines, start=1):
            if text is not None:
                yield SourceLine(page=page, number=number, text=text)
