"""What analysts see of the records of an application: rows without persons, and their graph."""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner import row_triples, rows_of, withheld, write_facts

from .asking import Asking
from .filing import document_of

if TYPE_CHECKING:
    from flask import Flask

    from reasoner import DeidentifiedRow, WorkerPool

    from .records import Records
    from .state import State

NAME: Final = "mednec-analysis"
FRESH_SECONDS: Final = 60.0
"""How old a release may be. Releases that follow each other closely could be compared."""


class Analysis:
    """The latest release of the records of one application."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: list[DeidentifiedRow] = []
        self._made_at = -FRESH_SECONDS
        self._state: tuple[str, int] | None = None
        self._asking = Asking()
        self._served: tuple[str, float] | None = None

    @staticmethod
    def of(app: Flask) -> Analysis:
        """Return the release of an application."""
        found: object = app.extensions.setdefault(NAME, Analysis())
        if not isinstance(found, Analysis):
            raise TypeError(f"the extension '{NAME}' of the application is not its analysis")
        return found

    def rows(self, state: State) -> list[DeidentifiedRow]:
        """Return the rows of the present release."""
        with self._lock:
            return self._released(state)

    def _released(self, state: State) -> list[DeidentifiedRow]:
        kept = state.records
        if kept is None or time.monotonic() - self._made_at < FRESH_SECONDS:
            return self._rows
        key = (kept.ledger.database.name, kept.ledger.size())
        if key != self._state:
            found = _all_rows(kept, state.settings.dates)
            self._rows = withheld(found, state.settings.small_cell)
            self._state = key
        self._made_at = time.monotonic()
        return self._rows

    def pool(self, state: State) -> WorkerPool:
        """Return the workers that answer queries over the knowledge and the present release."""
        with self._lock:
            rows = self._released(state)
            key = (state.knowledge.digest, self._made_at)
            if self._served is None or (
                self._served != key and (self._served[0] != key[0] or bool(rows))
            ):
                folder = Path(tempfile.mkdtemp(prefix="mednec-analysis-"))
                path = folder / "release.nq"
                write_facts(state.knowledge, path)
                with path.open("a", encoding="utf-8") as file:
                    for triple in row_triples(rows, lambda: secrets.token_hex(8)):
                        file.write(f"{triple} .\n")
                self._asking.serve(str(path))
                self._served = key
            return self._asking.pool(state)


def _all_rows(kept: Records, dates: str) -> list[DeidentifiedRow]:
    latest = {}
    after = -1
    while page := kept.ledger.entries("determination", after=after):
        for entry in page:
            if entry.body is not None:
                latest[entry.subject.rpartition(".")[0]] = entry
        after = page[-1].index
    return [row for entry in latest.values() for row in rows_of(document_of(entry), dates)]
