"""
The engine: run compiled rules over the facts of a case, in their order, and record each firing.

It knows no domain. The facts of a case lie over those of the knowledge base, which are indexed once
and never change, so that any number of threads may derive at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from .derivation import Derivation, Firing
from .facts import encode
from .index import Index

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    import pyoxigraph as ox

    from .facts import Fact
    from .program import Compiled, Row
    from .rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternClass:
    """
    A class of individuals whose members are found by patterns, such as a population.

    Attributes:
        iri: The class.
        needs: Pairs of a property and a class, in angle brackets, that a member must have:
            some value of the property is of the class.
        compiled: The clause that finds the members and concludes their membership.
    """

    iri: str
    needs: frozenset[tuple[str, str]]
    compiled: Compiled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """
    All that is needed to derive.

    Attributes:
        base: The facts that every derivation starts from.
        namespace: The namespace of the properties that readers of a derivation name.
        rules: The rules, by stratum and id, each with its code.
        groups: The classes whose members are found by patterns.
        stratum: The stratum in which they are found.
        member: The variable that stands for a member.
        group: The variable that stands for a class in what a membership binds.
        kind: The property that leads to a class, in angle brackets.
        properties: The properties in the needs of groups.
    """

    base: Index
    namespace: str
    rules: tuple[tuple[Rule, Compiled], ...]
    groups: tuple[PatternClass, ...]
    stratum: int
    member: str
    group: str
    kind: str
    properties: frozenset[str]
    _chosen: dict[frozenset[str], tuple[tuple[Rule, Compiled], ...]] = field(default_factory=dict)

    def chosen(self, rules: frozenset[str]) -> tuple[tuple[Rule, Compiled], ...]:
        """Return the rules with some ids, in their order."""
        if rules not in self._chosen:
            self._chosen[rules] = tuple(pair for pair in self.rules if pair[0].id in rules)
        return self._chosen[rules]


class Runnable(Protocol):
    """What holds a program, such as a knowledge base."""

    @property
    def program(self) -> Program:
        """The program."""


def derive(
    knowledge: Runnable, asserted: Iterable[ox.Triple], *, rules: Collection[str] | None = None
) -> Derivation:
    """
    Derive everything that follows from the facts of a case.

    Args:
        knowledge: The knowledge base.
        asserted: The facts of one case, without blank nodes.
        rules: The ids of the rules to run; None for all.

    Returns:
        The derivation. The same facts in any order give the same derivation.
    """
    ordered = tuple(sorted(asserted, key=str))
    program = knowledge.program
    index = Index(program.base)
    index.add(encode(t) for t in ordered)
    firings: list[Firing] = []
    for fired in run(program, index, rules):
        firings += fired
    return Derivation(
        asserted=ordered,
        firings=tuple(firings),
        index=index,
        base=program.base,
        namespace=program.namespace,
    )


def infer(
    knowledge: Runnable, asserted: Iterable[ox.Triple], *, rules: Collection[str] | None = None
) -> Derivation:
    """
    Derive the facts that follow from the facts of cases, without recording how.

    Args:
        knowledge: The knowledge base.
        asserted: The facts of one or several cases, without blank nodes.
        rules: The ids of the rules to run; None for all.

    Returns:
        A derivation without firings.
    """
    program = knowledge.program
    index = Index(program.base)
    index.add(encode(t) for t in asserted)
    waiting: list[Fact] = []
    grouped = False
    for rule, compiled in program.rules if rules is None else program.chosen(frozenset(rules)):
        if not rule.asserted and waiting:
            index.add(waiting)
            waiting = []
        if not grouped and rule.stratum >= program.stratum:
            grouped = True
            _join(program, index)
        if not compiled.needs <= index.own:
            continue
        rows = compiled.match(index.objects, index.subjects)
        if rows:
            concluded = [fact for row in rows for fact in compiled.conclude(row)]
            if rule.asserted:
                waiting += concluded
            else:
                index.add(concluded)
    index.add(waiting)
    if not grouped:
        _join(program, index)
    return Derivation(
        asserted=(), firings=(), index=index, base=program.base, namespace=program.namespace
    )


def infer_over(
    knowledge: Runnable, known: Index, added: Iterable[Fact], *, rules: Collection[str]
) -> Derivation:
    """
    Run some rules over facts that are known already, without recording how.

    Args:
        knowledge: The knowledge base.
        known: Facts of a case over those of the knowledge base, memberships in classes included;
            it is not changed.
        added: Further facts.
        rules: The ids of the rules to run. No other rule, and no class, may depend on `added`.

    Returns:
        A derivation without firings.
    """
    program = knowledge.program
    index = Index(known)
    index.add(added)
    index.own |= known.own
    for _, compiled in program.chosen(frozenset(rules)):
        if compiled.needs <= index.own:
            rows = compiled.match(index.objects, index.subjects)
            index.add([fact for row in rows for fact in compiled.conclude(row)])
    return Derivation(
        asserted=(), firings=(), index=index, base=program.base, namespace=program.namespace
    )


def _join(program: Program, index: Index) -> None:
    """Add the members of each class."""
    reached = _reached(program, index)
    index.add(
        [
            fact
            for group in program.groups
            if group.needs <= reached
            for row in group.compiled.match(index.objects, index.subjects)
            for fact in group.compiled.conclude(row)
        ]
    )


def run(
    program: Program, index: Index, rules: Collection[str] | None = None
) -> Iterator[list[Firing]]:
    """
    Run a program, adding what it concludes to an index.

    Args:
        program: The program.
        index: The facts of a case over the base of the program.
        rules: The ids of the rules to run; None for all.

    Yields:
        The firings of each rule that fires, and of the groups, sorted by their bindings.
    """
    waiting: list[list[Firing]] = []
    grouped = False
    for rule, compiled in program.rules if rules is None else program.chosen(frozenset(rules)):
        if rule.stratum > 0 and waiting:
            for fired in waiting:
                _add(fired, index)
            waiting = []
        if not grouped and rule.stratum >= program.stratum:
            grouped = True
            yield from _members(program, index)
        if not compiled.needs <= index.own:
            continue
        fired = _fire(rule, compiled, index)
        if not fired:
            continue
        if rule.asserted:
            waiting.append(fired)
        else:
            _add(fired, index)
        yield fired
    for fired in waiting:
        _add(fired, index)
    if not grouped:
        yield from _members(program, index)


def _fire(rule: Rule, compiled: Compiled, index: Index) -> list[Firing]:
    """Apply a rule to all facts; return its firings, sorted by their bindings."""
    rows = compiled.match(index.objects, index.subjects)
    return [
        Firing(
            rule=rule,
            names=compiled.names,
            terms=row,
            matched=compiled.premises,
            concluded=compiled.conclude(row),
            counted=rows[row] or (),
        )
        for row in _sorted(rows)
    ]


def _sorted(rows: Collection[Row]) -> Collection[Row]:
    """Sort solutions by their terms; an unbound variable comes first."""
    if len(rows) < 2:  # noqa: PLR2004 - nothing to sort
        return rows
    try:
        return sorted(rows)  # None is compared with a term only where this fails
    except TypeError:
        return sorted(rows, key=lambda row: tuple(term or "" for term in row))


def _add(fired: list[Firing], index: Index) -> None:
    index.add(fact for firing in fired for fact in firing.concluded)


def _members(program: Program, index: Index) -> Iterator[list[Firing]]:
    """Find the members of each class, with the first solution of each member as its witness."""
    reached = _reached(program, index)
    found: list[Firing] = []
    for group in program.groups:
        if not group.needs <= reached:
            continue
        compiled = group.compiled
        rows = compiled.match(index.objects, index.subjects)
        if not rows:
            continue
        place = compiled.names.index(program.member)
        witnesses: dict[str, Row] = {}
        for row in _sorted(rows):
            witnesses.setdefault(row[place] or "", row)
        found += [
            _membership(program, group, member, witnesses[member]) for member in sorted(witnesses)
        ]
    _add(found, index)
    if found:
        yield found


def _membership(program: Program, group: PatternClass, member: str, row: Row) -> Firing:
    return Firing(
        rule=None,
        names=(program.member, program.group),
        terms=(member, f"<{group.iri}>"),
        matched=_nothing,
        concluded=group.compiled.conclude(row),
        counted=group.compiled.premises(row),
    )


def _nothing(_: Row) -> tuple[Fact, ...]:
    """Return no facts: the witness of a membership is in its counted facts."""
    return ()


def _reached(program: Program, index: Index) -> set[tuple[str, str]]:
    """Pair each property that the needs speak of with the classes of its values in the case."""
    kinds = index.objects.get(program.kind, {})
    reached: set[tuple[str, str]] = set()
    for predicate in program.properties:
        known = program.base.objects.get(predicate, {})
        values = {
            value
            for subject, values in index.objects.get(predicate, {}).items()
            if subject not in known
            for value in values
        }
        reached.update((predicate, kind) for value in values for kind in kinds.get(value, ()))
    return reached
