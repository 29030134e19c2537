"""The lines of the page for finding: all that has a page, with the words by which it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import SOURCE
from reasoner.knowledge.terms import mn

from .book import SHORT_NAME
from .concepts import CODES
from .recommendations import edition_of

if TYPE_CHECKING:
    from .book import Book, Link
    from .catalogue import Catalogue, DocPage

HEADINGS: Final = {
    "concepts": "Concepts",
    "guidelines": "Guidelines",
    "terms": "Terms",
    "law": "Law",
    "recommendations": "Recommendations",
    "rules": "Rules",
    "populations": "Populations",
    "files": "Files",
}
KNOWN_BY: Final = (SHORT_NAME, SOURCE, mn("datasetRow"), *CODES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """
    One line.

    Attributes:
        link: The thing.
        note: What it is, or the edition it belongs to.
        words: By what else it can be found, in small letters: its name and codes, for example.
        found: Whether all that is sought occurs in them.
    """

    link: Link
    note: str
    words: str
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchGroup:
    """The lines under one heading, sorted, and how many of them were found."""

    heading: str
    entries: tuple[SearchEntry, ...]
    found: int


def entries(catalogue: Catalogue, sought: str) -> tuple[SearchGroup, ...]:
    """Return all lines by heading, those found in which every word that is sought occurs."""
    wanted = sought.lower().split()
    groups: dict[str, list[SearchEntry]] = {section: [] for section in HEADINGS}
    for page in catalogue.pages.values():
        if page.iri:
            groups[page.section].append(_entry(catalogue.book, page, wanted))
    return tuple(
        SearchGroup(
            heading=HEADINGS[section],
            entries=tuple(sorted(lines, key=lambda e: (e.link.text.lower(), e.link.name))),
            found=sum(line.found for line in lines),
        )
        for section, lines in groups.items()
    )


def _entry(book: Book, page: DocPage, wanted: list[str]) -> SearchEntry:
    link = book.link(page.iri)
    note = ", ".join(dict.fromkeys(book.kind_names(page.iri)))
    if page.section in {"recommendations", "populations"}:
        note = book.label(edition_of(page.iri))
    known_by = (word for p in KNOWN_BY for word in book.values(page.iri, p))
    words = " ".join(dict.fromkeys((link.name, *known_by))).lower()
    text = f"{link.text} {note} {words}".lower()
    return SearchEntry(
        link=link, note=note, words=words, found=all(word in text for word in wanted)
    )
