"""Concepts: each a member of itself, and each thing labelled in English."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import LABEL, OWL, TYPE, name_of
from reasoner.knowledge.terms import CONCEPT, LEXICON, PREFIXES, shorten

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .places import Places

OURS: Final = PREFIXES["mn"].removesuffix("ns#")
CLASS: Final = OWL + "Class"
INDIVIDUAL: Final = OWL + "NamedIndividual"
ENGLISH: Final = frozenset({"en", ""})


def check_concepts(places: Places) -> list[Finding]:
    """Find concepts that do not belong to themselves, and things without an English label."""
    kinds: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, list[ox.Literal]] = defaultdict(list)
    for name, t in places.facts:
        if not name.startswith("ontology/"):
            continue
        if t.predicate == TYPE:
            kinds[name_of(t.subject)].add(name_of(t.object))
        elif t.predicate == LABEL and isinstance(t.object, ox.Literal):
            labels[name_of(t.subject)].append(t.object)
    return [*_outside(places, kinds), *_foreign(places, labels)]


def _outside(places: Places, kinds: dict[str, set[str]]) -> Iterable[Finding]:
    """
    Find concepts that are not members of themselves.

    A case names a concept as an individual, and a population names it as a class; the statement
    that joins the two is the only thing by which a case is found.
    """
    for iri, types in kinds.items():
        if iri.startswith(CONCEPT) and CLASS in types and iri not in types:
            short = shorten(iri)
            yield Finding(
                **places.where(iri, TYPE.value),
                kind="concept-not-its-member",
                message=f"{short} is a class and not a member of itself: no case that names it "
                "would be found by a population that names it.",
                hint=f"Write '{short} a owl:Class, owl:NamedIndividual, {short}'.",
            )


def _foreign(places: Places, labels: dict[str, list[ox.Literal]]) -> Iterable[Finding]:
    for iri, said in labels.items():
        if not iri.startswith(OURS) or iri.startswith(LEXICON):
            continue
        if not any((label.language or "").split("-")[0] in ENGLISH for label in said):
            yield Finding(
                **places.where(iri, LABEL.value),
                kind="label-not-english",
                message=f"{shorten(iri)} has a label in {said[0].language} and none in English.",
                hint="Add a label that ends in @en: sentences use it.",
            )
