"""Imports: each resolves to a file, and each file imports the files whose terms it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.kernel.terms import TYPE, name_of
from reasoner.knowledge.terms import shorten

from .finding import WARNING, Finding
from .publication import DECLARATIONS_IRI, IMPORTS, ONTOLOGY, VERSION_IRI

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .places import Places


def check_imports(places: Places) -> Iterable[Finding]:
    """Find imports that nobody can resolve, and uses of a file that is not imported."""
    yield from _unresolved(places)
    yield from _missing(places)


def _unresolved(places: Places) -> Iterable[Finding]:
    """Find imports of ontologies that no file holds."""
    held = {
        name_of(t.subject) for _, t in places.facts if t.predicate == TYPE and t.object == ONTOLOGY
    }
    held.add(DECLARATIONS_IRI)
    for name, t in places.facts:
        if t.predicate == IMPORTS and name_of(t.object) not in held:
            where = places.where(name_of(t.subject), t.predicate.value, name_of(t.object))
            yield Finding(
                path=name,
                line=where["line"],
                kind="import-not-held",
                message=f"{shorten(name_of(t.subject))} imports {shorten(name_of(t.object))}, "
                "which no file here holds.",
                hint="Import an ontology of this knowledge base, or declare the terms in "
                "vocabulary/external.ttl.",
            )


def missing_imports(places: Places) -> Mapping[str, Mapping[str, str]]:
    """
    Return, for each file, the ontologies that it uses and does not import, with a term of each.

    A file that reaches an ontology only through another file still has to import it: the other may
    stop to use it.
    """
    ontology: dict[str, str] = {}
    imported: dict[str, set[str]] = {}
    home: dict[str, str] = {}
    written = {n: ts for n, ts in places.written.items() if n.startswith("ontology/")}
    for name, triples in written.items():
        for t in triples:
            if t.predicate == TYPE and isinstance(t.subject, ox.NamedNode):
                home.setdefault(t.subject.value, name)
            elif t.predicate == VERSION_IRI:
                ontology[name] = name_of(t.subject)
            elif t.predicate == IMPORTS:
                imported.setdefault(name, set()).add(name_of(t.object))
    found: dict[str, dict[str, str]] = {}
    for name, own in sorted(ontology.items()):
        known = imported.get(name, set()) | {own}
        for term in _named(written[name]):
            needed = ontology.get(home.get(term, ""))
            if needed is not None and needed not in known:
                found.setdefault(name, {}).setdefault(needed, term)
    return {name: dict(sorted(needed.items())) for name, needed in found.items()}


def _named(triples: Iterable[ox.Triple]) -> Iterable[str]:
    """Yield the properties and the values that are things, but for what is imported."""
    for t in triples:
        if t.predicate != IMPORTS:
            yield t.predicate.value
            if isinstance(t.object, ox.NamedNode):
                yield t.object.value


def _missing(places: Places) -> Iterable[Finding]:
    for name, needed in missing_imports(places).items():
        first = next(iter(needed.values()))
        yield Finding(
            path=name,
            line=places.use_of(name, first),
            kind="import-missing",
            severity=WARNING,
            message=f"{len(needed)} {'file is' if len(needed) == 1 else 'files are'} used here and "
            "not imported: a tool that opens this file alone does not find their terms.",
            hint="Add to owl:imports: "
            + ", ".join(shorten(iri) if ":" in shorten(iri) else f"<{iri}>" for iri in needed)
            + ".",
            detail=tuple(
                f"{shorten(term)} is described in {shorten(iri)}" for iri, term in needed.items()
            ),
        )
