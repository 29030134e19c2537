"""
The program of a worker: it limits itself, then does one job after another from standard input.

It is started with `exec`, never by a fork, with the name of its task and what that task is to
prepare, such as the folder of a store. It ends when its input ends.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from reasoner.containment.confine import close_off, limit, limit_processor
from reasoner.containment.frames import Header, Refused, framed, read_message
from reasoner.containment.limits import WorkLimits

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

Job = tuple[Header, bytes]
"""What a message says about its bytes, and the bytes."""


class Task(Protocol):
    """A module with one kind of work."""

    def prepare(self, argument: str) -> Callable[[Header, bytes, WorkLimits], Job]:
        """Open what the work needs, before this process is closed off; return the work."""


def main(name: str, argument: str, limits: WorkLimits) -> int:
    """
    Prepare, close off, and work until the input ends.

    Args:
        name: The module of the task.
        argument: What the task prepares from.
        limits: The limits of each job.
    """
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    limit(limits.memory)
    task: Task = import_module(name)
    work = task.prepare(argument)
    answer({"ready": True, "open": close_off()}, b"", answers)
    while (job := read_message(jobs)) is not None:
        limit_processor(limits.seconds)
        began = time.perf_counter()
        try:
            header, body = work(*job, limits)
        except Refused as error:
            header, body = {"refused": error.kind, "why": str(error)}, b""
        except MemoryError:
            header, body = {"refused": "memory", "why": ""}, b""
        answer({"seconds": time.perf_counter() - began, **header}, body, answers)
    return 0


def answer(header: Header, body: bytes, stream: BinaryIO) -> None:
    """Write one answer."""
    stream.write(framed(header, body))
    stream.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], WorkLimits.read(sys.argv[3])))
