"""The files of a knowledge base as texts and triples, and the line of each statement."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypedDict

import pyoxigraph as ox

from reasoner.errors import KnowledgeUnreadable, PopulationMalformed
from reasoner.knowledge.find import ontology_files
from reasoner.knowledge.plain_populations import expand_populations, read_plain_populations

from .finding import Finding
from .statements import Lines, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PREFIX: Final = re.compile(r"^\s*@?prefix\s+([\w.-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark that some editors write at the beginning of a file."""
LINE: Final = re.compile(r"line (\d+)")
HINTS: Final = {
    "byte-order-mark": "Save it as UTF-8 without a byte order mark.",
    "not-utf-8": "Save it as UTF-8.",
}
MOST_BYTES: Final = 20_000_000


class Place(TypedDict):
    """The file and line of a thing, as keywords of a `Finding`."""

    path: str
    line: int


class Places:
    """
    The files of a knowledge base as texts and triples, with the line of each statement.

    A file that cannot be read is listed in `unreadable`, and a population that cannot be expanded
    in `malformed`, so that one check reports them all.

    Args:
        home: The folder that holds `ontology` and `shapes`.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.files = [*ontology_files(home), *sorted((home / "shapes").glob("*.ttl"))]
        self.unreadable: list[Finding] = []
        self.hidden = ""
        self._lines: dict[str, Lines] = {}
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
        try:
            if path.stat().st_size > MOST_BYTES:
                self._refuse(name, 0, "file-too-large", f"it has more than {MOST_BYTES:,} bytes")
                return
            data = path.read_bytes()
        except OSError as error:
            self._refuse(name, 0, "file-not-readable", str(error))
            return
        if data.startswith(MARK):
            self._refuse(name, 1, "byte-order-mark", "it begins with a byte order mark")
            data = data.removeprefix(MARK)
        try:
            self.texts[name] = data.decode("utf-8")
            quads = ox.parse(data, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
            self.triples[name] = [ox.Triple(q.subject, q.predicate, q.object) for q in quads]
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self._refuse(name, line, "not-utf-8", "it is not UTF-8 text")
            self.hidden += data.decode("utf-8", errors="replace")
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or int((LINE.search(str(error)) or [0, 0])[1])
            self._refuse(name, line, "syntax", str(error))
            self.hidden += self.texts[name]

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
                message=f"This is not valid Turtle: {why}.".replace("..", "."),
                hint=HINTS.get(kind, "Correct it; the statements of this file were not checked."),
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

    def lines_in(self, name: str) -> Lines:
        """Return the lines of the statements of a file."""
        if name not in self._lines:
            try:
                self._lines[name] = read_lines(self.texts[name], self.prefixes(name))
            except (KnowledgeUnreadable, KeyError):
                self._lines[name] = Lines()  # not Turtle 1.1, or not readable: reported elsewhere
        return self._lines[name]

    @cached_property
    def lines(self) -> Mapping[str, tuple[str, int]]:
        """For each subject, the file and line where it is first described."""
        found: dict[str, tuple[str, int]] = {}
        for name in self.texts:
            for iri, line in self.lines_in(name).subjects.items():
                found.setdefault(iri, (name, line))
        for population, recommendation in self.stated_by.items():
            if recommendation in found:
                found.setdefault(population, found[recommendation])
        return found

    def where(self, iri: str, predicate: str = "", value: str = "", *, within: str = "") -> Place:
        """
        Return the place of a statement as keywords for a `Finding`; nothing if it is not known.

        Args:
            iri: The subject.
            predicate: The property; empty for the subject as a whole.
            value: The IRI or the characters of the object; empty for any.
            within: The file, if it is known.
        """
        iri = iri if iri in self._files_of else self.stated_by.get(iri, iri)
        names = [within] if within else self._files_of.get(iri, [])
        for loose in range(3):
            for name in names:
                if line := self.lines_in(name).find(loose, iri, predicate, value):
                    return {"path": name, "line": line}
        return {"path": "", "line": 0}

    @cached_property
    def _files_of(self) -> Mapping[str, list[str]]:
        """The files that describe each subject."""
        found: dict[str, dict[str, None]] = {}
        for name in self.texts:
            for iri in self.lines_in(name).subjects:
                found.setdefault(iri, {})[name] = None
        return {iri: list(names) for iri, names in found.items()}

    def use_of(self, name: str, term: str) -> int:
        """Return the first line of a file that names an IRI, or states a literal; 0 if none."""
        lines = self.lines_in(name)
        return lines.uses.get(term) or lines.literals.get(term, 0)

    def may_hide(self, iri: str) -> bool:
        """Return True if a file that could not be read names a term, and so may describe it."""
        return bool(self.hidden) and re.split(r"[/#]", iri)[-1] in self.hidden

    def line_of(self, name: str, text: str) -> int:
        """Return the first line of a file that holds a text; 0 if none does."""
        at = self.texts.get(name, "").find(text)
        return self.texts[name].count("\n", 0, at) + 1 if at >= 0 else 0
