"""A case written as Turtle, with comments for the person who goes on with it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.knowledge.terms import PREFIXES

from .names import stem_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .read import CaseGraph

USED: Final = ("mn", "mnc", "mng", "mnl", "xsd")
WIDTH: Final = 100


def case_turtle(case: CaseGraph, advice: Iterable[str] = ()) -> str:
    """
    Write a case as Turtle.

    Args:
        case: The case.
        advice: What could be stated too; each becomes a comment at the end.
    """
    prefixes = {"": stem_of(case.iri), **{name: PREFIXES[name] for name in USED}}
    data = ox.serialize(case.triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b""
    written = data.decode().replace("\t", "    ").splitlines()
    head = sorted(line for line in written if line.startswith("@prefix"))
    text = "\n".join([*head, "", *(line for line in written if not line.startswith("@prefix"))])
    lines = [
        line
        for message in advice
        for line in textwrap.wrap(message, WIDTH, initial_indent="# - ", subsequent_indent="#   ")
    ]
    if lines:
        lines = ["", "# Not stated yet; 'mednec validate' lists it again:", *lines]
    return "\n".join([text.rstrip(), *lines]) + "\n"
