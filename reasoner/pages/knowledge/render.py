"""A page of the documentation as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.pages.environment import environment

from .contents import content

if TYPE_CHECKING:
    from .catalogue import Catalogue, DocPage
    from .links import Links


def render(catalogue: Catalogue, page: DocPage, *, links: Links, sought: str) -> str:
    """
    Render a page.

    Args:
        catalogue: The catalogue that contains the page.
        page: The page.
        links: How to write the address of another page.
        sought: The words to search for, on the search page; empty on others.
    """

    def href(path: str) -> str:
        return links(path, page.path)

    template = environment().get_template(f"docs/{page.template}.html")
    return template.render(**content(catalogue, page, sought), href=href)
