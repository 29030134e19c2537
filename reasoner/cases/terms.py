"""The terms that the facts of a case use: which are not in the vocabulary, or not for a case."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import Fault
from reasoner.kernel.terms import OWL, RDFS, SH, TYPE
from reasoner.knowledge.terms import PREFIXES, shorten
from reasoner.knowledge.vocabulary import text_of

from .nearest import nearest_names, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reasoner.knowledge.case_form import CaseForm
    from reasoner.knowledge.vocabulary import Vocabulary

KNOWLEDGE: Final = tuple(PREFIXES[p] for p in ("mn", "mnc", "mng", "mnl", "mnr", "mnsh"))
COMPARED: Final = 20
"""The number of faults for which similar names are looked for."""


def speak(node: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    """Return what a message calls a node."""
    return shorten(node.value) if isinstance(node, ox.NamedNode) else "a part of the case"


def find_misuse(
    triples: set[ox.Triple], vocabulary: Vocabulary, form: CaseForm
) -> Iterator[tuple[ox.Triple, Callable[[str | None], Fault]]]:
    """
    Find the facts with a term that is unknown, or that a case may not use in this way.

    Yields:
        The fact, and what makes its fault: a function of the JSON path of the value, which is
        None for a case in Turtle.
    """
    compared = 0
    doubtful = (t for t in triples if not _is_plain(t, vocabulary))
    for t in sorted(doubtful, key=str):
        message, wrong, which = _misuse(t, vocabulary)
        if message:
            compared += 1
            names = {} if compared > COMPARED else _allowed(t, which, form)
            yield t, partial(_fault, t, message, nearest_names(wrong, names))


def _fault(
    t: ox.Triple, message: str, nearest: tuple[tuple[str, str], ...], path: str | None
) -> Fault:
    where = path or speak(t.subject)
    return Fault(
        at=path or f"{where} {shorten(t.predicate.value)}",
        value=shorten(text_of(t.object)) if isinstance(t.object, ox.NamedNode) else "",
        message=f"{where} {message} {spoken(nearest)}".rstrip(),
        nearest=nearest,
    )


def _misuse(t: ox.Triple, vocabulary: Vocabulary) -> tuple[str, str, str]:
    """
    Return what is wrong with a fact, the wrong name, and which names are allowed for `_allowed`.

    All are empty if nothing is wrong.
    """
    if t.predicate != TYPE and t.predicate.value not in vocabulary.properties:
        name = shorten(t.predicate.value)
        return f"has {name}, which is not a property of a case.", name, "fields"
    for node in (t.subject, t.object):
        if not isinstance(node, ox.NamedNode):
            continue
        if not vocabulary.knows(node.value):
            name = shorten(node.value)
            return f"names {name}, which is not in the vocabulary.", name, "terms"
        if node.value.startswith((OWL, RDFS, SH)):
            return "is wrong: axioms and shapes are not allowed in a case.", "", ""
    if isinstance(t.subject, ox.NamedNode) and t.subject.value.startswith(KNOWLEDGE):
        return "is wrong: a case may not state facts of the knowledge base itself.", "", ""
    if t.predicate == TYPE and text_of(t.object) not in vocabulary.classes:
        name = shorten(text_of(t.object))
        return f"is a {name}, not a class of the vocabulary.", name, "parts"
    return "", "", ""


def _allowed(t: ox.Triple, which: str, form: CaseForm) -> dict[str, str]:
    """Return the names that a case may use in the place of a wrong one, with their labels."""
    if which == "fields":
        return {shorten(field.iri): field.label for field in form.fields.values()}
    if which == "parts":
        return {shorten(part.iri): part.label for part in form.parts.values()}
    if which == "terms":
        known = form.by_iri.get(t.predicate.value)
        terms = known.terms.values() if known else ()
        allowed = {shorten(term.iri): term.label for term in terms}
        return allowed or {shorten(iri): "" for iri in form.terms.values()}
    return {}


def _is_plain(t: ox.Triple, vocabulary: Vocabulary) -> bool:
    """Return True if a quick test shows that a fact is valid, as most are."""
    return (
        t.predicate.value in vocabulary.properties
        and (isinstance(t.object, ox.Literal) or text_of(t.object) in vocabulary.individuals)
        and isinstance(t.subject, ox.NamedNode)
        and not t.subject.value.startswith(KNOWLEDGE)
    )
