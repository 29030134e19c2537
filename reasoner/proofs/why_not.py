"""
Why not: for a conclusion that was not drawn, each rule that could have drawn it, and what fails.

What fails is asked again: why is that not there? Down to what the case does not state, what the
knowledge base states otherwise, and what does not add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from reasoner.determinations.sentences import say_value
from reasoner.kernel.facts import decode
from reasoner.kernel.rules import PLACE
from reasoner.verifier.classes import witness
from reasoner.verifier.layout import IN_POPULATION
from reasoner.verifier.values import variables_of
from reasoner.verifier.view import fill

from .following import DEEPEST, Attempt, Follower
from .write import assessment_view, knowledge_pages, rule_texts

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from reasoner.kernel.facts import Fact
    from reasoner.verifier.classes import Expression
    from reasoner.verifier.rule_text import Part, Pattern
    from reasoner.verifier.view import Row

    from .speech import Speech

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
        self.view = assessment_view(speech.assessment, knowledge)
        self.populations = knowledge_pages(knowledge).populations
        self.follower = Follower(
            self.view, speech.derivation, rule_texts(knowledge), knowledge.membership
        )
        self.asked: set[Pattern] = set()
        self.requests = {f"<{request}>" for request in speech.assessment.case.requests}

    def of(self, goal: Pattern, depth: int = 0) -> Data:
        """Tell why nothing matches a pattern."""
        told: Data = {
            "premise": self.speech.short(goal),
            "about": self.speech.term(goal[0]),
            "words": self.speech.said(goal),
        }
        if goal in self.asked:
            return {**told, "shownAbove": True}
        self.asked.add(goal)
        if goal[1] == IN_POPULATION and goal[2] in self.populations:
            return {**told, "outside": self._outside(goal)}
        names = self.follower.concluding.get(goal[1], [])
        ways = [way for name in names if depth < DEPTH for way in self._ways(name, goal, depth)]
        return {**told, "instead": self._instead(goal), "concludable": bool(names), "ways": ways}

    def rule(self, name: str, request: str) -> Data:
        """Tell how far one rule went for a request."""
        _, rule = self.follower.rules[name]
        about = rule.head.get("about", "request")
        goals = [
            fill(template, {about: request} if about == "request" else {})
            for template in rule.template
        ]
        told = self.speech.knowledge.rule[name]
        return {
            "premise": name,
            "about": self.speech.term(request),
            "words": told.title,
            "instead": [],
            "concludable": True,
            "ways": list(self._ways(name, goals[0], 0)),
        }

    def _instead(self, goal: Pattern) -> list[Data]:
        """Say what there is instead: other values of the same property."""
        subject = goal[0] if not goal[0].startswith("?") else "?s"
        found = sorted(self.view.find((subject, goal[1], "?x"), {}, DEEPEST))
        own = [f for f in found if subject != "?s" or f not in self.view.knowledge.facts]
        return [
            {"words": self.speech.fact(fact), "place": self.speech.place(fact)}
            for fact in own[:NEAREST]
        ]

    def _outside(self, goal: Pattern) -> Data:
        """Say which conditions of a population a situation does not meet."""
        expression = self.populations[goal[2]]
        parts = cast("list[Expression]", expression[1:] if expression[0] == "and" else [expression])
        return {
            "population": self.speech.term(goal[2]),
            "unmet": [
                self._condition(part)
                for part in parts
                if witness(part, goal[0], self.view, DEEPEST) is None
            ],
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
        rule = self.follower.rules[name][1]
        about = rule.head.get("about", "request")
        for template in rule.template:
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
        """Tell attempts apart by what is asked of them."""
        asked = tuple(self._asking(pattern, attempt.row) for pattern in attempt.missing)
        return (asked, *attempt.key[1:])

    def _title(self, name: str, row: Row) -> Data:
        rule, knowledge = self.speech.knowledge.rule[name], self.speech.knowledge

        def say(match: re.Match[str]) -> str:
            if match[1] not in row:
                return "…"
            value = decode(row[match[1]])
            if match[2] is not None:
                return match[2] if value.value == "1" else match[3]
            return say_value(value, knowledge)

        text = PLACE.sub(say, rule.because)
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

    def _test(self, name: str, part: Part, attempt: Attempt) -> Data:
        """Tell a test that fails: its values, how each was computed, and where each comes from."""
        row = attempt.row
        used = variables_of(part.expression)
        computed = [bind for bind in attempt.binds if bind.names[0] in used]
        inputs = [v for bind in computed for v in variables_of(bind.expression)]
        names = [v for v in dict.fromkeys([*used, *inputs]) if v in row]
        return {
            "test": part.text,
            "values": {v: say_value(decode(row[v]), self.speech.knowledge) for v in names},
            "computed": {bind.names[0]: bind.text for bind in computed},
            "origins": {
                v: origin for v in names if (origin := self._origin(name, v, row)) is not None
            },
        }

    def _origin(self, name: str, variable: str, row: Row) -> list[Data] | None:
        """Follow a value down to what was told; None where it was computed or is a name."""
        patterns = [
            fill(pattern, row)
            for part in self.follower.rules[name][1].where
            for pattern in part.patterns
            if pattern[2] == f"?{variable}"
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
