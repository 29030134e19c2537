"""
Facts as text, with indexes: what rules are matched against.

A term is written as N-Triples writes it; a fact is three terms.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from .terms import Value, triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Fact = tuple[str, str, str]
Part = tuple[bool, str]
"""A place in a pattern: whether it is a variable, and its name or term."""
Pattern = tuple[Part, Part, Part]
ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
UNESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


class Facts:
    """
    Facts with indexes, over a base that is shared and never changed.

    Args:
        base: Facts that are looked up too; None for none.
    """

    def __init__(self, base: Facts | None = None) -> None:
        self.base = base
        self.pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.objects: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.subjects: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.all: set[Fact] = set()

    def add(self, facts: Iterable[Fact]) -> list[Fact]:
        """Add facts; return those that were not known before, in order."""
        fresh = []
        known = self.base.all if self.base else frozenset[Fact]()
        for fact in facts:
            if fact in self.all or fact in known:
                continue
            self.all.add(fact)
            fresh.append(fact)
            subject, predicate, value = fact
            self.pairs[predicate].append((subject, value))
            self.objects[predicate, subject].append(value)
            self.subjects[predicate, value].append(subject)
        return fresh

    def find(
        self, subject: str | None, predicate: str, value: str | None
    ) -> Iterator[tuple[str, str]]:
        """Yield the subjects and objects of a predicate, where one or both may be given."""
        facts: Facts | None = self
        while facts is not None:
            if subject is not None and value is not None:
                if (subject, predicate, value) in facts.all:
                    yield subject, value
            elif subject is not None:
                for found in facts.objects.get((predicate, subject), ()):
                    yield subject, found
            elif value is not None:
                for found in facts.subjects.get((predicate, value), ()):
                    yield found, value
            else:
                yield from facts.pairs.get(predicate, ())
            facts = facts.base

    def size(self, subject: str | None, predicate: str, value: str | None) -> int:
        """Count the facts of a predicate, with a subject or an object if one is given."""
        if subject is not None:
            here = len(self.objects.get((predicate, subject), ()))
        elif value is not None:
            here = len(self.subjects.get((predicate, value), ()))
        else:
            here = len(self.pairs.get(predicate, ()))
        return here + self.base.size(subject, predicate, value) if self.base else here


def encode(fact: ox.Triple) -> Fact:
    """Write a triple as the text of its three terms."""
    return (encode_term(fact.subject), encode_term(fact.predicate), encode_term(fact.object))


@lru_cache(maxsize=50_000)
def encode_term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """Write a term as N-Triples writes it."""
    return str(term)


@lru_cache(maxsize=50_000)
def decode(term: str) -> Value:
    """Read a term from its text."""
    if term.startswith("<"):
        return ox.NamedNode(term[1:-1])
    text, _, kind = term[1:].rpartition('"')
    if kind.startswith("^^"):
        return ox.Literal(text, datatype=ox.NamedNode(kind[3:-1]))
    plain = UNESCAPE.sub(lambda m: ESCAPES.get(m[1], m[1]), text)
    return ox.Literal(plain, language=kind[1:]) if kind else ox.Literal(plain)


def decode_fact(fact: Fact) -> ox.Triple:
    """Read a triple from the text of its terms."""
    subject, predicate, value = fact
    return triple(decode(subject), decode(predicate), decode(value))


def fill(pattern: Pattern, row: Mapping[str, str]) -> Fact:
    """
    Fill a pattern with the values of a solution.

    Raises:
        KeyError: A variable of the pattern has no value.
    """
    (s_var, s), (p_var, p), (o_var, o) = pattern
    return (row[s] if s_var else s, row[p] if p_var else p, row[o] if o_var else o)
