"""The syntax trees of the rules of a knowledge base, and what a proof asks of them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from reasoner.kernel.syntax import Group, NotExists, Optional, Select, TriplePattern, Union
from reasoner.kernel.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reasoner.kernel.syntax import RuleText, Tree
    from reasoner.knowledge.base import Knowledge

Pattern = tuple[str, str, str]
"""Subject, predicate and object as N-Triples writes them; `?name` stands for a variable."""


@lru_cache(maxsize=4)
def rule_trees(knowledge: Knowledge) -> Mapping[str, RuleText]:
    """Return the tree of each rule of a knowledge base, by its id."""
    return {rule.id: rule.parsed for rule in knowledge.rules}


def text_of(pattern: TriplePattern) -> Pattern:
    """Write a pattern of a tree as text."""
    subject, predicate, value = (node.text for node in pattern.nodes)
    return subject, predicate, value


def patterns_of(tree: Tree) -> list[Pattern]:
    """Return all patterns of a tree, in the order of the text."""
    return [text_of(part) for part in walk(tree) if isinstance(part, TriplePattern)]


def denied_patterns(group: Group) -> Iterator[Pattern]:
    """Yield the patterns whose matches can take a solution away or change its totals."""
    for element in group.elements:
        match element:
            case NotExists() | Optional():
                yield from patterns_of(element.group)
            case Select():
                yield from patterns_of(element)
            case Group():
                yield from denied_patterns(element)
            case Union():
                for part in element.groups:
                    yield from denied_patterns(part)
            case _:
                pass
