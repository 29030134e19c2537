"""
Which situations belong to a class expression, by set algebra over all situations at once.

A set of situations is an integer whose bit n stands for situation n, so that a population over
tens of thousands of situations is a handful of operations.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from reasoner.errors import AxiomUnsupported
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import PREFIXES, mn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reasoner.knowledge.base import Knowledge

TOKEN: Final = re.compile(r'[()]|<[^>]*>|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?|[^\s()]+')
SITUATION: Final = mn("Situation").value
DIAGNOSIS: Final = mn("treatsDiagnosis").value
CONDITION: Final = mn("condition").value


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """
    One situation; concepts as IRIs.

    Attributes:
        treatment: The kind of care.
        condition: The condition treated; empty if none is.
        procedure: The operation that the care follows; empty if none.
        phases: The phases of care.
    """

    treatment: str
    condition: str
    procedure: str
    phases: tuple[str, ...]


class ClassExpression(NamedTuple):
    """
    A class expression in functional style.

    Attributes:
        name: `And`, `Or`, `Some`, `Value`, or the IRI or term that stands alone.
        parts: The contents of its brackets.
    """

    name: str
    parts: tuple[ClassExpression, ...] = ()


def parse_expression(text: str) -> ClassExpression:
    """
    Parse a class expression in functional style, such as `Some(mn:treatment mnc:Massage)`.

    Raises:
        AxiomUnsupported: The brackets do not match.
    """
    stack: list[list[ClassExpression]] = [[]]
    names: list[str] = []
    tokens = TOKEN.findall(text)
    matched = bool(tokens)
    for word, after in zip(tokens, [*tokens, ""][1:], strict=True):
        if word == "(":
            stack.append([])
        elif word == ")":
            matched = bool(names)
            if not matched:
                break
            parts = tuple(stack.pop())
            stack[-1].append(ClassExpression(names.pop(), parts))
        elif after == "(":
            names.append(word)
        else:
            stack[-1].append(ClassExpression(_expanded(word)))
    if not matched or names or len(stack) != 1 or len(stack[0]) != 1:
        raise AxiomUnsupported(f"Not a class expression: {text[:200]}")
    return stack[0][0]


def _expanded(token: str) -> str:
    """Return the IRI of a shortened name; anything else as it is."""
    if token.startswith("<"):
        return token[1:-1]
    prefix, colon, local = token.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else token


class Membership:
    """
    The situations of each class expression.

    Args:
        knowledge: The knowledge base.
        points: All situations.
    """

    def __init__(self, knowledge: Knowledge, points: Sequence[Point]) -> None:
        self.knowledge = knowledge
        self.points = points
        self.everything = (1 << len(points)) - 1

    @cached_property
    def _subjects(self) -> Mapping[tuple[str, str], set[str]]:
        """The subjects of each property and value."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for (subject, predicate), values in self.knowledge.described.items():
            for value in values:
                found[predicate, _text(value)].add(subject)
        return found

    @cached_property
    def _holding(self) -> Mapping[str, Mapping[str, int]]:
        """For each property of a situation and each value, the situations that have it."""
        numbers: dict[str, dict[str, list[int]]] = {
            mn(name).value: defaultdict(list)
            for name in ("treatment", "phase", "treatsProcedure", "treatsDiagnosis")
        }
        treatment, phase, procedure, diagnosis = numbers.values()
        for number, point in enumerate(self.points):
            treatment[point.treatment].append(number)
            for name in point.phases:
                phase[name].append(number)
            if point.procedure:
                procedure[point.procedure].append(number)
            if point.condition:
                diagnosis[point.condition].append(number)
        return {
            term: {value: _bits(those, len(self.points)) for value, those in values.items()}
            for term, values in numbers.items()
        }

    def of(self, expression: ClassExpression) -> int:
        """Return the situations that belong to a class expression."""
        name, parts = expression
        if name == "And":
            found = self.everything
            for part in parts:
                found &= self.of(part)
            return found
        if name == "Or":
            return _union(self.of(part) for part in parts)
        if name in {"Some", "Value"} and len(parts) == 2:  # noqa: PLR2004 - property and filler
            held = self._holding.get(parts[0].name, {})
            fillers = {parts[1].name} if name == "Value" else self._fillers(*parts)
            return _union(held[value] for value in fillers & held.keys())
        return self.everything if name == SITUATION else 0

    def _fillers(self, path: ClassExpression, filler: ClassExpression) -> set[str]:
        """Return the concepts by which a situation meets a restriction."""
        return self._diagnosed(filler) if path.name == DIAGNOSIS else self._concepts(filler)

    def _diagnosed(self, expression: ClassExpression) -> set[str]:
        """Return the conditions whose diagnosis belongs to a class expression."""
        name, parts = expression
        if name in {"And", "Or"}:
            return _combined(name, [self._diagnosed(part) for part in parts])
        if name in {"Some", "Value"} and parts[0].name == CONDITION:
            return {parts[1].name} if name == "Value" else self._concepts(parts[1])
        return set()

    def _concepts(self, expression: ClassExpression) -> set[str]:
        """Return the concepts that belong to a class expression."""
        name, parts = expression
        if name in {"And", "Or"}:
            return _combined(name, [self._concepts(part) for part in parts])
        if name == "Value":
            return self._subjects.get((parts[0].name, parts[1].name), set())
        if name == "Some" and len(parts) == 2:  # noqa: PLR2004 - property and filler
            values = self._concepts(parts[1])
            return set[str]().union(
                *(self._subjects.get((parts[0].name, value), set()) for value in values)
            )
        return self._subjects.get((TYPE.value, name), set())


def _text(node: ox.NamedNode | ox.Literal) -> str:
    return node.value if isinstance(node, ox.NamedNode) else str(node)


def _combined(name: str, sets: list[set[str]]) -> set[str]:
    return set.intersection(*sets) if name == "And" else set.union(*sets)


def _union(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def _bits(numbers: Iterable[int], size: int) -> int:
    data = bytearray(size // 8 + 1)
    for number in numbers:
        data[number // 8] |= 1 << number % 8
    return int.from_bytes(data, "little")


def numbers_of(bits: int) -> frozenset[int]:
    """List the situations of a set."""
    return frozenset(match.start() for match in re.finditer("1", f"{bits:b}"[::-1]))
