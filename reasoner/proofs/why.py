"""Why: the tree from a conclusion down to the facts of the case and the lines of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.determinations.sentences import cited, fill_sentence, find_source

from .speech import IS_A

if TYPE_CHECKING:
    from reasoner.kernel.derivation import Firing
    from reasoner.kernel.facts import Fact

    from .speech import Speech

Data = dict[str, object]


class Tree:
    """
    Grows the tree of a conclusion; a fact that was shown once is named, not shown again.

    Args:
        speech: The words.
    """

    def __init__(self, speech: Speech) -> None:
        self.speech = speech
        self.shown: set[Fact] = set()

    def of_fact(self, fact: Fact) -> Data:
        """Explain why a fact holds: its place, or the rule that concluded it, and from what."""
        found = self._leaf(fact)
        firing = self.speech.derivation.firing_of(fact)
        if firing is None or found["place"] is not None:
            return found
        if fact in self.shown:
            return {**found, "rule": firing.name, "shownAbove": True}
        self.shown.add(fact)
        return {**found, **self.of_firing(firing)}

    def of_firing(self, firing: Firing) -> Data:
        """Describe one use of a rule: its sentence, its sources, and what it rests on."""
        rule, knowledge = firing.rule, self.speech.knowledge
        self.shown.update(firing.concluded)
        return {
            "rule": firing.name,
            "title": rule.title if rule else "",
            "text": fill_sentence(firing, knowledge),
            "names": sorted(
                {
                    name
                    for fact in firing.concluded
                    if fact[1] == IS_A and (name := self.speech.names.get(fact[0]))
                }
            ),
            "source": rule.source if rule else "",
            "rationale": rule.rationale if rule else "",
            "ruleFile": f"ontology/{rule.path}" if rule else "",
            "citations": [find_source(iri, knowledge).citation for iri in cited(firing, knowledge)],
            "absent": [self.speech.fact(pattern) for group in firing.absences for pattern in group],
            "from": [self.of_fact(fact) for fact in dict.fromkeys(firing.rests_on)],
        }

    def _leaf(self, fact: Fact) -> Data:
        return {
            "fact": self.speech.short(fact),
            "words": self.speech.fact(fact),
            "place": self.speech.place(fact),
        }
