"""The variants of a request, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.knowledge.terms import mn, shorten

from .data import IntervalData, ReasonData, StretchData, VariantData
from .sentences import write_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.knowledge.base import Knowledge

    from .variants import Stretch, Variant


def describe_span(supported: tuple[int, int] | None) -> IntervalData | None:
    """Describe the fewest and the most visits supported; None if the request is not decided."""
    return IntervalData(least=supported[0], most=supported[1]) if supported else None


def describe_variant(v: Variant, knowledge: Knowledge) -> VariantData:
    """Describe one variant of a request as data."""
    editions = [(knowledge.value(iri, mn("statedIn")) or "", iri) for iri in v.governing]
    return VariantData(
        id=v.iri,
        name=v.name,
        note=v.note,
        outcome=shorten(v.outcome).split(":")[-1],
        label=v.label,
        robust=v.robust,
        governing=[
            f"{write_value(ox.NamedNode(edition), knowledge)}: {knowledge.label(iri)}"
            for edition, iri in editions
        ],
        limit=v.limit,
        prior=v.prior,
        prior_open=v.prior_open,
        supported=describe_span(v.supported),
        why=[ReasonData(rule=s.rule, text=s.text, basis=s.basis) for s in v.why],
    )


def describe_timeline(steps: Iterable[Stretch], knowledge: Knowledge) -> list[StretchData]:
    """Describe the periods in which the outcome of a request stays the same, in order."""
    made = []
    for step in steps:
        v = describe_variant(step.variant, knowledge)
        made.append(
            StretchData(
                **{name: getattr(v, name) for name in v.__struct_fields__},
                start=step.start,
                until=step.end,
                flips=step.flips,
                used=step.used,
            )
        )
    return made
