"""The knowledge folder and the case file, read by the checker itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .classes import Expression, read_class
from .faults import Unreadable
from .plain_words import read_plain_words
from .turtle import TYPE, XSD, Fact, read_turtle
from .view import Index

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NS: Final = "https://w3id.org/mednec/ns#"
CASE: Final = "https://w3id.org/mednec/case/"
KNOWLEDGE: Final = "<https://w3id.org/mednec/knowledge>"
OWL: Final = "<http://www.w3.org/2002/07/owl#"
SHACL: Final = "http://www.w3.org/ns/shacl#"
GENERATED: Final = "ontology/generated/classification.ttl"
INTEGER: Final = re.compile(r'"([+-]?\d+)"\^\^<' + re.escape(XSD) + "integer>")
TRUE_OR_FALSE: Final = {
    f'"{text}"^^<{XSD}boolean>': f'"{plain}"^^<{XSD}boolean>'
    for text, plain in (("1", "true"), ("0", "false"))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """
    A knowledge folder, as far as the checker reads it.

    Attributes:
        digest: SHA-256 over the names and bytes of its files.
        version: The version that it gives itself; empty if it gives none.
        facts: What rules read, with the file and line at which each stands first.
        index: The same facts, to be looked up.
        rules: The bytes of each rule file, by path.
        populations: The class expression of each population.
        parts: For each property that leads to a part of a case, the class of the part.
        classification: SHA-256 of the classification by HermiT, which the checker takes as it is.
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
    if not (home / "ontology" / "rules").is_dir():
        raise Unreadable(f"{home}: no folder 'ontology/rules' in it.")
    found = sorted((home / "ontology").rglob("*.ttl"))
    written = [path for path in found if path.parent.name != "generated"]
    rules = sorted((home / "ontology" / "rules").rglob("*.rq"))
    shapes = sorted((home / "shapes").glob("*.ttl"))
    every = sorted([*written, *rules, *shapes])
    bytes_of = {path.relative_to(home).as_posix(): path.read_bytes() for path in {*every, *found}}
    names = [path.relative_to(home).as_posix() for path in written]
    told = [
        (fact, name, line)
        for name in (*names, GENERATED)
        if name in bytes_of
        for fact, line in read_turtle(bytes_of[name].decode(), name)
    ]
    plain, links = read_plain_words(told)
    told += links
    facts = _working(told)
    return Folder(
        digest=_digest((path.relative_to(home).as_posix(), path.read_bytes()) for path in every),
        version=_version([fact for fact, _, _ in told]),
        facts=facts,
        index=Index(facts),
        rules={p: bytes_of[p] for p in (path.relative_to(home).as_posix() for path in rules)},
        populations=_populations([fact for fact, _, _ in told], plain),
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
    found = [o for s, p, o in facts if (s, p) == (KNOWLEDGE, f"{OWL}versionInfo>")]
    return found[0].strip('"') if found else ""


def _working(told: list[tuple[Fact, str, int]]) -> dict[Fact, tuple[str, int]]:
    """Keep what rules read: facts in terms of our own, and types but for those of OWL itself."""
    found: dict[Fact, tuple[str, int]] = {}
    for fact, name, line in told:
        own = fact[1].startswith(f"<{NS}")
        typed = fact[1] == TYPE and fact[2].startswith("<") and not fact[2].startswith(OWL)
        if own or typed:
            found.setdefault(fact, (name, line))
    return found


def _populations(facts: list[Fact], plain: Mapping[str, Expression]) -> dict[str, Expression]:
    index: dict[tuple[str, str], list[str]] = {}
    for s, p, o in facts:
        index.setdefault((s, p), []).append(o)
    names = {o for _, p, o in facts if p == f"<{NS}population>"}
    for name in names & plain.keys():
        if (name, f"{OWL}equivalentClass>") in index:
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


def read_case(path: Path) -> set[Fact]:
    """
    Read the facts of a case from Turtle or N-Triples.

    Raises:
        Unreadable: It is in another form, or not well-formed.
    """
    if path.suffix.lower() not in {".ttl", ".nt"}:
        raise Unreadable(f"{path}: the checker reads cases in Turtle and N-Triples only.")
    return read_case_text(path.read_text(encoding="utf-8"), path.name)


def read_case_text(text: str, where: str) -> set[Fact]:
    """Read the facts of a case from the text of its file."""
    return set(read_case_lines(text, where))


def read_case_lines(text: str, where: str) -> dict[Fact, int]:
    """Read the facts of a case with the line on which each stands first."""
    found: dict[Fact, int] = {}
    for (s, p, o), line in read_turtle(text, where, CASE):
        found.setdefault((s, p, _plain(o)), line)
    return found


def _plain(term: str) -> str:
    """Bring integers and booleans into one form."""
    if match := INTEGER.fullmatch(term):
        return f'"{int(match[1])}"^^<{XSD}integer>'
    return TRUE_OR_FALSE.get(term, term)


def differences(
    sent: set[Fact], listed: set[Fact], case: str, parts: Mapping[str, str] | None
) -> list[str]:
    """
    Compare a case as it was sent with the facts that a proof says it told.

    A part without a name in the one has a name in the other; a part without a class may have got
    the one that the property leading to it implies.

    Args:
        sent: The facts of the case file.
        listed: The facts of the case in the proof.
        case: The name of the case in the proof.
        parts: See `Folder.parts`; None if no knowledge is given, and then any class is taken.
    """
    names = Names(sent, listed, case)
    told = {names.fact(fact) for fact in sent}
    lost = [f"the case states {' '.join(f)}, the proof does not" for f in sorted(told - listed)]
    typed = {s for s, p, _ in told if p == TYPE}
    added = [
        f"the proof states {' '.join(f)}, the case does not"
        for f in sorted(listed - told)
        if not (f[1] == TYPE and f[0] not in typed and _implied(f, told, parts))
    ]
    return [*lost, *added]


def _implied(fact: Fact, told: set[Fact], parts: Mapping[str, str] | None) -> bool:
    leading = {p for _, p, o in told if o == fact[0]}
    return bool(leading) if parts is None else any(parts.get(p) == fact[2] for p in leading)


class Names:
    """
    Finds, for each part without a name, the part of the proof with the same content.

    Args:
        sent: The facts of the case file.
        listed: The facts in which its parts have names.
        case: The name of the case.
    """

    def __init__(self, sent: set[Fact], listed: set[Fact], case: str) -> None:
        self.sent: dict[str, list[Fact]] = {}
        self.listed: dict[str, list[Fact]] = {}
        for index, facts in ((self.sent, sent), (self.listed, listed)):
            for fact in sorted(facts):
                index.setdefault(fact[0], []).append(fact)
        self.taken = {term for fact in sent for term in fact}
        self.names: dict[str, str] = {}
        for fact in sorted(sent):
            if fact[0].startswith("_:") and fact[1:] == (TYPE, f"<{NS}Case>"):
                self._pair(fact[0], case)
        for subject in sorted(s for s in self.sent if not s.startswith("_:")):
            self._below(subject, subject)

    def fact(self, fact: Fact) -> Fact:
        """Write a fact with the names that were found."""
        return (self.names.get(fact[0], fact[0]), fact[1], self.names.get(fact[2], fact[2]))

    def _pair(self, blank: str, name: str) -> None:
        self.names[blank] = name
        self.taken.add(name)
        self._below(blank, name)

    def _below(self, one: str, other: str) -> None:
        """Name the parts that a thing leads to."""
        for fact in self.sent.get(one, ()):
            if fact[2].startswith("_:") and fact[2] not in self.names:
                for _, p, o in self.listed.get(other, ()):
                    if p == fact[1] and o not in self.taken and self._alike(fact[2], o, 0):
                        self._pair(fact[2], o)
                        break

    def _alike(self, blank: str, name: str, depth: int) -> bool:
        """Tell whether the same is said of a part without a name and of one with a name."""
        mine = self.sent.get(blank, [])
        typed = any(p == TYPE for _, p, _ in mine)
        theirs = [f for f in self.listed.get(name, []) if typed or f[1] != TYPE]
        if len(mine) != len(theirs) or depth > len(self.sent):
            return False
        free = list(theirs)
        for _, p, o in mine:
            for other in free:
                same = o == other[2] or (
                    o.startswith("_:")
                    and other[2] not in self.taken
                    and self._alike(o, other[2], depth + 1)
                )
                if p == other[1] and same:
                    free.remove(other)
                    break
            else:
                return False
        return True
