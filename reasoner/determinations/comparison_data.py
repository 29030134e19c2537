"""What was asked for beside a determination, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.kernel.terms import mn, shorten

from .sentences import say_value

if TYPE_CHECKING:
    from reasoner.knowledge.base import Knowledge

    from .variants import Comparison, Variant

Data = dict[str, object]


def comparison_data(found: Comparison | None, knowledge: Knowledge) -> Data:
    """Write what was asked for beside the determination; empty lists where nothing was."""
    steps = found.timeline if found else ()
    return {
        "timeline": [
            {
                "from": step.start,
                "until": step.end,
                "flips": step.flips,
                "used": step.used,
                **_variant(step.variant, knowledge),
            }
            for step in steps
        ],
        "sourcesAlone": [_variant(v, knowledge) for v in (found.sources if found else ())],
        "policies": [_variant(v, knowledge) for v in (found.policies if found else ())],
    }


def _variant(v: Variant, knowledge: Knowledge) -> Data:
    editions = [(knowledge.value(iri, mn("statedIn")) or "", iri) for iri in v.governing]
    return {
        "id": v.iri,
        "name": v.name,
        "note": v.note,
        "outcome": shorten(v.outcome).split(":")[-1],
        "label": v.label,
        "robust": v.robust,
        "governing": [
            f"{say_value(ox.NamedNode(edition), knowledge)}: {knowledge.label(iri)}"
            for edition, iri in editions
        ],
        "limit": v.limit,
        "prior": v.prior,
        "priorOpen": v.prior_open,
        "supported": {"least": v.least, "most": v.most},
        "why": [{"rule": s.rule, "text": s.text, "basis": s.basis} for s in v.why],
    }
