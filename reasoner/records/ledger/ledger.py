"""The ledger: entries appended under a Merkle tree, each with a signed checkpoint."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from reasoner.errors import (
    EntryUnknown,
    KeyReused,
    LedgerDamaged,
    LedgerKeyDiffers,
    LedgerMissing,
    LedgerOutdated,
    VersionConflict,
)

from .database import Database
from .entries import ERASED, ERASURE, SALT, NewEntry, RecordedEntry, check_entry, commit, make_entry
from .notes import Checkpoint, SigningKey, VerifyingKey, checkpoint_text, write_note
from .proof import EntryProof
from .schema import BODIES, CURRENT, ENTRIES, IDENTITY, NODES
from .tree import (
    EMPTY,
    Place,
    consistency_ranges,
    cover,
    fold,
    grow,
    hashes_of,
    inclusion_ranges,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

PAGE = 100
HEADER = (
    ENTRIES.c.idx,
    ENTRIES.c.kind,
    ENTRIES.c.subject,
    ENTRIES.c.version,
    ENTRIES.c.actor,
    ENTRIES.c.recorded_at,
    ENTRIES.c.media_type,
    ENTRIES.c.commitment,
    ENTRIES.c.idempotency_key,
)
WHOLE = (
    sa.select(*HEADER, BODIES.c.salt, BODIES.c.body, BODIES.c.fingerprint)
    .select_from(ENTRIES.outerjoin(BODIES, BODIES.c.idx == ENTRIES.c.idx))
    .order_by(ENTRIES.c.idx)
)
HEADERS = (
    sa.select(*HEADER, BODIES.c.salt, sa.null().label("body"))
    .select_from(ENTRIES.outerjoin(BODIES, BODIES.c.idx == ENTRIES.c.idx))
    .order_by(ENTRIES.c.idx)
)
LAST = sa.select(ENTRIES.c.idx, ENTRIES.c.root).order_by(ENTRIES.c.idx.desc()).limit(1)
BY_KEY = WHOLE.where(
    ENTRIES.c.actor == sa.bindparam("actor"), ENTRIES.c.idempotency_key == sa.bindparam("key")
)
AT = sa.select(ENTRIES.c.root, ENTRIES.c.signature).where(ENTRIES.c.idx == sa.bindparam("index"))
VERSION = sa.select(sa.func.max(ENTRIES.c.version)).where(
    ENTRIES.c.kind == sa.bindparam("kind"), ENTRIES.c.subject == sa.bindparam("subject")
)


class Ledger:
    """
    The system of record. Use `Ledger.open`; one object may be shared by threads.

    Args:
        database: Where the ledger is.
        verifying: The public key of the log.
        key: The private key; None for a ledger that is only read.
        salt: Returns random bytes of a length.
    """

    def __init__(
        self,
        database: Database,
        verifying: VerifyingKey,
        key: SigningKey | None,
        salt: Callable[[int], bytes],
    ) -> None:
        self.database = database
        self.verifying = verifying
        self._key = key
        self._salt = salt
        self._peaks: tuple[int, list[bytes]] = (0, [])

    @classmethod
    def open(
        cls,
        url: str,
        key: SigningKey | None = None,
        *,
        salt: Callable[[int], bytes] = secrets.token_bytes,
    ) -> Ledger:
        """
        Open a ledger; with a key, begin it where there is none, and migrate its schema.

        Args:
            url: The path of an SQLite file, `sqlite:///PATH` or `postgresql://USER@HOST/NAME`.
            key: The private key of the log; None to read only.
            salt: Returns random bytes of a length, for the commitments to bodies.

        Raises:
            LedgerMissing: Nothing is there, and no key to begin a ledger is given.
            LedgerOutdated: The schema is newer; or older, and no key is given.
            LedgerKeyDiffers: The ledger was begun with another key.
            LedgerUnavailable: The address is wrong, or the database does not answer.
        """
        database = Database(url)
        try:
            return cls(database, _ready(database, key), key, salt)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Close the connections of the ledger."""
        self.database.close()

    def append(self, new: NewEntry) -> RecordedEntry:
        """
        Append an entry, durably; an entry with the same actor and idempotency key is returned.

        Raises:
            EntryRefused: A field is malformed.
            KeyReused: The idempotency key was recorded with another request.
            VersionConflict: The version is not the next one of the subject.
            LedgerUnavailable: The database refused; nothing was appended.
        """
        return self.append_all((new,))[0]

    def append_all(self, news: Sequence[NewEntry]) -> list[RecordedEntry]:
        """
        Append entries in one transaction: all of them or none.

        Give each entry of a request its own idempotency key, such as that of the request and the
        kind; those that are already recorded are returned in their place.

        Raises:
            EntryRefused, KeyReused, VersionConflict, LedgerUnavailable: As `append`.
        """
        for new in news:
            check_entry(new)
        with self.database.writing() as connection:
            made, peaks = self._append(connection, news)
        self._peaks = peaks
        return made

    def erase(
        self, index: int, *, actor: str, recorded_at: datetime, reason: bytes = b""
    ) -> RecordedEntry:
        """
        Erase the body of an entry, with its salt; the tree and all proofs stay as they are.

        Backups and exports made before keep the body.

        Returns:
            The entry that records the erasure; the first one if the body was erased before.

        Raises:
            EntryUnknown: The ledger does not have the entry.
        """
        subject = f"{ERASED}{index}"
        if found := self.latest(ERASURE, subject):
            return found
        self.entry(index)
        new = NewEntry(
            kind=ERASURE,
            subject=subject,
            actor=actor,
            recorded_at=recorded_at,
            body=reason,
            media_type="text/plain",
        )
        check_entry(new)
        with self.database.writing() as connection:
            (entry,), peaks = self._append(connection, (new,))
            connection.execute(BODIES.delete().where(BODIES.c.idx == index))
        self._peaks = peaks
        self.database.forget()
        return entry

    def size(self) -> int:
        """Return the number of entries."""
        with self.database.reading() as connection:
            return self._size(connection)

    def entry(self, index: int) -> RecordedEntry:
        """
        Return an entry with its body.

        Raises:
            EntryUnknown: The ledger does not have it.
        """
        with self.database.reading() as connection:
            row = connection.execute(WHOLE.where(ENTRIES.c.idx == index)).mappings().first()
        if row is None:
            raise EntryUnknown(f"{self.database.name} has no entry {index}.")
        return entry_of(row)

    def latest(self, kind: str, subject: str) -> RecordedEntry | None:
        """Return the last entry of a kind about a subject, with its body; None for none."""
        wanted = WHOLE.where(ENTRIES.c.kind == kind, ENTRIES.c.subject == subject)
        last = wanted.order_by(None).order_by(ENTRIES.c.idx.desc()).limit(1)
        with self.database.reading() as connection:
            row = connection.execute(last).mappings().first()
        return entry_of(row) if row else None

    def by_key(self, actor: str, key: str) -> RecordedEntry | None:
        """Return the entry that an actor recorded under an idempotency key; None for none."""
        with self.database.reading() as connection:
            row = connection.execute(BY_KEY, {"actor": actor, "key": key}).mappings().first()
        return entry_of(row) if row else None

    def entries(
        self,
        kind: str | None = None,
        subject: str | None = None,
        *,
        after: int = -1,
        limit: int = PAGE,
        bodies: bool = True,
    ) -> list[RecordedEntry]:
        """
        Return entries in their order.

        Args:
            kind: Only those of this kind; None for all.
            subject: Only those about this subject; None for all.
            after: Only those whose index is larger.
            limit: At most this many.
            bodies: False to leave the bodies unread.
        """
        query = (WHOLE if bodies else HEADERS).where(ENTRIES.c.idx > after).limit(limit)
        if kind is not None:
            query = query.where(ENTRIES.c.kind == kind)
        if subject is not None:
            query = query.where(ENTRIES.c.subject == subject)
        with self.database.reading() as connection:
            return [entry_of(row) for row in connection.execute(query).mappings()]

    def every_entry(self, *, after: int = -1, bodies: bool = True) -> Iterator[RecordedEntry]:
        """Yield all entries after an index, a page at a time."""
        while page := self.entries(after=after, bodies=bodies):
            yield from page
            after = page[-1].index

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        """
        Return the signed head of the log.

        Args:
            size: The number of entries; None for all.

        Raises:
            EntryUnknown: The log is shorter, or it is empty and opened without its key.
        """
        with self.database.reading() as connection:
            return self._checkpoint(connection, size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """
        Return the proof that the log of a size contains an entry, from the leaf upward.

        Raises:
            EntryUnknown: The log of that size does not have the entry.
        """
        with self.database.reading() as connection:
            return self._inclusion(connection, index, self._reach(connection, size))

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """
        Return the proof that the log of `new` entries extends the log of `old`.

        Raises:
            EntryUnknown: The log is shorter than `new`, or `old` is larger.
        """
        with self.database.reading() as connection:
            reach = self._reach(connection, new)
            if not 0 <= old <= reach:
                raise EntryUnknown(f"A log of {reach} entries does not extend one of {old}.")
            ranges = consistency_ranges(old, reach) if old else []
            return hashes_of(ranges, lambda places: _hashes(connection, places))

    def proof(self, index: int, size: int | None = None) -> EntryProof:
        """
        Return what a stranger needs to check an entry without the rest of the log.

        Raises:
            EntryUnknown: The log of that size does not have the entry.
        """
        entry = self.entry(index)
        with self.database.reading() as connection:
            reach = self._reach(connection, size)
            return EntryProof(
                entry=entry,
                inclusion=tuple(self._inclusion(connection, index, reach)),
                checkpoint=self._checkpoint(connection, reach),
                verifying=self.verifying,
            )

    def _append(
        self, connection: sa.Connection, news: Sequence[NewEntry]
    ) -> tuple[list[RecordedEntry], tuple[int, list[bytes]]]:
        if self._key is None:
            raise LedgerKeyDiffers(
                f"{self.database.name} is open without its key, and cannot be appended to."
            )
        size, peaks = self._head(connection)
        made = []
        for new in news:
            if held := self._recorded(connection, new):
                made.append(held)
                continue
            self._check_version(connection, new)
            entry = make_entry(new, size, self._salt(SALT))
            nodes, peaks = grow(size, peaks, entry.leaf_hash)
            size, root = size + 1, fold(peaks)
            signature = self._key.sign(checkpoint_text(self._key.name, size, root))
            insert_entry(connection, entry, new.fingerprint, (root, signature), nodes)
            made.append(entry)
        return made, (size, peaks)

    def _head(self, connection: sa.Connection) -> tuple[int, list[bytes]]:
        """Return the size and the peaks of the tree: those kept, if they are still its head."""
        row = connection.execute(LAST).first()
        if row is None:
            return 0, []
        size, kept = row.idx + 1, self._peaks
        if kept[0] == size and fold(kept[1]) == row.root:
            return kept
        places = cover(0, size)
        held = _hashes(connection, places)
        peaks = [held[place] for place in places]
        if fold(peaks) != row.root:
            raise LedgerDamaged(
                f"{self.database.name}: the tree does not have the root that entry {row.idx} "
                "states. Nothing was appended.",
                hint="Find what was changed with 'mednec ledger verify'.",
            )
        return size, peaks

    def _recorded(self, connection: sa.Connection, new: NewEntry) -> RecordedEntry | None:
        """Return the entry that was recorded under the idempotency key of a new one, if any."""
        if new.idempotency_key is None:
            return None
        named = {"actor": new.actor, "key": new.idempotency_key}
        row = connection.execute(BY_KEY, named).mappings().first()
        if row is None:
            return None
        same = bool(row["kind"] == new.kind)
        if row["salt"] is not None:  # else the body was erased, and with it what could be compared
            body = commit(row["salt"], new.body) == row["commitment"]
            body &= row["subject"] == new.subject
            same &= row["fingerprint"] == new.fingerprint and (bool(new.fingerprint) or body)
        if not same:
            raise KeyReused(
                f"The idempotency key '{new.idempotency_key}' was used for another request.",
                hint="Give each request its own key, and repeat a key only with the same request.",
            )
        return entry_of(row)

    def _check_version(self, connection: sa.Connection, new: NewEntry) -> None:
        if not new.version:
            return
        named = {"kind": new.kind, "subject": new.subject}
        held = connection.execute(VERSION, named).scalar() or 0
        if new.version != held + 1:
            raise VersionConflict(
                f"The {new.kind} {new.subject} has version {held}; version {new.version} "
                "cannot follow it.",
                hint="Read the current version, and repeat the change on it.",
            )

    def _size(self, connection: sa.Connection) -> int:
        row = connection.execute(LAST).first()
        return row.idx + 1 if row else 0

    def _reach(self, connection: sa.Connection, size: int | None) -> int:
        held = self._size(connection)
        if size is None:
            return held
        if not 0 <= size <= held:
            raise EntryUnknown(f"{self.database.name} has {held} entries, not {size}.")
        return size

    def _checkpoint(self, connection: sa.Connection, size: int | None) -> Checkpoint:
        reach = self._reach(connection, size)
        row = connection.execute(AT, {"index": reach - 1}).first()
        name = self.verifying.name
        if row is None:
            if self._key is None:
                raise EntryUnknown(f"{self.database.name} has no entry, so no checkpoint either.")
            text = checkpoint_text(name, 0, EMPTY)
            note = write_note(text, self.verifying, self._key.sign(text))
            return Checkpoint(origin=name, size=0, root=EMPTY, note=note)
        text = checkpoint_text(name, reach, row.root)
        note = write_note(text, self.verifying, row.signature)
        return Checkpoint(origin=name, size=reach, root=row.root, note=note)

    def _inclusion(self, connection: sa.Connection, index: int, size: int) -> list[bytes]:
        if not 0 <= index < size:
            raise EntryUnknown(f"A log of {size} entries has no entry {index}.")
        ranges = inclusion_ranges(index, size)
        return hashes_of(ranges, lambda places: _hashes(connection, places))


def _ready(database: Database, key: SigningKey | None) -> VerifyingKey:
    """Return the public key of a ledger whose schema is the current one; as `Ledger.open`."""
    if key is not None:
        database.migrate()
    number = database.schema_number()
    if number == 0:
        raise LedgerMissing(
            f"{database.name} has no ledger.", hint="Begin one with 'mednec ledger init'."
        )
    if number < CURRENT:
        raise LedgerOutdated(
            f"{database.name}: the ledger has schema {number} of {CURRENT}.",
            hint="Migrate it with 'mednec ledger init' and its key.",
        )
    return _identity(database, key)


def _identity(database: Database, key: SigningKey | None) -> VerifyingKey:
    """Return the public key of a ledger; with a key, record it in a ledger that has none yet."""
    select = sa.select(IDENTITY.c.verifying_key)
    with database.reading() as connection:
        held = connection.execute(select).scalar()
    if held is None and key is not None:
        with database.writing() as connection:
            held = connection.execute(select).scalar()  # another process may have been first
            if held is None:
                held = str(key.verifying)
                connection.execute(IDENTITY.insert(), {"id": 1, "verifying_key": held})
    if held is None:
        raise LedgerMissing(f"{database.name} has no key: the ledger was not begun.")
    found = VerifyingKey.parse(held)
    if key is not None and key.verifying != found:
        raise LedgerKeyDiffers(
            f"{database.name} was begun with the key {found}, not with {key.verifying}.",
            hint="Give the private key of this ledger.",
        )
    return found


def insert_entry(
    connection: sa.Connection,
    entry: RecordedEntry,
    fingerprint: str,
    signed: tuple[bytes, bytes],
    nodes: Mapping[Place, bytes],
) -> None:
    """
    Write an entry, its body if it has one, and the nodes that it adds to the tree.

    Args:
        connection: A transaction of `Database.writing`.
        entry: The entry.
        fingerprint: The hash of its request; empty for none.
        signed: The root of the tree that ends with it, and the signature of that checkpoint.
        nodes: The complete nodes that it adds.
    """
    root, signature = signed
    connection.execute(
        ENTRIES.insert(),
        {
            "idx": entry.index,
            "kind": entry.kind,
            "subject": entry.subject,
            "version": entry.version,
            "actor": entry.actor,
            "recorded_at": entry.recorded_at,
            "media_type": entry.media_type,
            "commitment": entry.commitment,
            "idempotency_key": entry.idempotency_key,
            "root": root,
            "signature": signature,
        },
    )
    if entry.salt is not None:
        held = {"idx": entry.index, "salt": entry.salt, "body": entry.body}
        connection.execute(BODIES.insert(), held | {"fingerprint": fingerprint})
    rows = [
        {"level": level, "position": position, "hash": value}
        for (level, position), value in nodes.items()
    ]
    connection.execute(NODES.insert(), rows)


def _hashes(connection: sa.Connection, places: Sequence[Place]) -> dict[Place, bytes]:
    """
    Read complete nodes of the tree.

    Raises:
        LedgerDamaged: One is missing.
    """
    if not places:
        return {}
    wanted = sa.tuple_(NODES.c.level, NODES.c.position).in_(places)
    rows = connection.execute(sa.select(NODES).where(wanted))
    found = {(row.level, row.position): row.hash for row in rows}
    if missing := sorted(set(places) - set(found)):
        raise LedgerDamaged(
            f"The tree has no node at level {missing[0][0]}, position {missing[0][1]}.",
            hint="Find what was changed with 'mednec ledger verify'.",
        )
    return found


def entry_of(row: sa.RowMapping) -> RecordedEntry:
    """Return the entry of a row of the columns `HEADER`, the salt and the body."""
    return RecordedEntry(
        index=row["idx"],
        kind=row["kind"],
        subject=row["subject"],
        version=row["version"],
        actor=row["actor"],
        recorded_at=row["recorded_at"],
        media_type=row["media_type"],
        commitment=row["commitment"],
        salt=row["salt"],
        body=row["body"],
        idempotency_key=row["idempotency_key"],
    )
