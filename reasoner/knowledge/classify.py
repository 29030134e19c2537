"""
Classification by HermiT, when knowledge is made and never when it is used.

The HermiT of the OWL API is asked where it is installed, else the one that owlready2 carries; each
in a process of its own with a limit of time and memory, because a description logic reasoner may
run away on a small file. A reasoner that was stopped is an error, never an empty answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import VocabularyInconsistent
from reasoner.kernel.terms import OWL, SUBCLASS, TYPE

from .hermit import ask_hermit
from .limits import SECONDS
from .logic import logic_ntriples
from .owl_api import OwlApiMissing, ask_owl_api
from .terms import PREFIXES, mn, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .owl_api import OwlAnswer

NOTHING: Final = OWL + "Nothing"


@dataclass(frozen=True, kw_only=True)
class Classification:
    """
    What follows from the axioms.

    Attributes:
        subsumptions: Pairs of a class and a class that contains it; transitive, without identity.
        types: Pairs of an individual and a class that it belongs to.
    """

    subsumptions: frozenset[tuple[str, str]]
    types: frozenset[tuple[str, str]]


def classify(triples: Iterable[ox.Triple], *, seconds: int = SECONDS) -> Classification:
    """
    Let HermiT derive the class hierarchy and the types of individuals.

    Args:
        triples: An ontology, with or without the facts of cases. Only logical axioms and the
            facts of object and data properties reach HermiT; annotations do not matter to it.
        seconds: Processor time after which HermiT is stopped; many cases at once need more.

    Raises:
        VocabularyInconsistent: The axioms contradict each other, or a class can have no member.
        ClassifierFailed: HermiT did not start, or did not end within its time and memory.
    """
    text = logic_ntriples(triples)
    try:
        answer = ask_owl_api(text, seconds=seconds)
    except OwlApiMissing:
        return classify_with_hermit(text, seconds=seconds)
    if not answer.consistent:
        _refuse_contradiction(answer.contradiction)
    if answer.empty:
        _refuse_empty(answer.empty)
    return classification_of(answer)


def classification_of(answer: OwlAnswer) -> Classification:
    """Take the classification from an answer of the OWL API."""
    return Classification(subsumptions=answer.subsumptions, types=answer.types)


def classify_with_hermit(ntriples: str, *, seconds: int = SECONDS) -> Classification:
    """
    Let the command-line HermiT of owlready2 classify.

    Raises:
        VocabularyInconsistent: The axioms contradict each other, or a class can have no member.
        ClassifierFailed: HermiT did not start, or did not end within its time and memory.
    """
    stated, types = ask_hermit(ntriples, seconds=seconds)
    above: dict[str, set[str]] = {}
    for narrow, wide in stated:
        above.setdefault(narrow, set()).add(wide)
    closed = {name: _closure(name, above) for name in above}
    if empty := [n for n, wider in closed.items() if NOTHING in wider and n != NOTHING]:
        _refuse_empty(empty)
    return Classification(
        subsumptions=frozenset((n, w) for n, wider in closed.items() for w in wider if n != w),
        types=frozenset((i, c) for i, t in types for c in {t, *closed.get(t, set())}),
    )


def _refuse_contradiction(axioms: Iterable[str]) -> None:
    listed = "; ".join(axioms)
    raise VocabularyInconsistent(
        f"The axioms contradict each other{': ' if listed else '.'}{listed}",
        hint="Undo the last change, or look for an individual in two disjoint classes.",
    )


def _refuse_empty(names: Iterable[str]) -> None:
    listed = ", ".join(shorten(n) for n in sorted(names))
    raise VocabularyInconsistent(
        f"Nothing can belong to {listed}: its axioms contradict each other.",
        hint="Look at its equivalent class and at the disjointness of the classes it names.",
    )


def _closure(name: str, above: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(above.get(name, ()))
    while todo:
        wider = todo.pop()
        if wider not in found:
            found.add(wider)
            todo += above.get(wider, ())
    return found


def classification_triples(found: Classification) -> list[ox.Triple]:
    """
    Turn a classification into the facts that rules and patterns read.

    Returns:
        Entailed types and subclasses among our own names, and `mn:narrowerThan` between
        populations, sorted.
    """
    ours = PREFIXES["mn"].rsplit("ns#", 1)[0]
    situation = mn("Situation").value
    kept = {(a, b) for a, b in found.subsumptions if a.startswith(ours) and b.startswith(ours)}
    populations = {a for a, b in kept if b == situation}
    triples = [ox.Triple(ox.NamedNode(a), SUBCLASS, ox.NamedNode(b)) for a, b in kept]
    triples += [
        ox.Triple(ox.NamedNode(i), TYPE, ox.NamedNode(c))
        for i, c in found.types
        if i.startswith(ours) and c.startswith(ours)
    ]
    triples += [
        ox.Triple(ox.NamedNode(a), mn("narrowerThan"), ox.NamedNode(b))
        for a, b in kept
        if a in populations and b in populations and (b, a) not in kept
    ]
    return sorted(set(triples), key=str)
