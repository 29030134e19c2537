"""Shapes: whether they are complete, whether they find what they are for, and what they find."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.cases.intake import check_data
from reasoner.errors import ShapeMalformed
from reasoner.kernel.terms import RDFS, TYPE, name_of
from reasoner.knowledge.shapes import ShapeSet
from reasoner.knowledge.terms import CONCEPT, LEXICON, PREFIXES, mn, shorten

from .check_values import faulty_statements
from .finding import ERROR, WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.cases.intake import Result

    from .places import Places

FILLING: Final = "case-form"
"""The file that says how the form of a case is filled in; it has no shapes of its own."""
CASE_SHAPES: Final = ("case", "decision", "determination")
"""Shapes of what mednec reads and writes; a case is held to them, not the ontology."""
AUTHOR_SHAPES: Final = ("guideline", "law", "vocabulary")
NAMES: Final = {
    "Recommendation-pinpoint": "citation-missing",
    "Recommendation-limit": "limit-unclear",
    "Class-label": "label-missing",
    "Class-definition": "definition-missing",
    "Guideline-effectiveFrom": "dates-out-of-order",
}
ABSENT: Final = {"dates-out-of-order": "first-day-missing"}
"""The kind of finding where the property is not stated at all."""


def contents(places: Places) -> dict[str, int]:
    """Count what a knowledge base must hold: without one of these nothing is decided rightly."""
    types: dict[str, set[str]] = {}
    below: dict[str, set[str]] = {}
    words = set()
    for _, t in places.facts:
        if t.predicate == TYPE:
            types.setdefault(name_of(t.object), set()).add(name_of(t.subject))
            if name_of(t.subject).startswith(LEXICON):
                words.add(name_of(t.subject))
        elif t.predicate.value == RDFS + "subClassOf":
            below.setdefault(name_of(t.object), set()).add(name_of(t.subject))

    def members(kind: str) -> set[str]:
        found: set[str] = set()
        todo, seen = [mn(kind).value], set[str]()
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                found |= types.get(name, set())
                todo += below.get(name, ())
        return found

    return {
        "guidelines": len(members("Guideline")),
        "recommendations": len(members("Recommendation")),
        "provisions of law": len(members("Provision")),
        "concepts": sum(iri.startswith(CONCEPT) for iri in members("Condition")),
        "entries of the lexicon": len(words),
    }


def read_shapes(places: Places) -> tuple[dict[str, ShapeSet], list[Finding]]:
    """Read all shapes; one that would be passed over in silence is a finding."""
    shapes: dict[str, ShapeSet] = {}
    found = []
    for name, triples in places.triples.items():
        if name.startswith("shapes/"):
            try:
                shapes[Path(name).stem] = ShapeSet.read(triples)
            except ShapeMalformed as error:
                subject = error.message.split(" ")[0]
                found.append(
                    Finding(
                        path=name,
                        line=places.use_of(name, _expanded(subject)),
                        kind="shape-malformed",
                        message=error.message,
                        hint=error.hint,
                    )
                )
    names = (*places.texts, *(f.path for f in places.unreadable))
    held = {Path(name).stem for name in names if name.startswith("shapes/")}
    for stem in (*CASE_SHAPES, *AUTHOR_SHAPES):
        if stem not in held:
            found.append(
                Finding(
                    path=f"shapes/{stem}.ttl",
                    kind="shapes-missing",
                    message=f"No shape for a {stem} was found, so none was checked.",
                    hint="Restore the file.",
                )
            )
    return shapes, found


def _expanded(short: str) -> str:
    prefix, _, local = short.partition(":")
    return PREFIXES.get(prefix, "") + local


def terms_of_cases(shapes: Mapping[str, ShapeSet]) -> frozenset[str]:
    """Collect the terms that shapes name: a case may state them, so they are used."""
    texts = (s.text.decode() for s in shapes.values())
    return frozenset(part for text in texts for part in text.replace("<", ">").split(">"))


def check_shapes_of_authors(
    places: Places, shapes: Mapping[str, ShapeSet], *, known: list[Finding]
) -> list[Finding]:
    """
    Check the ontology against the shapes for authors.

    Args:
        places: The files.
        shapes: All shapes by the name of their file.
        known: Findings so far; a statement that has one is not reported again.
    """
    reported = {(f.path, f.line) for f in known if f.line}
    faulty = faulty_statements(places)
    facts = [(name, t) for name, t in places.facts if name.startswith("ontology/")]
    data = "".join(f"{t} .\n" for _, t in facts).encode()
    stated = {(name_of(t.subject), t.predicate.value) for _, t in facts}
    kinds = {name_of(t.object) for _, t in facts if t.predicate == TYPE}
    found = []
    for name, shape_set in sorted(shapes.items()):
        if name in {*CASE_SHAPES, FILLING}:
            continue
        if not any(value in kinds for _, value in shape_set.targets.values()):
            found.append(
                Finding(
                    path=f"shapes/{name}.ttl",
                    line=1,
                    kind="nothing-looked-at",
                    message=f"No shape of shapes/{name}.ttl finds anything that it is for.",
                    hint="Is the knowledge base complete? Compare the classes in sh:targetClass.",
                )
            )
        for result in check_data(data, shape_set):
            finding = _finding(places, name, result, stated)
            unsure = {(result.focus, term) for term in shape_set.terms_of(result.shape)} & faulty
            hidden = any(places.may_hide(iri) for iri in (result.focus, result.value) if iri)
            if (finding.path, finding.line) not in reported and not unsure and not hidden:
                found.append(finding)
    return found


def _finding(places: Places, shapes: str, result: Result, stated: set[tuple[str, str]]) -> Finding:
    predicate = _expanded(result.path) if result.path else ""
    kind = NAMES.get(result.shape, f"shape-{result.shape}")
    if predicate and (result.focus, predicate) not in stated:
        kind = ABSENT.get(kind, kind)
    value = shorten(result.value) if "://" in result.value else result.value
    return Finding(
        **places.where(result.focus, predicate, result.value),
        kind=kind,
        severity=ERROR if result.severity == "Violation" else WARNING,
        message=f"{shorten(result.focus)}: {result.message}"
        + (f" It states {value}." if value else ""),
        hint=f"Required by {result.shape} in shapes/{shapes}.ttl.",
    )
