"""Rules: their sentences in parts, and the questions that they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoner.kernel.rules import PLACE
from reasoner.knowledge.terms import RULE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.kernel.rules import Rule

    from .book import Book, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePart:
    """A piece of the sentence of a rule: plain text, or the name of a variable with its forms."""

    text: str
    variable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    The rules that answer one question.

    Attributes:
        name: The name of their folders, such as `how-many-visits`.
        rules: The rules with the links to them, by id.
    """

    name: str
    rules: tuple[tuple[Link, Rule], ...]


def sentence(rule: Rule) -> tuple[RulePart, ...]:
    """Cut the sentence of a rule at its variables."""
    return tuple(_parts(rule.because))


def _parts(text: str) -> Iterator[RulePart]:
    end = 0
    for place in PLACE.finditer(text):
        if place.start() > end:
            yield RulePart(text=text[end : place.start()])
        forms = f"{place[2]}/{place[3]}" if place[2] is not None else ""
        yield RulePart(text=forms, variable=place[1])
        end = place.end()
    if end < len(text):
        yield RulePart(text=text[end:])


def questions(book: Book) -> tuple[Question, ...]:
    """Return the rules by the question that they answer, in the order in which they first run."""
    found: dict[str, list[Rule]] = {}
    for rule in book.knowledge.rules:
        found.setdefault(question_of(rule), []).append(rule)
    return tuple(
        Question(
            name=name,
            rules=tuple(
                (book.link(RULE + rule.id), rule) for rule in sorted(rules, key=lambda r: r.id)
            ),
        )
        for name, rules in found.items()
    )


def question_of(rule: Rule) -> str:
    """Return the name of the folder of a rule: the question that it answers."""
    return rule.path.split("/")[-2]
