"""Terms and facts in words, and the place of each: nothing is worded but by labels and rules."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

from reasoner.cases.lines import find_lines
from reasoner.determinations.sentences import write_value
from reasoner.kernel.facts import decode
from reasoner.kernel.terms import DEFINITION, TYPE
from reasoner.knowledge.terms import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.determinations.assess import Assessment
    from reasoner.kernel.facts import Fact
    from reasoner.knowledge.base import Knowledge

IS_A: Final = f"<{TYPE.value}>"
SAYS: Final = "says that "
TRUE: Final = '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
FALSE: Final = TRUE.replace("true", "false")


class Speech:
    """
    Words and places for the facts of one decision.

    Args:
        assessment: The decision.
        knowledge: The knowledge base with which it was made.
        text: The Turtle of the case, for its lines; empty where it came in another form.
    """

    def __init__(self, assessment: Assessment, knowledge: Knowledge, text: str = "") -> None:
        self.assessment, self.knowledge = assessment, knowledge
        self.derivation = assessment.derivation
        self.lines = find_lines(text, assessment.case, knowledge.shapes.parts)

    def term(self, term: str) -> str:
        """Write a term in words; what a rule makes has a name of its own (`names`)."""
        if term.startswith("?"):
            return f"any {term[1:]}"
        if term == f"<{self.assessment.case.iri}>":
            return "case"
        return self.names.get(term) or write_value(decode(term), self.knowledge)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """
        Names of what rules make, such as the scenarios of a request: "completion 2".

        The name is the label of the narrowest kind, with a number in the order of derivation if
        there are several. What the case or the knowledge base describes is not in it.
        """
        described = {str(t.subject) for t in self.assessment.case.triples}
        kinds: dict[str, str] = {}
        for firing in self.derivation.firings:
            for subject, predicate, value in firing.concluded:
                known = subject in described or subject[1:-1] in self.knowledge.origins
                if predicate == IS_A and firing.rule is not None and not known:
                    kinds[subject] = value[1:-1]
        numbers = Counter(kinds.values())
        count = Counter[str]()
        found = {}
        for term, kind in kinds.items():
            count[kind] += 1
            label = self.knowledge.label(kind)
            found[term] = f"{label} {count[kind]}" if numbers[kind] > 1 else label
        return found

    def fact(self, fact: Fact) -> str:
        """Say a fact, or a pattern that is not all filled."""
        return f"{self.term(fact[0])}: {self.words_of(fact)}"

    def words_of(self, fact: Fact) -> str:
        """Write in words what a fact states of its subject."""
        _, predicate, value = fact
        if predicate == IS_A:
            return f"is of the kind {self.term(value)}"
        name = predicate[1:-1]
        meaning = self.knowledge.value(name, DEFINITION) or ""
        if value in {TRUE, FALSE} and meaning.startswith(SAYS):
            return f"{'not that ' if value == FALSE else ''}{meaning.removeprefix(SAYS)}"
        return f"{self.knowledge.label(name)}: {self.term(value)}"

    def place(self, fact: Fact) -> dict[str, object] | None:
        """Return the place of a fact in case or knowledge base; None if it is concluded."""
        if fact in self.knowledge.base_facts.all:
            file, line = self.knowledge.places[fact]
            return {"file": file, "line": line}
        if fact in self.lines:
            return {"file": self.assessment.case.source, "line": self.lines[fact]}
        if self.derivation.firing_of(fact) is None:
            return {"file": self.assessment.case.source, "line": None}
        return None

    def short(self, fact: Fact) -> str:
        """Write a fact with prefixes; names of the case are cut to what follows its own."""
        case = self.assessment.case.iri

        def one(term: str) -> str:
            if not term.startswith("<"):
                return term.partition("^^")[0]
            if term.startswith((f"<{case}#", f"<{case}>")):
                return f"<{term[1:-1].removeprefix(case)}>"
            return shorten(term[1:-1])

        return " ".join(one(term) for term in fact)
