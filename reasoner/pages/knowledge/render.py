"""A page of the documentation as HTML."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from reasoner.pages.environment import environment

from .contents import content, subject

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
    found = content(catalogue, page, sought)
    named = {f.name: getattr(found, f.name) for f in fields(found)} if found else {}
    return template.render(
        **named,
        page=page,
        thing=subject(catalogue, page),
        knowledge=catalogue.book.knowledge,
        href=href,
    )
