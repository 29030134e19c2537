"""The projection of the ledger into the store, and the position that it has reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import LedgerDamaged, ProjectionUnavailable
from reasoner.kernel.terms import DCTERMS, PROV

from .graphs import entry_triples
from .names import HIDDEN, RECORDS, graph_of, metadata_of
from .places import Endpoint, Folder, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyoxigraph as ox

    from reasoner.knowledge.base import Knowledge
    from reasoner.records.ledger.entries import RecordedEntry
    from reasoner.records.ledger.ledger import Ledger

FORM: Final = 1
"""The form of the graphs. Raise it when they change: stores of another form are rebuilt."""
SELF: Final = f"{RECORDS}projection"
SIZE, ROOT, OF, WRITTEN = (
    f"{DCTERMS}extent",
    f"{DCTERMS}identifier",
    f"{PROV}wasDerivedFrom",
    f"{DCTERMS}conformsTo",
)
POSITION: Final = (
    f"SELECT ?size ?root ?of ?form {{ GRAPH <{RECORDS}> {{ "
    f"<{SELF}> <{SIZE}> ?size ; <{ROOT}> ?root ; <{OF}> ?of ; <{WRITTEN}> ?form }} }}"
)
BATCH: Final = 4_000_000
"""About how long an update becomes, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """
    How far the store has followed a ledger.

    Attributes:
        size: The number of entries that are in the store.
        root: The root of the tree over them, in hexadecimal digits.
        origin: The log.
        form: The form of the graphs.
    """

    size: int
    root: str
    origin: str
    form: int


class Projection:
    """
    A store that follows a ledger. One process at a time may follow with one store.

    Args:
        place: Where the store is.
        knowledge: The knowledge base, for the terms of cases and the datatypes of facts.
    """

    def __init__(self, place: Folder | Endpoint, knowledge: Knowledge) -> None:
        self.place = place
        self._knowledge = knowledge

    @classmethod
    def open(cls, location: str, *, knowledge: Knowledge) -> Projection:
        """
        Open a store.

        Args:
            location: A folder, or the address of an endpoint (`places.Endpoint`).
            knowledge: The knowledge base.

        Raises:
            ProjectionUnavailable: It cannot be opened.
        """
        return cls(place_of(location), knowledge)

    def close(self) -> None:
        """Close the store."""
        self.place.close()

    def position(self) -> Position | None:
        """Return how far the store is; None for an empty one."""
        rows = self.place.select(POSITION)
        if not rows:
            return None
        row = rows[0]
        origin = row["of"].removeprefix("urn:mednec:log:")
        form = int(row["form"].rpartition(":")[2])
        return Position(size=int(row["size"]), root=row["root"], origin=origin, form=form)

    def follow(self, ledger: Ledger) -> int:
        """
        Bring the store up to the ledger; a store of an older form is rebuilt.

        Returns:
            The number of entries that were written.

        Raises:
            LedgerDamaged: The store has entries that the ledger does not, or other ones: the
                ledger lost entries or was changed.
            ProjectionUnavailable: The store did not take an update.
        """
        position = self.position()
        if position and position.form != FORM:
            return self.rebuild(ledger)
        size = ledger.size()
        if position:
            self._check(position, ledger, size)
        start = position.size if position else 0
        if start >= size:
            return 0
        for batch, last in _batches(self._updates(ledger, start - 1, size)):
            self.place.update(batch + _position(ledger, last + 1))
        return size - start

    def rebuild(self, ledger: Ledger) -> int:
        """
        Empty the store and write all entries again; as `follow`.

        Returns:
            The number of entries of the ledger.
        """
        self.place.update("DROP ALL")
        return self.follow(ledger)

    def snapshot(self, folder: Path) -> None:
        """
        Write a copy that other processes open read-only (`pyoxigraph.Store.read_only`).

        Raises:
            ProjectionUnavailable: The store is at an endpoint, which answers by itself.
        """
        if isinstance(self.place, Endpoint):
            raise ProjectionUnavailable(f"{self.place.name} is asked directly, without a copy.")
        self.place.snapshot(folder)

    def quads(self) -> Iterator[str]:
        """Yield all quads, each as a line of N-Quads; the order is the store's."""
        return self.place.quads()

    def _check(self, position: Position, ledger: Ledger, size: int) -> None:
        name = ledger.database.name
        if position.origin != ledger.verifying.name:
            raise LedgerDamaged(
                f"{self.place.name} follows the log {position.origin}, not the one of {name}.",
                hint="Give the store of this ledger, or rebuild it with 'mednec ledger rebuild'.",
            )
        if position.size > size:
            raise LedgerDamaged(
                f"{name} has {size} entries, and the store has {position.size}: entry {size} and "
                "those after it are missing from the ledger.",
                hint="Find out why with 'mednec ledger verify'. If the ledger was restored from a "
                "backup, rebuild the store with 'mednec ledger rebuild'.",
            )
        if position.size and ledger.checkpoint(position.size).root.hex() != position.root:
            raise LedgerDamaged(
                f"{name}: its first {position.size} entries are not those that the store has.",
                hint="Find what was changed with 'mednec ledger verify'.",
            )

    def _updates(self, ledger: Ledger, after: int, size: int) -> Iterator[tuple[str, int]]:
        """Yield the update of each entry with its index."""
        for entry in ledger.every_entry(after=after):
            if entry.index >= size:
                return
            yield self._update(entry, ledger), entry.index

    def _update(self, entry: RecordedEntry, ledger: Ledger) -> str:
        if entry.erases is not None:
            erased = ledger.entry(entry.erases)
            latest = ledger.latest(erased.kind, erased.subject)
            # A later version replaced the erased one, and stays.
            return _cleared(erased) if latest is None or latest.index == erased.index else ""
        if entry.kind in HIDDEN:
            return ""
        if entry.body is None:
            return _cleared(entry)
        graph = graph_of(entry.kind, entry.subject)
        stated = _statements(metadata_of(entry))
        found = _statements(entry_triples(entry, self._knowledge))
        return (
            f"{_cleared(entry)}INSERT DATA {{ GRAPH <{RECORDS}> {{ {stated} }} "
            f"GRAPH {graph} {{ {found} }} }} ;\n"
        )


def _cleared(entry: RecordedEntry) -> str:
    """Return the update that removes the graph of an entry, and what is said of it."""
    graph = graph_of(entry.kind, entry.subject)
    return (
        f"DROP SILENT GRAPH {graph} ;\nDELETE WHERE {{ GRAPH <{RECORDS}> {{ {graph} ?p ?o }} }} ;\n"
    )


def _statements(triples: Iterable[ox.Triple]) -> str:
    return " ".join(f"{t} ." for t in triples)


def _position(ledger: Ledger, size: int) -> str:
    """Return the update that records how far the store is."""
    root = ledger.checkpoint(size).root.hex()
    return (
        f"DELETE WHERE {{ GRAPH <{RECORDS}> {{ <{SELF}> ?p ?o }} }} ;\n"
        f"INSERT DATA {{ GRAPH <{RECORDS}> {{ <{SELF}> <{SIZE}> {size} ; "
        f'<{ROOT}> "{root}" ; <{OF}> <urn:mednec:log:{ledger.verifying.name}> ; '
        f"<{WRITTEN}> <urn:mednec:form:{FORM}> }} }}"
    )


def _batches(updates: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Join updates to texts of some length, each with the index of its last entry."""
    texts: list[str] = []
    length, last = 0, -1
    for text, last in updates:
        texts.append(text)
        length += len(text)
        if length >= BATCH:
            yield "".join(texts), last
            texts, length = [], 0
    if texts:
        yield "".join(texts), last
