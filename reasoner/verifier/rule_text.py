"""Read the text of a rule: its head, what it concludes, and what has to hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from .expressions import OPERATIONS, Expression
from .rule_terms import Terms
from .terms import XSD, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

Pattern = tuple[str, str, str]
"""A fact with variables: `?name` stands for a variable."""
HEAD: Final = re.compile(r"^#\+\s*([a-z]+):\s*(.*?)\s*$", re.MULTILINE)
PREFERS: Final = re.compile(r"\?(\w+) over \?(\w+)")
LEVELS: Final = (("||",), ("&&",), ("=", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    One part of what has to hold.

    Attributes:
        kind: `facts`, `filter`, `absent`, `bind`, `values`, `optional`, `union` or `count`.
        text: An expression as its author wrote it, on one line.
        patterns: The facts of `facts`.
        expression: What `filter` tests and `bind` computes.
        names: What `bind`, `values` and `count` give values to; for `count`, its keys first.
        rows: The choices of `values`.
        inner: The groups of `absent`, `optional`, `union` and `count`.
        totals: For `count`: function, variable and name of the total.
    """

    kind: str
    text: str = ""
    patterns: tuple[Pattern, ...] = ()
    expression: Expression = ()
    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    inner: tuple[tuple[Part, ...], ...] = ()
    totals: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """
    A rule as its text states it.

    Attributes:
        id: Its name.
        head: The lines at its head, by key.
        template: What it concludes.
        where: What has to hold.
        prefers: The variables of what is preferred and of what gives way; None if there are none.
        asserted: Whether it reads asserted facts alone, and nothing that a rule concludes.
    """

    id: str
    head: Mapping[str, str]
    template: tuple[Pattern, ...]
    where: tuple[Part, ...]
    prefers: tuple[str, str] | None
    asserted: bool


@lru_cache(maxsize=2_000)
def read_rule_text(text: str, where: str) -> RuleText:
    """
    Read a rule.

    Raises:
        Unreadable: It has no id, or its text uses what rules may not use.
    """
    head = {m[1]: m[2].strip('"') for m in HEAD.finditer(text)}
    reader = _Reader(text, where)
    template, group = reader.rule()
    about = f"?{head.get('about', 'request')}"
    if "from" in head or "until" in head:
        group = (*group, *_dated(about, head))
    ranks = PREFERS.fullmatch(head.get("prefers", ""))
    return RuleText(
        id=head.get("id", ""),
        head=head,
        template=template,
        where=_filters_last(group),
        prefers=(ranks[1], ranks[2]) if ranks else None,
        asserted=head.get("reads") == "asserted",
    )


def _dated(about: str, head: Mapping[str, str]) -> tuple[Part, ...]:
    """Add the test of the dates between which a rule holds."""
    tests: list[Expression] = []
    words = []
    for key, operator in (("from", ">="), ("until", "<")):
        if key in head:
            tests.append((operator, ("?", "lawOf"), ("=", f'"{head[key]}"^^<{XSD}date>')))
            words.append(f'?lawOf {operator} "{head[key]}"')
    both: Expression = tests[0] if len(tests) == 1 else ("&&", *tests)
    law = "<https://w3id.org/mednec/ns#onDecisionDate>"
    return (
        Part(kind="facts", patterns=((about, law, "?lawOf"),)),
        Part(kind="filter", text=" && ".join(words), expression=both),
    )


def _filters_last(group: tuple[Part, ...]) -> tuple[Part, ...]:
    """Put filters last: one applies to its whole group, wherever in it it is written."""
    tests = {"filter", "absent"}
    return (
        *(part for part in group if part.kind not in tests),
        *(part for part in group if part.kind in tests),
    )


