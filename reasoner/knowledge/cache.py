"""
A cache between runs: what was computed from the knowledge files, by the hash of what it rests on.

It holds code that is executed when it is read back, so a folder or a file that somebody else owns
or can write to is not used, and neither is a file whose bytes are not those that were written.
Where the folder cannot be made, read or written, everything is computed again, silently.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

HASH: Final = hashlib.sha256().digest_size
KEPT: Final = 8
"""The number of files of one name that are kept; those unused for longest go."""


class Cache:
    """
    Bytes by name and key.

    Args:
        folder: The folder of this user in which they are kept; None to keep nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def read(self, name: str, key: str) -> bytes | None:
        """
        Return what was kept.

        Args:
            name: What it is, such as `rules`.
            key: The hash of all that it rests on.

        Returns:
            The bytes; None where nothing usable is kept.
        """
        if self.folder is None or not _is_ours(self.folder):
            return None
        path = self._path(name, key)
        try:
            if not _is_ours(path):
                return None
            data = path.read_bytes()
        except OSError:
            return None
        content = data[HASH:]
        if _seal(name, key, content) != data[:HASH]:
            return None
        with contextlib.suppress(OSError):
            path.touch()  # what is in use is kept
        return content

    def write(self, name: str, key: str, content: bytes) -> None:
        """Keep bytes, in one step; nothing happens where they cannot be kept."""
        if self.folder is None:
            return
        path = self._path(name, key)
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _is_ours(self.folder):
                return
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
                try:
                    file.write(_seal(name, key, content) + content)
                    file.flush()
                    Path(file.name).replace(path)
                except OSError:
                    Path(file.name).unlink()
                    raise
            self._forget(name)

    def _path(self, name: str, key: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        return (self.folder or Path()) / f"{name}-{digest}.bin"

    def _forget(self, name: str) -> None:
        """Delete all but the files of a name that were used last."""
        found = sorted((self.folder or Path()).glob(f"{name}-*.bin"), key=_age, reverse=True)
        for path in found[KEPT:]:
            path.unlink()


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _seal(name: str, key: str, content: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n{key}\n".encode() + content).digest()


def _is_ours(path: Path) -> bool:
    """Return True if this user owns a file or folder, and nobody else can write to it."""
    try:
        found = path.stat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return True  # without such rights, a user's folder belongs to the user
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
