"""The strata of a proof: numbers from 1 for the rules, and one for memberships in populations."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from reasoner.kernel.flow import Clause, Given
from reasoner.kernel.order import find_order
from reasoner.kernel.syntax import Construct, Group, Iri, Optional, TriplePattern, Variable
from reasoner.kernel.terms import TYPE, mn
from reasoner.kernel.tree import writes

from .known import MEMBERSHIP, Known
from .populations import class_expressions
from .trees import rule_trees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

    from .populations import Expression


def known_facts(derivation: Derivation, knowledge: Knowledge) -> Known:
    """Return the facts of a derivation with their strata."""
    return Known(derivation, knowledge.base_facts, find_strata(knowledge))


@lru_cache(maxsize=4)
def find_strata(knowledge: Knowledge) -> Mapping[str, int]:
    """
    Return the stratum of each rule by its id, and of memberships in populations by `MEMBERSHIP`.

    A rule has a higher stratum than all rules whose conclusions it reads, denies or totals; no rule
    has the stratum of memberships.

    Raises:
        RuleMalformed: The rules depend on each other in a circle.
    """
    clauses = [
        Clause(id=name, path=tree.path, construct=tree.construct, asserted=tree.head.asserted)
        for name, tree in rule_trees(knowledge).items()
    ]
    populations = Clause(id=MEMBERSHIP, path="populations", construct=_memberships(knowledge))
    found = find_order([*clauses, populations], _given(knowledge, clauses))
    pairs = [(stratum, 1) for stratum in found[:-1]]
    numbers = sorted({*pairs, (found[-1], 0)})
    strata = {c.id: numbers.index(pair) + 1 for c, pair in zip(clauses, pairs, strict=True)}
    return {**strata, MEMBERSHIP: numbers.index((found[-1], 0)) + 1}


def _given(knowledge: Knowledge, clauses: list[Clause]) -> Given:
    """Collect what cases and the knowledge base can state."""
    shapes, facts = knowledge.shapes, knowledge.base_facts.all
    of_cases = frozenset[str]().union(*shapes.paths.values())
    written = {key.predicate for clause in clauses for key in writes(clause.construct)}
    closed: dict[str, set[str]] = {}
    for _, predicate, value in facts:
        name = predicate[1:-1]
        if name not in written and name not in of_cases and value.startswith("<"):
            closed.setdefault(name, set()).add(value[1:-1])
    classes = {value for _, predicate, value in facts if predicate == f"<{TYPE.value}>"}
    classes |= {f"<{name}>" for name in (*shapes.parts.values(), *shapes.paths)}
    return Given(
        properties=of_cases | {predicate[1:-1] for _, predicate, _ in facts},
        classes=frozenset(classes),
        closed={name: frozenset(values) for name, values in closed.items()},
    )


def _memberships(knowledge: Knowledge) -> Construct:
    """Write all populations as one rule, as far as its order is concerned."""
    situation = Variable("situation")
    expressions = class_expressions(knowledge)
    is_a = Iri(TYPE.value)
    template = [
        TriplePattern(subject=situation, predicate=predicate, value=Iri(name[1:-1]))
        for name in expressions
        for predicate in (is_a, Iri(mn("inPopulation").value))
    ]
    steps = {step for one in expressions.values() for step in _steps(one, "situation")}
    known = TriplePattern(subject=situation, predicate=is_a, value=Iri(mn("Situation").value))
    optional = [
        Optional(
            group=Group(
                elements=(
                    TriplePattern(
                        subject=Variable(start), predicate=Iri(name), value=Variable(start + name)
                    ),
                )
            )
        )
        for start, name in sorted(steps)
    ]
    return Construct(template=tuple(template), where=Group(elements=(known, *optional)))


def _steps(expression: Expression, start: str) -> Iterator[tuple[str, str]]:
    """Yield the properties of a class expression, each with the variable that it starts from."""
    word, *parts = expression
    if word in {"some", "value"}:
        yield start, str(parts[0])[1:-1]
        start += str(parts[0])[1:-1]
    for part in parts:
        if isinstance(part, list):
            yield from _steps(part, start)
