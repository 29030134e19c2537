"""An audit as a page of HTML, which needs nothing but itself."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from .text import SIDES, WORDS

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data

TEMPLATE: Final = "audit.html"


@cache
def templates() -> Environment:
    """Return the templates of this package; what they show is escaped."""
    return Environment(
        loader=PackageLoader("reasoner.audits"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def audit_html(pages: list[Data], title: str) -> str:
    """
    Lay out the audits of one letter or case as a page of HTML.

    Args:
        pages: What `audit_data` returned, one for each item.
        title: What was audited.
    """
    return (
        templates()
        .get_template(TEMPLATE)
        .render(pages=pages, title=title, sides=SIDES, words=WORDS)
    )
