"""Check `mednec ledger` and the verification of a record."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from reasoner import assessment_data, canonical_json, decide, load_case_file
from reasoner.commands.main import commands
from reasoner.errors import MednecError

if TYPE_CHECKING:
    from reasoner import Knowledge

SEED = Path(__file__).parents[2] / "fixtures/cases/seed-2014-spine-12-visits/case.ttl"


class Records:
    """A ledger in a folder, used through the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = ["--ledger", str(folder / "records.db")]
        self.key = [*self.ledger, "--key", str(folder / "key")]

    def run(self, *arguments: str, given: bytes | None = None, code: int = 0) -> str:
        """Run a command, and return its output."""
        result = CliRunner().invoke(commands, arguments, input=given)
        if isinstance(result.exception, MednecError):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    def ask(self, *arguments: str, given: bytes | None = None, code: int = 0) -> str:
        """Run a command of the ledger that needs its key."""
        return self.run("ledger", *arguments, *self.key, given=given, code=code)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    found = Records(tmp_path)
    found.ask("init", "--origin", "records.example.com/log")
    return found


@pytest.fixture(scope="module")
def body(knowledge: Knowledge) -> bytes:
    assessment = decide(load_case_file(SEED, knowledge), knowledge)
    return canonical_json(assessment_data(assessment, knowledge))


def test_the_key_is_made_once_and_for_its_owner_alone(records: Records) -> None:
    """Who runs init again gets the same ledger."""
    key = records.folder / "key"
    text = key.read_text()

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "0 entries" in records.ask("init")
    assert key.read_text() == text
    assert text.strip() not in records.run("ledger", "status", *records.ledger)


def test_a_determination_is_verified_from_its_document_alone(records: Records, body: bytes) -> None:
    """Append, print with its proof, verify with the public key; a changed figure is rejected."""
    kind = ("--kind", "determination", "--subject", "determinations/1")
    assert records.ask("append", "-", *kind, given=body) == "0\n"
    records.ask("append", "-", "--kind", "comment", "--subject", "comments/1", given=b"{}")
    document = records.folder / "determination.json"
    document.write_text(records.run("ledger", "proof", "0", *records.ledger))
    key = records.run("ledger", "status", *records.ledger).partition("public key: ")[2]
    key = key.partition("\n")[0]
    for name in records.folder.glob("records.db*"):
        name.unlink()

    assert "RECORDED: entry 0 of 2" in records.run("verify", str(document), "--key", key)
    assert "--key" in records.run("verify", str(document))
    changed = json.loads(document.read_text())
    changed["determinations"][0]["visits"]["prior"] += 1
    document.write_text(json.dumps(changed))
    assert "REJECTED" in records.run("verify", str(document), "--key", key, code=1)


def test_a_recorded_determination_replays_and_is_signed_with_its_proof(
    records: Records, body: bytes
) -> None:
    """The proof is added to a document, and changes nothing in it."""
    records.ask("append", "-", "--kind", "determination", "--subject", "d/1", given=body)
    document = records.folder / "determination.json"
    document.write_text(records.run("ledger", "proof", "0", *records.ledger))

    assert records.run("replay", str(document)).startswith("SAME")


def test_a_damaged_ledger_has_its_own_exit_code(records: Records) -> None:
    """Scripts can watch the record."""
    for number in range(3):
        what = ("--kind", "comment", "--subject", f"comments/{number}")
        records.ask("append", "-", *what, given=b"{}")
    status = records.run("ledger", "status", *records.ledger)
    note = records.folder / "checkpoint"
    note.write_text(status.partition("\n\n")[2])
    verify = ("ledger", "verify", *records.ledger, "--checkpoint", str(note))

    assert "INTACT: 3 entries" in records.run(*verify)
    backup = records.folder / "backup.jsonl.gz"
    records.run("ledger", "backup", str(backup), *records.ledger)
    what = ("--kind", "comment", "--subject", "comments/3")
    records.ask("append", "-", *what, given=b"{}")
    note.write_text(records.run("ledger", "status", *records.ledger).partition("\n\n")[2])
    for name in records.folder.glob("records.db*"):
        name.unlink()
    records.ask("restore", str(backup))

    assert "entry 3 is missing" in records.run(*verify, code=1)


def test_bodies_are_erased_by_hand_and_by_age(records: Records) -> None:
    """Both are recorded, and the ledger stays intact."""
    for kind in ("comment", "access", "case"):
        records.ask("append", "-", "--kind", kind, "--subject", "x/1", given=b"{}")

    assert "by entry 3" in records.ask("erase", "0", "--reason", "request")
    assert records.ask("retain", "--keep", "access=0") == "1 erased\n"
    assert records.ask("retain", "--keep", "access=0", "--keep", "case=9") == "0 erased\n"
    assert "INTACT: 5 entries, 2 of them" in records.run("ledger", "verify", *records.ledger)
    records.ask("retain", "--keep", "access", code=2)


def test_the_store_is_rebuilt_and_exported(records: Records) -> None:
    """The graphs come from the ledger by one command."""
    text = b'{"on":"urn:x","text":"a comment"}'
    records.ask("append", "-", "--kind", "comment", "--subject", "comments/1", given=text)
    store = ("--store", str(records.folder / "store"))

    assert "1 entries" in records.run("ledger", "rebuild", *records.ledger, *store)
    quads = records.run("ledger", "export", "--format", "nquads", *records.ledger, *store)
    assert '"a comment"' in quads
    lines = records.run("ledger", "export", *records.ledger).splitlines()
    assert [min(json.loads(line)) for line in lines] == ["form", "actor", "checkpoint"]
