"""The database of the ledger: its address, connections, transactions and migrations."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from reasoner.errors import LedgerMissing, LedgerOutdated, LedgerUnavailable

from .schema import CURRENT, ENTRIES, MIGRATIONS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY: Final = 30_000
"""How long SQLite waits for another writer, in milliseconds."""
MADE: Final = (
    f"CREATE TABLE {SCHEMA.name} (number INTEGER NOT NULL PRIMARY KEY, title TEXT NOT NULL)"
)
LOCK: Final = 0x6D65646E6563
"""The advisory lock that PostgreSQL holds while the schema is made."""


class Database:
    """
    A database in which a ledger is or will be.

    Connections are opened when they are needed, and again in a process that was forked.

    Args:
        url: The path of an SQLite file, or an `sqlite:` or `postgresql:` URL.

    Raises:
        LedgerUnavailable: The address is not one of these, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = address_of(url)
        try:
            self.engine = sa.create_engine(self.url, pool_pre_ping=not self.is_sqlite)
        except (NoSuchModuleError, ImportError) as error:
            raise LedgerUnavailable(
                f"The driver of {self.name} is not installed: {error}.",
                hint="Install mednec with its extra 'postgresql'.",
            ) from error
        sa.event.listen(self.engine, "connect", self._connected)
        self._pid = os.getpid()
        if self.is_sqlite:
            sa.event.listen(self.engine, "begin", _begin)

    @property
    def is_sqlite(self) -> bool:
        """True for SQLite, False for PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def name(self) -> str:
        """The address without its password, for messages."""
        return self.path.as_posix() if self.path else self.url.render_as_string()

    @property
    def path(self) -> Path | None:
        """The file of SQLite; None for PostgreSQL."""
        return Path(self.url.database or "") if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one state of the database."""
        if self.path and not self.path.exists():
            raise LedgerMissing(
                f"{self.name} does not exist.", hint="Begin a ledger with 'mednec ledger init'."
            )
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._translated(), self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open the one transaction that writes; others wait. It is committed on a normal exit."""
        with (
            self._translated(),
            self.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.exec_driver_sql(f"LOCK TABLE {ENTRIES.name} IN EXCLUSIVE MODE")
            yield connection

    def schema_number(self) -> int:
        """
        Return the number of the last migration that was applied; 0 before a ledger was begun.

        Raises:
            LedgerOutdated: The schema is newer than this version of mednec.
        """
        with self.reading() as connection:
            number = _applied(connection)
        if number > CURRENT:
            raise LedgerOutdated(
                f"{self.name}: the ledger has schema {number}; this version knows {CURRENT}.",
                hint="Use the version of mednec that wrote it, or a newer one.",
            )
        return number

    def migrate(self) -> None:
        """Apply the migrations that are missing, in one transaction."""
        if self.path and not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        if self.schema_number() == CURRENT:
            return
        with (
            self._translated(),
            self.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            done = _applied(connection)
            if not sa.inspect(connection).has_table(SCHEMA.name):
                connection.exec_driver_sql(MADE)
            for migration in MIGRATIONS[done:]:
                for statement in migration.of(self.url.get_backend_name()):
                    connection.exec_driver_sql(statement)
                row = {"number": migration.number, "title": migration.title}
                connection.execute(SCHEMA.insert(), row)

    def forget(self) -> None:
        """Remove erased rows from the log of SQLite too, as far as no reader still needs it."""
        if self.is_sqlite:
            with self._translated(), self.engine.connect() as connection:
                connection.rollback()
                cursor = connection.connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise LedgerUnavailable for an error of the database."""
        if self._pid != os.getpid():  # a connection belongs to the process that opened it
            self.engine.dispose(close=False)
            self._pid = os.getpid()
        try:
            yield
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()
            raise LedgerUnavailable(
                f"{self.name}: the database refused: {reason[0] if reason else error}."
            ) from error

    def _connected(self, connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        if self.is_sqlite:
            connection.isolation_level = None  # `_begin` begins
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "secure_delete = ON",
                f"busy_timeout = {BUSY}",
            ):
                cursor.execute(f"PRAGMA {pragma}")
        else:
            cursor.execute("SET synchronous_commit = on")
            connection.commit()
        cursor.close()


def address_of(url: str) -> sa.URL:
    """
    Return the URL of a database.

    Raises:
        LedgerUnavailable: It is neither a path nor an `sqlite:` or `postgresql:` URL.
    """
    if "://" not in url:
        return sa.URL.create("sqlite", database=str(Path(url)))
    try:
        found = sa.make_url(url)
    except (ArgumentError, ValueError) as error:
        raise LedgerUnavailable("The address of the ledger is not a URL.") from error
    backend = found.get_backend_name()
    if found.drivername == "postgres" or backend == "postgresql":
        return found.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not found.database or found.database == ":memory:":
        raise LedgerUnavailable(
            f"{found.render_as_string()} is not the address of a ledger.",
            hint="Write the path of a file, sqlite:///PATH, or postgresql://USER@HOST/NAME.",
        )
    return found


def _applied(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table(SCHEMA.name):
        return 0
    return connection.execute(sa.select(sa.func.max(SCHEMA.c.number))).scalar() or 0


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(str(connection.get_execution_options().get("begin", "BEGIN")))
