"""Knowledge renewed while the service runs; what cannot be loaded leaves the last good one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner import errors, load_knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

FOLDERS: Final = ("ontology", "shapes")
KNOWLEDGE: Final = "KNOWLEDGE"
REFUSED: Final = "KNOWLEDGE_REFUSED"

Signature = frozenset[tuple[str, int, int]]
"""The name, size and time of change of each file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """
    Why the files that stand there now are not in use.

    Attributes:
        code: The code of the error.
        detail: What is wrong and where.
        hint: What to do next; empty if there is nothing to add.
    """

    code: str
    detail: str
    hint: str


def signature(folder: Path) -> Signature:
    """Tell the state of the files of knowledge; a file that vanishes meanwhile is left out."""
    found = []
    for part in FOLDERS:
        for path in (folder / part).rglob("*"):
            try:
                state = path.stat()
            except OSError:
                continue
            found.append((path.as_posix(), state.st_size, state.st_mtime_ns))
    return frozenset(found)


def renew(app: Flask) -> bool:
    """
    Load the knowledge of an application anew, and use it if it is sound.

    Requests that are being answered keep the knowledge with which they began. Where loading fails,
    the application goes on with what it has, and its health says why.

    Returns:
        Whether the knowledge in use is now that of the files.
    """
    try:
        fresh = load_knowledge(app.config[KNOWLEDGE].folder)
    except errors.MednecError as error:
        app.config[REFUSED] = Refusal(code=error.code, detail=error.message, hint=error.hint or "")
        app.logger.warning("knowledge refused, the last good one stays: %s", error)
        return False
    app.config[REFUSED] = None
    if fresh.digest != app.config[KNOWLEDGE].digest:
        app.config[KNOWLEDGE] = fresh
        app.logger.warning("knowledge renewed: %s", fresh.digest)
    return True


def watch(app: Flask, *, seconds: float) -> threading.Event:
    """
    Renew the knowledge whenever its files change, looking every so many seconds.

    Args:
        app: The application.
        seconds: The time between two looks.

    Returns:
        An event that ends the watch when it is set.
    """
    ends = threading.Event()
    folder = app.config[KNOWLEDGE].folder
    first = signature(folder)

    def look() -> None:
        last = first
        while not ends.wait(seconds):
            now = signature(folder)
            if now != last:
                last = now
                renew(app)

    threading.Thread(target=look, name="renewal", daemon=True).start()
    return ends
