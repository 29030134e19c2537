"""The files of a knowledge base: list them, read each once, and check what they declare."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.terms import TYPE, name_of

from .find import ontology_files
from .literals import datatypes_of, literal_fault
from .terms import CONCEPT, NS, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GENERATED: Final = "generated/classification.ttl"
OURS: Final = (NS, CONCEPT)


def read_written(
    home: Path, sources: Mapping[str, bytes] | None = None
) -> dict[Path, list[ox.Triple]]:
    """
    Read the Turtle files that authors write.

    Args:
        home: The folder of the knowledge base.
        sources: The bytes of the files; see `read_turtle`.

    Raises:
        KnowledgeUnreadable: A file is not Turtle.
    """
    return {path: read_turtle(path, home, sources) for path in ontology_files(home)}


def read_sources(home: Path) -> dict[str, bytes]:
    """Read each file of a knowledge base once; return the bytes by path relative to its folder."""
    generated = home / "ontology" / GENERATED
    files = [*all_files(home), *([generated] if generated.exists() else [])]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in files}


def read_turtle(
    path: Path, home: Path, sources: Mapping[str, bytes] | None = None
) -> list[ox.Triple]:
    """
    Read one Turtle file; its blank nodes differ from those of other files.

    Args:
        path: The file.
        home: The folder of the knowledge base.
        sources: The bytes of the files by path relative to `home`; None to read the file.

    Raises:
        KnowledgeUnreadable: The file is not Turtle.
    """
    try:
        data = sources[path.relative_to(home).as_posix()] if sources else path.read_bytes()
        return [
            ox.Triple(q.subject, q.predicate, q.object)
            for q in ox.parse(data, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        ]
    except (SyntaxError, ValueError, OSError) as error:
        raise KnowledgeUnreadable(
            f"{path.relative_to(home)}: not Turtle: {error}",
            hint="Fix the file at the place named; prefixes must be declared at its head.",
        ) from error


def rule_folders(home: Path) -> list[Path]:
    """List the folders that hold rules, at any depth of the ontology, sorted."""
    return sorted(path for path in (home / "ontology").rglob("rules") if path.is_dir())


def all_files(home: Path) -> list[Path]:
    """List every file that authors write, sorted."""
    rules = (path for folder in rule_folders(home) for path in folder.rglob("*.rq"))
    return sorted([*ontology_files(home), *rules, *(home / "shapes").glob("*.ttl")])


def digest_of(home: Path, files: list[Path], sources: Mapping[str, bytes] | None = None) -> str:
    """Return the SHA-256 over the names and bytes of files, as hexadecimal digits."""
    total = hashlib.sha256()
    for path in files:
        name = path.relative_to(home).as_posix()
        total.update(f"{name}\n".encode())
        total.update(hashlib.sha256(sources[name] if sources else path.read_bytes()).digest())
    return total.hexdigest()


def check_declared(parsed: Mapping[Path, list[ox.Triple]], home: Path) -> None:
    """
    Refuse a term of ours that no file declares, and a literal that is not of its datatype.

    A misspelt class would match nothing, and a figure that is not a number cannot be compared.
    """
    facts = [(path, t) for path, triples in parsed.items() for t in triples]
    declared = {t.subject for _, t in facts if t.predicate == TYPE}
    datatypes = datatypes_of(t for _, t in facts)
    for path, t in facts:
        if isinstance(t.object, ox.Literal):
            fault = literal_fault(t.object, datatypes.get(t.predicate.value, ""))
            if fault:
                raise KnowledgeUnreadable(
                    f"{path.relative_to(home)}: {shorten(name_of(t.subject))}: "
                    f"{shorten(t.predicate.value)} is {t.object}; expected {fault}.",
                    hint="Correct the value; 'mednec check' gives its line.",
                )
        for node in (t.predicate, t.object):
            ours = isinstance(node, ox.NamedNode) and node.value.startswith(OURS)
            if ours and node not in declared:
                raise KnowledgeUnreadable(
                    f"{path.relative_to(home)}: {shorten(name_of(node))} is declared nowhere.",
                    hint="Look for a misspelling, or declare it with a label and a definition.",
                )
