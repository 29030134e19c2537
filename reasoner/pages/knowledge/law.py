"""Law: files of statutes and regulations, and their dated provisions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import DCTERMS, OWL, SOURCE
from reasoner.knowledge.terms import mn

from .book import LAW, Link
from .guidelines import REPLACES
from .things import kind_links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .book import Book

DESCRIPTION: Final = ox.NamedNode(DCTERMS + "description")
ONTOLOGY: Final = OWL + "Ontology"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """
    One rule of law in one dated text.

    Attributes:
        iri: The IRI.
        anchor: Its local name: its anchor on the page of its file.
        link: The provision.
        kinds: The kinds of provision.
        citations: The sections or cases.
        when: When it applies; empty if the file does not state it.
        provides: Its effect, in one sentence.
        unless: Its exceptions.
        keyed_on: The date of a request that selects it; None if none does.
        since: The first day in force; empty if unknown.
        until: The first day no longer in force; empty if no successor is known.
        replaces: Provisions that it replaces.
        replaced_by: Provisions that replace it.
        mark: The verification of its text.
        seen: Where its text was read.
    """

    iri: str
    anchor: str
    link: Link
    kinds: tuple[Link, ...]
    citations: tuple[str, ...]
    when: tuple[str, ...]
    provides: tuple[str, ...]
    unless: tuple[str, ...]
    keyed_on: Link | None
    since: str
    until: str
    replaces: tuple[Link, ...]
    replaced_by: tuple[Link, ...]
    mark: Link | None
    seen: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFile:
    """A file of law: its IRI, link, subject, provisions and other contents."""

    iri: str
    link: Link
    about: str
    provisions: tuple[Provision, ...]
    others: tuple[Link, ...]


class Law:
    """All files of law with their provisions, in the order of the files."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @cached_property
    def files(self) -> dict[str, LawFile]:
        """All files by IRI."""
        book = self.book
        found: dict[str, LawFile] = {}
        for iri, kinds in book.kinds.items():
            if not iri.startswith(LAW) or ONTOLOGY not in kinds:
                continue
            inside = [i for i in self._subjects() if book.file(i) == book.file(iri) and i != iri]
            found[iri] = LawFile(
                iri=iri,
                link=book.link(iri),
                about=book.text(iri, DESCRIPTION),
                provisions=tuple(self.provision(i) for i in inside if self.is_provision(i)),
                others=tuple(book.link(i) for i in inside if not self.is_provision(i)),
            )
        return found

    def _subjects(self) -> Iterator[str]:
        return (iri for iri in self.book.kinds if iri.startswith(LAW))

    def is_provision(self, iri: str) -> bool:
        """Return True if a thing is a provision: it states an effect or a verification."""
        return bool(self.book.text(iri, mn("provides")) or self.book.mark(iri))

    def provision(self, iri: str) -> Provision:
        """Collect the contents of a page about a provision."""
        book = self.book
        keyed_on = book.text(iri, mn("keyedOn"))
        return Provision(
            iri=iri,
            anchor=iri.removeprefix(LAW),
            link=book.link(iri),
            kinds=tuple(kind_links(book, iri)),
            citations=book.values(iri, SOURCE),
            when=book.values(iri, mn("appliesWhen")),
            provides=book.values(iri, mn("provides")),
            unless=book.values(iri, mn("exceptWhere")),
            keyed_on=book.link(keyed_on) if keyed_on else None,
            since=book.text(iri, mn("effectiveFrom")),
            until=book.text(iri, mn("effectiveUntil")),
            replaces=book.links(book.values(iri, REPLACES)),
            replaced_by=book.links(book.mentions.get(iri, {}).get(REPLACES.value, ())),
            mark=book.mark(iri),
            seen=tuple(
                book.value(v)
                for p, v in book.asserted[ox.NamedNode(iri)]
                if p == mn("seenAt").value
            ),
        )

    def file_of(self, iri: str) -> LawFile | None:
        """Return the file that states a provision."""
        place = self.book.file(iri)
        return next((f for f in self.files.values() if self.book.file(f.iri) == place), None)
