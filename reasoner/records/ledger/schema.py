"""
The tables of the ledger and their numbered migrations, the same in SQLite and PostgreSQL.

A migration that was released is never changed: a later one follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

METADATA: Final = sa.MetaData()
NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SCHEMA: Final = sa.Table(
    "ledger_schema",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("title", sa.Text, nullable=False),
)
"""The migrations that were applied."""
IDENTITY: Final = sa.Table(
    "ledger_identity",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("verifying_key", sa.Text, nullable=False),
)
"""One row: the public key of the log, whose name is its origin."""
ENTRIES: Final = sa.Table(
    "ledger_entries",
    METADATA,
    sa.Column("idx", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("commitment", sa.LargeBinary, nullable=False),
    sa.Column("idempotency_key", sa.Text),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("signature", sa.LargeBinary, nullable=False),
    sa.Index("ledger_entries_by_subject", "kind", "subject", "idx"),
    sa.Index("ledger_entries_by_key", "actor", "idempotency_key", unique=True),
)
"""The entries; root and signature are those of the checkpoint that ends with the entry."""
BODIES: Final = sa.Table(
    "ledger_bodies",
    METADATA,
    sa.Column("idx", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""What can be erased of an entry."""
NODES: Final = sa.Table(
    "ledger_nodes",
    METADATA,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""The complete nodes of the tree; the leaves are at level 0."""

TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "sqlite": {"number": "INTEGER", "bytes": "BLOB", "without_rowid": " WITHOUT ROWID"},
    "postgresql": {"number": "BIGINT", "bytes": "BYTEA", "without_rowid": ""},
}
APPEND_ONLY: Final = "the ledger is append-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """
    One step of the schema.

    Attributes:
        number: Its place in the order, from 1.
        title: What it does.
        statements: The statements of both databases, in which `{number}`, `{bytes}` and
            `{without_rowid}` are replaced.
        only: The further statements of each database, by its name.
    """

    number: int
    title: str
    statements: Sequence[str]
    only: Mapping[str, Sequence[str]]

    def of(self, database: str) -> list[str]:
        """Return the statements for `sqlite` or `postgresql`."""
        shared = [statement.format(**TYPES[database]) for statement in self.statements]
        return [*shared, *self.only[database]]


def _refusal_sqlite(table: str, what: str, when: str = "") -> str:
    return (
        f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    )


def _refusal_postgresql(table: str, what: str, function: str = "ledger_refuse") -> str:
    each = "STATEMENT" if what == "TRUNCATE" else "ROW"
    return (
        f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION {function}()"
    )


def _function_postgresql(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


_FIXED: Final = ("ledger_identity", "ledger_entries", "ledger_nodes")
_REFUSE: Final = f"RAISE EXCEPTION '{APPEND_ONLY}';"
_ERASURE: Final = (
    "SELECT 1 FROM ledger_entries WHERE kind = 'erasure' AND subject = 'entries/' || OLD.idx"
)
_HELD: Final = "WHEN EXISTS (SELECT 1 FROM {table} WHERE {key})"
_NEXT: Final = (
    "WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM ledger_entries)"  # also no REPLACE
)

FIRST: Final = (
    """
    CREATE TABLE ledger_identity (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        verifying_key TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE ledger_entries (
        idx {number} NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        version INTEGER NOT NULL,
        actor TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        media_type TEXT NOT NULL,
        commitment {bytes} NOT NULL,
        idempotency_key TEXT,
        root {bytes} NOT NULL,
        signature {bytes} NOT NULL
    )
    """,
    "CREATE INDEX ledger_entries_by_subject ON ledger_entries (kind, subject, idx)",
    "CREATE UNIQUE INDEX ledger_entries_by_key ON ledger_entries (actor, idempotency_key)",
    """
    CREATE TABLE ledger_bodies (
        idx {number} NOT NULL PRIMARY KEY,
        salt {bytes} NOT NULL,
        fingerprint TEXT NOT NULL,
        body {bytes} NOT NULL
    )
    """,
    """
    CREATE TABLE ledger_nodes (
        level INTEGER NOT NULL,
        position {number} NOT NULL,
        hash {bytes} NOT NULL,
        PRIMARY KEY (level, position)
    ){without_rowid}
    """,
)
MIGRATIONS: Final = (
    Migration(
        number=1,
        title="entries, bodies and the nodes of the tree",
        statements=FIRST,
        only={
            "sqlite": (
                *(_refusal_sqlite(table, "UPDATE") for table in (*_FIXED, "ledger_bodies")),
                *(_refusal_sqlite(table, "DELETE") for table in _FIXED),
                _refusal_sqlite("ledger_bodies", "DELETE", f"WHEN NOT EXISTS ({_ERASURE})"),
                _refusal_sqlite("ledger_entries", "INSERT", _NEXT),
                _refusal_sqlite(
                    "ledger_bodies",
                    "INSERT",
                    _HELD.format(table="ledger_bodies", key="idx = NEW.idx"),
                ),
                _refusal_sqlite(
                    "ledger_nodes",
                    "INSERT",
                    _HELD.format(
                        table="ledger_nodes", key="level = NEW.level AND position = NEW.position"
                    ),
                ),
            ),
            "postgresql": (
                _function_postgresql("ledger_refuse", _REFUSE),
                _function_postgresql(
                    "ledger_refuse_unless_erased",
                    f"IF NOT EXISTS ({_ERASURE}) THEN {_REFUSE} END IF; RETURN OLD;",
                ),
                *(
                    _refusal_postgresql(table, what)
                    for table in (*_FIXED, "ledger_bodies")
                    for what in ("UPDATE", "TRUNCATE")
                ),
                *(_refusal_postgresql(table, "DELETE") for table in _FIXED),
                _refusal_postgresql("ledger_bodies", "DELETE", "ledger_refuse_unless_erased"),
            ),
        },
    ),
)
CURRENT: Final = MIGRATIONS[-1].number
