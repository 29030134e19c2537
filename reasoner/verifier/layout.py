"""
The parts of a proof as they must be written, from its facts and the uses of rules.

There is one way only to write a proof; README.md describes it. So any change of one is noticed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .strata import denied
from .terms import NS, TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .facts import Facts
    from .rule_text import Pattern
    from .steps import Rules, Step
    from .terms import Fact, Prefixes

Data = dict[str, object]
FORMAT: Final = "https://w3id.org/mednec/proof/2"


def _denied_facts(facts: Iterable[Fact], rules: Rules) -> Mapping[str, list[Fact]]:
    """Return, for each IRI, the facts about it of the kinds that rules deny or total."""
    whole: set[str] = set()
    fixed: set[tuple[str, str]] = set()
    for _, rule in rules.values():
        for _, p, o in denied(rule.where):
            if o.startswith("?"):
                whole.add(p)
            else:
                fixed.add((p, o))
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        s, p, o = fact
        if p in whole or (p, o) in fixed:
            found.setdefault(s, []).append(fact)
        if p in whole and o.startswith("<"):
            found.setdefault(o, []).append(fact)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """
    What a proof is written from.

    Attributes:
        case: The name of the case.
        stated: The facts of the case.
        asked: Those of them by which a day was asked for.
        facts: All facts with their strata.
        steps: What `find_steps` found.
        rules: The rules.
        prefixes: The short form of terms.
    """

    case: str
    stated: Iterable[Fact]
    asked: set[Fact]
    facts: Facts
    steps: list[Step]
    rules: Rules
    prefixes: Prefixes


class Layout:
    """
    The parts of a proof.

    Args:
        content: What it is written from.
    """

    def __init__(self, content: Content) -> None:
        facts, steps, rules = content.facts, content.steps, content.rules
        self.case, self.asked, self.view, self.steps = content.case, content.asked, facts, steps
        self.short = content.prefixes.short
        self.stated = sorted(set(content.stated))
        self.derived = sorted(
            (fact for fact, stratum in facts.stratum.items() if stratum),
            key=lambda fact: (facts.stratum[fact], fact),
        )
        self.searches = {
            (pattern, step.below): sorted(facts.find(pattern, {}, step.below))
            for step in steps
            for pattern in step.searches
        }
        self.known = sorted(self._known(rules))
        self.ids = {
            fact: f"{letter}{number}"
            for letter, facts_ in (("c", self.stated), ("k", self.known), ("d", self.derived))
            for number, fact in enumerate(facts_, start=1)
        }
        self.search_ids = {key: f"q{number}" for number, key in enumerate(self.searches, start=1)}
        self.by: dict[Fact, list[str]] = {}
        for number, step in enumerate(steps, start=1):
            for fact in step.concludes:
                self.by.setdefault(fact, []).append(f"s{number}")

    def _known(self, rules: Rules) -> set[Fact]:
        """
        Find the facts of the knowledge base that a proof lists.

        These are what the steps name; and, so that a proof can be checked by itself, each fact of a
        kind that some rule denies or totals that is about a thing which the proof names.
        """
        named = {fact for step in self.steps for fact in (*step.solution.premises, *step.concludes)}
        named |= {f for step in self.steps for t in step.solution.totals for f in t.members}
        named |= {fact for found in self.searches.values() for fact in found}
        found = named & self.view.knowledge.facts
        about = _denied_facts(self.view.knowledge.facts, rules)
        terms: set[str] = set()
        fresh = {term for fact in (*self.stated, *self.derived, *found) for term in fact}
        while fresh := fresh - terms:
            terms |= fresh
            more = {fact for term in fresh for fact in about.get(term, ())} - found
            found |= more
            fresh = {term for fact in more for term in fact}
        return found - set(self.stated)

    def facts(self, places: Mapping[Fact, tuple[str, int]]) -> list[Data]:
        """Write the facts: those of the case, of the knowledge base, and those concluded."""
        found = [
            self._fact(fact, {"from": "asked" if fact in self.asked else "case"})
            for fact in self.stated
        ]
        for fact in self.known:
            file, line = places[fact]
            found.append(self._fact(fact, {"file": file, "line": line}))
        for fact in self.derived:
            by = list(dict.fromkeys(self.by.get(fact, [])))
            found.append(self._fact(fact, {"stratum": self.view.stratum[fact], "by": by}))
        return found

    def _fact(self, fact: Fact, more: Data) -> Data:
        return {"id": self.ids[fact], "fact": [self.short(term) for term in fact], **more}

    def written_searches(self) -> list[Data]:
        """Write what was searched, each search once."""
        return [
            {
                "id": self.search_ids[pattern, below],
                "pattern": [self.short(term) for term in pattern],
                "below": below,
                "found": self._names(found),
            }
            for (pattern, below), found in self.searches.items()
        ]

    def written_steps(self) -> list[Data]:
        """Write the steps."""
        return [self._step(f"s{number}", step) for number, step in enumerate(self.steps, start=1)]

    def _names(self, facts: Iterable[Fact]) -> list[str]:
        return [self.ids[fact] for fact in facts]

    def _step(self, name: str, step: Step) -> Data:
        solution = step.solution
        row = {key: self.short(term) for key, term in sorted(solution.row.items())}
        made = {"rule": step.rule} if step.rule else {"population": row["population"]}
        return {
            "id": name,
            **made,
            "bindings": row,
            "premises": self._names(solution.premises),
            "absent": [
                {
                    "pattern": [self.short(term) for term in pattern],
                    "search": self.search_ids[search, step.below],
                }
                for pattern, search in zip(solution.absent, step.searches, strict=False)
            ],
            "totals": [
                {
                    "binds": list(total.names),
                    "of": self._names(total.members),
                    "searches": [self.search_ids[search, step.below] for search in total.searches],
                }
                for total in solution.totals
            ],
            "concludes": self._names(step.concludes),
        }

    def priorities(self) -> list[Data]:
        """Write which recommendation came before which, and by what step."""
        return [
            {
                "step": f"s{number}",
                "over": self.short(step.prefers[0]),
                "under": self.short(step.prefers[1]),
            }
            for number, step in enumerate(self.steps, start=1)
            if step.prefers is not None
        ]

    def requests(self) -> list[Data]:
        """Write what was decided of each request, and the outcome of each of its completions."""
        asked = sorted(o for s, p, o in self.stated if (s, p) == (self.case, f"<{NS}request>"))
        return [
            {
                "request": self.short(request),
                "outcome": self._found((request, f"<{NS}outcome>", "?x")),
                "robust": self._found((request, f"<{NS}robust>", "?x")),
                "completions": [
                    {
                        "scenario": self.short(scenario),
                        "outcome": self._found((scenario, f"<{NS}scenarioOutcome>", "?x")),
                    }
                    for scenario in self._completions(request)
                ],
            }
            for request in asked
        ]

    def _found(self, pattern: Pattern) -> list[str]:
        return self._names(sorted(self.view.find(pattern, {})))

    def _completions(self, request: str) -> list[str]:
        of_request = self.view.find(("?s", f"<{NS}ofRequest>", request), {})
        completion = f"<{NS}Completion>"
        return sorted(s for s, _, _ in of_request if self.view.has((s, TYPE, completion)))


def text_of(value: object) -> str:
    """Write a value so that 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


def difference(what: str, right: Data, found: object) -> str:
    """Describe how an entry differs from what it must be."""
    name = right.get("id", "")
    entry = found if isinstance(found, dict) else {}
    for key in sorted(set(right) | set(entry)):
        if text_of(right.get(key)) != text_of(entry.get(key)):
            return (
                f"{what} {name}: '{key}' must be {text_of(right.get(key))[:200]}, "
                f"not {text_of(entry.get(key))[:200]}"
            )
    return f"{what} {name}: not as it must be"
