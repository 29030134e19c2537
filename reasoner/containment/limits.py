"""The limits of a worker: what one job may use before it is ended."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLimits:
    """
    What one job may use. A job that uses more is refused, and never answered in part.

    Attributes:
        seconds: Seconds by the clock from the start of a job to the end of its answer.
        memory: Bytes of address space of the process.
        sent: Bytes of a job.
        answer: Bytes of an answer.
        rows: Rows of a table, or statements of a graph.
        wait: Seconds that a job waits for a free process before it is refused as too busy.
    """

    seconds: float = 10
    memory: int = 2 << 30
    sent: int = 1 << 20
    answer: int = 16 << 20
    rows: int = 1_000_000
    wait: float = 2

    def written(self) -> str:
        """Return the limits as JSON, for the command line of a worker."""
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> WorkLimits:
        """Return the limits from their JSON."""
        return WorkLimits(**json.loads(text))
