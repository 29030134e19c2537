"""The HTTP server: gunicorn, one process with many threads."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Final

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from .app import create_app
from .state import State

if TYPE_CHECKING:
    from flask import Flask

    from reasoner import Knowledge

    from .settings import Settings

SILENCE: Final = struct.pack("ll", 10, 0)
"""How long a client may send nothing in the middle of a request: seconds and microseconds."""


class _Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """A worker whose threads do not wait for a silent client forever."""

    def enqueue_req(self, conn: object) -> None:
        found = getattr(conn, "sock", None)
        if isinstance(found, socket.socket):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, SILENCE)
        super().enqueue_req(conn)


class _Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    def __init__(
        self, knowledge: Knowledge, settings: Settings, address: str, watch: float | None
    ) -> None:
        self.knowledge, self.settings, self.address = knowledge, settings, address
        self.watch = watch
        self.made: Flask | None = None
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": [self.address],
            "workers": 1,
            "threads": self.settings.threads,
            "worker_class": "api.server._Worker",
            "worker_connections": 2000,
            "keepalive": 15,
            "timeout": 60,
            "graceful_timeout": self.settings.grace_seconds,
            "limit_request_line": 8190,
            "limit_request_fields": 64,
            "accesslog": None,
            "loglevel": "error",
            "post_worker_init": _announce,
            "worker_exit": self._close,
            "worker_int": self._end,
            "forwarded_allow_ips": "",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application, in the process that serves."""
        self.made = create_app(self.knowledge, self.settings)
        state = State.of(self.made)
        state.pool()  # start what decides before the first request
        if self.watch is not None:
            state.watch(seconds=self.watch)
        return self.made

    def _end(self, _: object) -> None:
        if self.made is not None:
            State.of(self.made).ending = True

    def _close(self, _: object, __: object) -> None:
        if self.made is not None:
            State.of(self.made).close()


def _announce(worker: object) -> None:
    for listener in getattr(worker, "sockets", ()):
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"mednec serves on http://{shown}:{port} (Ctrl-C ends it)", flush=True)  # noqa: T201


def serve(
    knowledge: Knowledge,
    *,
    host: str,
    port: int,
    settings: Settings,
    watch: float | None = None,
) -> None:
    """
    Serve until a signal ends it; print the address when the service is ready.

    Requests in flight are answered before it ends.

    Args:
        knowledge: The knowledge base to begin with.
        host: The address to listen on.
        port: The port; 0 for a free one.
        settings: The settings of the service.
        watch: Seconds between two looks at the files of the knowledge, to use a change that loads
            without an error; None to keep what was loaded.
    """
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    _Server(knowledge, settings, address, watch).run()