class _Reader(Terms):
    """Reads the SPARQL that rules may use."""

    def rule(self) -> tuple[tuple[Pattern, ...], tuple[Part, ...]]:
        while self.word() == "PREFIX":
            self.take()
            name = self.take()
            self.prefixes[name[:-1]] = self.take()[1:-1]
        self.take("CONSTRUCT")
        self.take("{")
        template = self.triples()
        self.take("}")
        self.take("WHERE")
        group = self.group()
        if self.peek():
            raise Unreadable(f"{self.where}: '{self.peek()}' after the end.")
        return template, group

    def group(self) -> tuple[Part, ...]:
        self.take("{")
        parts: list[Part] = []
        while self.peek() != "}":
            parts += self.part()
            if self.peek() == ".":
                self.take()
        self.take("}")
        return _filters_last(tuple(parts))

    def part(self) -> list[Part]:
        readers = {
            "FILTER": self.test,
            "OPTIONAL": lambda: Part(kind="optional", inner=(self.group(),)),
            "BIND": self.bind,
            "VALUES": self.values,
        }
        word = self.word()
        if word in readers:
            self.take()
            return [readers[word]()]
        if word == "{":
            return [self.nested()]
        return [Part(kind="facts", patterns=self.triples())]

    def test(self) -> Part:
        if self.word() == "NOT":
            self.take()
            self.take("EXISTS")
            return Part(kind="absent", inner=(self.group(),))
        text, expression = self.expression_in_brackets()
        return Part(kind="filter", text=text, expression=expression)

    def nested(self) -> Part:
        if self.word(1) == "SELECT":
            self.take()
            part = self.count()
            self.take("}")
            return part
        groups = [self.group()]
        while self.word() == "UNION":
            self.take()
            groups.append(self.group())
        return Part(kind="union", inner=tuple(groups))

    def bind(self) -> Part:
        self.take("(")
        start = self.tokens[self.at][2]
        expression = self.expression(0)
        text = self.text[start : self.tokens[self.at - 1][3]]
        self.take("AS")
        name = self.take()[1:]
        self.take(")")
        return Part(kind="bind", text=" ".join(text.split()), expression=expression, names=(name,))

    def values(self) -> Part:
        several = self.peek() == "("
        names = []
        if several:
            self.take()
        while self.tokens[self.at][0] == "var":
            names.append(self.take()[1:])
        if several:
            self.take(")")
        self.take("{")
        rows = []
        while self.peek() != "}":
            if several:
                self.take("(")
            rows.append(tuple(self.term() for _ in names))
            if several:
                self.take(")")
        self.take("}")
        return Part(kind="values", names=tuple(names), rows=tuple(rows))

    def count(self) -> Part:
        self.take("SELECT")
        totals = []
        while self.word() != "WHERE":
            if self.peek() == "(":
                self.take()
                function = self.take().upper()
                self.take("(")
                variable = self.take()[1:]
                self.take(")")
                self.take("AS")
                totals.append((function, variable, self.take()[1:]))
                self.take(")")
            else:
                self.take()
        self.take("WHERE")
        group = self.group()
        self.take("GROUP")
        self.take("BY")
        keys = []
        while self.tokens[self.at][0] == "var":
            keys.append(self.take()[1:])
        if any(function not in {"SUM", "MAX", "MIN"} for function, _, _ in totals):
            raise Unreadable(f"{self.where}: only SUM, MAX and MIN are known.")
        names = (*keys, *(name for _, _, name in totals))
        return Part(kind="count", names=names, inner=(group,), totals=tuple(totals))

    def triples(self) -> tuple[Pattern, ...]:
        found = []
        while self.peek() not in {"}", "{"} and self.word() not in {
            "FILTER",
            "OPTIONAL",
            "BIND",
            "VALUES",
        }:
            subject = self.term()
            while True:
                predicate = self.term()
                found.append((subject, predicate, self.term()))
                while self.peek() == ",":
                    self.take()
                    found.append((subject, predicate, self.term()))
                if self.peek() != ";":
                    break
                self.take()
            if self.peek() == ".":
                self.take()
        return tuple(found)

    def expression_in_brackets(self) -> tuple[str, Expression]:
        self.take("(")
        start = self.tokens[self.at][2]
        expression = self.expression(0)
        text = self.text[start : self.tokens[self.at - 1][3]]
        self.take(")")
        return " ".join(text.split()), expression

    def expression(self, level: int) -> Expression:
        if level == len(LEVELS):
            return self.unary()
        left = self.expression(level + 1)
        while self.peek() in LEVELS[level]:
            operator = self.take()
            right = self.expression(level + 1)
            left = ("==" if operator == "=" else operator, left, right)
        return left

    def unary(self) -> Expression:
        if self.peek() == "!":
            self.take()
            return ("!", self.unary())
        if self.peek() == "(":
            return self.expression_in_brackets()[1]
        kind, text = self.tokens[self.at][:2]
        if self.peek(1) == "(" and kind in {"word", "name", "iri"}:
            whole = kind == "name" and self.called(text) == f"<{XSD}integer>"
            name = "INTEGER" if whole else text.upper()
            if name not in OPERATIONS and name not in {"IF", "BOUND"}:
                raise Unreadable(f"{self.where}: {text} is not a function of rules.")
            self.take()
            self.take("(")
            arguments = [self.expression(0)]
            while self.peek() == ",":
                self.take()
                arguments.append(self.expression(0))
            self.take(")")
            return (name, *arguments)
        term = self.term()
        return ("?", term[1:]) if term.startswith("?") else ("=", term)
