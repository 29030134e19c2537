"""The venues at which a request is decided, as the knowledge base lists them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from reasoner.errors import LetterUnsupported
from reasoner.kernel.terms import NOTATION, TYPE

from .terms import NS, mn

if TYPE_CHECKING:
    from collections.abc import Collection

    from .base import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """
    A place where a request is decided.

    Attributes:
        iri: The venue.
        label: Its name.
        notation: Its short name, as people write it.
    """

    iri: str
    label: str
    notation: str

    @property
    def name(self) -> str:
        """The local name of the venue."""
        return self.iri.removeprefix(NS)

    @property
    def key(self) -> str:
        """The name of the venue in JSON."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """Return the name in JSON of a venue with a local name: the first letter in lower case."""
    return name[:1].lower() + name[1:]


@lru_cache(maxsize=8)
def venues_of(knowledge: Knowledge) -> tuple[Venue, ...]:
    """Return the venues of a knowledge base, in the order that it gives them, then by IRI."""
    found = sorted(
        (int(knowledge.value(iri, mn("venueOrder")) or 0), iri)
        for iri in knowledge.subjects(TYPE.value, mn("Venue").value)
    )
    return tuple(
        Venue(
            iri=iri,
            label=knowledge.label(iri),
            notation=knowledge.value(iri, NOTATION) or iri.removeprefix(NS),
        )
        for _, iri in found
    )


def dispositions_of(
    outcome: str, knowledge: Knowledge, *, closed: Collection[str] = ()
) -> dict[str, str]:
    """
    Return the disposition that expresses an outcome at each venue.

    Args:
        outcome: The IRI of the outcome.
        knowledge: The knowledge base.
        closed: The IRIs of venues that did not exist for the request.

    Returns:
        The IRI of the disposition by the key of the venue, in the order of the venues; without the
        venues that have no disposition for the outcome or are closed.
    """
    return {
        venue.key: disposition
        for venue in venues_of(knowledge)
        if venue.iri not in closed
        for disposition in knowledge.subjects(mn("expresses").value, outcome)
        if knowledge.value(disposition, mn("atVenue")) == venue.iri
    }


def whole_disposition(outcome: str, knowledge: Knowledge) -> str | None:
    """
    Return the disposition of an outcome in a form of letter without partial outcomes.

    Returns:
        The IRI of the disposition; None if no venue of the knowledge base has such a form.
    """
    return next(iter(knowledge.subjects(mn("expressesWhole").value, outcome)), None)


def find_venue(short: str, knowledge: Knowledge) -> Venue:
    """
    Return the venue with a short name; upper and lower case do not matter.

    Raises:
        LetterUnsupported: The knowledge base has no such venue.
    """
    every = venues_of(knowledge)
    for venue in every:
        if venue.notation.lower() == short.lower():
            return venue
    raise LetterUnsupported(
        f"The venue '{short}' does not exist.",
        hint=f"Venues are {', '.join(venue.notation.lower() for venue in every)}.",
    )
