"""What the ledger holds: an entry, its leaf in the tree, and the commitment to its body."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from reasoner.errors import EntryRefused

from .tree import leaf_hash

SALT: Final = 32
"""The length of a salt, in bytes."""
LONGEST: Final = 400
"""The longest field of an entry, in characters."""
ERASURE: Final = "erasure"
"""The kind of the entry that records that a body was erased."""
KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
ERASED: Final = "entries/"
"""What the subject of an erasure begins with; the index of the erased entry follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """
    An entry to append.

    Kind, subject, version, actor, media type and time are in the leaf of the tree as they are, and
    cannot be erased: name people by opaque identifiers there. The body can be erased.

    Attributes:
        kind: What the entry is: `case`, `determination`, `decision`, `letter`, `comment`,
            `knowledge`, `access` and so on; lower case, hyphens.
        subject: The identifier of the resource.
        version: 1 for the first version of the subject in this kind, then 2, and so on; 0 where
            versions are not kept, and any number of entries may have the subject.
        actor: The identifier of who caused it.
        recorded_at: When it was recorded; a time zone is required.
        media_type: The media type of the body.
        body: The bytes that are recorded.
        idempotency_key: The key of the request, unique for the actor; None for none.
        fingerprint: The hash of the request, to see that a repeated key comes with the same
            request; empty to compare the bodies.
    """

    kind: str
    subject: str
    actor: str
    recorded_at: datetime
    body: bytes
    media_type: str = "application/json"
    version: int = 0
    idempotency_key: str | None = None
    fingerprint: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordedEntry:
    """
    An entry of the ledger.

    Attributes:
        index: Its position in the log, from 0.
        recorded_at: When it was recorded, as YYYY-MM-DDThh:mm:ss.ffffffZ.
        commitment: SHA-256 over the salt and the body.
        salt: 32 random bytes; None if the body was erased.
        body: The recorded bytes; None if they were erased, or not asked for.
        idempotency_key: The key of the request; None for none. It is not in the leaf.
    """

    index: int
    kind: str
    subject: str
    version: int
    actor: str
    recorded_at: str
    media_type: str
    commitment: bytes
    salt: bytes | None = None
    body: bytes | None = None
    idempotency_key: str | None = None

    @property
    def leaf(self) -> bytes:
        """The bytes of the leaf: JSON, keys sorted, no spaces, UTF-8."""
        data = {
            "actor": self.actor,
            "commitment": self.commitment.hex(),
            "index": self.index,
            "kind": self.kind,
            "mediaType": self.media_type,
            "recordedAt": self.recorded_at,
            "subject": self.subject,
            "version": self.version,
        }
        return canonical_json(data)

    @cached_property
    def leaf_hash(self) -> bytes:
        """The hash of the leaf."""
        return leaf_hash(self.leaf)

    @property
    def erases(self) -> int | None:
        """The index of the entry whose body this entry erased; None for another kind."""
        number = self.subject.removeprefix(ERASED)
        return int(number) if self.kind == ERASURE and number.isdecimal() else None


def check_entry(new: NewEntry) -> None:
    """Raise EntryRefused if a field of a new entry is malformed."""
    if not KIND.fullmatch(new.kind):
        raise EntryRefused(
            f"'{new.kind[:LONGEST]}' is not the kind of an entry.",
            hint="A kind is lower case letters, digits and hyphens, such as 'decision'.",
        )
    texts = {"subject": new.subject, "actor": new.actor, "media type": new.media_type}
    if new.idempotency_key is not None:
        texts["idempotency key"] = new.idempotency_key
    for name, text in texts.items():
        if not text or len(text) > LONGEST or not text.isprintable():
            raise EntryRefused(
                f"The {name} of an entry is empty, not printable, or over {LONGEST} characters."
            )
    if new.version < 0:
        raise EntryRefused(f"{new.version} is not a version: 0 for none, else 1 and on.")
    if new.recorded_at.tzinfo is None:
        raise EntryRefused("The time of an entry has no time zone.", hint="Give it in UTC.")


def make_entry(new: NewEntry, index: int, salt: bytes) -> RecordedEntry:
    """Return the entry at a position of the log; its fields were checked."""
    moment = new.recorded_at.astimezone(UTC)
    return RecordedEntry(
        index=index,
        kind=new.kind,
        subject=new.subject,
        version=new.version,
        actor=new.actor,
        recorded_at=f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z",
        media_type=new.media_type,
        commitment=commit(salt, new.body),
        salt=salt,
        body=new.body,
        idempotency_key=new.idempotency_key,
    )


def commit(salt: bytes, body: bytes) -> bytes:
    """
    Return the commitment to a body.

    Without the salt, which is erased with the body, it reveals nothing, not even to somebody who
    tries every likely body.
    """
    return hashlib.sha256(salt + body).digest()


def canonical_json(data: object) -> bytes:
    """Return JSON with sorted keys and without spaces, in UTF-8: one text for one value."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()
