"""
The engine: run the rules over a case, stratum by stratum, and record each firing.

It knows nothing of medicine or law. The facts of a case lie over those of the knowledge base, which
are indexed once and never change; so any number of threads may derive at a time.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, cast

from .derivation import Derivation, Firing
from .facts import Fact, Facts, encode, encode_term
from .matcher import COUNTED, Row, fill, solve
from .terms import TYPE, mn

if TYPE_CHECKING:
    import pyoxigraph as ox

    from reasoner.knowledge.base import Knowledge
    from reasoner.knowledge.populations import Population

    from .rules import Rule

Key = tuple[str, str | None]
"""A predicate, alone or with an object, of which there is a fact."""
IS_A: Final = encode_term(TYPE)
IN_POPULATION: Final = encode_term(mn("inPopulation"))


def derive(
    knowledge: Knowledge, told: tuple[ox.Triple, ...], *, rules: tuple[Rule, ...] | None = None
) -> Derivation:
    """
    Derive everything that follows from the facts of a case.

    The compiled form of the rules is run; `reference.derive_in_store` runs their texts.

    Args:
        knowledge: The knowledge base.
        told: The facts of one case, without blank nodes.
        rules: The rules to run, by stratum; None for all of the knowledge base.

    Returns:
        The derivation. The same facts in any order give the same derivation.
    """
    facts = Facts(knowledge.base_facts)
    present = set(knowledge.keys)
    ordered = tuple(sorted(told, key=str))
    _note(facts.add(encode(t) for t in ordered), present)
    firings: list[Firing] = []
    for stratum, group in groupby(
        knowledge.rules if rules is None else rules, key=lambda rule: rule.stratum
    ):
        if stratum == knowledge.membership:
            _settle(_memberships(knowledge, facts), facts, present, firings)
        fired = [f for rule in group if rule.needs <= present for f in _fire(rule, facts)]
        _settle(fired, facts, present, firings)
    return Derivation(told=ordered, firings=tuple(firings), facts=facts)


def _settle(fired: list[Firing], facts: Facts, present: set[Key], firings: list[Firing]) -> None:
    """Add what a stratum concluded, after all its rules have looked at what was there before."""
    firings += fired
    _note(facts.add(fact for f in fired for fact in f.concluded), present)


def _note(fresh: list[Fact], present: set[Key]) -> None:
    """Note the predicates of new facts, which may enable rules."""
    for _, predicate, value in fresh:
        present.add((predicate, None))
        present.add((predicate, value))


def _fire(rule: Rule, facts: Facts) -> list[Firing]:
    """Apply a rule to all facts; return its firings, sorted by their bindings."""
    rows = solve(rule.steps, facts)
    if len(rows) > 1:
        keyed = {_row_key(row): row for row in rows}
        rows = [keyed[key] for key in sorted(keyed)]
    return [_firing(rule, row) for row in rows]


def _row_key(row: Row) -> tuple[tuple[str, str], ...]:
    """Tell a solution by its variables and their values."""
    return tuple(sorted(item for item in row.items() if item[0] != COUNTED))


def _firing(rule: Rule, row: Row) -> Firing:
    counted = tuple(sorted(set(cast("list[Fact]", row.pop(COUNTED, "")))))
    return Firing(rule, row, tuple(fill(pattern, row) for pattern in rule.template), counted)


def _memberships(knowledge: Knowledge, facts: Facts) -> list[Firing]:
    """Find the populations that each situation belongs to."""
    found = []
    reached = _reached(knowledge, facts)
    for population in knowledge.populations:
        if not population.needs <= reached:
            continue
        rows: dict[str, Row] = {}
        for row in sorted(solve(population.steps, facts), key=_row_key):
            rows.setdefault(row["situation"], row)
        found += [_membership(population, rows[situation]) for situation in sorted(rows)]
    return found


def _reached(knowledge: Knowledge, facts: Facts) -> set[tuple[str, str]]:
    """Pair each property that populations ask of with the classes of its values in the case."""
    values = {
        (predicate, value)
        for predicate in knowledge.asked
        for _, value in facts.pairs.get(predicate, ())
    }
    return {
        (predicate, kind)
        for predicate, value in values
        for _, kind in facts.find(value, IS_A, None)
    }


def _membership(population: Population, row: Row) -> Firing:
    name, situation = f"<{population.iri}>", row["situation"]
    return Firing(
        None,
        {"situation": situation, "population": name},
        ((situation, IS_A, name), (situation, IN_POPULATION, name)),
        tuple(fill(pattern, row) for pattern in population.premises),
    )
