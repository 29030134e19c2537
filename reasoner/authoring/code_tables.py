"""Diagnosis codes of the knowledge base, looked up in the packaged tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.kernel.terms import name_of
from reasoner.knowledge.codes import SYSTEMS, CodeTables
from reasoner.knowledge.terms import shorten

from .finding import Finding

if TYPE_CHECKING:
    from .places import Places
    from .stages import Stages


def check_codes(places: Places, stages: Stages) -> None:
    """Look up each diagnosis code that the ontology states."""
    tables = CodeTables()
    stated = [
        (name, t)
        for name, t in places.facts
        if t.predicate.value in SYSTEMS and name.startswith("ontology/")
    ]
    stages.end(
        "codes",
        {"codes": len({(t.predicate.value, name_of(t.object)) for _, t in stated})},
        (
            Finding(
                **places.where(
                    name_of(t.subject), t.predicate.value, name_of(t.object), within=name
                ),
                kind="code-unknown",
                message=f"{shorten(name_of(t.subject))}: the code {name_of(t.object)} is not in "
                f"the table of {SYSTEMS[t.predicate.value]}.",
                hint="Look it up: no claim bears a code that does not exist.",
            )
            for name, t in stated
            if not tables.holds(t.predicate.value, name_of(t.object))
        ),
    )
