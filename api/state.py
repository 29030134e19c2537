"""The state of a running service: the knowledge in use, and newer knowledge that was refused."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flask import current_app

from reasoner import errors, load_knowledge

from .observation import LOG, Metrics
from .pool import Pool

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from reasoner import Knowledge

    from .oidc import Issuer
    from .rates import Rates
    from .records import Records
    from .roles import Caller
    from .settings import Settings

FOLDERS: Final = ("ontology", "shapes")
NAME: Final = "mednec"

Signature = frozenset[tuple[str, int, int]]
"""The name, size and time of change of each file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """
    Why the present knowledge files are not in use.

    Attributes:
        code: The code of the error.
        detail: What is wrong and where.
        hint: What to do next; empty if there is nothing to add.
    """

    code: str
    detail: str
    hint: str


@dataclass(slots=True, kw_only=True)
class State:
    """
    What the requests of one application share.

    Attributes:
        knowledge: The knowledge in use; replaced as a whole, never changed.
        settings: The settings of the service.
        rates: How many requests a caller may send.
        metrics: The counters.
        refused: Why newer files are not in use; None if the files are in use.
        records: What is kept; None for a service that keeps nothing.
        issuer: Who issues tokens; None if nobody does.
        ending: True once the service was asked to end.
    """

    knowledge: Knowledge
    settings: Settings
    rates: Rates
    metrics: Metrics = field(default_factory=Metrics)
    records: Records | None = None
    issuer: Issuer | None = None
    refused: Refusal | None = None
    ending: bool = False
    _pool: Pool | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attach(self, app: Flask) -> None:
        """Make this the state of an application."""
        app.extensions[NAME] = self

    @staticmethod
    def of(app: Flask) -> State:
        """Return the state of an application."""
        found: object = app.extensions[NAME]
        if not isinstance(found, State):
            raise TypeError(f"the extension '{NAME}' of the application is not its state")
        return found

    def identify(self, credential: str) -> Caller | None:
        """Return whose credential it is; None if it is not one that is accepted now."""
        if self.records is not None and credential.startswith("mednec_"):
            return self.records.keys.identify(credential)
        return self.issuer.identify(credential) if self.issuer is not None else None

    def is_open(self) -> bool:
        """Return True if callers on loopback need no key: no admin was named yet."""
        if not self.settings.open or self.issuer is not None:
            return False
        return self.records is None or not self.records.keys.has_admin()

    def pool(self) -> Pool | None:
        """Return the processes that decide, started at the first call; None if there are none."""
        if not self.settings.workers:
            return None
        with self._lock:
            if self._pool is None or self._pool.digest != self.knowledge.digest:
                if self._pool is not None:
                    self._pool.close()
                self._pool = Pool(self.knowledge, self.settings)
            return self._pool

    def close(self) -> None:
        """End what runs apart from the requests."""
        self.ending = True
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None
        if self.records is not None:
            self.records.close()

    def renew(self) -> bool:
        """
        Load the knowledge files again, and use them if they load without an error.

        Requests in progress keep the knowledge with which they began. If loading fails, the service
        keeps the knowledge it has, and its health reports why.

        Returns:
            True if the knowledge in use is now that of the files.
        """
        try:
            fresh = load_knowledge(self.knowledge.folder, cache=self.settings.cache)
        except errors.MednecError as error:
            self.refused = Refusal(code=error.code, detail=error.message, hint=error.hint or "")
            LOG.warning("knowledge refused", code=error.code)
            return False
        self.refused = None
        if fresh.digest != self.knowledge.digest:
            self.knowledge = fresh
            LOG.warning("knowledge renewed", digest=fresh.digest)
        return True

    def watch(self, *, seconds: float) -> threading.Event:
        """
        Renew the knowledge whenever its files change.

        Args:
            seconds: The time between two looks at the files.

        Returns:
            An event that ends the watch when it is set.
        """
        ends = threading.Event()
        folder = self.knowledge.folder
        first = signature(folder)

        def look() -> None:
            last = first
            while not ends.wait(seconds):
                now = signature(folder)
                if now != last:
                    last = now
                    self.renew()

        threading.Thread(target=look, name="renewal", daemon=True).start()
        return ends


def signature(folder: Path) -> Signature:
    """Return the state of the knowledge files; a file that vanishes meanwhile is left out."""
    found = []
    for part in FOLDERS:
        for path in (folder / part).rglob("*"):
            try:
                state = path.stat()
            except OSError:
                continue
            found.append((path.as_posix(), state.st_size, state.st_mtime_ns))
    return frozenset(found)


def current() -> State:
    """Return the state of the application that answers the present request."""
    return State.of(current_app)


def knowledge_now() -> Knowledge:
    """Return the knowledge in use."""
    return current().knowledge
