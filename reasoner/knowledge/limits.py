"""Run a reasoner in a process of its own, with a limit of processor time."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Final

from reasoner.errors import ClassifierFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECONDS: Final = 300
"""Processor time; the ontology takes 8 s with the OWL API, and 50 s with the command line."""
PATIENCE: Final = 4
"""How many times that by the clock, on a machine that is busy with other things."""
STOPPED: Final = (-signal.SIGKILL, -signal.SIGXCPU)


def run_limited(
    command: Sequence[str], *, seconds: int, folder: Path | None = None
) -> tuple[int, str, str]:
    """
    Run a command and return its exit code, output and errors.

    Args:
        command: The program and its arguments.
        seconds: Processor time after which it is stopped.
        folder: The working folder; None for the present one.

    Raises:
        ClassifierFailed: It was stopped.
    """
    process = subprocess.Popen(  # noqa: S603 - a fixed command on a file of our own
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=folder,
        preexec_fn=partial(_limit_processor_time, seconds),  # noqa: PLW1509 - it makes one call and no more
    )
    try:
        output, errors = process.communicate(timeout=seconds * PATIENCE)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise _stopped(seconds * PATIENCE) from error
    if process.returncode in STOPPED:
        raise _stopped(seconds)
    return process.returncode, output, errors


def _limit_processor_time(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _stopped(seconds: int) -> ClassifierFailed:
    return ClassifierFailed(
        f"HermiT did not end within {seconds} s and was stopped; nothing was classified.",
        hint="Allow more with --seconds; state counts as data values, never as cardinalities.",
    )
