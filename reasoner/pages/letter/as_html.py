"""A letter as one HTML page that needs nothing beside it: its style is inside."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from .page import Letter

TEMPLATES: Final = Path(__file__).with_name("templates")
STYLE: Final = (TEMPLATES / "letter.css").read_text(encoding="utf-8")
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""The hash of the style, as a content security policy names it."""


def letter_html(letter: Letter) -> str:
    """Set a letter as HTML; what the facts of a case hold is escaped."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = pages.get_template("letter.html")
    return page.render(letter=letter, style=STYLE)
