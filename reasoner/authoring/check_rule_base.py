"""What rules do together: whether anything provides what they read, and whether outcomes agree."""

from __future__ import annotations

import re
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.printer import print_construct
from reasoner.kernel.syntax import Iri, Literal, Variable
from reasoner.kernel.terms import TYPE, name_of
from reasoner.kernel.tree import Key, chosen, counted, keys, premises, reads, writes
from reasoner.knowledge.terms import mn, shorten

from .finding import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reasoner.kernel.syntax import TriplePattern

    from .check_rules import RuleFile
    from .finding import Finding
    from .places import Places

QUOTED: Final = re.compile(r'"(?=([^"\s]+)")')
OUTCOME: Final = mn("outcome").value
ROLE: Final = "outcome"
FOLDER: Final = "what-outcome"
"""The folder of the question what the outcome is."""
SOMETHING: Final = "urn:x-mednec:"
MOST_WORLDS: Final = 64
"""Sets of facts that are tried for a pair of rules."""

World = tuple[tuple[str, str, str], ...]


def check_rule_base(
    places: Places, rules: list[RuleFile], stated: frozenset[str], provided: str
) -> list[Finding]:
    """
    Check the rules together.

    Args:
        places: The files.
        rules: All rules.
        stated: IRIs that a case may state: the shapes of a case name them.
        provided: The Python of this project, whose facts rules read too.
    """
    sources = Providers(places, rules, stated, provided)
    return [*_unprovided(rules, sources), *_outcomes(rules)]


class Providers:
    """
    Where the facts that rules read can come from: cases, files, rules and the pipeline.

    Args:
        places: The files.
        rules: All rules.
        stated: IRIs that a case may state.
        provided: The Python of this project.
    """

    def __init__(
        self, places: Places, rules: list[RuleFile], stated: frozenset[str], provided: str
    ) -> None:
        self.stated = stated
        self.provided = {*QUOTED.findall(provided)}
        self.made: dict[str | None, set[Key]] = {}
        for rule in rules:
            for key in writes(rule.construct):
                self.made.setdefault(key.predicate, set()).add(key)
        self.known = {t.predicate.value for _, t in places.facts} - {TYPE.value}
        self.values = {(t.predicate.value, name_of(t.object)) for _, t in places.facts}
        self.declared = {name_of(t.subject) for _, t in places.facts if t.predicate == TYPE}

    def provide(self, key: Key) -> bool:
        """Return True if something can provide a fact of a key."""
        predicate, value = key
        if predicate is None or predicate not in {*self.declared, TYPE.value}:
            return True  # reported as a term that is not known
        if self._given(predicate) or self._concluded(key):
            return True
        if value is None or value.startswith('"'):
            return predicate in self.known
        classed = predicate == TYPE.value and (value not in self.declared or self._given(value))
        return classed or (predicate, value) in self.values

    def _given(self, iri: str) -> bool:
        return iri in self.stated or _local(iri) in self.provided

    def _concluded(self, key: Key) -> bool:
        candidates = (*self.made.get(key.predicate, ()), *self.made.get(None, ()))
        return any(key.meets(other) for other in candidates)


def _unprovided(rules: list[RuleFile], sources: Providers) -> Iterator[Finding]:
    """Find rules that require a fact that nothing can provide."""
    for rule in rules:
        construct = rule.construct
        allowed = chosen(construct.where)
        for pattern in (*premises(construct), *counted(construct)):
            if not any(sources.provide(key) for key in keys(pattern, allowed)):
                yield rule.finding(
                    "rule-reads-nothing",
                    pattern.line,
                    f"{rule.id} requires {_spoken(pattern)}, which no case states, no file states "
                    "and no rule concludes: over this knowledge base it can never fire.",
                    "Look for the property that other rules conclude, or add the rule.",
                    severity=WARNING,
                )
                break


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _spoken(pattern: TriplePattern) -> str:
    words = (shorten(n.value) if isinstance(n, Iri) else n.text for n in pattern.nodes)
    return " ".join(words)


