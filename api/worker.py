"""
A process that decides cases for the service: `python -m api.worker FOLDER CACHE SECONDS BYTES`.

It reads requests from standard input and writes answers to standard output. It has no listener, no
records and no keys. The kernel ends it when a request takes too long, and it ends itself when the
service is gone.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from pathlib import Path

from reasoner import load_knowledge

from .app import create_inner_app
from .frames import JOBS, PipeClosed, Reply, receive, send
from .settings import Settings

SPARE = 2.0
"""Seconds by which the kernel acts later than the service, in case the service is gone."""


def main(folder: str, cache: str, seconds: str, memory: str) -> None:
    """Answer requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service
    replies = os.dup(1)
    os.dup2(2, 1)
    _limit(int(memory))
    knowledge = load_knowledge(Path(folder), cache=Path(cache) if cache else None)
    app = create_inner_app(knowledge, Settings())
    client = app.test_client()
    gc.collect()
    gc.freeze()
    send(replies, Reply(status=0))
    while True:
        try:
            job = JOBS.decode(receive(0))
        except PipeClosed:
            return
        signal.setitimer(signal.ITIMER_REAL, float(seconds) + SPARE)
        answer = client.open(
            job.path,
            method=job.method,
            query_string=job.query.decode("latin-1"),
            headers=list(job.headers),
            data=job.body,
        )
        body = answer.get_data()
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(
            replies,
            Reply(status=answer.status_code, headers=tuple(answer.headers.items()), body=body),
        )
        answer.close()


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
