"""
A whole ledger as JSON Lines: for backups, for another database, and for other programs.

The first line states the form and the public key, each further line an entry with all that its
proof needs, and the last one the signed checkpoint. What is read back is checked line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import sqlalchemy as sa

from reasoner.determinations.data import Model
from reasoner.errors import LedgerDamaged, LedgerKeyDiffers, RecordRejected

from .entries import RecordedEntry, commit
from .ledger import HEADER, insert_entry
from .notes import VerifyingKey, checkpoint_text, read_checkpoint
from .schema import BODIES, ENTRIES
from .tree import fold, grow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .ledger import Ledger

Line = TypeVar("Line", bound=Model)
FORM: Final = "mednec-ledger-1"
LAST: Final = b'{"checkpoint"'
PAGE: Final = 100
ROWS: Final = (
    sa.select(
        *HEADER,
        ENTRIES.c.root,
        ENTRIES.c.signature,
        BODIES.c.salt,
        BODIES.c.fingerprint,
        BODIES.c.body,
    )
    .select_from(ENTRIES.outerjoin(BODIES, BODIES.c.idx == ENTRIES.c.idx))
    .order_by(ENTRIES.c.idx)
    .limit(PAGE)
)


class HeadLine(Model, frozen=True, kw_only=True):
    """The first line: the form of the file, and the public key of the log."""

    form: str
    key: str


class EntryLine(Model, frozen=True, kw_only=True, omit_defaults=True):
    """An entry; bytes are in base64, and what was erased is left out."""

    index: int
    kind: str
    subject: str
    version: int
    actor: str
    recorded_at: str
    media_type: str
    commitment: bytes
    root: bytes
    signature: bytes
    idempotency_key: str | None = None
    fingerprint: str = ""
    salt: bytes | None = None
    body: bytes | None = None


class LastLine(Model, frozen=True, kw_only=True):
    """The last line: the signed head of the log."""

    checkpoint: str


def export_lines(ledger: Ledger) -> Iterator[bytes]:
    """Yield a ledger as lines of JSON, each with its end; one state of it, while it grows."""
    yield msgspec.json.encode(HeadLine(form=FORM, key=str(ledger.verifying))) + b"\n"
    size, after = ledger.size(), -1
    while after + 1 < size:
        with ledger.database.reading() as connection:
            rows = connection.execute(ROWS.where(ENTRIES.c.idx > after)).mappings().all()
        for row in (row for row in rows if row["idx"] < size):
            fields = {name: row[name] for name in EntryLine.__struct_fields__ if name in row}
            fields |= {"index": row["idx"], "fingerprint": row["fingerprint"] or ""}
            yield msgspec.json.encode(EntryLine(**fields)) + b"\n"
        after = rows[-1]["idx"] if rows else size
    if size:
        yield msgspec.json.encode(LastLine(checkpoint=ledger.checkpoint(size).note)) + b"\n"


def import_lines(lines: Iterable[bytes], ledger: Ledger) -> int:
    """
    Write an exported ledger into an empty one, in one transaction.

    Args:
        lines: The lines of `export_lines`.
        ledger: A ledger without entries, begun with the same key.

    Returns:
        The number of entries.

    Raises:
        LedgerDamaged: The ledger is not empty.
        LedgerKeyDiffers: The file is of a log with another key.
        RecordRejected: A line is malformed, changed or missing; the message names it.
    """
    given = iter(lines)
    head = _read(next(given, b""), HeadLine, 1)
    if head.form != FORM:
        raise RecordRejected(f"Line 1: the form is '{head.form}', not '{FORM}'.")
    if VerifyingKey.parse(head.key) != ledger.verifying:
        raise LedgerKeyDiffers(
            f"The file is of the log {head.key}, and the ledger of {ledger.verifying}."
        )
    size, peaks, ended = 0, list[bytes](), False
    with ledger.database.writing() as connection:
        if connection.execute(sa.select(sa.func.count()).select_from(ENTRIES)).scalar():
            raise LedgerDamaged(
                f"{ledger.database.name} already has entries.", hint="Import into a new ledger."
            )
        for number, line in enumerate(given, start=2):
            if ended:
                raise RecordRejected(f"Line {number}: it follows the checkpoint.")
            if line.startswith(LAST):
                _check_end(_read(line, LastLine, number), ledger, size, fold(peaks))
                ended = True
                continue
            data = _read(line, EntryLine, number)
            entry = _checked(data, size, number)
            nodes, peaks = grow(size, peaks, entry.leaf_hash)
            size += 1
            _check_signature(data, ledger.verifying, fold(peaks), number)
            signed = (data.root, data.signature)
            insert_entry(connection, entry, data.fingerprint, signed, nodes)
        if size and not ended:
            raise RecordRejected(f"The checkpoint after entry {size - 1} is missing.")
    return size


def _check_end(line: LastLine, ledger: Ledger, size: int, root: bytes) -> None:
    checkpoint = read_checkpoint(line.checkpoint, ledger.verifying)
    if (checkpoint.size, checkpoint.root) != (size, root):
        raise RecordRejected(
            f"The checkpoint is of {checkpoint.size} entries, and {size} entries precede it."
        )


def _check_signature(data: EntryLine, key: VerifyingKey, root: bytes, number: int) -> None:
    text = checkpoint_text(key.name, data.index + 1, root)
    if data.root != root or not key.verifies(text, data.signature):
        raise RecordRejected(f"Line {number}: entry {data.index} is not the one that was signed.")


def _checked(data: EntryLine, size: int, number: int) -> RecordedEntry:
    if data.index != size:
        raise RecordRejected(f"Line {number}: entry {data.index} is where entry {size} belongs.")
    if data.salt is not None and commit(data.salt, data.body or b"") != data.commitment:
        raise RecordRejected(f"Line {number}: the body of entry {data.index} was changed.")
    return RecordedEntry(
        index=data.index,
        kind=data.kind,
        subject=data.subject,
        version=data.version,
        actor=data.actor,
        recorded_at=data.recorded_at,
        media_type=data.media_type,
        commitment=data.commitment,
        salt=data.salt,
        body=data.body if data.salt is not None else None,
        idempotency_key=data.idempotency_key,
    )


def _read(line: bytes, kind: type[Line], number: int) -> Line:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise RecordRejected(
            f"Line {number} is not one of an exported ledger: {error}.",
            hint="Give a file that 'mednec ledger backup' or 'export' wrote.",
        ) from error
