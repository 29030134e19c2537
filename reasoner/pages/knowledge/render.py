"""Pages as HTML: templates over plain data; everything that is not markup is escaped."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .contents import content

if TYPE_CHECKING:
    import jinja2

    from .catalogue import Catalogue, Page
    from .links import Links

FOLDER: Final = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - a decision on the command line needs no templates

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(catalogue: Catalogue, page: Page, *, links: Links, sought: str) -> str:
    """
    Lay out a page.

    Args:
        catalogue: The catalogue that the page stands in.
        page: The page.
        links: How to write the address of another page.
        sought: What to find, on the page for that; else empty.
    """

    def href(path: str) -> str:
        return links(path, page.path)

    template = _templates().get_template(f"{page.template}.html")
    return template.render(**content(catalogue, page, sought), href=href)
