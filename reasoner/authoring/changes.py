"""`mednec diff`: what changed, in the guideline's own terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import AxiomUnsupported
from reasoner.kernel.terms import DCTERMS, LABEL, RDF, XSD, name_of
from reasoner.knowledge.files import read_turtle
from reasoner.knowledge.find import ontology_files
from reasoner.knowledge.plain_populations import (
    POPULATION,
    WORDS,
    expand_populations,
    read_plain_populations,
)
from reasoner.knowledge.populations import compile_populations
from reasoner.knowledge.terms import mn, shorten

from .check_rules import rule_paths

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Values = dict[str, tuple[str, ...]]
KINDS: Final = ("guidelines", "recommendations", "law", "concepts", "vocabulary", "rules")
STATED_IN: Final = mn("statedIn").value
QUIET: Final = frozenset({RDF + "type"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Change:
    """
    One thing that was added, changed or retired.

    Attributes:
        kind: One of `KINDS`.
        subject: What it is about, in words.
        what: `added`, `changed`, `retired`, or `not held` where what an edition states of it is
            not held here.
        details: For each property that differs, what it was and is, in words.
    """

    kind: str
    subject: str
    what: str
    details: tuple[str, ...]


class State:
    """One state of the knowledge, read from its files; no classification is needed."""

    def __init__(self, home: Path) -> None:
        files = ontology_files(home)
        written = {path: read_turtle(path, home) for path in files}
        plain = [p for ts in written.values() for p in read_plain_populations(ts)]
        made = {p.iri for p in plain if not p.named}
        self.facts = [t for ts in expand_populations(written).values() for t in ts]
        self.in_words = {p.recommendation.value for p in plain}
        self.rules = {
            path.relative_to(home).as_posix(): path.read_text(encoding="utf-8")
            for path in rule_paths(home)
        }
        self.expressions = _expressions(tuple(self.facts))
        self.things: dict[str, Values] = {}
        for t in self.facts:
            if t.subject in made or isinstance(t.object, ox.BlankNode):
                continue
            if isinstance(t.subject, ox.NamedNode) and not t.subject.value.startswith(XSD):
                values = self.things.setdefault(t.subject.value, {})
                said = values.get(t.predicate.value, ())
                values[t.predicate.value] = tuple(sorted((*said, name_of(t.object))))

    def label(self, iri: str) -> str:
        """Return the label of a thing, or its name."""
        return self.things.get(iri, {}).get(LABEL.value, (shorten(iri),))[0]

    def subject(self, iri: str) -> str:
        """Name a thing with the edition that states it."""
        stated = self.things.get(iri, {}).get(STATED_IN)
        return f"{self.label(iri)} ({self.label(stated[0])})" if stated else self.label(iri)

    def kind(self, iri: str) -> str | None:
        """Sort a thing into one of `KINDS`; None for a thing reported with another."""
        values = self.things[iri]
        types = values.get(RDF + "type", ())
        if mn("Guideline").value in types or mn("ProposedEdition").value in types:
            return "guidelines"
        if STATED_IN in values:
            return "recommendations"
        if "/law/" in iri:
            return "law"
        if "/concept/" in iri:
            return "concepts"
        return "vocabulary" if "/ns#" in iri else None

    def spoken(self, predicate: str, values: tuple[str, ...]) -> str:
        """Write the values of a property: labels for things, the expression of a population."""
        if predicate == mn("population").value:
            return ", ".join(self.expressions.get(v, shorten(v)) for v in values)
        return ", ".join(self.label(v) if v in self.things else v for v in values) or "nothing"


def _expressions(facts: tuple[ox.Triple, ...]) -> Mapping[str, str]:
    try:
        return {p.iri: p.expression for p in compile_populations(facts)}
    except AxiomUnsupported:
        return {}


def diff(old: State, new: State) -> tuple[Change, ...]:
    """
    Compare two states of the knowledge: what was added, changed and retired, sorted.

    A new edition that replaces another is compared with it row by row, from its first day.
    """
    found: list[Change] = []
    follows = _successions(old, new)
    for before, now in follows:
        found += diff_editions(new, before, now)
    compared = {edition for _, edition in follows}
    for iri in sorted({*old.things, *new.things}):
        state = new if iri in new.things else old
        kind = state.kind(iri)
        if kind is None or compared & set(state.things[iri].get(STATED_IN, ())):
            continue
        what, details = "changed", _details(iri, old, new)
        if iri not in old.things:
            what, details = "added", _figures(iri, new)
        elif iri not in new.things:
            what, details = "retired", _figures(iri, old)
        if details or what != "changed":
            found.append(Change(kind=kind, subject=state.subject(iri), what=what, details=details))
    found += _rules(old.rules, new.rules)
    return tuple(sorted(found, key=lambda c: (KINDS.index(c.kind), c.subject, c.what)))


def _successions(old: State, new: State) -> list[tuple[str, str]]:
    """Pair each edition that is new with the one that it replaces."""
    return sorted(
        (before, iri)
        for iri, values in new.things.items()
        if iri not in old.things and new.kind(iri) == "guidelines"
        for before in values.get(DCTERMS + "replaces", ())
        if before in new.things
    )


def _details(iri: str, old: State, new: State) -> tuple[str, ...]:
    before, now = old.things.get(iri, {}), new.things.get(iri, {})
    lines = []
    in_words = (iri in old.in_words) + (iri in new.in_words)
    quiet = {0: set[str](), 1: {word.value for word in WORDS}, 2: {POPULATION.value}}[in_words]
    for predicate in sorted({*before, *now} - QUIET - quiet):
        if predicate != POPULATION.value and before.get(predicate) == now.get(predicate):
            continue  # a thing that has another label is still the same value
        words = [
            state.spoken(predicate, values.get(predicate, ()))
            for state, values in ((old, before), (new, now))
        ]
        if words[0] != words[1]:
            lines.append(f"{new.label(predicate)}: {words[0]} -> {words[1]}")
    return tuple(lines)


def _figures(iri: str, state: State) -> tuple[str, ...]:
    """List the figures and dates of a thing that was added or removed."""
    own = mn("").value
    return tuple(
        f"{state.label(predicate)}: {', '.join(values)}"
        for predicate, values in sorted(state.things[iri].items())
        if predicate.startswith(own) and all(v[:4].strip("-").isdigit() for v in values)
    )


def _rules(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    found = []
    for path in sorted({*old, *new}):
        before, now = old.get(path, ""), new.get(path, "")
        if before == now:
            continue
        what = "added" if not before else "retired" if not now else "changed"
        heads = [
            f"{line[2:].strip()}" for line in (now or before).splitlines() if line.startswith("#+")
        ]
        details = () if what != "changed" else ("its text differs",)
        title = " · ".join(h.split(":", 1)[1].strip() for h in heads[:2])
        found.append(Change(kind="rules", subject=title or path, what=what, details=details))
    return found


def diff_editions(state: State, old: str, new: str) -> tuple[Change, ...]:
    """
    Compare the recommendations of two editions, paired by their populations.

    A recommendation that the later edition does not have here is `not held`, never `retired`: no
    edition is known to be held whole. So is whatever is paired with a text held by name only.

    Args:
        state: The knowledge that holds both.
        old: The IRI of the one edition.
        new: The IRI of the other.
    """
    since = state.things.get(new, {}).get(mn("effectiveFrom").value, ("",))[0]
    ignored = {STATED_IN, mn("datasetRow").value, *QUIET}
    found = []
    for before, now in _paired(state, old, new):
        what = "added" if before is None else "not held" if now is None else "changed"
        if any(_is_by_name(state, iri) for iri in (before, now) if iri):
            what = "not held"
        details: tuple[str, ...] = ()
        if before and now:
            a, b = state.things[before], state.things[now]
            spoken = (
                (state.label(p), state.spoken(p, a.get(p, ())), state.spoken(p, b.get(p, ())))
                for p in sorted({*a, *b} - ignored)
            )
            details = tuple(f"{p}: {x} -> {y} from {since}" for p, x, y in spoken if x != y)
        elif only := now or before:
            details = _figures(only, state)
        if details or what != "changed":
            name = state.subject(now or before or "")
            found.append(Change(kind="recommendations", subject=name, what=what, details=details))
    return tuple(sorted(found))


def _is_by_name(state: State, recommendation: str) -> bool:
    """Return True if a recommendation stands for the text of an edition held by name only."""
    return "false" in state.things[recommendation].get(mn("textHeld").value, ())


def _paired(state: State, old: str, new: str) -> list[tuple[str | None, str | None]]:
    """Pair the recommendations of two editions by population, and what is left by name."""
    sides = [_by_population(state, iri) for iri in (old, new)]
    pairs: list[tuple[str | None, str | None]] = [
        (sides[0].pop(expression), sides[1].pop(expression))
        for expression in sorted(sides[0].keys() & sides[1].keys())
    ]
    names = [{iri.rsplit("/", 1)[-1]: iri for iri in side.values()} for side in sides]
    return pairs + [(names[0].get(n), names[1].get(n)) for n in sorted({*names[0], *names[1]})]


def _by_population(state: State, edition: str) -> dict[str, str]:
    return {
        state.spoken(mn("population").value, values[mn("population").value]): iri
        for iri, values in state.things.items()
        if edition in values.get(STATED_IN, ()) and mn("population").value in values
    }


def changes_text(changes: tuple[Change, ...]) -> str:
    """Write changes for people, by kind."""
    if not changes:
        return "Nothing changed."
    lines: list[str] = []
    for kind in KINDS:
        group = [c for c in changes if c.kind == kind]
        if group:
            lines += ["", kind.capitalize()]
        for change in group:
            lines.append(f"  {change.subject}: {change.what}")
            lines += [f"      {detail}" for detail in change.details]
    return "\n".join(lines).lstrip("\n")
