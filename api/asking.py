"""The processes that answer queries for one application, and the store that they read."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import current_app

from reasoner import QUERY_TASK, WorkerPool, WorkLimits, write_facts

from .access import caller
from .roles import ANALYZE, READ
from .state import State

if TYPE_CHECKING:
    from flask import Flask

NAME: Final = "mednec-asking"
LIMITS: Final = WorkLimits(seconds=10, memory=1 << 30, answer=16 << 20, rows=200_000, wait=2)
SIZE: Final = 2
"""Queries that run at once; they never take a process that decides cases."""


class Asking:
    """
    The pool of one application.

    It follows the knowledge in use: a newer one is written next to the old one, and the pool moves
    to it as its workers become free.
    """

    def __init__(self, *, limits: WorkLimits = LIMITS, size: int = SIZE) -> None:
        self.limits, self.size = limits, size
        self._lock = threading.Lock()
        self._pool: WorkerPool | None = None
        self._digest = ""
        self._folder: Path | None = None

    @staticmethod
    def of(app: Flask) -> Asking:
        """Return the queries of an application."""
        found: object = app.extensions.setdefault(NAME, Asking())
        if not isinstance(found, Asking):
            raise TypeError(f"the extension '{NAME}' of the application is not its queries")
        return found

    def pool(self, state: State) -> WorkerPool:
        """Return the workers over the knowledge in use."""
        knowledge = state.knowledge
        with self._lock:
            if self._pool is None or self._digest != knowledge.digest:
                if self._folder is None:
                    self._folder = Path(tempfile.mkdtemp(prefix="mednec-queries-"))
                    atexit.register(self.close)
                path = self._folder / f"{knowledge.digest}.nq"
                write_facts(knowledge, path)
                self._digest = knowledge.digest
                self._move(str(path))
            if self._pool is None:
                raise TypeError("a pool was not made")
            return self._pool

    def serve(self, argument: str) -> None:
        """Ask another store from now on: a folder, or a file of N-Quads (for tests)."""
        with self._lock:
            self._digest = State.of(current_app).knowledge.digest
            self._move(argument)

    def _move(self, argument: str) -> None:
        if self._pool is None:
            self._pool = WorkerPool(
                task=QUERY_TASK, argument=argument, limits=self.limits, size=self.size
            )
        else:
            self._pool.publish(argument)
        self._pool.start()

    def close(self) -> None:
        """End the workers and remove their files."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None


def query_pool() -> WorkerPool:
    """
    Return the workers that answer queries for the present request.

    An analyst asks the records without persons: a store of its own, not a filter. Who may read
    cases asks the records too; others ask the knowledge alone.
    """
    who = caller()
    if who.may(ANALYZE) and not who.may(READ):
        from .analysis import Analysis  # noqa: PLC0415 - it is made of this module

        return Analysis.of(current_app).pool(State.of(current_app))
    if who.may(READ) and State.of(current_app).records is not None:
        from .projecting import Projecting  # noqa: PLC0415 - it is made of this module

        return Projecting.of(current_app).pool(State.of(current_app))
    return Asking.of(current_app).pool(State.of(current_app))
