"""`mednec coverage --law`: provisions that are held and that no rule applies, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoner.kernel.terms import SOURCE
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class NotComputed:
    """
    A provision that is held and not applied.

    Attributes:
        reason: Why no rule applies it.
        citation: Where its text is.
        label: What it is called.
        iri: The provision.
    """

    reason: str
    citation: str
    label: str
    iri: str


def not_computed(knowledge: Knowledge) -> tuple[NotComputed, ...]:
    """Return the provisions that no rule applies, sorted by reason, then by citation."""
    return tuple(
        sorted(
            NotComputed(
                reason=reasons[0].value,
                citation=knowledge.value(iri, SOURCE) or "",
                label=knowledge.label(iri),
                iri=iri,
            )
            for (iri, predicate), reasons in knowledge.described.items()
            if predicate == mn("notComputedBecause").value
        )
    )
