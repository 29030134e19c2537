"""Whether a literal can be read as its datatype: what cannot is refused, never computed with."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import RDFS, XSD, name_of

from .terms import NS, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pyoxigraph as ox

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _is_date(text: str) -> bool:
    try:
        return bool(DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


READABLE: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    XSD + "date": (_is_date, "a day of the calendar as YYYY-MM-DD"),
    XSD + "integer": (re.compile(r"[+-]?[0-9]{1,9}").fullmatch, "a whole number below 10^9"),
    XSD + "nonNegativeInteger": (re.compile("[0-9]{1,9}").fullmatch, "a whole number below 10^9"),
    XSD + "decimal": (re.compile(r"[+-]?[0-9]{0,9}\.?[0-9]{1,9}").fullmatch, "a decimal number"),
    XSD + "boolean": (re.compile("true|false").fullmatch, "true or false"),
}
"""For each datatype with which mednec computes, a test of the characters and what they are."""
EXAMPLES: Final = {
    XSD + "date": '"2016-07-29"^^xsd:date',
    XSD + "integer": "12",
    XSD + "boolean": "true",
}


def literal_fault(literal: ox.Literal, wanted: str = "") -> str | None:
    """
    Return what was expected in place of a literal; None if it can be used.

    Args:
        literal: The literal.
        wanted: The IRI of the datatype that its property asks for; empty for any.
    """
    datatype = literal.datatype.value
    if wanted and datatype != wanted:
        example = EXAMPLES.get(wanted, '"text"')
        return f"a value of {shorten(wanted)}, such as {example}"
    readable, words = READABLE.get(datatype, (bool, ""))
    return words if words and not readable(literal.value) else None


def datatypes_of(triples: Iterable[ox.Triple]) -> dict[str, str]:
    """Return the datatype that each property of ours asks for, by the IRI of the property."""
    return {
        name_of(t.subject): name_of(t.object)
        for t in triples
        if t.predicate.value == RDFS + "range"
        and name_of(t.subject).startswith(NS)
        and name_of(t.object).startswith(XSD)
    }
