"""
A store of many letters: a folder to which one writer appends.

`index.jsonl` has a line for each letter, `letters.nt` the facts of all cases, `sources` the texts
and `audits` the audits as data.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.audits.audit import Auditor
from reasoner.audits.model import CaseAuditData
from reasoner.determinations.data import from_json, to_json
from reasoner.errors import CaseError, MednecError, StoreBusy, StoreUnreadable
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter

from .model import LetterRow
from .rows import audits_data, facts_of, letter_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reasoner.knowledge.base import Knowledge

INDEX: Final = "index.jsonl"
FACTS: Final = "letters.nt"
LOCK: Final = "writing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """
    What a build did.

    Attributes:
        added: Letters added.
        known: Letters that were in the store already, read with the same knowledge.
        failed: Letters that could not be read, each with the reason.
        recovered: True if the previous build was interrupted; its unfinished writes were removed.
    """

    added: int
    known: int
    failed: tuple[str, ...]
    recovered: bool = False


def build(files: Iterable[Path], store: Path, knowledge: Knowledge) -> Built:
    """
    Add letters to a store; a letter that cannot be read does not stop the others.

    Two copies of one letter, which have the same case number, are one letter: the first is kept.

    Args:
        files: The letters, in the order in which they are added.
        store: The folder of the store; created if it does not exist.
        knowledge: The knowledge base with which they are read and decided.

    Raises:
        StoreBusy: Another build is writing to the store.
        StoreUnreadable: The folder cannot be written, or its index is damaged.
    """
    auditor = Auditor(knowledge)
    added = known = 0
    failed: list[str] = []
    with _writing(store) as recovered:
        have = {(r.case or r.digest, r.knowledge) for r in rows(store, missing_ok=True)}
        for path in files:
            try:
                row = _add(path, store, auditor, have)
            except (CaseError, MednecError, RecursionError) as error:
                failed.append(f"{path.name}: {error}")
            else:
                added += row is not None
                known += row is None
    return Built(added=added, known=known, failed=tuple(failed), recovered=recovered)


def _add(path: Path, store: Path, auditor: Auditor, have: set[tuple[str, str]]) -> LetterRow | None:
    letter = read_letter(load_source(path), auditor.lexicon)
    number = letter.case_number.value if letter.case_number else letter.digest
    key = (number, auditor.knowledge.digest)
    if key in have:
        return None
    audits = auditor.audit(letter)
    row = letter_row(letter, audits, auditor.knowledge, file=path.name)
    pages = audits_data(letter, audits, auditor.knowledge)
    (store / "sources" / f"{row.source}.txt").write_text(letter.source, "utf-8", "surrogatepass")
    (store / "audits" / f"{row.source}.json").write_text(
        json.dumps(pages, ensure_ascii=False), "utf-8"
    )
    with (store / FACTS).open("a", encoding="utf-8") as out:
        out.writelines(f"{fact} .\n" for fact in facts_of(letter, audits))
    with (store / INDEX).open("a", encoding="utf-8") as out:
        out.write(json.dumps(to_json(row), ensure_ascii=False) + "\n")
    have.add(key)
    return row


@contextmanager
def _writing(store: Path) -> Iterator[bool]:
    """
    Lock the store for one writer; yield True if the previous build was interrupted.

    The operating system releases the lock when the process ends, for any reason. The lock file has
    text only while a build runs, so text in it shows that a build did not finish. The partial
    writes of that build are removed before the next begins.
    """
    try:
        for part in ("sources", "audits"):
            (store / part).mkdir(parents=True, exist_ok=True)
        lock = (store / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreUnreadable(f"{store}: {error.strerror or error}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(
                f"{store}: another build is writing to this store.", hint="Wait until it has ended."
            ) from error
        broken = os.fstat(lock.fileno()).st_size > 0
        if broken:
            for name in (INDEX, FACTS):
                _cut(store / name)
        lock.truncate(0)
        lock.write("A build is writing here.\n")
        lock.flush()
        yield broken
        lock.truncate(0)


def _cut(path: Path) -> None:
    """Remove a last line that was not written completely."""
    if path.exists():
        data = path.read_bytes()
        path.write_bytes(data[: data.rfind(b"\n") + 1])


def rows(store: Path, *, missing_ok: bool = False) -> list[LetterRow]:
    """
    Read the index of a store: for each letter, the row that was added last.

    Raises:
        StoreUnreadable: The folder is not a store, or a line of its index is damaged.
    """
    path = store / INDEX
    if not path.exists():
        if missing_ok:
            return []
        raise StoreUnreadable(
            f"{store}: not a store of letters.", hint="Make one with 'mednec corpus build'."
        )
    found: dict[str, LetterRow] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            row = from_json(json.loads(line), LetterRow)
            found[row.case or row.digest] = row
        except ValueError as error:
            raise StoreUnreadable(
                f"{path}, line {number}: {error}.", hint="Build the store again."
            ) from error
    return list(found.values())


def audits_of(store: Path, source: str) -> list[CaseAuditData]:
    """
    Read the audits of one letter of a store.

    Args:
        store: The folder of the store.
        source: The name of the letter in the store.

    Raises:
        StoreUnreadable: The file of the audits is missing or damaged.
    """
    path = store / "audits" / f"{source}.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        return [from_json(value, CaseAuditData) for value in found]
    except (OSError, TypeError, ValueError) as error:
        raise StoreUnreadable(
            f"{path}: {error}.", hint="Remove the store and build it again."
        ) from error


def stored_facts(store: Path) -> list[ox.Triple]:
    """
    Return the facts of all cases of a store.

    Raises:
        StoreUnreadable: The folder is not a store, or its facts are damaged.
    """
    path = store / FACTS
    if not path.is_file():
        raise StoreUnreadable(
            f"{store}: not a store of letters.", hint="Make one with 'mednec corpus build'."
        )
    try:
        return [quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES)]
    except (SyntaxError, ValueError) as error:
        raise StoreUnreadable(f"{path}: damaged.", hint="Build the store again.") from error
