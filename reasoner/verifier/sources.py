"""The knowledge folder, read by the verifier itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .facts import Index
from .plain_words import read_plain_words
from .populations import Expression, read_class
from .terms import NS, OWL, TYPE, Unreadable
from .turtle import read_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .terms import Fact

KNOWLEDGE: Final = "<https://w3id.org/mednec/knowledge>"
CITED: Final = frozenset(f"<http://purl.org/dc/terms/{name}>" for name in ("replaces", "source"))
LEXICON: Final = "<https://w3id.org/mednec/lexicon/"
SHACL: Final = "http://www.w3.org/ns/shacl#"
GENERATED: Final = "ontology/generated/classification.ttl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """
    A knowledge folder, as far as the verifier reads it.

    Attributes:
        digest: SHA-256 over the names and bytes of its files.
        version: The version that it gives itself; empty if it gives none.
        facts: What rules read, with the file and line that first state each.
        index: The same facts, to be looked up.
        rules: The bytes of each rule file, by path.
        populations: The class expression of each population.
        parts: For each property that leads to a part of a case, the class of the part.
        classification: SHA-256 of the classification by HermiT, which the verifier takes as it is.
    """

    digest: str
    version: str
    facts: Mapping[Fact, tuple[str, int]]
    index: Index
    rules: Mapping[str, bytes]
    populations: Mapping[str, Expression]
    parts: Mapping[str, str]
    classification: str


def read_folder(home: Path) -> Folder:
    """
    Read a folder that holds `ontology` and `shapes`.

    Raises:
        Unreadable: A file cannot be read.
    """
    rules = sorted({*(home / "ontology").rglob("rules/**/*.rq")})
    if not rules:
        raise Unreadable(f"{home}: no rules in a folder 'ontology' in it.")
    found = sorted((home / "ontology").rglob("*.ttl"))
    written = [path for path in found if path.parent.name != "generated"]
    shapes = sorted((home / "shapes").glob("*.ttl"))
    every = sorted([*written, *rules, *shapes])
    bytes_of = {path.relative_to(home).as_posix(): path.read_bytes() for path in {*every, *found}}
    names = [path.relative_to(home).as_posix() for path in written]
    stated = [
        (fact, name, line)
        for name in (*names, GENERATED)
        if name in bytes_of
        for fact, line in read_turtle(bytes_of[name].decode(), name)
    ]
    plain, links = read_plain_words(stated)
    stated += links
    facts = _working(stated)
    return Folder(
        digest=_digest((path.relative_to(home).as_posix(), path.read_bytes()) for path in every),
        version=_version([fact for fact, _, _ in stated]),
        facts=facts,
        index=Index(facts),
        rules={p: bytes_of[p] for p in (path.relative_to(home).as_posix() for path in rules)},
        populations=_populations([fact for fact, _, _ in stated], plain),
        parts=_parts(home / "shapes" / "case.ttl"),
        classification=hashlib.sha256(bytes_of.get(GENERATED, b"")).hexdigest(),
    )


def _digest(files: Iterable[tuple[str, bytes]]) -> str:
    total = hashlib.sha256()
    for name, data in files:
        total.update(f"{name}\n".encode())
        total.update(hashlib.sha256(data).digest())
    return total.hexdigest()


def _version(facts: list[Fact]) -> str:
    """Find the version that the knowledge base gives itself."""
    found = [o for s, p, o in facts if (s, p) == (KNOWLEDGE, f"<{OWL}versionInfo>")]
    return found[0].strip('"') if found else ""


def _working(stated: list[tuple[Fact, str, int]]) -> dict[Fact, tuple[str, int]]:
    """Keep what rules read: our terms, citations, types but for OWL's; no lexicon."""
    found: dict[Fact, tuple[str, int]] = {}
    for fact, name, line in stated:
        own = fact[1].startswith(f"<{NS}") or fact[1] in CITED
        typed = fact[1] == TYPE and fact[2].startswith("<") and not fact[2].startswith(f"<{OWL}")
        if (own or typed) and not fact[0].startswith(LEXICON):
            found.setdefault(fact, (name, line))
    return found


def _populations(facts: list[Fact], plain: Mapping[str, Expression]) -> dict[str, Expression]:
    index: dict[tuple[str, str], list[str]] = {}
    for s, p, o in facts:
        index.setdefault((s, p), []).append(o)
    names = {o for _, p, o in facts if p == f"<{NS}population>"}
    for name in names & plain.keys():
        if (name, f"<{OWL}equivalentClass>") in index:
            raise Unreadable(f"{name} is stated in plain words and by a class axiom.")
    return {n: plain[n] if n in plain else read_class(n, index) for n in sorted(names)}


def _parts(path: Path) -> dict[str, str]:
    facts = [fact for fact, _ in read_turtle(path.read_text(encoding="utf-8"), path.name)]
    classes = {s: o for s, p, o in facts if p == f"<{SHACL}class>"}
    paths = {o for _, p, o in facts if p == f"<{SHACL}path>"}
    aimed = {o for _, p, o in facts if p == f"<{SHACL}targetClass>"}
    return {
        o: classes[s]
        for s, p, o in facts
        if p == f"<{SHACL}path>" and s in classes and (o in paths) and classes[s] in aimed
    }
