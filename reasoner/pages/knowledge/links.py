"""Links between pages: paths of the service, or relative paths between files."""

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
            here: The path of the page that contains the address.
        """


def served(path: str, here: str) -> str:
    """Return an absolute path, for a service at the root of its host."""
    del here
    page, _, anchor = path.partition("#")
    return f"/{quote(page)}" + (f"#{quote(anchor)}" if anchor else "")


def filed(path: str, here: str) -> str:
    """Return a relative path between files, valid wherever the folder is."""
    page, _, anchor = path.partition("#")
    folder = posixpath.dirname(file_name(here))
    address = quote(posixpath.relpath(file_name(page), folder or "."))
    return address + (f"#{quote(anchor)}" if anchor else "")


def file_name(path: str) -> str:
    """Return the file of a page: `ns/Case` is in `ns/Case.html`; an asset keeps its name."""
    if path == HOME:
        return "index.html"
    name = posixpath.basename(path)
    return path if name.endswith((".ttl", ".rq", ".css", ".js")) else f"{path}.html"
