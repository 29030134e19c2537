"""
Patterns compiled to Python: the same SPARQL text that any engine runs, matched without a store.

A rule's WHERE is read once into steps over in-memory indexes. Only what rules may use is known here
(basic patterns, unions, OPTIONAL, VALUES, BIND, FILTER, NOT EXISTS, and aggregates in a subselect);
anything else is refused when the rule is read. Two SPARQL engines hold this one to its answers.

Glossary: a *row* is a solution, by variable name. A *term* is written as N-Triples writes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from rdflib.paths import Path as PropertyPath
from rdflib.term import BNode, Literal, URIRef, Variable

from reasoner.errors import RuleMalformed

from .expressions import Expression, compile_expression, term_of, value_of
from .facts import Fact, Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rdflib.plugins.sparql.parserutils import CompValue

Row = dict[str, str]
Part = tuple[bool, str]
"""A place in a pattern: whether it is a variable, and its name or term."""
Pattern = tuple[Part, Part, Part]
COUNTED: Final = " counted"
"""The name under which a row carries what an aggregate counted over; no variable can have it."""
AGGREGATES: Final[dict[str, Callable[[list[int]], int]]] = {
    "Aggregate_Sum": sum,
    "Aggregate_Max": max,
    "Aggregate_Min": min,
}


Step = Callable[[list[Row], Facts], list[Row]]
Steps = tuple[Step, ...]


def compile_where(node: CompValue, where: str) -> list[Step]:
    """
    Compile the algebra of a WHERE into steps.

    Args:
        node: The algebra, as rdflib translates it.
        where: The file, for messages.

    Raises:
        RuleMalformed: The text uses what cannot be compiled.
    """
    compiler = COMPILERS.get(node.name)
    if compiler is None:
        raise RuleMalformed(
            f"{where}: {node.name} cannot be compiled.",
            hint="Use patterns, FILTER, NOT EXISTS, OPTIONAL, BIND, VALUES, and aggregates.",
        )
    return compiler(node, where)


def _compile_pattern(node: CompValue, where: str) -> list[Step]:
    return [_bgp([pattern_of(t, where) for t in node.triples])]


def _compile_join(node: CompValue, where: str) -> list[Step]:
    return [*compile_where(node.p1, where), *compile_where(node.p2, where)]


def _compile_select(node: CompValue, where: str) -> list[Step]:
    if "p" not in node:
        return [_values(node)]
    inner = node.p
    while inner.name in {"Project", "Distinct"}:
        inner = inner.p
    return _subselect(inner, where) if _aggregates(inner) else compile_where(inner, where)


def _compile_filter(node: CompValue, where: str) -> list[Step]:
    return [*compile_where(node.p, where), *_filters(node.expr, where)]


def _compile_bind(node: CompValue, where: str) -> list[Step]:
    expression = compile_expression(node.expr, where)
    return [*compile_where(node.p, where), _bind(str(node.var), expression)]


def _compile_optional(node: CompValue, where: str) -> list[Step]:
    return [*compile_where(node.p1, where), _optional(compile_where(node.p2, where))]


def _compile_union(node: CompValue, where: str) -> list[Step]:
    return [_union([compile_where(node.p1, where), compile_where(node.p2, where)])]


COMPILERS: Final[dict[str, Callable[[CompValue, str], list[Step]]]] = {
    "BGP": _compile_pattern,
    "Distinct": _compile_select,
    "Extend": _compile_bind,
    "Filter": _compile_filter,
    "Join": _compile_join,
    "LeftJoin": _compile_optional,
    "Project": _compile_select,
    "SelectQuery": _compile_select,
    "ToMultiSet": _compile_select,
    "Union": _compile_union,
    "values": lambda node, _: [_values(node)],
}


def solve(steps: Iterable[Step], facts: Facts) -> list[Row]:
    """Return all solutions of compiled steps."""
    rows: list[Row] = [{}]
    for step in steps:
        rows = step(rows, facts)
        if not rows:
            return []
    return rows


def pattern_of(triple: tuple[object, object, object], where: str) -> Pattern:
    """
    Read a triple pattern of rdflib's algebra.

    Raises:
        RuleMalformed: It has a property path, or a term of a kind that rules do not use.
    """
    subject, predicate, value = (_part(node, where) for node in triple)
    return subject, predicate, value


def _part(node: object, where: str) -> Part:
    if isinstance(node, PropertyPath):
        raise RuleMalformed(
            f"{where}: a property path hides the facts it passes over.",
            hint="Write each step as a triple pattern, so that it can be shown as a premise.",
        )
    if isinstance(node, Variable | BNode):
        return True, str(node)
    if isinstance(node, URIRef):
        return False, f"<{node}>"
    if isinstance(node, Literal):
        return False, term_of(node.toPython()) if node.datatype else node.n3()
    raise RuleMalformed(f"{where}: cannot read {node!r} in a pattern.")


def _bgp(patterns: list[Pattern]) -> Step:
    """Match patterns one after another; the order that the first case found good is kept."""
    if len(patterns) == 1:
        only = patterns[0]
        return lambda rows, facts: [found for row in rows for found in _match(only, row, facts)]

    plans: dict[frozenset[str], list[Pattern]] = {}

    def step(rows: list[Row], facts: Facts) -> list[Row]:
        if not rows:
            return rows
        known = frozenset(rows[0])
        plan = plans.get(known)
        if plan is None:
            todo, plan = list(patterns), []
            while todo and rows:
                best = _cheapest(todo, rows[0], facts)
                todo.remove(best)
                plan.append(best)
                rows = [found for row in rows for found in _match(best, row, facts)]
            if not todo:
                plans[known] = plan
            return rows
        for pattern in plan:
            rows = [found for row in rows for found in _match(pattern, row, facts)]
            if not rows:
                return rows
        return rows

    return step


def _cheapest(todo: list[Pattern], row: Row, facts: Facts) -> Pattern:
    """Choose the pattern that gives the fewest rows; the first that cannot give many is taken."""
    best, least = todo[0], _cost(todo[0], row, facts)
    for pattern in todo[1:]:
        if least == 0:
            break
        cost = _cost(pattern, row, facts)
        if cost < least:
            best, least = pattern, cost
    return best


def _cost(pattern: Pattern, row: Row, facts: Facts) -> int:
    """Estimate how many rows a pattern gives for each row that is there."""
    (s_var, s), (p_var, p), (o_var, o) = pattern
    subject = row.get(s) if s_var else s
    predicate = row.get(p) if p_var else p
    value = row.get(o) if o_var else o
    if predicate is None:
        return 1_000_000
    if subject is not None and value is not None:
        return 0
    return facts.size(subject, predicate, value)


def _match(pattern: Pattern, row: Row, facts: Facts) -> Iterator[Row]:
    (s_var, s), (p_var, p), (o_var, o) = pattern
    subject = row.get(s) if s_var else s
    predicate = row.get(p) if p_var else p
    value = row.get(o) if o_var else o
    if predicate is None:
        return
    if subject is not None and value is not None:
        for _ in facts.find(subject, predicate, value):
            yield row
            return
    for found_subject, found_value in facts.find(subject, predicate, value):
        if (
            subject is None
            and value is None
            and s_var
            and o_var
            and s == o
            and found_subject != found_value
        ):
            continue
        new = dict(row)
        if s_var:
            new[s] = found_subject
        if o_var:
            new[o] = found_value
        yield new


def _filters(expr: CompValue, where: str) -> list[Step]:
    if expr.name == "ConditionalAndExpression":
        parts = [expr.expr, *expr.other]
        return [step for part in parts for step in _filters(part, where)]
    if expr.name == "Builtin_NOTEXISTS":
        return [_absent(compile_where(expr.graph, where))]
    return [_filter(compile_expression(expr, where))]


def _filter(test: Expression) -> Step:
    def holds(row: Row) -> bool:
        try:
            return test(row) is True
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return False

    return lambda rows, _: [row for row in rows if holds(row)]


def _absent(steps: list[Step]) -> Step:
    def none(row: Row, facts: Facts) -> bool:
        found = [row]
        for step in steps:
            found = step(found, facts)
        return not found

    return lambda rows, facts: [row for row in rows if none(row, facts)]


def _bind(name: str, expression: Expression) -> Step:
    def step(rows: list[Row], _: Facts) -> list[Row]:
        for row in rows:
            try:
                row[name] = term_of(expression(row))
            except (ArithmeticError, LookupError, TypeError, ValueError):
                continue
        return rows

    return lambda rows, facts: step([dict(row) for row in rows], facts)


def _optional(steps: list[Step]) -> Step:
    def step(rows: list[Row], facts: Facts) -> list[Row]:
        result = []
        for row in rows:
            found = [row]
            for inner in steps:
                found = inner(found, facts)
            result += found or [row]
        return result

    return step


def _union(branches: list[list[Step]]) -> Step:
    def step(rows: list[Row], facts: Facts) -> list[Row]:
        result = []
        for steps in branches:
            found = rows
            for inner in steps:
                found = inner(found, facts)
            result += found
        return result

    return step


def _values(node: CompValue) -> Step:
    table = node.res if "res" in node else node.p.res
    choices = [
        {str(name): _part(value, "VALUES")[1] for name, value in row.items()} for row in table
    ]

    def step(rows: list[Row], _: Facts) -> list[Row]:
        return [
            {**row, **choice}
            for row in rows
            for choice in choices
            if all(row.get(name, value) == value for name, value in choice.items())
        ]

    return step


def _aggregates(node: CompValue) -> bool:
    while node.name in {"Extend", "Filter"}:
        node = node.p
    return bool(node.name == "AggregateJoin")


def _subselect(node: CompValue, where: str) -> list[Step]:
    """Compile an aggregate over groups: each group becomes a row, and remembers what it counted."""
    named: dict[str, str] = {}
    while node.name == "Extend":
        named[str(node.expr)] = str(node.var)
        node = node.p
    group = node.p
    keys = [str(key) for key in group.expr or []]
    inner = compile_where(group.p, where)
    if group.p.name != "BGP":
        raise RuleMalformed(
            f"{where}: an aggregate counts over more than a plain pattern.",
            hint="Mark what counts in a rule of a lower stratum, then count the marks.",
        )
    patterns = [pattern_of(t, where) for t in group.p.triples]
    for aggregate in node.A:
        if aggregate.name not in {*AGGREGATES, "Aggregate_Sample"}:
            raise RuleMalformed(
                f"{where}: {aggregate.name.removeprefix('Aggregate_').upper()} cannot be compiled.",
                hint="Use SUM, MAX or MIN.",
            )
    sums = [
        (AGGREGATES[a.name], str(a.vars), named[str(a.res)])
        for a in node.A
        if str(a.res) in named and a.name in AGGREGATES
    ]

    def step(rows: list[Row], facts: Facts) -> list[Row]:
        groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for found in solve(inner, facts):
            groups[tuple(found[key] for key in keys)].append(found)
        result = []
        for values, members in groups.items():
            new: Row = dict(zip(keys, values, strict=True))
            for function, variable, name in sums:
                new[name] = term_of(function([cast("int", value_of(m[variable])) for m in members]))
            new[COUNTED] = [fill(p, m) for m in members for p in patterns]  # type: ignore[assignment] # see COUNTED
            result.append(new)
        return [
            {**row, **new}
            for row in rows
            for new in result
            if all(row.get(key, new[key]) == new[key] for key in keys)
        ]

    return [step]


def fill(pattern: Pattern, row: Row) -> Fact:
    """
    Fill a pattern with the values of a row.

    Raises:
        KeyError: A variable of the pattern has no value.
    """
    (s_var, s), (p_var, p), (o_var, o) = pattern
    return (row[s] if s_var else s, row[p] if p_var else p, row[o] if o_var else o)
