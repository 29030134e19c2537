"""A pool of warm workers for one task: killed on trouble, replaced at once, never shared."""

from __future__ import annotations

import atexit
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.errors import WorkerBusy, WorkerFailed, WorkerUnsafe, WorkStopped

from .frames import LENGTHS, Header, framed, header_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .limits import WorkLimits

PROGRAM: Final = Path(__file__).with_name("worker.py")
START: Final = 20.0
"""Seconds that a worker may take to start."""
PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """
    What a worker answered.

    Attributes:
        header: What the answer says about itself.
        body: The whole answer.
    """

    header: Header
    body: bytes


class Dead(Exception):
    """The worker closed its output."""


class Worker:
    """One process that does one job at a time."""

    def __init__(self, task: str, argument: str, limits: WorkLimits) -> None:
        """Start the process; it is not ready before `greet` returns."""
        self.argument = argument
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", str(PROGRAM), task, argument, limits.written()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"MALLOC_ARENA_MAX": "2", "LC_ALL": "C.UTF-8"},
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise WorkerFailed("A worker has no pipes.")
        self.into, self.out = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self.into, False)
        os.set_blocking(self.out, False)

    def greet(self) -> Header:
        """
        Wait until the worker is ready.

        Raises:
            WorkerFailed: It ended, or did not start in time.
        """
        try:
            return self.exchange(b"", START, PIECE).header
        except (Dead, TimeoutError) as error:
            self.kill()
            raise WorkerFailed(
                f"A worker did not start (exit {self.process.returncode})."
            ) from error

    def exchange(self, message: bytes, seconds: float, most: int) -> Done:
        """
        Send a message and read the answer to it.

        Args:
            message: A framed message; empty to only read.
            seconds: The time for both.
            most: The largest number of bytes of an answer.

        Raises:
            TimeoutError: The time is over.
            Dead: The worker ended.
        """
        until = time.monotonic() + seconds
        left, answer, wanted = memoryview(message), bytearray(), LENGTHS.size
        with selectors.DefaultSelector() as ready:
            ready.register(self.out, selectors.EVENT_READ)
            if left:
                ready.register(self.into, selectors.EVENT_WRITE)
            while len(answer) < wanted:
                for key, _ in ready.select(max(0.0, until - time.monotonic())):
                    if key.fd == self.into:
                        left = left[self._send(left) :]
                        if not left:
                            ready.unregister(self.into)
                        continue
                    piece = os.read(self.out, PIECE)
                    if not piece:
                        raise Dead
                    answer += piece
                    if wanted == LENGTHS.size and len(answer) >= wanted:
                        wanted += sum(LENGTHS.unpack_from(answer))
                        if wanted > most + PIECE:
                            raise Dead
                if time.monotonic() > until and len(answer) < wanted:
                    raise TimeoutError
        head, _ = LENGTHS.unpack_from(answer)
        start = LENGTHS.size + head
        return Done(
            header=header_of(bytes(answer[LENGTHS.size : start])), body=bytes(answer[start:])
        )

    def _send(self, part: memoryview) -> int:
        try:
            return os.write(self.into, part[:65536])
        except BrokenPipeError as error:
            raise Dead from error

    def kill(self) -> int:
        """End the process and return its exit code."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()
        return code


class WorkerPool:
    """
    Workers of one task over one argument.

    One thread of the pool starts all workers, so that they end with this process and not with the
    thread that happened to ask. Use a pool only in the process that made it.
    """

    def __init__(
        self,
        *,
        task: str,
        argument: str,
        limits: WorkLimits,
        size: int = 2,
        spare: int = 1,
        alone: bool = True,
    ) -> None:
        """
        Describe a pool; its workers start with the first job, or with `start`.

        Args:
            task: The module of the task.
            argument: What each worker prepares.
            limits: The limits of each job.
            size: How many jobs run at once.
            spare: Warm workers beyond those, ready when one is ended.
            alone: True to refuse to work where the network cannot be taken away.
        """
        self.task, self.limits, self.size, self.alone = task, limits, size, alone
        self._enough = size + spare
        self._argument = argument
        self._idle: deque[Worker] = deque()
        self._state = threading.Condition()
        self._running = self._made = self._replaced = 0
        self._keeper: threading.Thread | None = None
        self._closed = False
        self._unsafe = ""
        self._failed: WorkerFailed | None = None

    def start(self) -> None:
        """Start the workers, if they are not started."""
        with self._state:
            if self._keeper is None and not self._closed:
                self._keeper = threading.Thread(
                    target=self._keep, name=f"keeper of {self.task}", daemon=True
                )
                self._keeper.start()
                atexit.register(self.close)

    def publish(self, argument: str) -> None:
        """
        Let later jobs run over another argument, such as a newer store.

        Jobs in progress end over the old one.
        """
        with self._state:
            self._argument = argument
            old = [w for w in self._idle if w.argument != argument]
            for worker in old:
                self._idle.remove(worker)
            self._made -= len(old)
            self._state.notify_all()
        for worker in old:
            worker.kill()

    def do(self, header: Mapping[str, object], body: bytes) -> Done:
        """
        Do one job.

        Args:
            header: What the task is asked.
            body: The bytes that it works on.

        Raises:
            WorkerBusy: No worker became free in time.
            WorkerUnsafe: The network cannot be taken away from workers here.
            WorkStopped: The job exceeded a limit and its worker was ended.
            WorkerFailed: Workers do not start.
        """
        self.start()
        worker = self._take()
        well = False
        try:
            done = worker.exchange(framed(header, body), self.limits.seconds, self.limits.answer)
            well = done.header.get("refused") != "memory"
        except TimeoutError as error:
            raise WorkStopped(
                f"It ran longer than {self.limits.seconds:g} s and was stopped."
            ) from error
        except Dead as error:
            raise self._explained(worker) from error
        finally:
            self._give_back(worker, well=well)
        return done

    @property
    def replaced(self) -> int:
        """How many workers were ended and replaced because of a job."""
        return self._replaced

    def close(self) -> None:
        """End all workers that are idle; one that is busy ends after its job."""
        with self._state:
            self._closed = True
            idle, self._idle = list(self._idle), deque()
            self._state.notify_all()
        for worker in idle:
            worker.kill()
        atexit.unregister(self.close)

    def _explained(self, worker: Worker) -> WorkStopped:
        code = worker.kill()
        if -code == signal.SIGXCPU:
            return WorkStopped("It used more than its share of processor time and was stopped.")
        if -code == signal.SIGSEGV:
            return WorkStopped("It is nested too deeply, or too long, and was stopped.")
        if code > 0:
            return WorkStopped("Its process ended with an error of the library that it ran.")
        return WorkStopped("It used more than its share of memory and was stopped.")

    def _take(self) -> Worker:
        until = time.monotonic() + self.limits.wait
        with self._state:
            while True:
                if self._unsafe and self.alone:
                    raise WorkerUnsafe(
                        f"The network cannot be taken away from workers here: {self._unsafe}.",
                        hint="Install libseccomp, and run on Linux.",
                    )
                if self._closed:
                    raise WorkerFailed("The pool is closed.")
                if self._idle and self._running < self.size:
                    self._running += 1
                    return self._idle.pop()
                if self._failed is not None:
                    failed, self._failed = self._failed, None
                    self._state.notify_all()
                    raise failed
                left = until - time.monotonic()
                if self._made <= self._running and self._running < self.size:
                    left += START  # the first workers are still starting
                if left <= 0:
                    raise WorkerBusy(
                        f"All {self.size} workers are busy.", hint="Ask again in a moment."
                    )
                self._state.wait(left)

    def _give_back(self, worker: Worker, *, well: bool) -> None:
        with self._state:
            self._running -= 1
            keep = well and not self._closed and worker.argument == self._argument
            if keep:
                self._idle.append(worker)
            else:
                self._made -= 1
                self._replaced += not well
            self._state.notify_all()
        if not keep:
            worker.kill()

    def _keep(self) -> None:
        """Start workers until there are enough, again and again."""
        while True:
            with self._state:
                while not self._closed and (self._made >= self._enough or self._failed is not None):
                    self._state.wait()
                if self._closed:
                    return
                argument = self._argument
            try:
                worker = Worker(self.task, argument, self.limits)
                hello = worker.greet()
            except (WorkerFailed, OSError) as error:
                with self._state:
                    self._failed = (
                        error if isinstance(error, WorkerFailed) else WorkerFailed(str(error))
                    )
                    self._state.notify_all()
                continue
            with self._state:
                self._unsafe = str(hello.get("open", ""))
                keep = argument == self._argument and not self._closed
                if keep:
                    self._idle.append(worker)
                    self._made += 1
                self._state.notify_all()
            if not keep:
                worker.kill()
