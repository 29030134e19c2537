"""Where many cases come from: a folder of files, a file of named graphs, or a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.determinations.assess import FORMS, load_case, load_case_file
from reasoner.errors import CaseUnreadable
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reasoner.cases.read import CaseGraph
    from reasoner.knowledge.base import Knowledge

GRAPHS: Final = {".nq": ox.RdfFormat.N_QUADS, ".trig": ox.RdfFormat.TRIG}
STORE_FILE: Final = "CURRENT"
"""The file by which a folder is known to be a store of pyoxigraph."""
LEFT_OUT: Final = ("expected", "determination", "proof")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSource:
    """
    One case that can be read.

    Attributes:
        name: How it is called in a report.
        path: The file that holds it.
        data: The case as N-Triples, where it is one of many in its file; None to read the file.
    """

    name: str
    path: Path
    data: bytes | None = None

    def load(self, knowledge: Knowledge) -> CaseGraph:
        """
        Read the case.

        Raises:
            CaseError: It cannot be read.
        """
        if self.data is None:
            return load_case_file(self.path, knowledge)
        return load_case(self.data, knowledge, form="turtle", source=self.name)


def find_cases(place: Path) -> list[CaseSource]:
    """
    List the cases at a place, sorted by name.

    Args:
        place: A folder (.ttl, .json and .jsonld in it and below, without those that say what is
            expected), a file of one case, a file of named graphs (.nq, .trig), or a store; each
            named graph that describes a case is one.

    Raises:
        CaseUnreadable: The file or store cannot be read.
    """
    if place.is_file():
        form = GRAPHS.get(place.suffix.lower())
        return _graphs(place, form) if form else [CaseSource(name=place.name, path=place)]
    if (place / STORE_FILE).is_file():
        return _graphs(place, None)
    files = (path for ending in FORMS for path in place.rglob(f"*{ending}"))
    return sorted(
        (
            CaseSource(name=path.relative_to(place).as_posix(), path=path)
            for path in files
            if not path.name.startswith(LEFT_OUT)
        ),
        key=lambda source: source.name,
    )


def _graphs(place: Path, form: ox.RdfFormat | None) -> list[CaseSource]:
    try:
        quads: Iterable[ox.Quad] = (
            ox.parse(path=place, format=form) if form else ox.Store.read_only(str(place))
        )
        graphs: dict[str, list[ox.Triple]] = {}
        for quad in quads:
            name = getattr(quad.graph_name, "value", "")
            graphs.setdefault(name, []).append(ox.Triple(quad.subject, quad.predicate, quad.object))
    except (OSError, SyntaxError, ValueError) as error:
        raise CaseUnreadable(f"{place}: {error}.") from error
    kind = mn("Case")
    return [
        CaseSource(
            name=name,
            path=place,
            data="".join(f"{t} .\n" for t in sorted(triples, key=str)).encode(),
        )
        for name, triples in sorted(graphs.items())
        if any(t.predicate == TYPE and t.object == kind for t in triples)
    ]
