"""Check a whole ledger: every entry, body, node and signature, and checkpoints kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from .entries import ERASED, ERASURE, RecordedEntry, commit
from .ledger import HEADER, entry_of
from .notes import checkpoint_text
from .schema import BODIES, ENTRIES, NODES
from .tree import Place, fold, grow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .ledger import Ledger
    from .notes import Checkpoint

PAGE: Final = 200
ROWS: Final = (
    sa.select(*HEADER, ENTRIES.c.root, ENTRIES.c.signature, BODIES.c.salt, BODIES.c.body)
    .select_from(ENTRIES.outerjoin(BODIES, BODIES.c.idx == ENTRIES.c.idx))
    .order_by(ENTRIES.c.idx)
    .limit(PAGE)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerProblem:
    """
    Something in a ledger that does not match.

    Attributes:
        index: The entry; None for the ledger as a whole.
        message: What does not match.
    """

    index: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.index is None else f"entry {self.index}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """
    The result of checking a ledger.

    Attributes:
        entries: The number of entries that were checked.
        erased: The number of those whose body was erased.
        problems: What does not match, by entry.
    """

    entries: int
    erased: int
    problems: tuple[LedgerProblem, ...]


def check_ledger(ledger: Ledger, checkpoints: Sequence[Checkpoint] = ()) -> LedgerReport:
    """
    Check a ledger.

    Every entry is checked against its commitment, the tree and the signature of its checkpoint, so
    that a change is found at the entry where it was made. Entries that were removed from the end,
    with everything that belongs to them, are found only with a checkpoint that was kept elsewhere.

    Args:
        ledger: The ledger.
        checkpoints: Signed heads of the log from letters, answers or backups; they were checked
            with its public key (`read_checkpoint`).
    """
    check = _Check(ledger)
    problems = list(check.entries())
    problems += check.leftovers()
    for checkpoint in checkpoints:
        if checkpoint.size > check.size:
            missing = f"entries {check.size} to {checkpoint.size - 1} are missing"
            if checkpoint.size == check.size + 1:
                missing = f"entry {check.size} is missing"
            problems.append(
                LedgerProblem(
                    index=None,
                    message=f"{missing}: a checkpoint of {checkpoint.size} entries was signed, "
                    f"and the ledger has {check.size}",
                )
            )
        elif checkpoint.root != check.roots.get(checkpoint.size, checkpoint.root):
            problems.append(
                LedgerProblem(
                    index=None,
                    message=f"the first {checkpoint.size} entries are not those of the signed "
                    "checkpoint: the log was rewritten",
                )
            )
    return LedgerReport(entries=check.size, erased=check.erased, problems=tuple(problems))


class _Check:
    """Goes through a ledger once, and grows its tree anew."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.size = 0
        self.erased = 0
        self.roots: dict[int, bytes] = {}
        self._peaks: list[bytes] = []
        self._broken = False

    def entries(self) -> Iterator[LedgerProblem]:
        """Yield what does not match in the entries."""
        after = -1
        with self.ledger.database.reading() as connection:
            erasures = {
                row.subject
                for row in connection.execute(
                    sa.select(ENTRIES.c.subject).where(ENTRIES.c.kind == ERASURE)
                )
            }
            while rows := connection.execute(ROWS.where(ENTRIES.c.idx > after)).mappings().all():
                nodes = _nodes(connection, after + 1, rows[-1]["idx"] + 1)
                for row in rows:
                    yield from self._entry(row, nodes, erasures)
                after = rows[-1]["idx"]

    def leftovers(self) -> Iterator[LedgerProblem]:
        """Yield the rows that belong to entries which are not there."""
        last = {
            "body": sa.select(sa.func.max(BODIES.c.idx)),
            "leaf": sa.select(sa.func.max(NODES.c.position)).where(NODES.c.level == 0),
        }
        with self.ledger.database.reading() as connection:
            for name, query in last.items():
                found = connection.execute(query).scalar()
                if found is not None and found >= self.size:
                    yield LedgerProblem(
                        index=found, message=f"it was removed; its {name} is still there"
                    )

    def _entry(
        self, row: sa.RowMapping, nodes: dict[Place, bytes], erasures: set[str]
    ) -> Iterator[LedgerProblem]:
        entry = entry_of(row)
        if entry.index > self.size and not self._broken:
            self._broken = True
            for missing in range(self.size, entry.index):
                yield LedgerProblem(index=missing, message="it was removed from the ledger")
        yield from self._body(entry, erasures)
        kept = nodes.get((0, entry.index))
        if entry.leaf_hash != kept:
            yield LedgerProblem(index=entry.index, message="it is not the entry that was appended")
        self.size = entry.index + 1
        if not self._broken and kept is not None:
            yield from self._tree(entry.index, kept, row, nodes)

    def _body(self, entry: RecordedEntry, erasures: set[str]) -> Iterator[LedgerProblem]:
        if entry.salt is None or entry.body is None:
            self.erased += 1
            if f"{ERASED}{entry.index}" not in erasures:
                yield LedgerProblem(
                    index=entry.index, message="its body is missing, and no entry records why"
                )
        elif commit(entry.salt, entry.body) != entry.commitment:
            yield LedgerProblem(index=entry.index, message="its body is not the recorded one")

    def _tree(
        self, index: int, leaf: bytes, row: sa.RowMapping, nodes: dict[Place, bytes]
    ) -> Iterator[LedgerProblem]:
        """Grow the tree by the leaf that the ledger keeps, and compare root and signature."""
        made, self._peaks = grow(index, self._peaks, leaf)
        root = self.roots[index + 1] = fold(self._peaks)
        if any(nodes.get(place) != value for place, value in made.items()):
            yield LedgerProblem(index=index, message="a node of the tree above it was changed")
        key = self.ledger.verifying
        if row["root"] != root:
            self._broken = True
            yield LedgerProblem(
                index=index, message="the tree up to it does not have the root that was signed"
            )
        elif not key.verifies(checkpoint_text(key.name, index + 1, root), row["signature"]):
            self._broken = True
            yield LedgerProblem(index=index, message="its checkpoint is not signed by the log")


def _nodes(connection: sa.Connection, start: int, end: int) -> dict[Place, bytes]:
    """Read the nodes that the entries from one up to, but without, another made."""
    found: dict[Place, bytes] = {}
    level = 0
    while end >> level:
        first, last = max(start >> level, 0), end >> level
        query = sa.select(NODES).where(
            NODES.c.level == level, NODES.c.position >= first, NODES.c.position < last
        )
        found |= {(row.level, row.position): row.hash for row in connection.execute(query)}
        level += 1
    return found
