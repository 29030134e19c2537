"""The catalogue of pages: each with its subject and the forms in which it is served."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import TermUnknown
from reasoner.kernel.terms import OWL, SKOS
from reasoner.knowledge.terms import CONCEPT, NS, RULE, mn, shorten

from .book import BASE, LAW, Book
from .concepts import Concepts
from .guidelines import Guidelines
from .law import ONTOLOGY, Law
from .limits import limit_rows
from .links import HOME
from .things import section_of
from .usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.knowledge.base import Knowledge

    from .limits import LimitRow

VOCABULARY: Final = f"{BASE}vocabulary/"
RDF_FORMS: Final = ("ttl", "jsonld")
VERSION_IRI: Final = ox.NamedNode(OWL + "versionIRI")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocPage:
    """
    One page.

    Attributes:
        path: Its path, without a slash before it, such as `ns/Case`.
        title: Its title.
        template: The name of its template, without the ending.
        section: Its heading in the table of contents.
        iri: Its subject; empty for a page about many things.
        subjects: The things that its RDF describes; empty if it has no RDF.
        forms: The other forms in which it is served: `ttl`, `jsonld`, `rq`.
    """

    path: str
    title: str
    template: str
    section: str
    iri: str = ""
    subjects: tuple[str, ...] = field(default=(), repr=False)
    forms: tuple[str, ...] = ()


class Catalogue:
    """
    The pages of one knowledge base, and the indexes that they are written from.

    Attributes:
        book: The index that they are written from.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.book = Book(knowledge)
        self.usage = Usage(self.book)
        self.concepts = Concepts(self.book)
        self.guidelines = Guidelines(self.book)
        self.law = Law(self.book)

    @cached_property
    def rows(self) -> Mapping[str, LimitRow]:
        """The rows of the table of limits by recommendation, in its order."""
        found = limit_rows(self.book, self.concepts, self.guidelines)
        return {row.said.iri: row for row in found}

    @cached_property
    def pages(self) -> Mapping[str, DocPage]:
        """All pages by path, sorted."""
        own = [self._page(iri) for iri in self.book.subjects]
        return {page.path: page for page in sorted([*own, *self._gathered()], key=_by_path)}

    def _gathered(self) -> list[DocPage]:
        def all_in(base: str) -> tuple[str, ...]:
            return tuple(iri for iri in self.book.subjects if iri.startswith(base))

        def page(path: str, title: str, template: str, *subjects: str) -> DocPage:
            forms = RDF_FORMS if subjects or path == "shapes" else ()
            section = path.rsplit("/", maxsplit=1)[-1] if path != HOME else ""
            section = _SECTIONS.get(section, section)
            return DocPage(
                path=path,
                title=title,
                template=template,
                section=section,
                subjects=subjects,
                forms=forms,
            )

        editions = tuple(self.guidelines.editions)
        return [
            page(HOME, "The knowledge base", "home"),
            page("search", "Find", "search"),
            page("limits", "Limits", "limits"),
            page("rule", "Rules", "rules"),
            page("shapes", "Shapes", "shapes"),
            page("ns", "Terms", "terms", *all_in(NS)),
            page("concept", "Concepts", "concepts", *all_in(CONCEPT)),
            page("guideline", "Guidelines", "guidelines", *editions),
            page("law", "Law", "law", *all_in(LAW)),
        ]

    def _page(self, iri: str) -> DocPage:
        subjects: tuple[str, ...] = (iri,)
        template = self._template(iri)
        if template in {"edition", "law_file"}:
            file = self.book.file(iri)
            subjects = tuple(s for s in self.book.subjects if self.book.file(s) == file)
        return DocPage(
            path=self.book.path(iri),
            title=self.book.label(iri),
            template=template,
            section=section_of(self.book, iri),
            iri=iri,
            subjects=() if template == "rule" else subjects,
            forms=("rq",) if template == "rule" else RDF_FORMS,
        )

    def _template(self, iri: str) -> str:
        """Choose the template for a subject by its kind."""
        kinds = self.book.kinds.get(iri, ())
        choices = {
            "rule": iri.startswith(RULE),
            "term": iri.startswith(NS),
            "concept": iri.startswith(CONCEPT),
            "scheme": SKOS + "ConceptScheme" in kinds,
            "edition": iri in self.guidelines.editions,
            "recommendation": iri in self.guidelines.recommendations.all,
            "population": mn("population").value in self.book.mentions.get(iri, {}),
            "law_file": iri.startswith(LAW) and ONTOLOGY in kinds,
            "provision": iri.startswith(LAW),
            "vocabulary": iri.startswith(VOCABULARY),
        }
        return next((template for template, fits in choices.items() if fits), "thing")

    @cached_property
    def _versions(self) -> Mapping[str, str]:
        return {
            version.removeprefix(BASE): self.book.path(iri)
            for iri in self.book.subjects
            for version in self.book.values(iri, VERSION_IRI)
            if version.startswith(BASE)
        }

    def page(self, path: str) -> DocPage:
        """
        Return the page at a path; the path of a version gives the thing in the version held.

        Raises:
            TermUnknown: The path does not exist; the hint names the nearest ones.
        """
        found = self.pages.get(self._versions.get(path, path))
        if found is None:
            near = self._nearest(path)
            names = " or ".join(shorten(iri) for iri in near)
            raise TermUnknown(
                f"Nothing is described under {BASE}{path}.",
                nearest=near,
                hint=f"Did you mean {names}?" if near else "Look for it at /search.",
            )
        return found

    def _nearest(self, path: str) -> tuple[str, ...]:
        """Return the things with the most similar paths, ignoring case."""
        small: dict[str, list[str]] = {}
        for page in self.pages.values():
            if page.iri:
                small.setdefault(page.path.lower(), []).append(page.iri)
        close = get_close_matches(path.lower(), small, n=3, cutoff=0.7)
        return tuple(iri for p in close for iri in small[p])


_SECTIONS: Final = {
    "ns": "terms",
    "concept": "concepts",
    "guideline": "guidelines",
    "rule": "rules",
}


def _by_path(page: DocPage) -> str:
    return page.path
