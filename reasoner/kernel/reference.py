"""
The reference: the texts of the rules, run as they stand by a SPARQL engine.

Slower than the compiled form, and the judge of it: on every case both must derive the same facts.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Protocol, cast

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .rules import Rule


class Constructed(Protocol):
    """A class whose members a query concludes."""

    @property
    def text(self) -> str:
        """The query, a CONSTRUCT."""


class Texts(Protocol):
    """What holds the texts of rules, such as a knowledge base."""

    @property
    def working_facts(self) -> Sequence[ox.Quad]:
        """The facts that every derivation starts from."""

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules, by stratum."""

    @property
    def populations(self) -> Sequence[Constructed]:
        """The classes of situations."""

    @property
    def stratum(self) -> int:
        """The stratum in which their members are found."""


def derive_in_store(
    knowledge: Texts, asserted: Iterable[ox.Triple], *, folder: Path | None = None
) -> frozenset[ox.Triple]:
    """
    Derive from the facts of a case by running each CONSTRUCT in a pyoxigraph store.

    Args:
        knowledge: The knowledge base.
        asserted: The facts of one case.
        folder: An empty folder in which the store is kept; None for a store in memory.

    Returns:
        The facts that were concluded and not asserted.
    """
    store = ox.Store(str(folder)) if folder else ox.Store()
    store.extend(knowledge.working_facts)
    facts = frozenset(asserted)
    store.extend(_quads(facts))
    derived: set[ox.Triple] = set()
    todo = True
    for stratum, rules in groupby(knowledge.rules, key=lambda rule: rule.stratum):
        if todo and stratum >= knowledge.stratum:
            todo = False
            derived |= _memberships(knowledge, store)
            store.extend(_quads(derived))
        concluded = _constructed(store, (rule.text for rule in rules))
        store.extend(_quads(concluded))
        derived |= concluded
    return frozenset(derived) - facts


def _memberships(knowledge: Texts, store: ox.Store) -> set[ox.Triple]:
    return _constructed(store, (population.text for population in knowledge.populations))


def _constructed(store: ox.Store, texts: Iterable[str]) -> set[ox.Triple]:
    return {t for text in texts for t in cast("ox.QueryTriples", store.query(text))}


def _quads(triples: Iterable[ox.Triple]) -> list[ox.Quad]:
    return [ox.Quad(t.subject, t.predicate, t.object) for t in triples]
