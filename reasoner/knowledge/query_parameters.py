"""The parameters of the queries of the library: their types, and the values that are allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import QueryParameterRefused
from reasoner.kernel.terms import RDFS, TYPE, XSD

from .nearest_names import nearest
from .terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .base import Knowledge

KINDS: Final = ("concept", "date", "integer", "rule", "text")
"""The types of parameters. A concept names its class: `concept mn:Region`."""
SUBCLASS: Final = ox.NamedNode(RDFS + "subClassOf")
LONGEST: Final = 200
SHOWN: Final = 12
WHOLE: Final = re.compile(r"-?[0-9]{1,9}")
DIGITS: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LOCAL: Final = re.compile(r"[^/#]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """
    What the asker of a query may choose.

    Attributes:
        name: How it is given: `--region`, `?region=`.
        variable: The variable of the query.
        kind: One of `KINDS`.
        of: For a concept, the class, with a prefix; else empty.
        description: What it does.
        default: The default as SPARQL writes it; None for no restriction.
    """

    name: str
    variable: str
    kind: str
    of: str
    description: str
    default: str | None


def read_values(
    given: Mapping[str, str], parameters: tuple[Parameter, ...], knowledge: Knowledge
) -> dict[str, ox.NamedNode | ox.Literal]:
    """
    Read the values of parameters.

    Args:
        given: The text of each value, by the name of the parameter.
        parameters: The parameters of the query.
        knowledge: The knowledge base, for the concepts and rules that are allowed.

    Raises:
        QueryParameterRefused: A name is unknown or a value is not allowed; the error names what is.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            offered = f"Parameters here are {', '.join(known)}." if known else "It has none."
            raise QueryParameterRefused(f"The query has no parameter '{name}'.", hint=offered)
    return {name: _value(text.strip(), known[name], knowledge) for name, text in given.items()}


def _value(text: str, parameter: Parameter, knowledge: Knowledge) -> ox.NamedNode | ox.Literal:
    if len(text) > LONGEST or not text:
        raise _refused(text[:LONGEST], parameter, f"text of 1 to {LONGEST} characters")
    if parameter.kind == "concept":
        return _one_of(text, parameter, concepts_of(parameter, knowledge))
    if parameter.kind == "rule":
        ids = {rule.id: ox.Literal(rule.id) for rule in knowledge.rules}
        return _one_of(text, parameter, ids)
    if parameter.kind == "date":
        return ox.Literal(_day(text, parameter), datatype=ox.NamedNode(XSD + "date"))
    if parameter.kind == "integer":
        if not WHOLE.fullmatch(text):
            raise _refused(text, parameter, "a whole number")
        return ox.Literal(int(text))
    return ox.Literal(text)


def _day(text: str, parameter: Parameter) -> str:
    try:
        if DIGITS.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise _refused(text, parameter, "a date, YYYY-MM-DD")


def concepts_of(parameter: Parameter, knowledge: Knowledge) -> dict[str, ox.NamedNode]:
    """Return the concepts that a parameter may have, by name, sorted."""
    prefix, _, local = parameter.of.partition(":")
    top = ox.NamedNode(PREFIXES[prefix] + local)
    below: dict[object, set[ox.NamedNode]] = {}
    for fact in knowledge.facts:
        if fact.predicate in {SUBCLASS, TYPE} and isinstance(fact.subject, ox.NamedNode):
            below.setdefault(fact.object, set()).add(fact.subject)
    found: set[ox.NamedNode] = set()
    waiting = [top]
    while waiting:
        fresh = below.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    named = {_local(node): node for node in found - {top}}
    return dict(sorted(named.items()))


def _local(node: ox.NamedNode) -> str:
    found = LOCAL.search(node.value)
    return found[0] if found else node.value


def _one_of(
    text: str, parameter: Parameter, allowed: Mapping[str, ox.NamedNode] | Mapping[str, ox.Literal]
) -> ox.NamedNode | ox.Literal:
    folded = {_folded(name): value for name, value in allowed.items()}
    if _folded(text) in folded:
        return folded[_folded(text)]
    near = nearest(text, allowed)
    some = near or tuple(allowed)[:SHOWN]
    raise _refused(text, parameter, f"{'such as' if near else 'one of'} {', '.join(some)}")


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]", "", text).casefold()


def _refused(text: str, parameter: Parameter, expected: str) -> QueryParameterRefused:
    of = f" of {parameter.of}" if parameter.of else ""
    return QueryParameterRefused(
        f"The parameter '{parameter.name}' is '{text}'; expected {expected}.",
        hint=f"It is a {parameter.kind}{of}: {parameter.description}",
    )
