"""
Rules as Python functions: nested loops over indexes, with the variables of a rule as local ones.

`compile_clause` writes the source of three functions for a rule. `match_N(O, S)` returns its
solutions, each a tuple of terms, one for each variable in alphabetical order; O and S are the sides
of an `Index`. `conclude_N(row)` returns the facts that a solution concludes, and `premises_N(row)`
those that its patterns matched. Nothing is executed here: `program` does that, and keeps what
Python made of the source.

Glossary: a *block* is a Python loop; Python allows twenty within one another.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

from reasoner.errors import RuleMalformed

from .compile_expressions import NUMERIC, TERMS, ExpressionWriter
from .plan import flatten, plan
from .syntax import (
    Bind,
    Filter,
    Group,
    NotExists,
    Optional,
    Select,
    TriplePattern,
    Union,
    Values,
    Variable,
)
from .tree import bound, possible, premises, variables

if TYPE_CHECKING:
    from .plan import Statistics
    from .syntax import Construct, Element, Node

DEEPEST: Final = 18
COUNTED: Final = "counted"


def slots(construct: Construct) -> tuple[str, ...]:
    """Return the variables of a solution, in the order in which its terms are listed."""
    return tuple(sorted(possible(construct.where)))


def compile_clause(name: str, construct: Construct, statistics: Statistics, path: str) -> str:
    """
    Write the Python source of a rule.

    Args:
        name: The suffix of its functions.
        construct: The rule.
        statistics: What is known of the facts, for the order of joins.
        path: The file, for messages.

    Raises:
        RuleMalformed: It joins more patterns than can be nested.
    """
    return "\n".join(
        [
            *_Function(path, statistics).match(f"match_{name}", construct),
            *_conclude(f"conclude_{name}", construct.template, construct),
            *_conclude(f"premises_{name}", premises(construct), construct),
            "",
        ]
    )


def _conclude(name: str, patterns: tuple[TriplePattern, ...], construct: Construct) -> list[str]:
    """Write a function that fills patterns, without those of a variable that BIND left unbound."""
    rows = slots(construct)
    used = variables(Group(elements=patterns))
    names = ", ".join(f"v_{row}" if row in used else "_" for row in rows)
    facts = "".join(
        f"({', '.join(_written(node) for node in pattern.nodes)}), " for pattern in patterns
    )
    computed = {e.variable.name for e in flatten(construct.where) if isinstance(e, Bind)}
    result = f"present(({facts}))" if used & computed else f"({facts})"
    unpack = [f"    {names}{',' if len(rows) == 1 else ''} = row"] if used else []
    return [f"def {name}(row):", *unpack, f"    return {result}"]


def _written(node: Node) -> str:
    return f"v_{node.name}" if isinstance(node, Variable) else repr(node.text)


def required(group: Group) -> list[TriplePattern]:
    """Return the patterns that must match something if a group is to have a solution."""
    found: list[TriplePattern] = []
    for element in flatten(group):
        if isinstance(element, TriplePattern):
            found.append(element)
        elif isinstance(element, Select):
            found += element.patterns
    return found


class _Function:
    """Writes one function."""

    def __init__(self, path: str, statistics: Statistics) -> None:
        self.path = path
        self.statistics = statistics
        self.head: list[str] = []
        self.lines: list[str] = []
        self.depth = 0
        self.skip = "return rows"
        self.fresh = count(1)
        self.tables: dict[tuple[str, str], str] = {}
        self.unsure: set[str] = set()
        self.numbers: dict[str, str] = {}
        self.expressions = ExpressionWriter(self.unsure, self.numbers)

    def match(self, name: str, construct: Construct) -> list[str]:
        """Write the function that finds the solutions."""
        rows = slots(construct)
        self._require(construct.where)
        self._group(construct.where, frozenset())
        names = "".join(f"v_{row}, " for row in rows)
        self._line(f"rows[({names})] = {COUNTED}")
        prelude = ["rows = {}", f"{COUNTED} = None", *self.head]
        return [
            f"def {name}(O, S):",
            *(f"    {line}" for line in prelude),
            *(f"    {line}" for line in self.lines),
            "    return rows",
        ]

    def _line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def _loop(self, text: str) -> None:
        self._line(text)
        self.depth += 1
        self.skip = "continue"
        if self.depth > DEEPEST:
            raise RuleMalformed(
                f"{self.path}: more than {DEEPEST} patterns are joined.",
                hint="Split the rule: find a part in a rule of its own.",
            )

    def _table(self, side: str, predicate: str) -> str:
        """Name the local variable that holds one side of a property, empty where it has none."""
        key = (side, predicate)
        if key not in self.tables:
            self.tables[key] = f"{side.lower()}{len(self.tables)}"
            self.head.append(f"{self.tables[key]} = {side}.get({predicate!r}, NONE)")
        return self.tables[key]

    def _require(self, group: Group) -> None:
        """Leave at once if nothing is stated of what each solution needs, the rarest first."""
        done: set[str] = set()
        for pattern in sorted(required(group), key=self.statistics.frequency):
            if isinstance(pattern.predicate, Variable):
                continue
            predicate = pattern.predicate.text
            if isinstance(pattern.value, Variable):
                test = f"if not {self._table('O', predicate)}: return rows"
            else:
                test = (
                    f"if {pattern.value.text!r} not in {self._table('S', predicate)}: return rows"
                )
            if test not in done:
                done.add(test)
                self.head.append(test)

    def _group(self, group: Group, known: frozenset[str]) -> None:
        """Write the matching of a group; the code that follows goes into its innermost block."""
        have = set(known)
        for element in plan(group, known, self.statistics):
            self._element(element, have)

    def _element(self, element: Element, have: set[str]) -> None:  # noqa: C901 - one case a kind
        match element:
            case TriplePattern():
                self._pattern(element, have)
            case Filter():
                self._filter(element)
            case NotExists():
                self._absent(element.group, have)
            case Bind():
                self._bind(element)
            case Values():
                self._values(element, have)
            case Optional():
                self._optional(element.group, have)
            case Union():
                self._union(element, have)
            case Select():
                self._select(element, have)
            case Group():
                self._group(element, frozenset(have))
        have |= possible(Group(elements=(element,)))
        if isinstance(element, Bind):
            have.add(element.variable.name)

    def _pattern(self, pattern: TriplePattern, have: set[str]) -> None:
        subject, value = _written(pattern.subject), _written(pattern.value)
        knows_subject = not isinstance(pattern.subject, Variable) or pattern.subject.name in have
        knows_value = not isinstance(pattern.value, Variable) or pattern.value.name in have
        objects, subjects = self._sides(pattern, have, forward=knows_subject or not knows_value)
        if knows_subject and knows_value:
            self._line(f"if {value} not in {objects}.get({subject}, NONE): {self.skip}")
        elif knows_subject:
            self._loop(f"for {value} in {objects}.get({subject}, NONE):")
        elif knows_value:
            self._loop(f"for {subject} in {subjects}.get({value}, NONE):")
        elif subject == value:
            self._loop(f"for {subject}, found in {objects}.items():")
            self._line(f"if {subject} not in found: continue")
        else:
            found = f"found{next(self.fresh)}"
            self._loop(f"for {subject}, {found} in {objects}.items():")
            self._loop(f"for {value} in {found}:")

    def _sides(self, pattern: TriplePattern, have: set[str], *, forward: bool) -> tuple[str, str]:
        """Name what holds the objects, or if not forward the subjects, of a property."""
        predicate = pattern.predicate
        if not isinstance(predicate, Variable):
            if forward:
                return self._table("O", predicate.text), ""
            return "", self._table("S", predicate.text)
        if predicate.name not in have:
            self._loop(f"for v_{predicate.name} in O:")
            have.add(predicate.name)
        return f"O.get(v_{predicate.name}, NONE)", f"S.get(v_{predicate.name}, NONE)"

    def _filter(self, element: Filter) -> None:
        condition = self.expressions.test(element.condition)
        if self.expressions.total(element.condition):
            self._line(f"if not ({condition}): {self.skip}")
            return
        self._line("try:")
        self._line(f"    if not ({condition}): {self.skip}")
        self._line(f"except ERRORS: {self.skip}")

    def _bind(self, element: Bind) -> None:
        name, expression = element.variable.name, element.expression
        total = self.expressions.total(expression)
        kind = self.expressions.kind(expression)
        number = kind in NUMERIC
        write = TERMS.get(kind, "term_of")
        lines = (
            [f"n_{name} = {self.expressions.number(expression)}", f"v_{name} = {write}(n_{name})"]
            if number
            else [f"v_{name} = {self.expressions.term(expression)}"]
        )
        if total:
            for line in lines:
                self._line(line)
        else:
            self._line("try:")
            for line in lines:
                self._line(f"    {line}")
            self._line(f"except ERRORS: v_{name} = {f'n_{name} = ' if number else ''}None")
            self.unsure.add(name)
        if number:
            self.numbers[name] = kind

    def _values(self, element: Values, have: set[str]) -> None:
        names = [variable.name for variable in element.variables]
        rows = [tuple(term.text for term in row) for row in element.rows]
        if len(names) == 1:
            terms = [row[0] for row in rows]
            if names[0] in have:
                self._line(f"if v_{names[0]} not in {set(terms)!r}: {self.skip}")
            else:
                self._loop(f"for v_{names[0]} in {tuple(dict.fromkeys(terms))!r}:")
            return
        self._joined(names, f"in {tuple(rows)!r}:", have)

    def _joined(self, names: list[str], source: str, have: set[str]) -> None:
        """Write a loop over rows, keeping those that agree with what is known."""
        fresh = next(self.fresh)
        targets = [f"j{fresh}_{name}" if name in have else f"v_{name}" for name in names]
        comma = "," if len(targets) == 1 else ""
        self._loop(f"for {', '.join(targets)}{comma} {source}")
        for name, target in zip(names, targets, strict=True):
            if name in have:
                self._line(f"if {target} != v_{name}: continue")

    def _absent(self, group: Group, have: set[str]) -> None:
        elements = flatten(group)
        only = elements[0] if len(elements) == 1 else None
        simple = self._present(only, have) if isinstance(only, TriplePattern) else ""
        if simple:
            self._line(f"if {simple}: {self.skip}")
            return
        function = self._inner(group, have, "yield True")
        self._line(f"if next({function}, False): {self.skip}")

    def _present(self, pattern: TriplePattern, have: set[str]) -> str:
        """Write the test that some fact matches a pattern; empty where it takes a loop."""
        subject, value = _written(pattern.subject), _written(pattern.value)
        if isinstance(pattern.predicate, Variable) or subject == value:
            return ""
        predicate = pattern.predicate.text
        knows_subject = not isinstance(pattern.subject, Variable) or pattern.subject.name in have
        knows_value = not isinstance(pattern.value, Variable) or pattern.value.name in have
        if knows_subject:
            found = f"{self._table('O', predicate)}.get({subject}, NONE)"
            return f"{value} in {found}" if knows_value else found
        if knows_value:
            return f"{self._table('S', predicate)}.get({value}, NONE)"
        return self._table("O", predicate)

    def _optional(self, group: Group, have: set[str]) -> None:
        new = sorted(possible(group) - have)
        if not new:
            return  # it binds nothing, so that it makes no difference
        only = group.elements[0] if len(group.elements) == 1 else None
        if isinstance(only, TriplePattern) and self._looked_up(only, have):
            (name,) = new
            found = f"{self._table('O', only.predicate.text)}.get({_written(only.subject)}, NONE)"
            self._loop(f"for v_{name} in {found} or UNBOUND:")
            self.unsure.add(name)
            return
        function = self._inner(group, have, f"yield ({''.join(f'v_{n}, ' for n in new)})")
        empty = f"({'None, ' * len(new)})"
        self._joined(new, f"in otherwise({function}, {empty}):", set())
        self.unsure |= set(new)

    @staticmethod
    def _looked_up(pattern: TriplePattern, have: set[str]) -> bool:
        """Return True if a pattern only looks for the objects of a known subject."""
        subject, predicate, value = pattern.nodes
        known = not isinstance(subject, Variable) or subject.name in have
        new = isinstance(value, Variable) and value.name not in have and value != subject
        return known and new and not isinstance(predicate, Variable)

    def _union(self, element: Union, have: set[str]) -> None:
        new = sorted(possible(Group(elements=(element,))) - have)
        functions = []
        for group in element.groups:
            row = "".join(f"v_{n}, " if n in possible(group) else "None, " for n in new)
            functions.append(self._inner(group, have, f"yield ({row})"))
        fresh = next(self.fresh)
        if new:
            self._joined(new, f"in chain({', '.join(functions)}):", set())
        else:
            self._loop(f"for j{fresh} in chain({', '.join(functions)}):")
        self.unsure |= set(new) - bound(Group(elements=(element,)))

    def _inner(self, group: Group, have: set[str], result: str) -> str:
        """Write a generator of the solutions of a group; return the call of it."""
        name = f"inner{next(self.fresh)}"
        given = sorted(variables(group) & have)
        outer = (self.lines, self.depth, self.skip)
        self.lines, self.depth, self.skip = [], 0, "return"
        self._group(group, frozenset(given))
        self._line(result)
        body = self.lines
        self.lines, self.depth, self.skip = outer
        parameters = ", ".join(f"v_{n}" + (f", n_{n}" if n in self.numbers else "") for n in given)
        self.head.append(f"def {name}({parameters}):")
        self.head += [f"    {line}" for line in body]
        return f"{name}({parameters})"

    def _select(self, select: Select, have: set[str]) -> None:
        keys = [key.name for key in select.keys]
        figures = [aggregate.name.name for aggregate in select.aggregates]
        facts = "".join(
            f"({', '.join(_written(node) for node in p.nodes)}), " for p in select.patterns
        )
        row = "".join(f"v_{key}, " for key in keys)
        numbers = "".join(f"v_{a.variable.name}, " for a in select.aggregates)
        function = self._inner(
            Group(elements=select.patterns), set(), f"yield (({row}), ({numbers}), ({facts}))"
        )
        functions = tuple(aggregate.function for aggregate in select.aggregates)
        source = f"in aggregate({function}, {functions!r}):"
        self._joined([*keys, *figures, ""], source, have)
        self._line(f"{COUNTED} = v_")
        self.unsure |= set(figures)
