"""The line on which the Turtle of a case states each of its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.kernel.facts import decode, encode
from reasoner.knowledge.places import places_in
from reasoner.knowledge.terms import CASE

from .names import find_names, with_names
from .read import implied_types, normal_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.kernel.facts import Fact

    from .read import CaseGraph


def find_lines(text: str, case: CaseGraph, parts: Mapping[str, str]) -> Mapping[Fact, int]:
    """
    Find the line of each fact of a case; parts have the names assigned when it was read.

    Args:
        text: The Turtle from which the case was read; empty if it came in another form.
        case: The case.
        parts: For each property that leads to a part of a case, the class of that part.
    """
    lines: dict[ox.Triple, int] = {}
    for (s, p, o), line in places_in(text, CASE).items():
        subject = ox.BlankNode(f"b{s[2:]}") if s.startswith("_:") else ox.NamedNode(s[1:-1])
        value = ox.BlankNode(f"b{o[2:]}") if o.startswith("_:") else decode(o)
        quad = ox.Quad(subject, ox.NamedNode(p[1:-1]), value)
        normal = ox.Triple(subject, quad.predicate, normal_value(quad))
        lines.setdefault(normal, line)
    names = find_names({*lines} | implied_types({*lines}, parts), case.iri, case.source)
    return {encode(with_names(triple, names)): line for triple, line in lines.items()}
