"""
Measure the ledger in one run: appends against bare inserts, proofs against pymerkle.

    python -m benchmarks.ledger [ENTRIES]

Appends alternate with inserts of the same body into a table of the same SQLite settings, so that
the disk is as busy for one as for the other.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pymerkle import SqliteTree

from reasoner.records.ledger.entries import NewEntry
from reasoner.records.ledger.ledger import Ledger
from reasoner.records.ledger.notes import SigningKey
from reasoner.records.ledger.tree import verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = SigningKey(name="bench.example/ledger", seed=bytes(32))
BODY = bytes(range(256)) * 24
NOON = datetime(2014, 9, 19, 12, 0, tzinfo=UTC)


def timed(work: Callable[[], object]) -> float:
    """Return how long work takes, in milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def line(name: str, times: list[float], base: float) -> None:
    """Print the median, the 99th percentile, and the ratio of the median to a base."""
    middle, worst = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"{name:<34}{middle:>9.3f} ms{worst:>9.3f} ms{middle / base:>8.2f}")


def main(entries: int = 2000) -> None:
    """Append, prove and compare."""
    bare: list[float] = []
    ours: list[float] = []
    theirs: list[float] = []
    proofs: list[float] = []
    others: list[float] = []
    with (
        tempfile.TemporaryDirectory() as name,
        closing(Ledger.open(f"{name}/ledger.db", KEY)) as ledger,
        closing(sqlite3.connect(f"{name}/bare.db", isolation_level=None)) as table,
        closing(SqliteTree(str(Path(name) / "pymerkle.db"))) as tree,
    ):
        table.execute("PRAGMA journal_mode = WAL")
        table.execute("PRAGMA synchronous = FULL")
        table.execute("CREATE TABLE bodies (body BLOB)")
        for number in range(entries):
            new = NewEntry(
                kind="case",
                subject=f"cases/{number}",
                version=1,
                actor="keys/bench",
                recorded_at=NOON,
                body=BODY,
                idempotency_key=str(number),
            )
            bare.append(timed(lambda: table.execute("INSERT INTO bodies VALUES (?)", (BODY,))))
            ours.append(timed(lambda new=new: ledger.append(new)))
            theirs.append(timed(lambda: tree.append_entry(BODY)))
        size, head = ledger.size(), ledger.checkpoint()
        for index in range(0, size, 4):
            leaf = ledger.entry(index).leaf_hash
            proofs.append(timed(lambda index=index: ledger.inclusion(index, size)))
            proof = ledger.inclusion(index, size)
            assert verify_inclusion(leaf, index, size, proof, head.root)
        held = tree.get_size()
        for index in range(1, held + 1):
            others.append(timed(lambda index=index: tree.prove_inclusion(index, held)))
    base = statistics.median(bare)
    print(f"{'':<34}{'p50':>12}{'p99':>12}{'ratio':>8}")
    line("insert into a bare table", bare, base)
    line("append to the ledger", ours, base)
    line("append to pymerkle", theirs, base)
    line(f"inclusion proof in {size}", proofs, base)
    line(f"inclusion proof of pymerkle in {held}", others, base)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
