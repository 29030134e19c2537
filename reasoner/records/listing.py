"""
The index of the ledger: what a list of records is filtered by. It is computed from the ledger.

Each entry that a list shows has one row, and some words about it, such as its outcome. The index is
brought up to the ledger before each list; if it is lost, it is computed again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .ledger.entries import RecordedEntry
    from .ledger.ledger import Ledger

METADATA: Final = sa.MetaData()
NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROWS: Final = sa.Table(
    "record_index",
    METADATA,
    sa.Column("idx", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Index("record_index_by_kind", "kind", "idx"),
    sa.Index("record_index_by_subject", "kind", "subject", "version"),
)
WORDS: Final = sa.Table(
    "record_words",
    METADATA,
    sa.Column("idx", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Index("record_words_by_value", "name", "value", "idx"),
)
REACHED: Final = sa.Table(
    "record_index_reached",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("idx", NUMBER, nullable=False),
)
UNLISTED: Final = frozenset({"access", "erasure"})
"""Kinds that are not listed by their words."""
PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """
    One record in a list.

    Attributes:
        index: The index of its entry in the ledger.
        subject: The identifier of the resource.
        version: Its version.
        recorded_at: When it was recorded.
        actor: Who recorded it.
        words: What is said of it, by name, each sorted.
    """

    index: int
    subject: str
    version: int
    recorded_at: str
    actor: str
    words: Mapping[str, Sequence[str]]


class Listing:
    """
    The index of one ledger.

    Args:
        ledger: The ledger; the tables are made in its database if they are missing.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        with ledger.database.writing() as connection:
            METADATA.create_all(connection, checkfirst=True)

    def find(  # noqa: PLR0913 - the filters of a list
        self,
        kind: str,
        filters: Mapping[str, str],
        *,
        before: int | None = None,
        limit: int = 50,
        since: str = "",
        until: str = "",
        decided: bool | None = None,
    ) -> list[Listed]:
        """
        List the latest versions of the records of a kind, newest first.

        Args:
            kind: The kind of the entries.
            filters: The word that a record must have, by name.
            before: Only records with a smaller index; None for all.
            limit: At most this many.
            since: Only records recorded at that time or later; empty for all.
            until: Only records recorded before that time; empty for all.
            decided: Only determinations that a physician has decided on, or that none has; None
                for all.
        """
        self.catch_up()
        later = ROWS.alias()
        query = (
            sa.select(ROWS)
            .where(ROWS.c.kind == kind)
            .where(
                ~sa.exists().where(
                    later.c.kind == ROWS.c.kind,
                    later.c.subject == ROWS.c.subject,
                    later.c.version > ROWS.c.version,
                )
            )
            .order_by(ROWS.c.idx.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(ROWS.c.idx < before)
        if since:
            query = query.where(ROWS.c.recorded_at >= since)
        if until:
            query = query.where(ROWS.c.recorded_at < until)
        if decided is not None:
            ruling = ROWS.alias()
            ruled = sa.exists().where(
                ruling.c.kind == "decision",
                ruling.c.subject
                == sa.func.replace(ROWS.c.subject, "determinations/", "decisions/"),
            )
            query = query.where(ruled if decided else ~ruled)
        for name, value in sorted(filters.items()):
            words = WORDS.alias()
            query = query.where(
                sa.exists().where(
                    words.c.idx == ROWS.c.idx, words.c.name == name, words.c.value == value
                )
            )
        with self.ledger.database.reading() as connection:
            rows = connection.execute(query).all()
            words_of = self._words(connection, [row.idx for row in rows])
        return [
            Listed(
                index=row.idx,
                subject=row.subject,
                version=row.version,
                recorded_at=row.recorded_at,
                actor=row.actor,
                words=words_of.get(row.idx, {}),
            )
            for row in rows
        ]

    def _words(
        self, connection: sa.Connection, indexes: Sequence[int]
    ) -> dict[int, dict[str, list[str]]]:
        found: dict[int, dict[str, list[str]]] = {}
        query = sa.select(WORDS).where(WORDS.c.idx.in_(indexes)).order_by(*WORDS.primary_key)
        for row in connection.execute(query):
            found.setdefault(row.idx, {}).setdefault(row.name, []).append(row.value)
        return found

    def last(self) -> int:
        """Return the index of the last record that is listed; -1 for none."""
        self.catch_up()
        with self.ledger.database.reading() as connection:
            found = connection.execute(sa.select(sa.func.max(ROWS.c.idx))).scalar()
        return -1 if found is None else int(found)

    def catch_up(self) -> None:
        """Index the entries that the ledger has and the index has not."""
        while True:
            with self.ledger.database.reading() as connection:
                reached = connection.execute(sa.select(sa.func.max(REACHED.c.idx))).scalar()
            after = -1 if reached is None else reached
            entries = self.ledger.entries(after=after, limit=PAGE)
            if not entries:
                return
            self._index(after, entries)

    def _index(self, after: int, entries: Sequence[RecordedEntry]) -> None:
        with self.ledger.database.writing() as connection:
            reached = connection.execute(sa.select(sa.func.max(REACHED.c.idx))).scalar()
            if (-1 if reached is None else reached) != after:
                return  # another process was faster
            for entry in entries:
                self._index_entry(connection, entry)
            connection.execute(REACHED.delete())
            connection.execute(REACHED.insert(), {"id": 1, "idx": entries[-1].index})

    def _index_entry(self, connection: sa.Connection, entry: RecordedEntry) -> None:
        if entry.erases is not None:
            connection.execute(WORDS.delete().where(WORDS.c.idx == entry.erases))
        if entry.kind in UNLISTED:
            return
        row = {
            "idx": entry.index,
            "kind": entry.kind,
            "subject": entry.subject,
            "version": entry.version,
            "recorded_at": entry.recorded_at,
            "actor": entry.actor,
        }
        connection.execute(ROWS.insert(), row)
        words = [
            {"idx": entry.index, "name": name, "value": value}
            for name, value in sorted(set(words_of(entry)))
        ]
        if words:
            connection.execute(WORDS.insert(), words)


def words_of(entry: RecordedEntry) -> Iterator[tuple[str, str]]:
    """Yield what a list of records is filtered by: names and values, without free text."""
    kind, subject = entry.kind, entry.subject
    if kind == "case":
        whole, intake = (entry.idempotency_key or "").partition("/")[::2]
        if whole == "bulk":
            yield "bulk", intake.partition("/")[0]
        return
    try:
        found = json.loads(entry.body or b"")
    except ValueError:
        return
    if not isinstance(found, dict):
        return
    if kind in {"determination", "decision"}:
        yield from _of_document(kind, subject, found)
        return
    for name in ("case", "determination", "venue", "status", "reason"):
        if isinstance(found.get(name), str):
            yield name, found[name][:200]


def _of_document(kind: str, subject: str, found: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    name = subject.partition("/")[2]
    yield "case", name.rpartition(".")[0]
    if kind == "decision":
        yield "determination", name
    recommendation = found.get("recommendation", found)
    if isinstance(recommendation, dict):
        for one in _dicts(recommendation.get("determinations")):
            yield from _of_determination(one)
    for one in _dicts(found.get("decisions")):
        yield "decided", str(one.get("outcome", ""))
        for who in _dicts([one.get("physician")]):
            yield "physician", str(who.get("licence", ""))


def _of_determination(one: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in ("outcome", "lawOf"):
        value = one.get(name)
        if isinstance(value, str):
            yield name, value
    sources = {source.get("number"): source for source in _dicts(one.get("sources"))}
    for row in _dicts(one.get("governing")):
        yield "guideline", _edition(str(sources.get(row.get("source"), {}).get("iri", "")))
    for step in _dicts(one.get("proof")):
        yield "rule", str(step.get("rule", ""))
    for request in _dicts([one.get("asked")]):
        regions = request.get("regions")
        for region in regions if isinstance(regions, list) else ():
            yield "region", str(region)
        yield "treatment", str(request.get("treatment", ""))


def _edition(iri: str) -> str:
    """Return the slug of the edition that a recommendation is stated in."""
    return iri.partition("/guideline/")[2].partition("/")[0]


def _dicts(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
