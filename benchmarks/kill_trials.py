"""
Kill a process that writes to the ledger and the store, again and again, and count what was lost.

    python -m benchmarks.kill_trials [TRIALS [CACHE]]

Each trial forks a writer that appends entries, acknowledges each on a pipe and follows with the
store, and kills it with SIGKILL at a random moment. A second process then opens both as the
service does at its start, and looks for every acknowledged entry.

Run it in a process of its own: one that had a store open must not fork.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reasoner.records.ledger.entries import NewEntry
from reasoner.records.ledger.ledger import Ledger
from reasoner.records.ledger.notes import SigningKey
from reasoner.records.ledger.tree import verify_inclusion
from reasoner.records.store.names import graph_of
from reasoner.records.store.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Callable

    from reasoner import Knowledge

KEY = SigningKey(name="bench.example/kill-trials", seed=bytes(32))
NOON = datetime(2014, 9, 19, 12, 0, tzinfo=UTC)
WIDTH = 8
SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    What the trials gave.

    Attributes:
        trials: The number of writers that were killed.
        acknowledged: The entries that they acknowledged.
        lost: The acknowledged entries that were missing afterwards, from the ledger or the store.
        failed: The openings after a kill that needed a hand.
    """

    trials: int
    acknowledged: int
    lost: int
    failed: int


def run_trials(
    folder: Path, knowledge: Knowledge, body: bytes, *, trials: int, seed: int = 1
) -> Result:
    """
    Run trials on one ledger and store, which grow from trial to trial.

    Args:
        folder: An empty folder.
        knowledge: The knowledge base.
        body: The body of the larger entries: a determination in JSON.
        trials: How many writers to kill.
        seed: The seed of the moments at which they are killed.
    """
    moments = random.Random(seed)  # noqa: S311 - moments, not secrets
    acknowledged: set[int] = set()
    failed = 0
    lost: set[int] = set()
    for trial in range(trials):
        found = _killed(
            lambda out, trial=trial: _write(folder, knowledge, body, trial, out),
            after=moments.uniform(0, 0.15),
        )
        acknowledged |= set(found)
        wanted = sorted(acknowledged)
        answer = _answers(lambda out, wanted=wanted: _check(folder, knowledge, wanted, out))
        if answer is None:
            failed += 1
        else:
            lost |= set(answer)
    return Result(trials=trials, acknowledged=len(acknowledged), lost=len(lost), failed=failed)


def _write(folder: Path, knowledge: Knowledge, body: bytes, trial: int, out: int) -> None:
    """Append and follow for ever; write the index of each entry once it is acknowledged."""
    ledger = Ledger.open(str(folder / "ledger.db"), KEY)
    projection = Projection.open(str(folder / "store"), knowledge=knowledge)
    number = 0
    while True:
        number += 1
        large = number % 5 == 0
        entry = ledger.append(
            NewEntry(
                kind="determination" if large else "comment",
                subject=f"{'determinations' if large else 'comments'}/{trial}-{number}",
                actor="keys/bench",
                recorded_at=NOON,
                body=body if large else b'{"text":"a comment"}',
            )
        )
        os.write(out, entry.index.to_bytes(WIDTH, "big"))
        projection.follow(ledger)


def _check(folder: Path, knowledge: Knowledge, acknowledged: list[int], out: int) -> None:
    """Open what a killed writer left, follow, and write the indexes of what is missing."""
    ledger = Ledger.open(str(folder / "ledger.db"), KEY)
    projection = Projection.open(str(folder / "store"), knowledge=knowledge)
    projection.follow(ledger)
    size = ledger.size()
    position = projection.position()
    assert size == 0 or (position is not None and position.size == size)
    rows = projection.place.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    graphs = {row["g"] for row in rows}
    head = ledger.checkpoint()
    for index in acknowledged:
        held = index < size
        if held:
            entry = ledger.entry(index)
            proof = ledger.inclusion(index, size)
            held = verify_inclusion(entry.leaf_hash, index, size, proof, head.root)
            held &= graph_of(entry.kind, entry.subject).value in graphs
        if not held:
            os.write(out, index.to_bytes(WIDTH, "big"))
    projection.close()
    ledger.close()


def _killed(work: Callable[[int], None], *, after: float) -> list[int]:
    """Run work, kill it a while after its first acknowledgement, and return all it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(work, reading, writing)
    os.close(writing)
    select.select([reading], [], [], SECONDS)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return _numbers(_rest(reading))


def _answers(work: Callable[[int], None]) -> list[int] | None:
    """Run work in a process to its end; return what it wrote, None if it failed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(work, reading, writing)
    os.close(writing)
    data = _rest(reading)
    _, status = os.waitpid(child, 0)
    return _numbers(data) if status == 0 else None


def _child(work: Callable[[int], None], reading: int, writing: int) -> None:
    os.close(reading)
    code = 1
    try:
        work(writing)
        code = 0
    except BaseException:  # noqa: BLE001 - the parent counts it
        traceback.print_exc()
    finally:
        os._exit(code)


def _rest(reading: int) -> bytes:
    data = b""
    while part := os.read(reading, 65536):
        data += part
    os.close(reading)
    return data


def _numbers(data: bytes) -> list[int]:
    whole = len(data) - len(data) % WIDTH
    return [int.from_bytes(data[at : at + WIDTH], "big") for at in range(0, whole, WIDTH)]


def main(trials: str = "400", cache: str = "") -> None:
    """Run the trials on the seed case, and print what was lost."""
    from reasoner import assessment_data, canonical_json, decide, load_case_file, load_knowledge

    knowledge = load_knowledge(cache=Path(cache) if cache else None)
    seed = load_case_file(Path("fixtures/cases/seed-2014-spine-12-visits/case.ttl"), knowledge)
    body = canonical_json(assessment_data(decide(seed, knowledge), knowledge))
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        result = run_trials(Path(folder), knowledge, body, trials=int(trials))
        took = time.monotonic() - started
    print(
        f"{result.trials} kills, {result.acknowledged} acknowledged, {result.lost} lost, "
        f"{result.failed} openings that needed a hand, {took:.0f} s"
    )
    sys.exit(1 if result.lost or result.failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:3])
