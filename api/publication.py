"""Knowledge that an admin published: kept in the ledger, used by every service that shares it."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from reasoner import errors, load_knowledge

from .observation import LOG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from reasoner import Knowledge, RecordedEntry

    from .state import State

KIND: Final = "publication"
SUBJECT: Final = "publications/knowledge"
LOOK_SECONDS: Final = 5.0
FOLDERS: Final = frozenset({"ontology", "shapes"})
ENDINGS: Final = frozenset({".ttl", ".rq", ".yaml"})


def is_knowledge_file(name: str) -> bool:
    """Return True for the path of a file that a knowledge base may contain."""
    path = PurePosixPath(name)
    parts = path.parts
    return (
        str(path) == name
        and not path.is_absolute()
        and len(parts) > 1
        and parts[0] in FOLDERS
        and parts[1] != "generated"
        and ".." not in parts
        and path.suffix in ENDINGS
        and all(part.replace("-", "").replace("_", "").replace(".", "").isalnum() for part in parts)
    )


def write_files(folder: Path, sources: Mapping[str, bytes]) -> None:
    """Write the files of a knowledge base into a folder."""
    for name, data in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def changed_sources(knowledge: Knowledge, files: Mapping[str, str | None]) -> dict[str, bytes]:
    """Return the files of a knowledge base with some replaced, added, or removed (None)."""
    found = dict(knowledge.sources)
    for name, text in files.items():
        if text is None:
            found.pop(name, None)
        else:
            found[name] = text.encode()
    return found


class Published:
    """The knowledge published in the ledger of one application, looked for now and then."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._base = state.knowledge.digest
        self._looked_at = -LOOK_SECONDS
        self._version = 0
        self._folder: Path | None = None

    @property
    def base(self) -> str:
        """The digest of the knowledge files with which the service was started."""
        return self._base

    def look(self, *, now: bool = False) -> None:
        """Use what was published since the last look; knowledge that does not load is left."""
        kept = self._state.records
        if kept is None or (not now and time.monotonic() - self._looked_at < LOOK_SECONDS):
            return
        self._looked_at = time.monotonic()
        entry = kept.ledger.latest(KIND, SUBJECT)
        if entry is None or entry.body is None or entry.version == self._version:
            return
        self._version = entry.version
        self._use(entry)

    def _use(self, entry: RecordedEntry) -> None:
        found = json.loads(entry.body or b"{}")
        if found["base"] != self._base:
            LOG.warning("published knowledge is of other files", digest=found["digest"])
            return
        folder = Path(tempfile.mkdtemp(prefix="mednec-published-"))
        write_files(folder, {name: text.encode() for name, text in found["files"].items()})
        try:
            fresh = load_knowledge(folder, cache=self._state.settings.cache)
        except errors.MednecError as error:
            LOG.warning("published knowledge refused", code=error.code)
            shutil.rmtree(folder, ignore_errors=True)
            return
        self._state.knowledge = fresh
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = folder
        LOG.warning("published knowledge in use", digest=fresh.digest)


NAME: Final = "mednec-published"


def register(app: Flask, state: State) -> None:
    """Look for published knowledge before the requests of an application."""
    found = Published(state)
    app.extensions[NAME] = found
    found.look(now=True)
    app.before_request(found.look)


def published(app: Flask) -> Published:
    """Return what looks for published knowledge."""
    found: object = app.extensions[NAME]
    if not isinstance(found, Published):
        raise TypeError(f"the extension '{NAME}' of the application is not what it published")
    return found
