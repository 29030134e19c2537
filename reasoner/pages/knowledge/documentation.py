"""The documentation of a knowledge base: its pages as HTML and in their other forms."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.knowledge.terms import RULE, SHAPES

from .catalogue import Catalogue, DocPage
from .describe import as_rdf, shape_triples, triples_about
from .links import served
from .render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.knowledge.base import Knowledge

    from .links import Links

ASSETS: Final = Path(__file__).parents[1] / "assets"


class Documentation:
    """
    The pages of one knowledge base, rendered on request.

    Attributes:
        catalogue: The list of pages, and the indexes that they are made from.
        digest: The digest of the knowledge base.
        assets: The stylesheet and the script of the pages, by file name.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.catalogue = Catalogue(knowledge)
        self.digest = knowledge.digest
        self.assets = {
            path.name: path.read_text(encoding="utf-8") for path in sorted(ASSETS.iterdir())
        }

    @property
    def pages(self) -> Mapping[str, DocPage]:
        """All pages by path, sorted."""
        return self.catalogue.pages

    def path_of(self, iri: str) -> str:
        """Return the path of the page about an IRI, without a slash before it; "" if none."""
        if iri.startswith(SHAPES) and iri.removeprefix(SHAPES) not in self.catalogue.usage.anchors:
            return ""
        return self.catalogue.book.path(iri)

    def page(self, path: str) -> DocPage:
        """
        Return the page at a path; the path of a version gives the thing in the version held.

        Raises:
            TermUnknown: The path does not exist; the hint names the nearest ones.
        """
        return self.catalogue.page(path)

    def html(self, page: DocPage, *, links: Links = served, sought: str = "") -> str:
        """
        Render a page as HTML.

        Args:
            page: The page.
            links: How to write the address of another page.
            sought: The words to search for, on the search page.
        """
        return render(self.catalogue, page, links=links, sought=sought)

    def text(self, page: DocPage, form: str) -> str:
        """
        Write the asserted facts about the subjects of a page.

        Args:
            page: The page.
            form: One of its forms.
        """
        book = self.catalogue.book
        if form == "rq":
            return f"{book.knowledge.rule[page.iri.removeprefix(RULE)].text}\n"
        all_shapes = page.path == "shapes"
        return as_rdf(
            shape_triples(book) if all_shapes else triples_about(book, page.subjects), form
        )


@lru_cache(maxsize=2)
def documentation(knowledge: Knowledge) -> Documentation:
    """Return the pages of a knowledge base; those of the last two are cached."""
    return Documentation(knowledge)
