"""
Measure SPARQL in one run: the protocol against the raw engine, and decisions under attack.

    python -m benchmarks.sparql [COPIES]

The records of the fixtures are copied under other names, 18 determinations a copy, into a store on
disk. Ten queries of the library are asked of it by the engine in this process and over HTTP.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
from werkzeug.serving import WSGIRequestHandler, make_server

from api import create_app
from api.asking import NAME, Asking
from reasoner import load_knowledge, named_queries
from tests.records_dataset import record_quads
from tests.sparql.test_hostile_queries import DEEP, RUNAWAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from reasoner import Knowledge

ROOT = Path(__file__).parents[1]
CASE = (ROOT / "fixtures/cases/seed-2014-spine-12-visits/case.ttl").read_bytes()
TEN = (
    "how-are-requests-decided",
    "how-are-treatments-decided",
    "how-often-is-a-denial-overturned",
    "what-does-the-law-find",
    "which-decisions-override-the-recommendation",
    "which-denials-would-one-document-have-turned",
    "which-facts-are-missing-most-often",
    "which-outcomes-turn-on-an-open-fact",
    "which-rows-govern-most-often",
    "which-unseen-rows-carry-most-weight",
)
ROUNDS = 5
SECONDS = 8.0
CASES = "https://w3id.org/mednec/case/"
RECORDS = "https://w3id.org/mednec/records/"
SPARQL = "application/sparql-query"


class Silent(WSGIRequestHandler):
    """Serves without a log."""

    def log(self, *_: object) -> None:
        """Write nothing."""


def main() -> None:
    """Build the store, measure, and print the two tables."""
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    knowledge = load_knowledge(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        size = fill(store, knowledge, copies)
        print(f"{copies * 18:,} determinations, {size:,} quads on disk")
        against_the_engine(store, knowledge)
    under_attack()


def fill(store: Path, knowledge: Knowledge, copies: int) -> int:
    lines = [f"{quad} .\n" for quad in record_quads(knowledge)]
    shared = [line for line in lines if RECORDS not in line]
    copied = "".join(line for line in lines if RECORDS in line)
    opened = ox.Store(str(store))
    opened.bulk_load("".join(shared).encode(), format=ox.RdfFormat.N_QUADS)
    for number in range(copies):
        text = copied.replace(f"<{CASES}", f"<{CASES}{number}-")
        text = re.sub(rf"<{RECORDS}(\w+)/", rf"<{RECORDS}\g<1>/{number}-", text)
        opened.bulk_load(text.encode(), format=ox.RdfFormat.N_QUADS)
    opened.optimize()
    opened.flush()
    return len(opened)


def against_the_engine(store: Path, knowledge: Knowledge) -> None:
    app = create_app(knowledge)
    asking = Asking()
    app.extensions[NAME] = asking
    with app.app_context():
        asking.serve(str(store))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    raw = ox.Store.read_only(str(store))
    library = named_queries(knowledge)
    engine_all = protocol_all = 0.0
    for name in TEN:
        text = library[name].asked({})
        ours, theirs = [], []
        for _ in range(ROUNDS):
            taken, body = timed(lambda text=text: engine(raw, text))
            theirs.append(taken)
            taken, other = timed(lambda text=text: protocol(server.server_port, text))
            ours.append(taken)
            assert sorted(body) == sorted(other)
        engine_all += statistics.median(theirs)
        protocol_all += statistics.median(ours)
        ratio = statistics.median(ours) / statistics.median(theirs)
        print(
            f"{name:<48} engine {statistics.median(theirs) * 1000:8.1f} ms, "
            f"protocol {statistics.median(ours) * 1000:8.1f} ms, {ratio:.2f} times"
        )
    print(f"ten queries: the protocol takes {protocol_all / engine_all:.2f} times the engine")
    point = [timed(lambda: protocol(server.server_port, "ASK {}"))[0] for _ in range(200)]
    print(f"ASK over HTTP: p50 {statistics.median(point) * 1000:.1f} ms")
    server.shutdown()
    asking.close()


def timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    began = time.perf_counter()
    body = work()
    return time.perf_counter() - began, body


def engine(store: ox.Store, text: str) -> bytes:
    found = store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return found.serialize(format=ox.QueryResultsFormat.JSON) or b""


def protocol(port: int, text: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/sparql", text.encode(), {"Content-Type": SPARQL})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, body
    return body


def under_attack() -> None:
    """Print the p99 of decisions, quiet and while hostile queries run in a circle."""
    hostile = [*RUNAWAYS.values(), *DEEP.values()]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [Path(sys.executable).parent / "mednec", "serve", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "MEDNEC_RATE": "", "MEDNEC_WORKERS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = next(filter(None, (re.search(r":(\d+)\b", line) for line in process.stdout)))
        port = int(found[1])
        decisions(port, 2.0)
        quiet = decisions(port, SECONDS)
        ends = threading.Event()
        refused: list[int] = []
        attackers = [
            threading.Thread(target=attack, args=(port, hostile[start:], ends, refused))
            for start in (0, len(hostile) // 2)
        ]
        for attacker in attackers:
            attacker.start()
        attacked = decisions(port, SECONDS * 2)
        ends.set()
        for attacker in attackers:
            attacker.join()
    finally:
        process.terminate()
        process.wait(timeout=60)
    print(f"hostile queries: {len(refused)} answered, with {sorted(set(refused))}")
    print(
        f"decisions, quiet: p50 {cut(quiet, 50):.0f} ms, p99 {cut(quiet, 99):.0f} ms; attacked: "
        f"p50 {cut(attacked, 50):.0f} ms, p99 {cut(attacked, 99):.0f} ms, 0 of "
        f"{len(attacked)} failed; p99 {cut(attacked, 99) / cut(quiet, 99):.2f} times"
    )


def cut(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1] * 1000


def decisions(port: int, seconds: float) -> list[float]:
    times = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/v1/determinations", CASE, {"Content-Type": "text/turtle"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 200
        times.append(time.perf_counter() - began)
    return times


def attack(port: int, hostile: list[str], ends: threading.Event, refused: list[int]) -> None:
    while not ends.is_set():
        for text in hostile:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("POST", "/sparql", text.encode(), {"Content-Type": SPARQL})
            refused.append(connection.getresponse().status)
            connection.close()
            if ends.is_set():
                return


if __name__ == "__main__":
    main()
