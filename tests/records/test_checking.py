"""Check that any change of the database is found, and the entry named."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from reasoner.errors import LedgerDamaged, LedgerKeyDiffers, MednecError, RecordRejected
from reasoner.records.ledger.checking import check_ledger
from reasoner.records.ledger.entries import NewEntry, commit
from reasoner.records.ledger.ledger import Ledger
from reasoner.records.ledger.notes import SigningKey
from reasoner.records.ledger.retention import expired
from reasoner.records.ledger.transfer import export_lines, import_lines
from reasoner.records.ledger.tree import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = SigningKey(name="records.example.com/log", seed=bytes(range(32)))
OTHER = SigningKey(name="records.example.com/log", seed=bytes(32))
NOON = datetime(2014, 9, 19, 12, 0, tzinfo=UTC)
SIZE = 11


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(str(tmp_path / "ledger.db"), KEY)
    opened.append_all([new(n) for n in range(SIZE)])
    opened.erase(5, actor="keys/admin", recorded_at=NOON)
    yield opened
    opened.close()


def new(number: int) -> NewEntry:
    return NewEntry(
        kind="case" if number % 2 else "access",
        subject=f"cases/{number}",
        actor="keys/intake",
        recorded_at=NOON.replace(day=number + 1),
        body=f"body {number}".encode(),
        idempotency_key=str(number),
        fingerprint="f" * (number % 3),
    )


def tamper(ledger: Ledger, *statements: str) -> None:
    """Change the database as somebody would who may do anything but sign."""
    path = ledger.database.path
    assert path is not None
    ledger.close()
    with sqlite3.connect(path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount
    connection.close()


def rewritten(ledger: Ledger, index: int, body: bytes) -> list[str]:
    """Return statements that replace a body, and the commitment and the leaf with it."""
    entry = ledger.entry(index)
    assert entry.salt is not None
    commitment = commit(entry.salt, body)
    before, after = (value.hex().encode() for value in (entry.commitment, commitment))
    leaf = leaf_hash(entry.leaf.replace(before, after))
    values = {
        f"ledger_bodies SET body = x'{body.hex()}'": f"idx = {index}",
        f"ledger_entries SET commitment = x'{commitment.hex()}'": f"idx = {index}",
        f"ledger_nodes SET hash = x'{leaf.hex()}'": f"level = 0 AND position = {index}",
    }
    return [f"UPDATE {change} WHERE {where}" for change, where in values.items()]


def test_an_untouched_ledger_is_intact(ledger: Ledger) -> None:
    """Erasure by the rules is not damage."""
    report = check_ledger(ledger, [ledger.checkpoint(size) for size in range(SIZE + 2)])

    assert (report.entries, report.erased, report.problems) == (SIZE + 1, 1, ())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entries SET kind = 'letter' WHERE idx = 3",
        "UPDATE ledger_entries SET subject = 'cases/4' WHERE idx = 3",
        "UPDATE ledger_entries SET version = 1 WHERE idx = 3",
        "UPDATE ledger_entries SET actor = 'x' WHERE idx = 3",
        "UPDATE ledger_entries SET recorded_at = '2014' WHERE idx = 3",
        "UPDATE ledger_entries SET media_type = 'x' WHERE idx = 3",
        "UPDATE ledger_entries SET commitment = x'00' WHERE idx = 3",
        "UPDATE ledger_entries SET root = x'00' WHERE idx = 3",
        "UPDATE ledger_entries SET signature = zeroblob(64) WHERE idx = 3",
        "UPDATE ledger_bodies SET body = x'00' WHERE idx = 3",
        "UPDATE ledger_bodies SET salt = zeroblob(32) WHERE idx = 3",
        "DELETE FROM ledger_bodies WHERE idx = 3",
        "DELETE FROM ledger_entries WHERE idx = 3",
        "UPDATE ledger_nodes SET hash = zeroblob(32) WHERE level = 0 AND position = 3",
        "UPDATE ledger_nodes SET hash = zeroblob(32) WHERE level = 2 AND position = 0",
        "DELETE FROM ledger_nodes WHERE level = 0 AND position = 3",
    ],
)
def test_an_edited_row_is_found_and_its_entry_named(ledger: Ledger, change: str) -> None:
    """Whoever can write to the database but cannot sign leaves a trace."""
    tamper(ledger, change)

    problems = check_ledger(ledger).problems

    assert problems[0].index == 3, problems
    assert str(problems[0]).startswith("entry 3: ")


def test_an_entry_that_was_rewritten_with_its_leaf_is_named(ledger: Ledger) -> None:
    """The signed root of each entry shows where the log was changed first."""
    tamper(ledger, *rewritten(ledger, 7, b"other"))

    found = [problem.index for problem in check_ledger(ledger).problems]

    assert found == [7, 7]


def test_exchanged_entries_are_named(ledger: Ledger) -> None:
    """Order is a part of the record."""
    tamper(
        ledger,
        "UPDATE ledger_bodies SET idx = -1 WHERE idx = 3",
        "UPDATE ledger_bodies SET idx = 3 WHERE idx = 4",
        "UPDATE ledger_bodies SET idx = 4 WHERE idx = -1",
    )

    assert [problem.index for problem in check_ledger(ledger).problems] == [3, 4]


def test_a_cut_ledger_is_found_with_a_checkpoint_that_was_kept(ledger: Ledger) -> None:
    """Removed from the end with all their rows, entries show only by what left the host."""
    ledger.append_all([new(n) for n in range(SIZE, SIZE + 3)])
    kept = ledger.checkpoint()
    tamper(
        ledger,
        "DELETE FROM ledger_entries WHERE idx >= 12",
        "DELETE FROM ledger_bodies WHERE idx >= 12",
        "DELETE FROM ledger_nodes WHERE (position + 1) * (1 << level) > 12",
    )

    assert check_ledger(ledger).problems == ()
    (problem,) = check_ledger(ledger, [kept]).problems
    assert "entries 12 to 14 are missing" in str(problem)


def test_a_carelessly_cut_ledger_is_found_without_one(ledger: Ledger) -> None:
    """What is left over names the missing entry; the body that it erased is missing too."""
    tamper(ledger, "DELETE FROM ledger_entries WHERE idx >= 11")

    assert {problem.index for problem in check_ledger(ledger).problems} == {5, 11}


def test_a_log_that_was_made_anew_is_found_with_a_checkpoint(
    ledger: Ledger, tmp_path: Path
) -> None:
    """Even who holds the key cannot replace what was signed before."""
    other = Ledger.open(str(tmp_path / "other.db"), KEY)
    other.append_all([new(n) for n in range(SIZE + 1)])

    assert check_ledger(other).problems == ()
    (problem,) = check_ledger(other, [ledger.checkpoint()]).problems
    assert "the log was rewritten" in str(problem)
    other.close()


def test_a_damaged_tree_is_not_appended_to(ledger: Ledger) -> None:
    """Nothing is signed on top of what was changed."""
    tamper(ledger, "UPDATE ledger_nodes SET hash = zeroblob(32) WHERE level = 3")
    again = Ledger.open(str(ledger.database.path), KEY)

    with pytest.raises(LedgerDamaged):
        again.append(new(20))
    again.close()


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_ledger_moves_to_another_database(
    ledger: Ledger, tmp_path: Path, to: str, request: pytest.FixtureRequest
) -> None:
    """A backup restores on either database, with the same checkpoints, and goes on from there."""
    url = str(tmp_path / "copy.db")
    if to == "postgresql":
        url = request.getfixturevalue("postgres_url")
    copy = Ledger.open(url, KEY)
    lines = list(export_lines(ledger))

    assert import_lines(lines, copy) == SIZE + 1

    assert list(export_lines(copy)) == lines
    assert check_ledger(copy, [ledger.checkpoint()]).problems == ()
    assert copy.append(new(3)) == ledger.entry(3)
    assert copy.append(new(12)).index == SIZE + 1
    with pytest.raises(LedgerDamaged):
        import_lines(lines, copy)
    copy.close()


@pytest.mark.parametrize("number", range(SIZE + 3))
@pytest.mark.parametrize("fault", ["removed", "repeated", "changed", "cut"])
def test_a_backup_that_was_changed_is_refused(
    ledger: Ledger, tmp_path: Path, number: int, fault: str
) -> None:
    """A restore writes all of a backup or nothing."""
    lines = list(export_lines(ledger))
    line = lines[number]
    lines[number : number + 1] = {
        "removed": [],
        "repeated": [line, line],
        "changed": [line.replace(b'"key":"', b'"key":"x').replace(b'"actor":"', b'"actor":"x')],
        "cut": [line[:-20]],
    }[fault]
    if fault == "changed" and number == SIZE + 2:
        lines[number] = line.replace(b"12", b"11")
    copy = Ledger.open(str(tmp_path / "copy.db"), KEY)

    with pytest.raises(MednecError):
        import_lines(lines, copy)
    assert copy.size() == 0
    copy.close()


def test_a_backup_of_another_log_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    """The key of the new ledger is that of the log."""
    copy = Ledger.open(str(tmp_path / "copy.db"), OTHER)

    with pytest.raises(LedgerKeyDiffers):
        import_lines(export_lines(ledger), copy)
    with pytest.raises(RecordRejected):
        import_lines([], copy)
    copy.close()


def test_bodies_are_kept_as_long_as_their_kind_is(ledger: Ledger) -> None:
    """The day before, the day and the day after; kinds that are not named stay."""
    now = NOON.replace(day=20)

    assert expired(ledger, {"access": 15}, now) == [0, 2]
    assert expired(ledger, {"access": 16}, now) == [0, 2]
    assert expired(ledger, {"access": 17}, now) == [0]
    assert expired(ledger, {"case": 13}, now) == [1, 3]
    assert expired(ledger, {}, now) == []
