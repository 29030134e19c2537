"""Find which faults can affect a check from what is derived while it runs on sound knowledge."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from reasoner.kernel import engine
from reasoner.kernel.derivation import Derivation
from reasoner.kernel.facts import encode
from reasoner.kernel.flow import Clause
from reasoner.kernel.index import Index
from reasoner.kernel.program import Compiled, compile_alone

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.kernel.derivation import Firing
    from reasoner.kernel.rules import Rule
    from reasoner.kernel.syntax import Construct
    from tests.mutants.operators import Mutant

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
Findings = tuple[Any, ...]


class Watch:
    """
    An observer of the derivations between `begin` and `touched`.

    A fault in a rule can affect a derivation if the original and the changed rule conclude
    different facts in it. A fault in a fact can affect it if the derivation contains its subject,
    or the case has a day next to the one that was moved. All other faults may affect every
    derivation.

    Args:
        sound: The knowledge without a fault.
        faults: The knowledge with each fault, by the number of the fault; none for a fault in the
            engine.
        mutants: The faults.
        refused: The numbers of the faults rejected at load.
    """

    def __init__(
        self,
        sound: Knowledge,
        faults: dict[int, Knowledge],
        mutants: list[Mutant],
        refused: frozenset[int],
    ) -> None:
        self.sound = sound
        self.all = frozenset(range(len(mutants))) - refused
        self.rules: list[tuple[int, int, Rule, Rule]] = []
        self.subjects: dict[int, frozenset[str]] = {}
        self.days: dict[int, frozenset[str]] = {}
        self.always: set[int] = set()
        for number, mutant in enumerate(mutants):
            if number in refused:
                continue
            if mutant.file.endswith(".rq"):
                path = mutant.file.removeprefix("ontology/")
                old, new = (
                    next(r for r in k.rules if r.path == path) for k in (sound, faults[number])
                )
                self.rules.append((old.stratum, number, old, new))
            elif number in faults and not mutant.file.startswith("shapes/"):
                changed = set(faults[number].described.items()) ^ set(sound.described.items())
                self.subjects[number] = frozenset(f"<{iri}>" for (iri, _), _ in changed)
                self.days[number] = days_beside(mutant.old + mutant.new)
            else:
                self.always.add(number)
        self.rules.sort(key=lambda one: one[0])
        self.found: set[int] = set()
        self.derived = 0
        engine.Derivation = self._noted  # type: ignore[assignment, misc]

    def begin(self) -> None:
        """Forget what was found."""
        self.found, self.derived = set(), 0

    def touched(self) -> frozenset[int]:
        """Return the faults that may matter, which are all of them if nothing was derived."""
        return frozenset(self.found | self.always) if self.derived else self.all

    def _noted(self, **parts: Any) -> Derivation:
        made = Derivation(**parts)
        self.derived += 1
        self._note_rules(made)
        self._note_facts(made)
        return made

    def _note_rules(self, made: Derivation) -> None:
        facts = Index(made.base)
        facts.add(encode(t) for t in made.asserted)
        at, firings = 0, made.firings
        for stratum, number, old, new in self.rules:
            while at < len(firings) and self._stratum(firings[at]) < stratum:
                facts.add(firings[at].concluded)
                at += 1
            if number not in self.found and differs(old, new, facts):
                self.found.add(number)

    def _stratum(self, firing: Firing) -> float:
        return firing.rule.stratum if firing.rule else self.sound.stratum - 0.5

    def _note_facts(self, made: Derivation) -> None:
        open_ = {n: s for n, s in self.subjects.items() if n not in self.found}
        if not open_:
            return
        spoken = {term for f in made.firings for fact in f.rests_on for term in fact}
        spoken |= {term for f in made.firings for fact in f.concluded for term in fact}
        days = {day for t in made.asserted for day in DAY.findall(str(t.object))}
        self.found |= {
            n for n, subjects in open_.items() if subjects & spoken or days & self.days[n]
        }


def days_beside(text: str) -> frozenset[str]:
    """List the days that a text names, and the days before and after them."""
    return frozenset(
        (date.fromisoformat(day) + timedelta(n)).isoformat()
        for day in DAY.findall(text)
        for n in (-1, 0, 1)
    )


def differs(old: Rule, new: Rule, facts: Index) -> bool:
    """Return True if two rules conclude different facts, or if one of them cannot run."""
    try:
        return finds(old, facts) != finds(new, facts)
    except (LookupError, TypeError, ValueError):
        return True


@cache
def compiled_rule(construct: Construct) -> Compiled:
    """Compile the query of a rule."""
    return compile_alone(Clause(id="alone", path="alone", construct=construct))


def finds(rule: Rule, facts: Index) -> Findings:
    """Return what a rule concludes, with its premises and its sentence."""
    fired = engine._fire(rule, compiled_rule(rule.construct), facts)
    if not fired:
        return ()
    head = (
        rule.because,
        rule.role,
        rule.order,
        rule.about,
        rule.listed,
        rule.title,
        rule.source,
        rule.rationale,
    )
    return (
        *head,
        *((sorted(f.row.items()), f.concluded, f.counted, f.rests_on, f.absences) for f in fired),
    )
