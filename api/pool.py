"""
The processes that decide cases: a fixed number, each with one request at a time.

A case can be written so that deciding it takes minutes or gigabytes, and nothing within a process
can stop that. So the service hands it to a process that it can end and replace.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import ServiceUnavailable

from reasoner import errors

from .frames import REPLIES, PipeClosed, PipeLate, receive, send

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner import Knowledge

    from .frames import Job, Reply
    from .settings import Settings

START_SECONDS: Final = 120.0
HOME: Final = Path(__file__).parents[1]


class _Process:
    """One process that decides."""

    def __init__(self, folder: str, settings: Settings) -> None:
        command = [
            sys.executable,
            "-m",
            "api.worker",
            folder,
            str(settings.cache or ""),
            str(settings.decision_seconds),
            str(settings.decision_bytes),
        ]
        self.child = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=HOME,
            env=_environment(),
            start_new_session=True,
        )
        self.jobs, self.replies = _number(self.child.stdin), _number(self.child.stdout)
        self.is_ready = False

    def await_ready(self) -> None:
        if not self.is_ready:
            receive(self.replies, START_SECONDS)
            self.is_ready = True

    def end(self) -> None:
        self.child.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _number(pipe: object) -> int:
    number: object = getattr(pipe, "fileno")()  # noqa: B009 - a pipe that was asked for is there
    if not isinstance(number, int):
        raise TypeError("a pipe has no descriptor")
    return number


def _environment() -> Mapping[str, str]:
    """Give a process no variable of the service, which may hold secrets."""
    return {"PYTHONPATH": ":".join(one for one in sys.path if one), "PYTHONHASHSEED": "0"}


class Pool:
    """
    The processes of one service.

    They work on a copy of the knowledge files as the service loaded them: a file that is edited
    later changes no answer.
    """

    def __init__(self, knowledge: Knowledge, settings: Settings) -> None:
        self.settings = settings
        self.digest = knowledge.digest
        self._folder = tempfile.TemporaryDirectory(prefix="mednec-knowledge-")
        for name, data in knowledge.sources.items():
            path = Path(self._folder.name) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self._turn = threading.Condition()
        self._waiting = 0
        self._closed = False
        self._idle = deque(self._start() for _ in range(settings.workers))

    def _start(self) -> _Process:
        return _Process(self._folder.name, self.settings)

    def answer(self, job: Job) -> Reply:
        """
        Have a process answer a request.

        Raises:
            ServiceUnavailable: Too many requests wait already, or the service ends.
            CaseTooCostly: The request took too long, or too much memory.
        """
        process = self._take()
        try:
            process.await_ready()
            send(process.jobs, job)
            reply = REPLIES.decode(receive(process.replies, self.settings.decision_seconds))
        except PipeLate as error:
            self._replace(process)
            raise errors.CaseTooCostly(
                f"The case was not decided within {self.settings.decision_seconds:g} s.",
                hint="Send fewer requests, dates or courses in one case.",
            ) from error
        except PipeClosed as error:
            self._replace(process)
            raise errors.CaseTooCostly(
                "The process that decided the case ended: it used too much memory or time.",
                hint="Send fewer requests, dates or courses in one case.",
            ) from error
        except BaseException:
            self._replace(process)
            raise
        self._give(process)
        return reply

    def _take(self) -> _Process:
        with self._turn:
            if not self._idle and self._waiting >= self.settings.queue:
                raise ServiceUnavailable(
                    "All processes that decide are busy, and as many cases wait as may.",
                    retry_after=1,
                )
            self._waiting += 1
            try:
                self._turn.wait_for(lambda: self._idle or self._closed)
            finally:
                self._waiting -= 1
            if self._closed:
                raise ServiceUnavailable("The service is ending.", retry_after=5)
            process = self._idle.pop()
        if process.child.poll() is None:
            return process
        process.end()  # it ended while it waited
        return self._start()

    def _give(self, process: _Process) -> None:
        with self._turn:
            if not self._closed:
                self._idle.append(process)
                self._turn.notify()
                return
        process.end()

    def _replace(self, process: _Process) -> None:
        process.end()
        with self._turn:
            if self._closed:
                return
        self._give(self._start())

    def is_alive(self) -> bool:
        """Return True if the processes that wait for work are running."""
        with self._turn:
            return not self._closed and all(one.child.poll() is None for one in self._idle)

    def close(self) -> None:
        """End the processes."""
        with self._turn:
            self._closed = True
            idle = list(self._idle)
            self._idle.clear()
            self._turn.notify_all()
        for process in idle:
            process.end()
        self._folder.cleanup()
