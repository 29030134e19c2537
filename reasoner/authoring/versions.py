"""The versions of files: whether each is well-formed, and which files need a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.terms import VERSION_INFO, name_of
from reasoner.knowledge.files import read_written
from reasoner.knowledge.terms import KNOWLEDGE_BASE, shorten

from .finding import Finding
from .formatting import write_whole
from .publication import VERSION_IRI
from .scaffold import is_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVersion:
    """
    A file that changed, and states the version that it had before.

    Attributes:
        path: The file.
        ontology: The IRI of its ontology.
        version: The IRI of the version that it states.
    """

    path: Path
    ontology: str
    version: str


def check_versions(places: Places) -> list[Finding]:
    """Find version IRIs that are not the name of the file with a date, or with its version."""
    facts = [(name, t) for name, t in places.facts if t.predicate == VERSION_IRI]
    numbers = {
        name_of(t.subject): name_of(t.object)
        for _, t in places.facts
        if t.predicate == VERSION_INFO
    }
    found = []
    for name, t in facts:
        iri, version = name_of(t.subject), name_of(t.object)
        last = version.removeprefix(f"{iri}/")
        number = numbers.get(iri) if iri == KNOWLEDGE_BASE else None
        if last == version or (last != number if number else not is_date(last)):
            wanted = number or "its date, as YYYY-MM-DD"
            found.append(
                Finding(
                    **places.where(iri, VERSION_IRI.value, version, within=name),
                    kind="version-malformed",
                    message=f"{shorten(iri)} has the version <{version}>.",
                    hint=f"Write <{iri}/…> with {wanted}.",
                )
            )
    return found


def outdated_versions(before: Path, now: Path) -> list[OldVersion]:
    """
    List the files that changed from one state of the knowledge to another, and kept their version.

    A comment, the order of statements and the form of a file do not count.

    Args:
        before: The folder of the earlier state.
        now: The folder of the later state.

    Returns:
        The files, sorted by path.

    Raises:
        KnowledgeUnreadable: A file is not Turtle, or the knowledge base as a whole changed and
            states the same number as before.
    """
    old = {_versioned(ts)[0]: ts for ts in read_written(before).values()}
    found, changed = [], False
    for path, triples in sorted(read_written(now).items()):
        iri, version = _versioned(triples)
        if not iri or iri == KNOWLEDGE_BASE:
            continue
        was = old.get(iri)
        differs = was is None or _content(was) != _content(triples)
        changed |= differs
        if was is not None and differs and _versioned(was)[1] == version:
            found.append(OldVersion(path=path, ontology=iri, version=version))
    numbers = [_number(home) for home in (before, now)]
    if changed and numbers[0] == numbers[1]:
        raise KnowledgeUnreadable(
            f"The knowledge changed, and states the version {numbers[1]} as before.",
            hint="State the new number as owl:versionInfo and owl:versionIRI in "
            "ontology/knowledge-base.ttl.",
        )
    return found


def date_versions(files: Iterable[OldVersion], day: str) -> list[Path]:
    """
    Give files the version of a day.

    Args:
        files: The files.
        day: The day, as YYYY-MM-DD.

    Returns:
        The files that were changed.
    """
    written = []
    for file in files:
        text = file.path.read_text(encoding="utf-8")
        stated = f"<{file.version}>"
        write_whole(file.path, text.replace(stated, f"<{file.ontology}/{day}>"))
        written.append(file.path)
    return written


def _versioned(triples: Iterable[ox.Triple]) -> tuple[str, str]:
    """Return the ontology of a file and its version; empty texts if it has none."""
    pairs = ((name_of(t.subject), name_of(t.object)) for t in triples if t.predicate == VERSION_IRI)
    return next(pairs, ("", ""))


def _content(triples: Iterable[ox.Triple]) -> ox.Dataset:
    """Return the statements of a file but for its version, under names that do not vary."""
    kept = (t for t in triples if t.predicate != VERSION_IRI)
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in kept)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _number(home: Path) -> str:
    files: Mapping[Path, list[ox.Triple]] = read_written(home)
    facts = (t for triples in files.values() for t in triples)
    return next((name_of(t.object) for t in facts if t.predicate == VERSION_INFO), "")
