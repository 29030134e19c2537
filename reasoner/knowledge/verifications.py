"""Who read a row of a guideline in its text, when and where, as its file records it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import TYPE, name_of

from .terms import NS, mn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RECORD: Final = mn("verificationRecord")
RECORD_KIND: Final = mn("VerificationRecord")
UNHASHED: Final = frozenset(
    mn(name).value
    for name in (
        "datasetRow",
        "pinpoint",
        "population",
        "seenAt",
        "statedIn",
        "verification",
        "verificationRecord",
    )
)
"""What a row states about itself, or what follows from its other words."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class VerificationRecord:
    """
    The record that a person read a row in a copy of its text.

    Attributes:
        on: The day, as YYYY-MM-DD.
        by: The name of the person.
        page: The page of the file, counted from 1; None for a file without pages.
        line: The line of a file without pages, from 1; None for a file with pages.
        source: The SHA-256 of the file.
        statement: The SHA-256 of what the row stated (`hash_statement`).
        before: The IRI of the mark that the row had before.
    """

    on: str
    by: str
    page: int | None
    line: int | None
    source: str
    statement: str
    before: str


def read_verifications(
    facts: Iterable[ox.Triple],
) -> Mapping[str, tuple[VerificationRecord, ...]]:
    """
    Collect the records of each row.

    Args:
        facts: The triples of the ontology files.

    Returns:
        By the IRI of the row, its records by day and name. A value that is missing or malformed is
        empty or None: the shapes of guidelines report it.
    """
    facts = tuple(facts)
    owners = {
        t.object: t.subject.value
        for t in facts
        if t.predicate == RECORD and isinstance(t.subject, ox.NamedNode)
    }
    if not owners:
        return {}
    said: dict[object, dict[str, str]] = {node: {} for node in owners}
    for t in facts:
        if t.subject in said:
            said[t.subject][t.predicate.value] = name_of(t.object)
    found: dict[str, list[VerificationRecord]] = {}
    for node, row in owners.items():
        found.setdefault(row, []).append(_record(said[node]))
    return {row: tuple(sorted(records, key=_order)) for row, records in sorted(found.items())}


def _order(record: VerificationRecord) -> tuple[str, str, str, str]:
    return (record.on, record.by, record.source, record.statement)


def _record(said: Mapping[str, str]) -> VerificationRecord:
    def text(name: str) -> str:
        return said.get(mn(name).value, "")

    def number(name: str) -> int | None:
        return int(text(name)) if text(name).isdecimal() else None

    return VerificationRecord(
        on=text("verifiedOn"),
        by=text("verifiedBy"),
        page=number("readOnPage"),
        line=number("readOnLine"),
        source=text("sourceHash"),
        statement=text("statementHash"),
        before=text("markBefore"),
    )


def hash_statements(facts: Iterable[ox.Triple], rows: Iterable[str]) -> Mapping[str, str]:
    """
    Hash what rows state: their figures, population and provisos.

    Labels, comments, places and marks do not count, so that they can be corrected after a row was
    verified.

    Args:
        facts: The triples of the files, with populations expanded or as they are written.
        rows: The IRIs of the rows.

    Returns:
        SHA-256 in hexadecimal digits by the IRI of the row.
    """
    lines: dict[str, set[str]] = {row: set() for row in rows}
    for t in facts:
        if isinstance(t.subject, ox.NamedNode) and t.subject.value in lines and _counts(t):
            lines[t.subject.value].add(f"{t.predicate} {t.object}\n")
    return {
        row: hashlib.sha256("".join(sorted(said)).encode()).hexdigest()
        for row, said in lines.items()
    }


def _counts(t: ox.Triple) -> bool:
    predicate = t.predicate.value
    return t.predicate == TYPE or (predicate.startswith(NS) and predicate not in UNHASHED)
