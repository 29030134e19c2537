"""Where things stand in the files: the line of a subject, the prefixes of a file."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypedDict

import pyoxigraph as ox

from reasoner.errors import PopulationMalformed
from reasoner.knowledge.find import ontology_files
from reasoner.knowledge.plain_populations import expand_populations, read_plain_populations

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PREFIX: Final = re.compile(r"^@prefix\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)
SUBJECT: Final = re.compile(r"^(?:<([^>]+)>|([\w-]*):([\w.-]*\w))\s", re.MULTILINE)
LINE: Final = re.compile(r"line (\d+)")
MOST_BYTES: Final = 20_000_000


class Place(TypedDict):
    """The file and line of a thing, as keywords of a `Finding`."""

    path: str
    line: int


class Places:
    """
    The files of a knowledge base as texts, with what each subject's line is.

    Files that cannot be read are not raised but listed in `unreadable`, and populations that cannot
    be expanded in `malformed`, so that one check can report them all.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.files = [*ontology_files(home), *sorted((home / "shapes").glob("*.ttl"))]
        self.unreadable: list[Finding] = []
        self.malformed: list[Finding] = []
        self.stated_by: dict[str, str] = {}
        self.triples: dict[str, list[ox.Triple]] = {}
        self.texts: dict[str, str] = {}
        for path in self.files:
            self._read(path)
        self.written = self.triples
        self._expand()

    def _read(self, path: Path) -> None:
        name = path.relative_to(self.home).as_posix()
        if path.stat().st_size > MOST_BYTES:
            self._refuse(name, 0, "file-too-large", f"more than {MOST_BYTES:,} bytes")
            return
        data = path.read_bytes()
        try:
            self.texts[name] = data.decode("utf-8")
            quads = ox.parse(data, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
            self.triples[name] = [ox.Triple(q.subject, q.predicate, q.object) for q in quads]
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self._refuse(name, line, "not-utf-8", "not UTF-8 text")
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or int((LINE.search(str(error)) or [0, 0])[1])
            self._refuse(name, line, "syntax", str(error))

    def _expand(self) -> None:
        """Add the class expressions of populations in plain words; report what cannot be."""
        for name, triples in self.triples.items():
            try:
                for found in read_plain_populations(triples):
                    self.stated_by[found.iri.value] = found.recommendation.value
            except PopulationMalformed as error:
                self.malformed.append(
                    Finding(path=name, kind=error.code, message=error.message, hint=error.hint)
                )
        if not self.malformed:
            self.triples = expand_populations(self.triples)

    def _refuse(self, name: str, line: int, kind: str, why: str) -> None:
        self.unreadable.append(
            Finding(
                path=name,
                line=line,
                kind=kind,
                message=f"Not Turtle that can be read: {why}",
                hint="Mend the file at the place named; the rest of it was not looked at.",
            )
        )

    @property
    def facts(self) -> Iterator[tuple[str, ox.Triple]]:
        """All triples with the name of their file, in order."""
        for name, triples in self.triples.items():
            for triple in triples:
                yield name, triple

    def prefixes(self, name: str) -> Mapping[str, str]:
        """Return the prefixes that a file binds."""
        return dict(PREFIX.findall(self.texts[name]))

    @cached_property
    def lines(self) -> Mapping[str, tuple[str, int]]:
        """For each subject, the file and line where its block begins."""
        found: dict[str, tuple[str, int]] = {}
        for name, text in self.texts.items():
            bound = self.prefixes(name)
            for m in SUBJECT.finditer(text):
                iri = m[1] or bound.get(m[2] or "", "") + (m[3] or "")
                found.setdefault(iri, (name, text.count("\n", 0, m.start()) + 1))
        for population, recommendation in self.stated_by.items():
            if recommendation in found:
                found.setdefault(population, found[recommendation])
        return found

    def where(self, iri: str) -> Place:
        """Return the place of a subject as keywords for a `Finding`; nothing if unknown."""
        name, line = self.lines.get(iri, ("", 0))
        return {"path": name, "line": line}

    def line_of(self, name: str, text: str) -> int:
        """Return the first line of a file that holds a text; 0 if none does."""
        at = self.texts.get(name, "").find(text)
        return self.texts[name].count("\n", 0, at) + 1 if at >= 0 else 0
