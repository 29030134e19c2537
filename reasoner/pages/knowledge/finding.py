"""The entries of the search page: everything that has a page, with its search words."""

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
    One entry.

    Attributes:
        link: The thing.
        note: Its kind, or the edition that states it.
        words: Its other search words in lower case, such as its name and codes.
        found: True if all words of the search occur in them.
    """

    link: Link
    note: str
    words: str
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchGroup:
    """The entries under one heading, sorted, and the number found."""

    heading: str
    entries: tuple[SearchEntry, ...]
    found: int


def entries(catalogue: Catalogue, sought: str) -> tuple[SearchGroup, ...]:
    """Return all entries by heading; an entry is found if it has every word of the search."""
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
