"""The records of a service: the ledger, the index of it, and the keys, in one database."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner import Ledger, Listing, NewEntry, SigningKey, canonical_json, errors, with_proof

from .keys import Keys

if TYPE_CHECKING:
    from reasoner import RecordedEntry

    from .settings import Settings

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """
    What one service keeps.

    Attributes:
        ledger: The system of record.
        listing: What lists are filtered by.
        keys: The API keys.
    """

    ledger: Ledger
    listing: Listing
    keys: Keys

    @staticmethod
    def open(settings: Settings) -> Records | None:
        """
        Open the records that the settings name, and begin them if there are none; None for none.

        Raises:
            SettingRefused: The file of the signing key is missing for a PostgreSQL database.
            LedgerUnavailable: The database does not answer.
        """
        if not settings.database:
            return None
        ledger = Ledger.open(settings.database, signing_key(settings))
        return Records(ledger=ledger, listing=Listing(ledger), keys=Keys(ledger))

    def add(self, *news: NewEntry) -> list[RecordedEntry]:
        """
        Append records, durably: all of them or none.

        Raises:
            KeyReused: The idempotency key came with another request before.
            VersionConflict: Somebody else wrote that version in the meantime.
        """
        return self.ledger.append_all(news)

    def proven(self, index: int, document: dict[str, object]) -> dict[str, object]:
        """Return a document with the proof that the ledger contains it."""
        return dict(with_proof(document, self.ledger.proof(index)))

    def close(self) -> None:
        """Close the database."""
        self.ledger.close()


def signing_key(settings: Settings) -> SigningKey:
    """
    Return the key that signs checkpoints; make one next to an SQLite database if there is none.

    Raises:
        SettingRefused: The database is PostgreSQL, and the setting names no file.
    """
    path = settings.signing_key
    if path is None:
        if settings.database.startswith("postgresql"):
            raise errors.SettingRefused(
                "signing_key is missing: all hosts that share a database sign with one key.",
                hint="Name a file; it is made if it does not exist.",
            )
        path = Path(settings.database.removeprefix("sqlite:///") + ".key")
    if not path.exists():
        _make(path)
    return SigningKey.parse(path.read_text(encoding="ascii"))


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    key = SigningKey(name=f"{socket.gethostname()}/mednec", seed=secrets.token_bytes(32))
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return  # another process was faster
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.written() + "\n")


def entry_of(  # noqa: PLR0913 - the fields of an entry
    kind: str,
    subject: str,
    body: bytes | dict[str, object],
    *,
    actor: str,
    version: int = 1,
    media_type: str = JSON,
    key: str | None = None,
    fingerprint: str = "",
) -> NewEntry:
    """Return an entry to append, recorded now."""
    return NewEntry(
        kind=kind,
        subject=subject,
        version=version,
        actor=actor,
        recorded_at=datetime.now(UTC),
        media_type=media_type,
        body=body if isinstance(body, bytes) else canonical_json(body),
        idempotency_key=f"{key}/{kind}" if key else None,
        fingerprint=fingerprint,
    )


def new_id() -> str:
    """Return an identifier that nobody can guess, later ones after earlier ones."""
    milliseconds = int(datetime.now(UTC).timestamp() * 1000)
    return f"{milliseconds:011x}{secrets.token_hex(6)}"
