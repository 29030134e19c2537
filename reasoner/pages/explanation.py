"""
An explanation as a page of text: the outcome first, then each path, one step a line.

The words are in `templates/explanation_words.txt`.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from reasoner.determinations.data import from_json

from .answer import ExplanationData
from .environment import phrase, render
from .layout import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.determinations.data import Json

    from .answer import (
        MissingData,
        PlaceData,
        RuleLine,
        TestData,
        WayData,
        WhyNode,
        WhyNotData,
    )

WIDTH: Final = 100
STEP: Final = "   "
VARIABLE: Final = re.compile(r"\?(\w+)")
OPERATOR: Final = re.compile(r"\s(<=|>=|!=|<|>|=|&&|\|\|)\s")

say: Final = partial(phrase, template="explanation_words.txt")
"""Write a phrase of an explanation."""


def explanation_text(answer: Json) -> str:
    """Write an explanation as text."""
    data = from_json(answer, ExplanationData)
    lines: list[str] = []
    for one in data.determinations:
        lines += [one.label.upper(), f"  {one.request}", ""]
    if data.why:
        lines += [say("why", data.why.about), ""]
        for found in data.why.found:
            lines += [*_tree(found, ""), ""]
    if data.why_not:
        lines += WhyNotPage(data.why_not).lines()
    return "\n".join(lines).rstrip() + "\n"


def _wrapped(text: str, indent: str, mark: str = "") -> list[str]:
    return wrapped(text, indent + mark, width=max(WIDTH, len(indent) + 60), long_words=True)


def _place(place: PlaceData | None) -> str:
    if place is None:
        return ""
    return f" [{place.file}:{place.line}]" if place.line else f" [{place.file}]"


def _rule(data: RuleLine) -> str:
    return f"[{' · '.join(part for part in (data.rule, data.source, data.rationale) if part)}]"


def _tree(node: WhyNode, indent: str) -> Iterator[str]:
    """Write why something is true: the sentence of the rule, then what it rests on."""
    if not node.rule:
        yield from _wrapped(f"{node.words}{_place(node.place)}", indent, "- ")
        return
    if node.shown_above:
        yield from _wrapped(say("shown_above", node.words, node.rule), indent, "- ")
        return
    file = f" [{node.rule_file}]" if node.rule_file else ""
    named = f" ({', '.join(node.names)})" if node.names else ""
    yield from _wrapped(f"{node.text}{named} {_rule(node)}{file}", indent, "- ")
    inner = indent + STEP
    if node.citations:
        yield from _wrapped(say("cites", node.citations), inner)
    for below in node.premises:
        yield from _tree(below, inner)
    for absent in node.absent:
        yield from _wrapped(say("absent", absent), inner, "- ")


class WhyNotPage:
    """
    The page of a why-not answer: a summary of the reasons, each path, and the rule files.

    Args:
        asked: The answer to the question.
    """

    def __init__(self, asked: WhyNotData) -> None:
        self.asked = asked
        # The summary lists the grounds; else those of the outcome itself; else all others.
        self.grounds: dict[str, None] = {}
        self.outright: dict[str, None] = {}
        self.others: dict[str, None] = {}
        self.files: dict[str, str] = {}
        self.tests: set[str] = set()
        self.number = 0
        # The reasons against each premise, for the places where it is named again.
        self.below: dict[str, dict[str, None]] = {}
        self.within: list[tuple[str, int]] = []
        self.aside = 0

    def lines(self) -> list[str]:
        """Write the page."""
        paths: list[str] = []
        for found in self.asked.found:
            paths += self._missing(found, "", "", None)
        lines = [say("why_not", self.asked.about), "", say("in_short")]
        for number, ground in enumerate(self.grounds or self.outright or self.others, start=1):
            lines += _wrapped(ground, "", f"{number:>3}  ")
        lines += ["", say("paths"), *paths, "", say("rules")]
        return [*lines, *(f"  {name:<9}{file}" for name, file in sorted(self.files.items())), ""]

    def _ground(self, text: str) -> None:
        """Count a ground; one below a later failing premise is written at that premise."""
        for premise, aside in self.within:
            if aside == self.aside:
                self.below[premise].setdefault(text)
        (self.others if self.aside else self.grounds).setdefault(text)

    def _cite(self, data: RuleLine) -> str:
        self.files[data.rule] = data.rule_file
        return _rule(data)

    def _missing(
        self, node: MissingData, indent: str, about: str, above_it: WayData | None
    ) -> Iterator[str]:
        """Write why something is not true: what is true instead, then each way to it."""
        subject = "" if node.about == about else node.about
        yield from _wrapped(say("not_so", subject, node.words, node.shown_above), indent, "✗ ")
        premise = f"{node.about} {node.premise}"
        if node.shown_above:
            for ground in self.below.get(premise, ()):
                self._ground(ground)
            return
        self.below[premise] = {}
        self.within.append((premise, self.aside))
        yield from self._unmet(node, indent + STEP, above_it)
        self.within.pop()

    def _unmet(self, node: MissingData, inner: str, above_it: WayData | None) -> Iterator[str]:
        if outside := node.outside:
            unmet = say("outside", outside.population, outside.unmet)
            self._ground(unmet)
            yield from _wrapped(unmet, inner)
            return
        for instead in node.instead:
            yield from _wrapped(say("there_is", instead.words, _place(instead.place)), inner)
        if not node.concludable:
            ground = say("not_stated", node.about, node.words)
            if above_it:
                ground = say("needed_for", ground, above_it.would_say, _rule(above_it))
            self._ground(ground)
            yield from _wrapped(say("to_be_stated"), inner)
        for way in node.ways:
            yield from self._way(way, inner, node.about, top=above_it is None)

    def _way(self, way: WayData, indent: str, about: str, *, top: bool) -> Iterator[str]:
        inner = indent + STEP
        if way.passes_on:
            inner = indent
        else:
            promise = say("way", way.would_say, self._cite(way))
            self.number += 1
            yield from _wrapped(promise, indent, f"{self.number}. ")
        for attempt in way.attempts:
            for test in attempt.failing:
                yield from self._test(test, way, inner)
            for present in attempt.present:
                by = present.by
                text = f"{by.would_say} {self._cite(by)}" if by and by.rule else present.words
                ground = say("present", text, _place(present.place))
                if top and attempt.missing:
                    self.outright.setdefault(ground)
                else:
                    self._ground(ground)
                yield from _wrapped(say("fails", ground, False), inner, "✗ ")
            for place, missing in enumerate(attempt.missing):
                self.aside += place > 0
                yield from self._missing(missing, inner, about, way)
                self.aside -= place > 0
        if way.others:
            yield from _wrapped(say("more", way.others), inner)

    def _test(self, test: TestData, way: WayData, indent: str) -> Iterator[str]:
        """Write a test with its values, how they were computed and where they are stated."""

        def value(match: re.Match[str]) -> str:
            sums = test.computed.get(match[1])
            filled = VARIABLE.sub(value, sums) if sums else ""
            return say("value", match[1], test.values.get(match[1]), filled)

        filled = VARIABLE.sub(value, test.test)
        text = say("test", OPERATOR.sub(lambda m: f" {say('operator', m[1])} ", filled))
        origins = [
            f"{origin.words}{_place(origin.place)}"
            for found in test.origins.values()
            for origin in found
        ]
        self._ground(f"{text} {_rule(way)}")
        known = text in self.tests
        self.tests.add(text)
        yield from _wrapped(say("fails", text, known), indent, "✗ ")
        for origin in [] if known else origins:
            yield from _wrapped(origin, indent + STEP, "- ")


def explanation_html(answer: Json) -> str:
    """Write an explanation as a page of HTML."""
    return render("explanation.html", answer=from_json(answer, ExplanationData))
