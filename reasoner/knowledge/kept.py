"""Loaded knowledge kept between runs: everything that follows from the files, by their hash."""

from __future__ import annotations

import gc
import hashlib
import pickle
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .cache import Cache

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "knowledge"
CODE: Final = Path(__file__).parents[1]
ROOMS: Final = ("kernel", "knowledge")
"""The rooms whose code decides what follows from the files."""


def key_of(sources: Mapping[str, bytes]) -> str:
    """
    Hash all that loaded knowledge rests on: its files, our code, Python, and the RDF library.

    Args:
        sources: The bytes of each file of the knowledge base, by path.
    """
    total = hashlib.sha256(f"{sys.version} {version('pyoxigraph')}\n".encode())
    code = [path for room in ROOMS for path in (CODE / room).rglob("*.py")]
    for name, data in sorted(
        [
            *sources.items(),
            *((path.relative_to(CODE).as_posix(), path.read_bytes()) for path in code),
        ]
    ):
        total.update(f"{name}\n".encode())
        total.update(hashlib.sha256(data).digest())
    return total.hexdigest()


def read_kept(folder: Path | None, key: str) -> object:
    """
    Return the knowledge that was kept.

    Args:
        folder: The cache folder; None for no cache.
        key: What `key_of` returned.

    Returns:
        The knowledge; None where nothing usable is kept.
    """
    content = Cache(folder).read(NAME, key)
    if content is None:
        return None
    collects = gc.isenabled()
    gc.disable()  # nothing of what is read is garbage, and there is much of it
    try:
        return pickle.loads(content)  # noqa: S301 - the cache is this user's own, and sealed
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is made anew
        return None
    finally:
        if collects:
            gc.enable()


def keep(folder: Path | None, key: str, knowledge: object) -> None:
    """Keep loaded knowledge, where there is a cache."""
    if folder is not None:
        Cache(folder).write(NAME, key, pickle.dumps(knowledge, protocol=5))
