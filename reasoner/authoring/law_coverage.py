"""`mednec coverage --law`: provisions that are held and that no rule applies, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import SOURCE
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge


NOT_COMPUTED: Final = "not computed"
KEPT: Final = "kept without a rule"
OUTSIDE: Final = "outside a review"
REASONS: Final = {
    mn("notComputedBecause").value: NOT_COMPUTED,
    mn("keptWithoutRule").value: KEPT,
    mn("outsideBecause").value: OUTSIDE,
}
"""What a provision is that no rule applies, by the property that gives the reason."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class NotComputed:
    """
    A provision that is held and that no rule applies.

    Attributes:
        status: `not computed` for one on a review, `kept without a rule` for one that something
            else keeps, `outside a review` for one that decides nothing there.
        reason: Why no rule applies it.
        citation: Where its text is.
        label: What it is called.
        iri: The provision.
    """

    status: str
    reason: str
    citation: str
    label: str
    iri: str


def not_computed(knowledge: Knowledge) -> tuple[NotComputed, ...]:
    """Return the provisions that no rule applies, by status, reason and citation."""
    places = list(REASONS.values())
    return tuple(
        sorted(
            (
                NotComputed(
                    status=REASONS[predicate],
                    reason=reasons[0].value,
                    citation=knowledge.value(iri, SOURCE) or "",
                    label=knowledge.label(iri),
                    iri=iri,
                )
                for (iri, predicate), reasons in knowledge.described.items()
                if predicate in REASONS
            ),
            key=lambda n: (places.index(n.status), n),
        )
    )
