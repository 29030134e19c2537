"""The template environment: HTML is escaped, text is not, and an undefined name is an error."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import layout, style

if TYPE_CHECKING:
    import jinja2

TEMPLATES: Final = Path(__file__).parent / "templates"
PHRASES: Final = ("interval", "joined", "asked", "amount", "readings")
"""The phrases that templates use as filters."""


@cache
def environment() -> jinja2.Environment:
    """
    Return the environment; the first call creates it.

    An HTML template must not import a text template, because a macro uses the escaping of its
    caller. The phrases that both use are filters; HTML templates escape their results.
    """
    import jinja2  # noqa: PLC0415 - most commands need no templates

    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"], default_for_string=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {name: partial(phrase, name) for name in PHRASES}
    found.filters |= {
        "paragraph": layout.paragraph,
        "capital": layout.capital,
        "cites": layout.cites,
    }
    found.globals |= {
        "style": style.STYLE,
        "style_path": style.STYLE_PATH,
        "table": layout.table,
        "WIDTH": layout.WIDTH,
    }
    return found


def phrase(name: str, *values: object, template: str = "phrases.txt") -> str:
    """Write a phrase of a template with its values, as text."""
    module = environment().get_template(template).module
    return str(getattr(module, name)(*values))


def render(template: str, **values: object) -> str:
    """Render a template; the name is relative to the folder of templates."""
    return environment().get_template(template).render(**values)


def words(template: str) -> dict[str, object]:
    """Return the values that a template sets, by name."""
    module = environment().get_template(template).module
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}
