"""All pages as files in one folder, readable with or without a web server."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from reasoner.errors import FolderInUse

from .links import file_name, filed

if TYPE_CHECKING:
    from pathlib import Path

    from .documentation import Documentation

MARK: Final = "made-by-mednec.txt"


def write_site(doc: Documentation, folder: Path) -> int:
    """
    Write all pages into a folder; files of an earlier run are removed first.

    The same knowledge gives the same bytes.

    Returns:
        The number of pages.

    Raises:
        FolderInUse: The folder contains other files, or is on a disk that ignores the case of
            names.
    """
    make_room(folder)
    digest = doc.digest
    _write(folder / MARK, f"Documentation of the knowledge base {digest}\n")
    for page in doc.pages.values():
        _write(folder / file_name(page.path), doc.html(page, links=filed))
        for form in page.forms:
            if form != "jsonld":
                _write(folder / f"{page.path}.{form}", doc.text(page, form))
    for name, text in doc.assets.items():
        _write(folder / "docs" / name, text)
    return len(doc.pages)


def make_room(folder: Path) -> None:
    """
    Make an empty folder; remove the files of an earlier run.

    Raises:
        FolderInUse: It contains other files.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise FolderInUse(
                f"{folder} contains files that this command did not write.",
                hint="Name a new or empty folder.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise FolderInUse(
            f"{path} exists already: this disk ignores the case of file names.",
            hint="Use a disk that distinguishes names such as Request and request.",
        ) from error
