"""The situations, the scenarios and the outcome of one request, read from a derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import OutcomesContradict
from reasoner.knowledge.terms import mn, shorten

if TYPE_CHECKING:
    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

COMPLETION: Final = mn("Completion")


def situations_of(derivation: Derivation, request: str) -> list[str]:
    """List the situations of a request or a variant of one, sorted."""
    return [
        s
        for s in derivation.subjects("ofRequest", ox.NamedNode(request))
        if derivation.values(s, "phase")
    ]


def measured_of(derivation: Derivation, request: str) -> list[str]:
    """List the situations whose figures measure a request; none if it is not decided."""
    return [] if derivation.holds(request, "undecided") else situations_of(derivation, request)


def completions(derivation: Derivation, request: str) -> list[str]:
    """List the scenarios that complete the open facts, then those of each reading of the record."""
    return [
        scenario
        for reading in (request, *derivation.subjects("readingOf", ox.NamedNode(request)))
        for scenario in derivation.subjects("ofRequest", ox.NamedNode(reading))
        if COMPLETION in derivation.types(scenario)
    ]


def robust_of(derivation: Derivation, request: str) -> bool | None:
    """
    Return whether every reading leads to the same outcome and number.

    A request that rests on the answer to a slot is not robust by the derivation alone; see
    `settle`.

    Returns:
        None if the request is not decided.
    """
    if derivation.holds(request, "undecided"):
        return None
    return derivation.holds(request, "robust")


def supported_of(derivation: Derivation, request: str) -> tuple[int, int] | None:
    """Return the fewest and the most visits supported; None if the request is not decided."""
    return None if derivation.holds(request, "undecided") else span_of(derivation, request)


def span_of(derivation: Derivation, made: str) -> tuple[int, int]:
    """
    Return the fewest and the most visits that any reading supports.

    Args:
        derivation: The derivation of the case.
        made: The request, or a held answer to a slot.

    Returns:
        Two whole numbers; 0 if nothing was decided about it.
    """
    least = derivation.number(made, "supportsAtLeast")
    most = derivation.number(made, "supportsAtMost")
    return least or 0, most or 0


def outcome_of(knowledge: Knowledge, derivation: Derivation, request: str) -> str:
    """
    Return the outcome of a request, as an IRI; `mn:NotDecided` if the rules conclude none.

    Raises:
        OutcomesContradict: The rules conclude more than one.
    """
    found = [value.value for value in derivation.values(request, "outcome")]
    if len(found) > 1:
        labels = ", ".join(knowledge.label(outcome) for outcome in found)
        facts = [(f"<{request}>", f"<{mn('outcome').value}>", f"<{one}>") for one in found]
        firings = [derivation.firing_of(fact) for fact in facts]
        rules = ", ".join(sorted({firing.name for firing in firings if firing}))
        raise OutcomesContradict(
            f"{shorten(request)} has {len(found)} outcomes: {labels}.",
            hint=f"Correct one of the rules that conclude them{f': {rules}' if rules else ''}.",
        )
    return found[0] if found else mn("NotDecided").value
