"""Verification records in the Turtle file of a guideline: written, and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import EngineError, KnowledgeUnreadable
from reasoner.kernel.terms import name_of
from reasoner.knowledge.terms import PREFIXES, mn
from reasoner.knowledge.verifications import (
    RECORD,
    VerificationRecord,
    hash_statements,
    read_verifications,
)

from .formatting import write_whole
from .places import PREFIX
from .scaffold import file_of
from .statements import iri_of
from .turtle_format import format_turtle, read_prefixes
from .turtle_text import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reasoner.knowledge.base import Knowledge

    from .turtle_text import TurtleToken

MARK: Final = mn("verification")
VERIFIED: Final = mn("Verified").value


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """
    What is recorded of a row.

    Attributes:
        row: The IRI of the row.
        by: The name of the person who read it.
        on: The day, as YYYY-MM-DD.
        page: The page of the file, from 1; None for a file without pages.
        line: The line of a file without pages, from 1; None for a file with pages.
        source: The SHA-256 of the file.
    """

    row: str
    by: str
    on: str
    page: int | None
    line: int | None
    source: str


def record_verifications(knowledge: Knowledge, seen: Sequence[Seen]) -> tuple[Path, ...]:
    """
    Mark rows as verified, with a record each; a record that the row has outgrown is replaced.

    Args:
        knowledge: The knowledge base.
        seen: What to record, at most one a row.

    Returns:
        The changed files, sorted. A file in the form of `mednec fmt` stays in that form; the lines
        of another are kept as they are.

    Raises:
        KnowledgeUnreadable: A row has no file, or a file is not Turtle 1.1.
        EngineError: The edit would change more than the marks; nothing is written.
    """
    hashes = hash_statements(knowledge.facts, [one.row for one in seen])
    changed: dict[Path, str] = {}
    for one in seen:
        path = file_of(knowledge, one.row)
        text = changed.get(path) or path.read_text(encoding="utf-8")
        kept = [r for r in _records(text, one.row) if r.statement == hashes[one.row]]
        outgrown = [r for r in _records(text, one.row) if r.statement != hashes[one.row]]
        before = outgrown[0].before if outgrown and not kept else _mark(text, one.row)
        record = VerificationRecord(
            on=one.on,
            by=one.by,
            page=one.page,
            line=one.line,
            source=one.source,
            statement=hashes[one.row],
            before=before,
        )
        changed[path] = _rewritten(text, one.row, VERIFIED, [*kept, record], knowledge)
    return _write(changed)


def withdraw_verifications(knowledge: Knowledge, rows: Sequence[str]) -> tuple[Path, ...]:
    """
    Remove the records of rows, and return each to the mark that it had before the first of them.

    Args:
        knowledge: The knowledge base.
        rows: The IRIs of the rows.

    Returns:
        The changed files, sorted.

    Raises:
        KnowledgeUnreadable: A row has no file or no record.
        EngineError: The edit would change more than the marks; nothing is written.
    """
    changed: dict[Path, str] = {}
    for row in rows:
        path = file_of(knowledge, row)
        text = changed.get(path) or path.read_text(encoding="utf-8")
        records = _records(text, row)
        if not records:
            raise KnowledgeUnreadable(
                f"{row.rsplit('/', 1)[-1]} has no verification record.",
                hint="'mednec verify-rows GUIDELINE --all --source FILE' lists the rows.",
            )
        changed[path] = _rewritten(text, row, records[0].before, [], knowledge)
    return _write(changed)


def _write(changed: Mapping[Path, str]) -> tuple[Path, ...]:
    for path, text in sorted(changed.items()):
        write_whole(path, text)
    return tuple(sorted(changed))


def _records(text: str, row: str) -> tuple[VerificationRecord, ...]:
    return read_verifications(_triples(text)).get(row, ())


def _mark(text: str, row: str) -> str:
    marks = [name_of(t.object) for t in _of_row(text, row) if t.predicate == MARK]
    if len(marks) != 1:
        raise KnowledgeUnreadable(
            f"{row.rsplit('/', 1)[-1]} states {len(marks)} marks; one is expected.",
            hint="Give it one mn:verification; 'mednec check' reports the line.",
        )
    return marks[0]


def _triples(text: str) -> list[ox.Triple]:
    quads = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)
    return [ox.Triple(q.subject, q.predicate, q.object) for q in quads]


def _of_row(text: str, row: str) -> list[ox.Triple]:
    node = ox.NamedNode(row)
    return [t for t in _triples(text) if t.subject == node]


def _rewritten(
    text: str,
    row: str,
    mark: str,
    records: Sequence[VerificationRecord],
    knowledge: Knowledge,
) -> str:
    """State a mark and records of a row in place of those that are there, and check the result."""
    prefixes = read_prefixes(knowledge.folder / "ontology" / "prefixes.ttl")
    formatted = format_turtle(text, prefixes) == text
    stated = dict(PREFIX.findall(text))
    pieces = list(_pieces(text, row, stated))
    words = f"{_named(mark, stated)}{''.join(_block(r, stated) for r in records)}"
    result, at, written = "", 0, False
    for predicate, start, middle, end in pieces:
        if predicate == MARK.value and not written:
            result += f"{text[at:middle]}{words}"
            at, written = end, True
        else:
            result += text[at:start].rstrip().removesuffix(";").rstrip()
            at = end
    result += text[at:]
    if formatted:
        result = format_turtle(result, prefixes)
    _compare(text, result, row, mark, records)
    return result


def _pieces(
    text: str, row: str, prefixes: Mapping[str, str]
) -> Iterator[tuple[str, int, int, int]]:
    """Yield, for each mark and record of a row, its property, and where its words stand."""
    for statement in _statements(text):
        if iri_of(statement[0], prefixes) != row:
            continue
        depth = 0
        at = 1
        for n, token in enumerate(statement[1:], start=1):
            depth += (token.text in {"[", "("}) - (token.text in {"]", ")"})
            if depth or (token.text != ";" and n < len(statement) - 1):
                continue
            last = n if token.text != ";" else n - 1
            predicate = iri_of(statement[at], prefixes)
            if predicate in {MARK.value, RECORD.value}:
                yield predicate, statement[at].start, statement[at + 1].start, statement[last].end
            at = n + 1


def _statements(text: str) -> Iterator[list[TurtleToken]]:
    """Split a text into its statements, without comments and full stops."""
    statement: list[TurtleToken] = []
    for token in tokenize(text):
        if token.kind == "mark" and token.text == ".":
            if statement:
                yield statement
            statement = []
        elif token.kind != "comment":
            statement.append(token)


def _named(iri: str, prefixes: Mapping[str, str]) -> str:
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace) and iri.removeprefix(namespace).isalnum():
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return f"<{iri}>"


def _block(record: VerificationRecord, prefixes: Mapping[str, str]) -> str:
    """Write a record as a further property, in the form of `mednec fmt`."""

    def term(name: str) -> str:
        return _named(mn(name).value, prefixes)

    date = _named(f"{PREFIXES['xsd']}date", prefixes)
    place = f"{term('readOnLine')} {record.line}"
    if record.page is not None:
        place = f"{term('readOnPage')} {record.page}"
    lines = (
        f"a {term('VerificationRecord')}",
        f"{term('markBefore')} {_named(record.before, prefixes)}",
        place,
        f"{term('sourceHash')} {ox.Literal(record.source)}",
        f"{term('statementHash')} {ox.Literal(record.statement)}",
        f"{term('verifiedBy')} {ox.Literal(record.by)}",
        f'{term("verifiedOn")} "{record.on}"^^{date}',
    )
    inside = " ;\n        ".join(lines)
    return f" ;\n    {term('verificationRecord')} [\n        {inside}\n    ]"


def _compare(
    before: str, after: str, row: str, mark: str, records: Sequence[VerificationRecord]
) -> None:
    """
    Check that an edit changed the mark and the records of a row, and nothing else.

    Raises:
        EngineError: It changed something else.
    """
    old, new = ({t for t in _triples(text) if _is_kept(t)} for text in (before, after))
    marks = [name_of(t.object) for t in _of_row(after, row) if t.predicate == MARK]
    others = [read_verifications(_triples(text)) for text in (before, after)]
    rest = [{r: v for r, v in found.items() if r != row} for found in others]
    stated = tuple(others[1].get(row, ()))
    ours = {t for t in old ^ new if (t.subject, t.predicate) != (ox.NamedNode(row), MARK)}
    if ours or marks != [mark] or set(stated) != set(records) or rest[0] != rest[1]:
        raise EngineError(
            f"The record of {row.rsplit('/', 1)[-1]} could not be written without another change; "
            "the file is left as it is.",
            hint="Report this with the file.",
        )


def _is_kept(t: ox.Triple) -> bool:
    """Return True for a statement without a blank node, whose name differs by reading."""
    return not isinstance(t.subject, ox.BlankNode) and not isinstance(t.object, ox.BlankNode)
