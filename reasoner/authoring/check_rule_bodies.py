"""What one rule says: its terms, figures and directions, and whether it can fire at all."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from reasoner.kernel.syntax import (
    XSD,
    And,
    Arithmetic,
    Bind,
    Comparison,
    Filter,
    Iri,
    Literal,
    Or,
    TriplePattern,
    Values,
    Variable,
)
from reasoner.kernel.terms import TYPE, name_of
from reasoner.kernel.tree import conditions, possible, variables, walk
from reasoner.knowledge.terms import PREFIXES, shorten

from .constants import is_false
from .rule_kinds import Kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.kernel.syntax import Tree

    from .check_rules import RuleFile
    from .finding import Finding
    from .places import Places

OURS: Final = PREFIXES["mn"].removesuffix("ns#")
NAMED: Final = (PREFIXES["mng"], PREFIXES["mnl"])
"""Namespaces of single texts: a rule speaks of texts by their properties, never by name."""
NEUTRAL: Final = frozenset({"-1", "0", "1"})
"""Numbers that are not figures of a source: none, one more, one less."""
FIGURES: Final = frozenset(XSD + name for name in ("integer", "decimal", "double", "date"))
ORDERED: Final = frozenset({"<", "<=", ">", ">="})
LAW_DAY: Final = "lawOf"


def check_rule_bodies(places: Places, rules: list[RuleFile]) -> list[Finding]:
    """Check each rule by itself, on its syntax tree."""
    declared = {name_of(t.subject) for _, t in places.facts if t.predicate == TYPE}
    kinds = Kinds.read(t for _, t in places.facts)
    found: list[Finding] = []
    for rule in rules:
        found += _terms(rule, declared)
        found += _figures(rule)
        found += _directions(rule)
        found += _constants(rule)
        found += (
            rule.finding("rule-never-fires", line, f"{rule.id} can never fire: {why}.", hint)
            for line, why, hint in kinds.contradictions(rule.construct)
        )
    return found


def parts_with_lines(rule: RuleFile) -> Iterator[tuple[Tree, int]]:
    """Yield every part of a rule with the line of the element that it is in."""
    construct = rule.construct
    line = 0
    for part in (*(n for p in construct.template for n in walk(p)), *walk(construct.where)):
        line = getattr(part, "line", 0) or line
        yield part, line


def _terms(rule: RuleFile, declared: set[str]) -> Iterator[Finding]:
    known = tuple(PREFIXES.values())
    seen: set[str] = set()
    for part, line in parts_with_lines(rule):
        iri = part.value if isinstance(part, Iri) else ""
        if not iri or iri in seen or iri in declared:
            continue
        seen.add(iri)
        if iri.startswith(NAMED):
            continue  # reported below, as a text that a rule names
        if iri.startswith(OURS) or not iri.startswith(known):
            near = get_close_matches(iri, declared, n=1, cutoff=0.8)
            yield rule.finding(
                "rule-unknown-term",
                line,
                f"{rule.id} names {shorten(iri)}, which is not declared: it would never match.",
                f"Did you mean {shorten(near[0])}?" if near else "Declare it, or correct it.",
            )
    for part, line in parts_with_lines(rule):
        if isinstance(part, Iri) and part.value.startswith(NAMED):
            yield rule.finding(
                "rule-names-a-text",
                line,
                f"{rule.id} names {shorten(part.value)}: what holds for one text is data of it.",
                "State it as a property of the guideline or provision, and let the rule read that.",
            )


def _figures(rule: RuleFile) -> Iterator[Finding]:
    """
    Find figures that belong into a guideline or a provision.

    Numbers inside BIND are left to arithmetic, such as that of calendars, unless nothing else
    is in it.
    """
    dated = {day for day in (rule.head.starts, rule.head.ends) if day}
    for part, line in parts_with_lines(rule):
        literals = [one for held in _held(part) for one in walk(held) if isinstance(one, Literal)]
        for literal in literals:
            if literal.datatype not in FIGURES or literal.lexical in NEUTRAL | dated:
                continue
            yield rule.finding(
                "rule-states-a-figure",
                line,
                f"{rule.id} states the figure {literal.lexical}.",
                "State it in the guideline or provision that it comes from, and read it.",
            )


def _held(part: Tree) -> tuple[Tree, ...]:
    """Return the parts of an element in which a figure would be one of a source."""
    if isinstance(part, Bind):
        return () if variables(part.expression) else (part.expression,)
    if isinstance(part, Filter):
        joined = part.condition.parts if isinstance(part.condition, And | Or) else (part.condition,)
        return tuple(test for test in joined if variables(test))  # others are constant
    return (part,) if isinstance(part, TriplePattern | Values) else ()


def compared(rule: RuleFile) -> frozenset[str]:
    """
    List the variables whose order a rule tests, each traced back to what the rule reads.

    A variable that only a NOT EXISTS binds is not a quantity of the solution.
    """
    where = rule.construct.where
    made = {p.variable.name: variables(p.expression) for p in walk(where) if isinstance(p, Bind)}
    given = {v.name for p in walk(where) if isinstance(p, Values) for v in p.variables}
    todo = [
        name
        for part in walk(where)
        if isinstance(part, Filter)
        for test in walk(part.condition)
        if isinstance(test, Comparison) and test.operator in ORDERED
        for name in variables(test)
    ]
    found: set[str] = set()
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += made.get(name, ())
            found |= set() if name in made else {name}
    return (frozenset(found) & possible(where)) - given - {LAW_DAY}


def _directions(rule: RuleFile) -> Iterator[Finding]:
    missing = sorted(compared(rule) - set(rule.head.monotone))
    if missing:
        entry = rule.head.entries.get("monotone", rule.head.entries["role"])
        names = ", ".join(f"?{name}" for name in missing)
        yield rule.finding(
            "rule-direction-missing",
            entry.line,
            f"{rule.id} compares {names} and does not say what a larger value does.",
            f"Write '#+ monotone: rises with {names}', or 'falls with', or 'turns with'.",
        )


def _constants(rule: RuleFile) -> Iterator[Finding]:
    """Find filters that no solution passes."""
    where = rule.construct.where
    lines = {id(part): line for part, line in parts_with_lines(rule)}
    for part in walk(where):
        if isinstance(part, Filter) and is_false(part.condition):
            yield rule.finding(
                "rule-never-fires",
                lines.get(id(part), 0),
                f"{rule.id} can never fire: a filter is false whatever the facts are.",
                "Correct the filter, or remove the rule.",
            )
    bounds = list(conditions(where))
    for one in bounds:
        for other in bounds:
            if _excluded(one, other):
                yield rule.finding(
                    "rule-never-fires",
                    1,
                    f"{rule.id} can never fire: two of its filters exclude each other.",
                    "Correct one of the two.",
                )
                return


def _excluded(one: object, other: object) -> bool:
    """Return True if one term would have to be two: `?x = a` and `?x = b`, or `?x != a`."""
    if not (isinstance(one, Comparison) and isinstance(other, Comparison)):
        return False
    if one.operator != "=" or one.left != other.left or not isinstance(one.left, Variable):
        return False
    constants = isinstance(one.right, Iri | Literal) and isinstance(other.right, Iri | Literal)
    if isinstance(one.right, Arithmetic) or not constants:
        return False
    same = one.right == other.right
    return (other.operator == "=" and not same) or (other.operator == "!=" and same)
