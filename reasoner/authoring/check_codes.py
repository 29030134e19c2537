"""Checks of diagnosis codes that begin alike: the longest listed code decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import SUBCLASS, name_of
from reasoner.knowledge.terms import mn, shorten

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyoxigraph as ox

    from .places import Places

SYSTEMS: Final = (mn("icd9"), mn("icd10"))
APART: Final = mn("codedApartFrom")


def check_nested_codes(places: Places, entailed: Iterable[ox.Triple]) -> list[Finding]:
    """
    Find codes that lie below a code of a condition that is neither wider nor narrower.

    A diagnosis with the longer code is of the longer code's condition alone, so a recommendation
    for the other one does not apply. Where that is meant, `mn:codedApartFrom` says so.

    Args:
        places: The files.
        entailed: What the classifier inferred.
    """
    related = {(name_of(t.subject), name_of(t.object)) for t in entailed if t.predicate == SUBCLASS}
    facts = [t for name, t in places.facts if name.startswith("ontology/")]
    related |= {(name_of(t.subject), name_of(t.object)) for t in facts if t.predicate == APART}
    found = []
    for system in SYSTEMS:
        listed = sorted(
            (name_of(t.object), name_of(t.subject)) for t in facts if t.predicate == system
        )
        for code, one in listed:
            for longer, other in listed:
                pairs = {(one, other), (other, one)}
                if one == other or not longer.startswith(code) or pairs & related:
                    continue
                if longer == code and other < one:
                    continue  # one finding for the two
                found.append(_finding(places, (code, one), (longer, other)))
    return found


def _finding(places: Places, short: tuple[str, str], long: tuple[str, str]) -> Finding:
    (code, one), (longer, other) = short, long
    both = f"{longer} of {shorten(other)}"
    return Finding(
        **places.where(other),
        kind="codes-nested",
        message=f"The code {both} is also a code of {shorten(one)}."
        if code == longer
        else f"The code {both} is below {code} of {shorten(one)}, and neither condition is wider.",
        hint=f"Make one a subclass of the other, or state mn:codedApartFrom {shorten(one)}: "
        "the longest listed code decides.",
    )
