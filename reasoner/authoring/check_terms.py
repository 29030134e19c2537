"""Checks of terms: retired ones that are still used, concepts, and terms of other vocabularies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import (
    CONCEPT,
    DCTERMS,
    OWL,
    RDF,
    RDFS,
    TYPE,
    name_of,
    shorten,
)

from .finding import WARNING, Finding
from .publication import DECLARATIONS_IRI

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .places import Places

DEPRECATED: Final = OWL + "deprecated"
REPLACED: Final = DCTERMS + "isReplacedBy"
CLASS: Final = ox.NamedNode(OWL + "Class")
BUILT_IN: Final = (RDF, RDFS, OWL)
OURS: Final = "https://w3id.org/mednec/"


def check_terms(places: Places, rule_texts: Mapping[str, str]) -> list[Finding]:
    """
    Check retired terms, self-membership of concepts, and terms of other vocabularies.

    Args:
        places: The files.
        rule_texts: The texts of the rules by path.
    """
    return [
        *_retired(places, rule_texts),
        *_concepts(places),
        *_foreign(places),
        *_imports(places),
    ]


def _retired(places: Places, rule_texts: Mapping[str, str]) -> Iterable[Finding]:
    retired = {
        name_of(t.subject)
        for _, t in places.facts
        if t.predicate.value == DEPRECATED and name_of(t.object) == "true"
    }
    if not retired:
        return
    instead = {
        name_of(t.subject): name_of(t.object)
        for _, t in places.facts
        if t.predicate.value == REPLACED
    }
    used = {
        (name, name_of(t.subject), name_of(node))
        for name, t in places.facts
        for node in (t.predicate, t.object)
        if name_of(node) in retired
        and name_of(t.subject) not in {*retired, name_of(node)}
        and t.predicate.value != REPLACED
    }
    for name, subject, term in sorted(used):
        where = places.where(subject)
        yield _still_used(where["path"] or name, where["line"], term, instead.get(term))
    for path, text in sorted(rule_texts.items()):
        for number, line in enumerate(text.splitlines(), 1):
            for term in sorted(retired):
                if re.search(rf"(?<![\w:]){re.escape(shorten(term))}(?![\w-])", line):
                    yield _still_used(path, number, term, instead.get(term))
    for term in sorted(retired & instead.keys()):
        if instead[term] in retired:
            yield Finding(
                **places.where(term),
                kind="term-retired",
                message=f"{shorten(term)} is replaced by {shorten(instead[term])}, "
                "which is retired itself.",
                hint="Name a term that is in use.",
            )


def _still_used(path: str, line: int, term: str, instead: str | None) -> Finding:
    return Finding(
        path=path,
        line=line,
        kind="term-retired",
        severity=WARNING,
        message=f"{shorten(term)} is retired and still used here.",
        hint=f"Use {shorten(instead)}." if instead else "No term replaces it: remove the use.",
    )


def _concepts(places: Places) -> Iterable[Finding]:
    """Find concepts that a case cannot name: a concept is a member of itself."""
    kinds: dict[str, set[str]] = {}
    for _, t in places.facts:
        if t.predicate == TYPE and name_of(t.subject).startswith(CONCEPT):
            kinds.setdefault(name_of(t.subject), set()).add(name_of(t.object))
    for iri, found in sorted(kinds.items()):
        if CLASS.value in found and iri not in found:
            yield Finding(
                **places.where(iri),
                kind="concept-not-itself",
                message=f"{shorten(iri)} is a class and not a member of itself, "
                "so a case that names it is rejected.",
                hint=f"Write: {shorten(iri)} a {shorten(iri)}, owl:Class, owl:NamedIndividual.",
            )


def _foreign(places: Places) -> Iterable[Finding]:
    """Find properties and classes of other vocabularies that no file declares."""
    declared = {name_of(t.subject) for _, t in places.facts if t.predicate == TYPE}
    seen = set()
    for name, t in places.facts:
        if not name.startswith("ontology/"):
            continue
        nodes = [t.predicate, *([t.object] if t.predicate == TYPE else [])]
        for node in nodes:
            iri = name_of(node)
            if iri.startswith((OURS, *BUILT_IN)) or iri in declared or iri in seen:
                continue
            seen.add(iri)
            where = places.where(name_of(t.subject))
            yield Finding(
                path=name,
                line=where["line"] if where["path"] == name else 0,
                kind="term-undeclared",
                message=f"{shorten(iri)} of another vocabulary is declared nowhere.",
                hint="Look for a misspelling, or declare it in vocabulary/external.ttl.",
            )


def _imports(places: Places) -> Iterable[Finding]:
    """Find imports of ontologies that no file holds: nobody can resolve them."""
    held = {
        name_of(t.subject)
        for _, t in places.facts
        if t.predicate == TYPE and name_of(t.object) == OWL + "Ontology"
    }
    held.add(DECLARATIONS_IRI)
    for name, t in places.facts:
        if t.predicate.value == OWL + "imports" and name_of(t.object) not in held:
            where = places.where(name_of(t.subject))
            yield Finding(
                path=name,
                line=where["line"],
                kind="import-not-held",
                message=f"{shorten(name_of(t.subject))} imports {shorten(name_of(t.object))}, "
                "which no file here holds.",
                hint="Import an ontology of this knowledge base, or declare the terms in "
                "vocabulary/external.ttl.",
            )
