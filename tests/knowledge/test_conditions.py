"""Each condition of each rule is seen to decide in some fixture, or is listed as not seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner import load_case_file
from reasoner.kernel.engine import derive
from reasoner.kernel.facts import encode
from reasoner.kernel.flow import Clause
from reasoner.kernel.index import Index
from reasoner.kernel.plan import Statistics
from reasoner.kernel.printer import print_expression, print_group
from reasoner.kernel.program import code_of, load
from reasoner.kernel.syntax import (
    And,
    Filter,
    Group,
    Iri,
    NotExists,
    Optional,
    TriplePattern,
    Union,
    Variable,
)
from reasoner.knowledge.terms import mn, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reasoner import Knowledge
    from reasoner.kernel.facts import Fact
    from reasoner.kernel.program import Compiled
    from reasoner.kernel.rules import Rule
    from reasoner.kernel.syntax import Element

FIXTURES: Final = Path(__file__).parents[2] / "fixtures"
UNSEEN: Final = FIXTURES / "rules" / "unseen-conditions.txt"
TRIED: Final = sorted([*FIXTURES.glob("cases/*/case.ttl"), *FIXTURES.glob("rules/*/fires.ttl")])
WRITTEN: Final = re.compile(r"<([^<>\s]+)>")


@dataclass(frozen=True, kw_only=True, eq=False)
class Variant:
    """
    A rule without one of its conditions.

    Attributes:
        rule: The rule.
        condition: The condition that was dropped, printed.
        compiled: The rest of the rule.
    """

    rule: Rule
    condition: str
    compiled: Compiled

    @property
    def line(self) -> str:
        """The line of the list of conditions that no fixture shows."""
        return f"{self.rule.id}: {self.condition}"

    def concludes(self, index: Index) -> frozenset[Fact]:
        """Return what the rest of the rule concludes from the facts of an index."""
        rows = self.compiled.match(index.objects, index.subjects)
        return frozenset(fact for row in rows for fact in self.compiled.conclude(row))


def printed(element: Element) -> str:
    if isinstance(element, Filter):
        text = f"FILTER ({print_expression(element.condition)})"
    else:
        assert isinstance(element, NotExists)
        text = f"FILTER NOT EXISTS {print_group(element.group)}"
    return WRITTEN.sub(lambda match: shorten(match[1]), " ".join(text.split()))


def without_one(  # noqa: C901 - one case a kind
    element: Element,
) -> Iterator[tuple[str, tuple[Element, ...]]]:
    """Yield each condition of an element, printed, and what is left of the element without it."""
    match element:
        case Filter(condition=And(parts=parts)):
            for place, part in enumerate(parts):
                others = (*parts[:place], *parts[place + 1 :])
                rest = And(parts=others) if len(others) > 1 else others[0]
                yield printed(Filter(condition=part)), (replace(element, condition=rest),)
        case Filter():
            yield printed(element), ()
        case NotExists():
            yield printed(element), ()
            for text, group in shorter(element.group):
                yield f"in NOT EXISTS, {text}", (replace(element, group=group),)
        case Optional():
            for text, group in shorter(element.group):
                yield text, (replace(element, group=group),)
        case Union(groups=groups):
            for place, one in enumerate(groups):
                for text, group in shorter(one):
                    others = (*groups[:place], group, *groups[place + 1 :])
                    yield text, (replace(element, groups=others),)
        case Group():
            yield from ((text, (group,)) for text, group in shorter(element))
        case _:
            pass


def shorter(group: Group) -> Iterator[tuple[str, Group]]:
    """Yield each condition of a group, printed, and the group without it."""
    for place, element in enumerate(group.elements):
        before, after = group.elements[:place], group.elements[place + 1 :]
        for text, rest in without_one(element):
            yield text, Group(elements=(*before, *rest, *after))


def variants(rules: Iterable[Rule], base: Index) -> list[Variant]:
    """Compile each rule without each of its conditions."""
    made = [
        (rule, text, Clause(id=rule.id, path=rule.path, construct=replace(rule.construct, where=g)))
        for rule in rules
        for text, g in shorter(rule.construct.where)
    ]
    clauses = [clause for _, _, clause in made]
    code = load(clauses, code_of(clauses, Statistics.of(base)))
    return [
        Variant(rule=rule, condition=text, compiled=compiled)
        for (rule, text, _), compiled in zip(made, code, strict=True)
    ]


def seen_in(path: Path, todo: Iterable[Variant], knowledge: Knowledge) -> set[Variant]:
    """
    Find the conditions that decide in a case.

    A condition decides if its rule concludes something else without it, on the facts of the strata
    below: something more, or, for a condition within NOT EXISTS, something less.
    """
    derivation = derive(knowledge, load_case_file(path, knowledge).triples)
    index = Index(knowledge.program.base)
    index.add(encode(fact) for fact in derivation.asserted)
    concluded: dict[str, set[Fact]] = {}
    for firing in derivation.firings:
        concluded.setdefault(firing.name, set()).update(firing.concluded)
    seen = set()
    met = False
    waiting = sorted(todo, key=lambda variant: variant.rule.stratum)
    by_stratum = {
        stratum: list(group)
        for stratum, group in groupby(waiting, key=lambda variant: variant.rule.stratum)
    }
    for stratum, rules in groupby(knowledge.rules, key=lambda rule: rule.stratum):
        if stratum >= knowledge.stratum and not met:
            met = True
            index.add(concluded.get("POP", ()))
        for variant in by_stratum.get(stratum, ()):
            changed = variant.concludes(index) ^ concluded.get(variant.rule.id, set())
            if any(not index.has(fact) for fact in changed):
                seen.add(variant)
        for rule in rules:
            index.add(concluded.get(rule.id, ()))
    return seen


def unseen(knowledge: Knowledge) -> list[str]:
    """List the conditions that decide in no fixture."""
    todo = set(variants(knowledge.rules, knowledge.program.base))
    for path in TRIED:
        todo -= seen_in(path, todo, knowledge)
    return sorted(variant.line for variant in todo)


def test_each_condition_of_a_rule_decides_in_some_fixture(
    knowledge: Knowledge,
    bless: bool,  # noqa: FBT001 - a fixture
) -> None:
    """Without it, the rule concludes something else; the exceptions are listed, and no others."""
    found = unseen(knowledge)
    if bless:
        UNSEEN.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")

    assert found == UNSEEN.read_text(encoding="utf-8").splitlines()


def test_a_condition_that_always_holds_is_not_seen(knowledge: Knowledge) -> None:
    """The search sees the conditions of a rule decide, and not one that never does."""
    rule = knowledge.rule["FUR-03"]
    nothing = TriplePattern(
        subject=Variable("request"), predicate=Iri(mn("nothing").value), value=Variable("nothing")
    )
    idle = NotExists(group=Group(elements=(nothing,)))
    where = Group(elements=(*rule.construct.where.elements, idle))
    padded = replace(
        rule, parsed=replace(rule.parsed, construct=replace(rule.construct, where=where))
    )

    todo = set(variants([padded], knowledge.program.base))
    assert len(todo) == 2
    for path in TRIED:
        todo -= seen_in(path, todo, knowledge)

    assert [variant.condition for variant in todo] == [printed(idle)]
