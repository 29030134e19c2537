"""
Measure a served mednec in one run: decisions a second, percentiles, and memory over many requests.

    python -m benchmarks.service [REQUESTS]

The clients run in processes of their own on the same machine, so that the figures are those of the
machine, not of the service alone; read the ratios.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[1]
CASE = (ROOT / "fixtures/cases/seed-2014-spine-12-visits/case.ttl").read_bytes()
CLIENTS = (1, 8, 64)
SECONDS = 10.0
REQUESTS = 20_000


def main() -> None:
    """Start the service, measure it, and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, len(os.sched_getaffinity(0))):
            process, port = start(Path(folder), workers)
            try:
                measured(process, port, workers, count if workers > 1 else 0)
            finally:
                process.terminate()
                process.wait(timeout=60)


def start(folder: Path, workers: int) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(  # noqa: S603 - our own command
        [Path(sys.executable).parent / "mednec", "serve", "--port", "0"],
        cwd=ROOT,
        env={
            **os.environ,
            "MEDNEC_DATABASE": str(folder / f"records-{workers}.db"),
            "MEDNEC_WORKERS": str(workers),
            "MEDNEC_RATE": "",
            "MEDNEC_LOG": "false",
            "MEDNEC_QUEUE": "100",
            "MEDNEC_THREADS": "96",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            return process, int(found[1])
    raise SystemExit("the service did not start")


def measured(process: subprocess.Popen[str], port: int, workers: int, count: int) -> None:
    decide(port, 20)
    rates = {}
    for clients in CLIENTS:
        times = load(port, clients, SECONDS)
        rates[clients] = len(times) / SECONDS
        cuts = statistics.quantiles(times, n=100)
        print(
            f"{workers} processes, {clients:>2} clients: {rates[clients]:6.1f} decisions a second, "
            f"p50 {cuts[49] * 1000:6.1f} ms, p99 {cuts[98] * 1000:6.1f} ms, 0 failed"
        )
    print(f"{workers} processes, 8 clients to 1: {rates[8] / rates[1]:.2f} times the decisions")
    if count:
        warm = memory(process.pid)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: decide(port, count // 8), range(8)))
        now = memory(process.pid)
        print(
            f"memory of all processes over {count:,} decisions: {warm / 1e6:.0f} MB, then "
            f"{now / 1e6:.0f} MB: {now / warm:.3f} times"
        )


def load(port: int, clients: int, seconds: float) -> list[float]:
    """Decide with a number of clients for a time; return how long each decision took."""
    ends = time.monotonic() + seconds

    def client(_: int) -> list[float]:
        found = []
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            while time.monotonic() < ends:
                found.append(one(connection))
        return found

    with ThreadPoolExecutor(clients) as pool:
        return [value for values in pool.map(client, range(clients)) for value in values]


def decide(port: int, count: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for _ in range(count):
            one(connection)


def one(connection: http.client.HTTPConnection) -> float:
    began = time.monotonic()
    connection.request("POST", "/v1/determinations", CASE, {"Content-Type": "text/turtle"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"a decision was answered with {answer.status}")
    return time.monotonic() - began


def memory(ancestor: int) -> int:
    """Return the bytes of memory of a process and its descendants; shared pages count in part."""
    listing = subprocess.run(
        ["ps", "-eo", "pid,ppid"],  # noqa: S607 - a tool of every Linux
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    parents = {int(pid): int(ppid) for pid, ppid in (x.split() for x in listing.splitlines()[1:])}
    family = {ancestor}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    total = 0
    for pid in family:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
        except OSError:
            continue
        total += int(re.search(r"^Pss: +(\d+)", text, re.MULTILINE)[1]) * 1024  # type: ignore[index]
    return total


if __name__ == "__main__":
    main()
