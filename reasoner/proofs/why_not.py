"""
Why not: for a conclusion that was not drawn, each rule that could have drawn it, and what fails.

What fails is asked again: why is that not there? Down to what the case does not state, what the
knowledge base states otherwise, and what does not add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from reasoner.determinations.sentences import write_value
from reasoner.kernel.facts import decode
from reasoner.kernel.rules import PLACE
from reasoner.kernel.syntax import TriplePattern, Variable
from reasoner.kernel.tree import walk

from .conditions import condition_text
from .following import IN_POPULATION, Attempt, Follower
from .known import EVERY, fill
from .order import known_facts
from .populations import class_expressions, grounds_of, parts_of
from .trees import rule_trees, text_of

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from reasoner.kernel.facts import Fact
    from reasoner.kernel.syntax import Filter, Tree

    from .known import Row
    from .populations import Expression
    from .speech import Speech
    from .trees import Pattern

Data = dict[str, object]
DEPTH: Final = 9
NEAREST: Final = 6
"""How many ways to fill a premise are followed; others are counted."""


class Inquiry:
    """
    Asks of one decision why things do not hold.

    Args:
        speech: The words, with the decision.
    """

    def __init__(self, speech: Speech) -> None:
        self.speech = speech
        knowledge = speech.knowledge
        self.known = known_facts(speech.derivation, knowledge)
        self.populations = class_expressions(knowledge)
        self.follower = Follower(self.known, rule_trees(knowledge))
        self.asked: set[Pattern] = set()
        self.requests = {f"<{request}>" for request in speech.assessment.case.requests}

    def of(self, goal: Pattern, depth: int = 0) -> Data:
        """Explain why nothing matches a pattern."""
        shown: Data = {
            "premise": self.speech.short(goal),
            "about": self.speech.term(goal[0]),
            "words": self.speech.words_of(goal),
        }
        if goal in self.asked:
            return {**shown, "shownAbove": True}
        self.asked.add(goal)
        if goal[1] == IN_POPULATION and goal[2] in self.populations:
            return {**shown, "outside": self._outside(goal)}
        names = self.follower.concluding.get(goal[1], [])
        ways = [way for name in names if depth < DEPTH for way in self._ways(name, goal, depth)]
        return {**shown, "instead": self._instead(goal), "concludable": bool(names), "ways": ways}

    def rule(self, name: str, request: str) -> Data:
        """Describe how far one rule went for a request."""
        about = self.follower.trees[name].head.about
        goals = [
            fill(template, {about: request} if about == "request" else {})
            for template in self.follower.template(name)
        ]
        shown = self.speech.knowledge.rule[name]
        return {
            "premise": name,
            "about": self.speech.term(request),
            "words": shown.title,
            "instead": [],
            "concludable": True,
            "ways": list(self._ways(name, goals[0], 0)),
        }

    def _instead(self, goal: Pattern) -> list[Data]:
        """Say what there is instead: other values of the same property."""
        subject = goal[0] if not goal[0].startswith("?") else "?s"
        found = sorted(self.known.find((subject, goal[1], "?x"), {}))
        own = [f for f in found if subject != "?s" or f not in self.known.stated.all]
        return [
            {"words": self.speech.fact(fact), "place": self.speech.place(fact)}
            for fact in own[:NEAREST]
        ]

    def _outside(self, goal: Pattern) -> Data:
        """Say which conditions of a population a situation does not meet."""
        expression = self.populations[goal[2]]
        parts = parts_of(expression) if expression[0] == "and" else [expression]
        unmet = [p for p in parts if grounds_of(p, goal[0], self.known, EVERY) is None]
        return {
            "population": self.speech.term(goal[2]),
            "unmet": [self._condition(part) for part in unmet],
        }

    def _condition(self, expression: Expression) -> str:
        word, *rest = expression
        if word in {"and", "or"}:
            return f" {word} ".join(self._condition(cast("Expression", part)) for part in rest)
        if word == "is":
            return self.speech.term(str(rest[0]))
        if word == "range":
            return " ".join(str(part) for part in rest)
        label = self.speech.knowledge.label(str(rest[0])[1:-1])
        if word == "value":
            return f"{label}: {self.speech.term(str(rest[1]))}"
        return f"{label}: {self._condition(cast('Expression', rest[1]))}"

    def _ways(self, name: str, goal: Pattern, depth: int) -> Iterator[Data]:
        """Follow a rule to the goal, from each of the triples that it concludes."""
        about = self.follower.trees[name].head.about
        for template in self.follower.template(name):
            if goal[0] in self.requests and template[0] == f"?{about}" != "?request":
                continue  # The rule concludes it of another kind of thing than a request.
            found = self.follower.attempts(name, template, goal)
            attempts = list({self._question(a): a for a in found}.values())
            if attempts:
                yield {
                    **self._title(name, attempts[0].row),
                    "passesOn": self.follower.mints(name, template[0]),
                    "attempts": [self._told(name, a, depth) for a in attempts[:NEAREST]],
                    "others": max(0, len(attempts) - NEAREST),
                }
                return

    def _question(self, attempt: Attempt) -> tuple[object, ...]:
        """Return what differs between attempts: what is asked of each."""
        asked = tuple(self._asking(pattern, attempt.row) for pattern in attempt.missing)
        return (asked, *attempt.key[1:])

    def _title(self, name: str, row: Mapping[str, str]) -> Data:
        rule, knowledge = self.speech.knowledge.rule[name], self.speech.knowledge

        def fill(match: re.Match[str]) -> str:
            if match[1] not in row:
                return "…"
            value = decode(row[match[1]])
            if match[2] is not None:
                return match[2] if value.value == "1" else match[3]
            return write_value(value, knowledge)

        text = PLACE.sub(fill, rule.because)
        return {
            "rule": name,
            "title": rule.title,
            "wouldSay": text[:1].upper() + text[1:],
            "source": rule.source,
            "rationale": rule.rationale,
            "ruleFile": f"ontology/{rule.path}",
        }

    def _told(self, name: str, attempt: Attempt, depth: int) -> Data:
        return {
            "missing": [
                self.of(self._asking(pattern, attempt.row), depth + 1)
                for pattern in attempt.missing
            ],
            "failing": [self._test(name, part, attempt) for part in attempt.failing],
            "present": [self._present(fact) for fact in attempt.present],
        }

    def _asking(self, pattern: Pattern, row: Row) -> Pattern:
        """Fill a premise; what only the record could state is asked of any such part of it."""
        subject, predicate, value = fill(pattern, row)
        part_of_case = subject.startswith(f"<{self.speech.assessment.case.iri}#")
        if predicate not in self.follower.concluding and part_of_case and pattern[0] != subject:
            return (pattern[0], predicate, value)
        return (subject, predicate, value)

    def _test(self, name: str, test: Filter, attempt: Attempt) -> Data:
        """Describe a test that fails: its values, how each was computed, where each comes from."""
        row = attempt.row
        used = _variables(test.condition)
        computed = [bind for bind in attempt.binds if bind.variable.name in used]
        inputs = [v for bind in computed for v in _variables(bind.expression)]
        names = [v for v in dict.fromkeys([*used, *inputs]) if v in row]
        return {
            "test": condition_text(test.condition),
            "values": {v: write_value(decode(row[v]), self.speech.knowledge) for v in names},
            "computed": {bind.variable.name: condition_text(bind.expression) for bind in computed},
            "origins": {
                v: origin for v in names if (origin := self._origin(name, v, row)) is not None
            },
        }

    def _origin(self, name: str, variable: str, row: Row) -> list[Data] | None:
        """Follow a value down to what was asserted; None if it was computed or is a name."""
        patterns = [
            fill(text_of(element), row)
            for element in self.follower.trees[name].construct.where.elements
            if isinstance(element, TriplePattern) and element.value == Variable(variable)
        ]
        if not patterns or not row[variable].startswith('"'):
            return None
        facts = [patterns[0]]
        derivation = self.speech.derivation
        for _ in range(DEPTH):
            firing = derivation.firing_of(facts[0])
            if len(facts) > 1 or firing is None or self.speech.place(facts[0]) is not None:
                break
            same = [fact for fact in firing.rests_on if fact[2] == facts[0][2]]
            facts = same[:1] or list(firing.counted) or facts
            if not same and not firing.counted:
                break
        return [{"words": self.speech.fact(f), "place": self.speech.place(f)} for f in facts]

    def _present(self, fact: Fact) -> Data:
        firing = self.speech.derivation.firing_of(fact)
        by = self._title(firing.name, firing.row) if firing and firing.rule else {}
        return {"words": self.speech.fact(fact), "place": self.speech.place(fact), "by": by}


def _variables(tree: Tree) -> list[str]:
    """Return the names of the variables of a tree, in the order of their first mention."""
    return list(dict.fromkeys(part.name for part in walk(tree) if isinstance(part, Variable)))
