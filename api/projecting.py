"""SPARQL over the records of one application: the knowledge, and a graph for each record."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner import Projection, write_facts

from .asking import Asking

if TYPE_CHECKING:
    from flask import Flask

    from reasoner import WorkerPool

    from .state import State

NAME: Final = "mednec-projecting"
FRESH_SECONDS: Final = 2.0
"""How old the graphs may be that a query reads."""


class Projecting:
    """
    The graphs of the records of one application, brought up to the ledger before queries.

    They are in the folder or at the endpoint that the setting `store` names, else in a folder of
    this process. Queries read a copy: no query can write.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking = Asking()
        self._projection: Projection | None = None
        self._folder: Path | None = None
        self._looked_at = -FRESH_SECONDS
        self._served: tuple[str, int] | None = None

    @staticmethod
    def of(app: Flask) -> Projecting:
        """Return the graphs of an application."""
        found: object = app.extensions.setdefault(NAME, Projecting())
        if not isinstance(found, Projecting):
            raise TypeError(f"the extension '{NAME}' of the application is not its graphs")
        return found

    def pool(self, state: State) -> WorkerPool:
        """Return the workers over the knowledge in use and the records."""
        kept = state.records
        if kept is None:
            return self._asking.pool(state)
        with self._lock:
            digest = state.knowledge.digest
            stale = time.monotonic() - self._looked_at >= FRESH_SECONDS
            if self._served is None or self._served[0] != digest or stale:
                self._looked_at = time.monotonic()
                key = (digest, kept.listing.last())
                if key != self._served:
                    self._publish(state)
                    self._served = key
            return self._asking.pool(state)

    def _publish(self, state: State) -> None:
        if state.records is None:
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="mednec-records-"))
        if self._projection is None:
            place = state.settings.store or str(self._folder / "store")
            self._projection = Projection.open(place, knowledge=state.knowledge)
        self._projection.follow(state.records.ledger)
        path = self._folder / f"{time.monotonic_ns()}.nq"
        write_facts(state.knowledge, path)
        with path.open("a", encoding="utf-8") as file:
            for line in self._projection.quads():
                file.write(line if line.endswith("\n") else f"{line}\n")
        self._asking.serve(str(path))