def _outcomes(rules: list[RuleFile]) -> Iterator[Finding]:
    """Find outcomes concluded by rules on other questions, and rules whose outcomes clash."""
    deciding = []
    for rule in rules:
        line = next((p.line for p in rule.construct.template if p.predicate == Iri(OUTCOME)), 0)
        if line and rule.head.role != ROLE and Path(rule.name).parent.name != FOLDER:
            yield rule.finding(
                "rule-outcome-elsewhere",
                line,
                f"{rule.id} concludes an outcome, and its role is '{rule.head.role}'.",
                f"Only rules of the role '{ROLE}', and those in the folder '{FOLDER}' whose "
                f"sentence another rule writes, conclude {shorten(OUTCOME)}.",
            )
        if line:
            deciding.append(rule)
    named = _named_values(rules)
    for one, other in combinations(sorted(deciding, key=lambda r: r.id), 2):
        if world := _clash(one, other, named):
            facts = "; ".join(" ".join(map(_shown, fact)) for fact in world)
            yield other.finding(
                "outcomes-clash",
                next(p.line for p in other.construct.template if p.predicate == Iri(OUTCOME)),
                f"{one.id} and {other.id} conclude different outcomes of one request, where: "
                f"{facts}.",
                "Let the one require what the other requires to be absent.",
            )


def _shown(term: str) -> str:
    return f"?{term.removeprefix(SOMETHING)}" if term.startswith(SOMETHING) else shorten(term)


def _named_values(rules: list[RuleFile]) -> Mapping[str, list[str]]:
    """List for each property the things that some rule reads or concludes as its value."""
    found: dict[str, set[str]] = {}
    for rule in rules:
        construct = rule.construct
        for key in (*writes(construct), *reads(construct)):
            if key.predicate and key.value and not key.value.startswith('"'):
                found.setdefault(key.predicate, set()).add(key.value)
    return {predicate: sorted(values) for predicate, values in found.items()}


def _clash(one: RuleFile, other: RuleFile, named: Mapping[str, list[str]]) -> World | None:
    """Return facts under which two rules conclude different outcomes; None if none was found."""
    patterns = (
        *_renamed(one, "1"),
        *_renamed(other, "2"),
    )
    for world in _worlds(patterns, named):
        facts = [ox.Quad(*map(ox.NamedNode, fact)) for fact in world]
        store = ox.Store()
        store.extend(facts)
        found = [_concluded(rule, store) for rule in (one, other)]
        for subject in found[0].keys() & found[1].keys():
            if found[0][subject] != found[1][subject]:
                return world
    return None


def _renamed(rule: RuleFile, mark: str) -> list[tuple[str, str, str]]:
    """Write the premises of a rule as facts about `?request`, with other variables kept apart."""
    about = rule.head.about
    found = []
    for pattern in premises(rule.construct):
        words = []
        for node in pattern.nodes:
            if isinstance(node, Variable):
                words.append(SOMETHING + (about if node.name == about else node.name + mark))
            elif isinstance(node, Literal):
                words.append("")
            else:
                words.append(node.value)
        if all(words):
            found.append((words[0], words[1], words[2]))
    return found


def _worlds(
    patterns: Sequence[tuple[str, str, str]], named: Mapping[str, list[str]]
) -> Iterator[World]:
    """Fill the open objects with the values that rules name."""
    choices = [named.get(p) or [o] if o.startswith(SOMETHING) else [o] for _, p, o in patterns]
    for number, picked in enumerate(product(*choices)):
        if number == MOST_WORLDS:
            return
        facts = zip(patterns, picked, strict=True)
        yield tuple(sorted({(s, p, value) for (s, p, _), value in facts}))


def _concluded(rule: RuleFile, store: ox.Store) -> dict[str, frozenset[str]]:
    """Return the outcomes that a rule concludes from the facts of a store, by subject."""
    answer = store.query(print_construct(rule.construct))
    found: dict[str, set[str]] = {}
    for triple in answer if isinstance(answer, ox.QueryTriples) else ():
        if triple.predicate.value == OUTCOME:
            found.setdefault(name_of(triple.subject), set()).add(name_of(triple.object))
    return {subject: frozenset(values) for subject, values in found.items()}
