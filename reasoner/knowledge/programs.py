"""From rules and populations to a program: their order, and their code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.kernel.engine import PatternClass, Program
from reasoner.kernel.flow import Clause, Given
from reasoner.kernel.order import find_order
from reasoner.kernel.plan import Statistics
from reasoner.kernel.program import code_of, load
from reasoner.kernel.rules import placed
from reasoner.kernel.syntax import Construct, Group, Iri, TriplePattern, Union, Values, Variable
from reasoner.kernel.terms import TYPE
from reasoner.kernel.tree import writes

from .populations import GROUP, IN_POPULATION, MEMBER
from .terms import NS, mn, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reasoner.kernel.index import Index
    from reasoner.kernel.rules import Rule

    from .populations import Population

POPULATIONS: Final = "POP"
"""The name under which all populations take part in the order of rules."""
ASKED: Final = (
    "asOf",
    "holdsFrom",
    "holdsOtherwise",
    "holdsUntil",
    "marginCounted",
    "marginFigure",
    "marginOf",
    "marginOn",
    "movedLimit",
    "movedTrial",
    "request",
    "shows",
    "variantOf",
)
"""Properties that a comparison adds to the facts of a case."""
MANY: Final = 100
"""A property of more values than this is not followed value by value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """
    Rules in their order.

    Attributes:
        rules: The rules, by stratum and id.
        stratum: The stratum in which populations are matched.
        after: For each rule, and for the populations together, the names of those whose
            conclusions it looks at.
    """

    rules: tuple[Rule, ...]
    stratum: int
    after: Mapping[str, frozenset[str]]


def order_rules(
    rules: Sequence[Rule],
    populations: Sequence[Population],
    base: Index,
    stated: Iterable[str],
    kinds: Iterable[str],
) -> Ordered:
    """
    Place rules and populations in their order.

    Args:
        rules: The rules.
        populations: The populations.
        base: The facts of the knowledge base.
        stated: The properties that a case can state, as IRIs.
        kinds: The classes that a case can state, as IRIs.

    Returns:
        The rules in their order.

    Raises:
        RuleMalformed: They depend on each other in a circle.
    """
    clauses = [clause_of(rule) for rule in rules]
    clauses.append(_all_populations(populations))
    asked = {mn(name).value for name in ASKED}
    in_case = {*stated, *asked}
    concluded = {key.predicate for clause in clauses for key in writes(clause.construct)}
    held = {predicate[1:-1] for predicate in base.objects}
    given = Given(
        properties=frozenset(in_case | held),
        classes=frozenset(
            {
                *(f"<{kind}>" for kind in (*kinds, mn("Request").value)),
                *base.subjects.get(f"<{TYPE.value}>", {}),
            }
        ),
        closed={
            predicate: frozenset(value[1:-1] for value in values)
            for predicate in held - in_case - concluded
            if len(values := base.subjects[f"<{predicate}>"]) <= MANY
        },
    )
    order = find_order(clauses, given, shorten=shorten)
    *strata, last = order.strata
    return Ordered(rules=placed(rules, strata), stratum=last, after=order.after)


def clause_of(rule: Rule) -> Clause:
    """Return a rule as far as its order and its code are concerned."""
    return Clause(id=rule.id, path=rule.path, construct=rule.construct, asserted=rule.asserted)


def _all_populations(populations: Sequence[Population]) -> Clause:
    """Join the populations to one clause: they are matched together, and read no other."""
    member, kind = Variable(MEMBER), Variable(GROUP)
    typed, belongs = Iri(TYPE.value), Iri(IN_POPULATION)
    is_situation = TriplePattern(subject=member, predicate=typed, value=Iri(mn("Situation").value))
    names = tuple((Iri(population.iri),) for population in populations)
    groups = tuple(population.construct.where for population in populations)
    where = (
        is_situation,
        *((Values(variables=(kind,), rows=names), Union(groups=groups)) if groups else ()),
    )
    template = tuple(
        TriplePattern(subject=member, predicate=predicate, value=kind)
        for predicate in (typed, belongs)
    )
    return Clause(
        id=POPULATIONS,
        path="populations",
        construct=Construct(template=template, where=Group(elements=where)),
    )


def compile_program(
    rules: Sequence[Rule], populations: Sequence[Population], base: Index, stated: Iterable[str]
) -> bytes:
    """
    Compile rules and populations to code that `build_program` takes.

    Args:
        rules: The rules, by stratum and id.
        populations: The populations.
        base: The facts of the knowledge base.
        stated: The properties that a case can state, as IRIs.
    """
    clauses = _clauses(rules, populations)
    asked = (mn(name).value for name in ASKED)
    concluded = (key.predicate for clause in clauses for key in writes(clause.construct))
    opened = frozenset(f"<{iri}>" for iri in (*stated, *asked, *concluded))
    found = Statistics.of(base, opened)
    return code_of(
        clauses, found.with_conclusions(rule.construct for rule in rules if not rule.asserted)
    )


def _clauses(rules: Sequence[Rule], populations: Sequence[Population]) -> list[Clause]:
    return [
        *(clause_of(rule) for rule in rules),
        *(Clause(id=p.iri, path=p.iri, construct=p.construct) for p in populations),
    ]


def build_program(
    rules: Sequence[Rule],
    populations: Sequence[Population],
    stratum: int,
    base: Index,
    *,
    code: bytes,
) -> Program:
    """
    Make a program of rules and populations.

    Args:
        rules: The rules, by stratum and id.
        populations: The populations.
        stratum: The stratum of the populations.
        base: The facts of the knowledge base.
        code: What `compile_program` made of the same rules and populations.
    """
    compiled = load(_clauses(rules, populations), code, held=base.objects)
    return Program(
        base=base,
        namespace=NS,
        rules=tuple(zip(rules, compiled, strict=False)),
        groups=tuple(
            PatternClass(iri=p.iri, needs=p.needs, compiled=found)
            for p, found in zip(populations, compiled[len(rules) :], strict=True)
        ),
        stratum=stratum,
        member=MEMBER,
        group=GROUP,
        kind=f"<{TYPE.value}>",
        properties=frozenset(predicate for p in populations for predicate, _ in p.needs),
    )
