"""Whether an outcome holds on every reading of the record, the answers to open slots included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import DEFINITION
from reasoner.knowledge.terms import mn

from .readings import robust_of, supported_of

if TYPE_CHECKING:
    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

    from .slots import Supposed

WHOLE: Final = mn("MedicallyNecessary").value
HOLDS: Final = mn("HoldsAsMade").value
FAILS: Final = mn("FailsAsMade").value
TURNS: Final = mn("TurnsAsMade").value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """
    What holds of a request on every reading of the record.

    Attributes:
        robust: True if the outcome and the number supported are the same on each; None if the
            request is not decided.
        supported: The fewest and the most visits that any reading supports; None if the request is
            not decided.
        made: The IRI of whether the request as made holds, fails or turns; empty if it is not
            decided.
        matters: The open slots whose answers change the outcome or the number, in words.
        apart: True if answers that the derivation does not suppose were combined with it.
    """

    robust: bool | None
    supported: tuple[int, int] | None
    made: str
    matters: tuple[str, ...] = ()
    apart: bool = False


def settle(
    knowledge: Knowledge, derivation: Derivation, request: str, supposed: Supposed
) -> Settled:
    """
    Combine what a derivation concludes with the answers that it does not itself suppose.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case.
        request: The request.
        supposed: What `suppose_answers` returned for the case.
    """
    robust, supported = robust_of(derivation, request), supported_of(derivation, request)
    made = derivation.value(request, "madeAnswer") or ""
    open_slots = {slot.value for slot in derivation.values(request, "restsOnAnswer")}
    if robust is None or supported is None or not open_slots:
        return Settled(robust=robust, supported=supported, made=made)
    others = [other for (slot, _), other in supposed.items() if slot in open_slots]
    asked = derivation.number(request, "requestedVisits") or 0
    spans = [supported, *(supported_of(other, request) or (0, asked) for other in others)]
    outcomes = {derivation.value(request, "outcome")}
    outcomes |= {other.value(request, "outcome") for other in others}
    least, most = min(span[0] for span in spans), max(span[1] for span in spans)
    settled = (
        len(outcomes) == 1
        and least == most
        and not any(one.holds(request, "unsettled") for one in (derivation, *others))
    )
    could_hold = any(
        one.holds(request, "couldHold") or one.holds(request, "undecided")
        for one in (derivation, *others)
    )
    turns = TURNS if could_hold else FAILS
    made = HOLDS if settled and outcomes == {WHOLE} else turns
    here = (derivation.value(request, "outcome"), supported)
    turning = {
        slot
        for (slot, _), other in supposed.items()
        if slot in open_slots
        and (other.value(request, "outcome"), supported_of(other, request)) != here
    }
    return Settled(
        robust=settled,
        supported=(least, most),
        made=made,
        matters=tuple(sorted(knowledge.value(slot, DEFINITION) or "" for slot in turning)),
        apart=True,
    )
