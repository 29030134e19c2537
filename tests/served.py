"""A served mednec for tests: `mednec serve` on a free port of loopback, ended by its process."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SEED = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits"
TURTLE = (SEED / "case.ttl").read_bytes()
COMMAND = Path(sys.executable).parent / "mednec"


@dataclass
class Served:
    """A served mednec and its port."""

    process: subprocess.Popen[str]
    port: int
    command: Path = COMMAND

    def ask(
        self, method: str, path: str, body: Any = None, kind: str = "text/turtle", **headers: str
    ) -> tuple[int, bytes]:
        """Send a request; return the status and the body of the answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, {"Content-Type": kind, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def decide(self, body: bytes = TURTLE) -> int:
        """Return the status of a decision."""
        return self.ask("POST", "/v1/determinations", body)[0]


def start(folder: Path, **settings: str) -> Served:
    """Start `mednec serve` on a free port of loopback, without a cache of its own."""
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MEDNEC_DATABASE": str(folder / "records.db"),
            "MEDNEC_WORKERS": "1",
            **{f"MEDNEC_{name.upper()}": value for name, value in settings.items()},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            return Served(process=process, port=int(found[1]))
    raise AssertionError("the service did not start")


def end(served: Served) -> None:
    if served.process.poll() is None:
        served.process.terminate()
    served.process.wait(timeout=60)
    assert served.process.stdout is not None
    served.process.stdout.close()
