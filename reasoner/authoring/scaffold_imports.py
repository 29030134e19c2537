"""Import into a file that was written the ontologies whose terms it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.kernel.terms import name_of

from .check_imports import missing_imports
from .places import Places
from .publication import VERSION_IRI
from .turtle_format import format_turtle, read_prefixes

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner.knowledge.base import Knowledge


def complete_imports(knowledge: Knowledge, path: Path) -> None:
    """
    Add the missing imports to the header of a file; a file without a header stays as it is.

    Args:
        knowledge: The knowledge base that the file is a part of.
        path: The file.
    """
    places = Places(knowledge.folder)
    name = path.relative_to(knowledge.folder).as_posix()
    needed = missing_imports(places).get(name)
    if not needed:
        return
    own = next(name_of(t.subject) for t in places.written[name] if t.predicate == VERSION_IRI)
    imports = ", ".join(f"<{iri}>" for iri in needed)
    text = path.read_text(encoding="utf-8")
    block = f"\n<{own}> <http://www.w3.org/2002/07/owl#imports> {imports} .\n"
    prefixes = read_prefixes(knowledge.folder / "ontology" / "prefixes.ttl")
    path.write_text(format_turtle(text + block, prefixes), encoding="utf-8")
