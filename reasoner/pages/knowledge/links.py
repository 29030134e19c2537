"""From one page to another: by the paths of the service, or by files that lie beside each other."""

from __future__ import annotations

import posixpath
from typing import Final, Protocol
from urllib.parse import quote

HOME: Final = "docs"


class Links(Protocol):
    """Writes the address of one page on another."""

    def __call__(self, path: str, here: str) -> str:
        """
        Return an address.

        Args:
            path: The path of a page or asset, with `#` before an anchor.
            here: The path of the page on which the address stands.
        """


def served(path: str, here: str) -> str:
    """Return an address that holds where the service answers at the root of its host."""
    del here
    page, _, anchor = path.partition("#")
    return f"/{quote(page)}" + (f"#{quote(anchor)}" if anchor else "")


def filed(path: str, here: str) -> str:
    """Return an address between files, which holds wherever the folder lies."""
    page, _, anchor = path.partition("#")
    folder = posixpath.dirname(file_name(here))
    address = quote(posixpath.relpath(file_name(page), folder or "."))
    return address + (f"#{quote(anchor)}" if anchor else "")


def file_name(path: str) -> str:
    """Return the file of a page: `ns/Case` is `ns/Case.html`; a file of its own keeps its name."""
    if path == HOME:
        return "index.html"
    name = posixpath.basename(path)
    return path if name.endswith((".ttl", ".rq", ".css", ".js")) else f"{path}.html"
