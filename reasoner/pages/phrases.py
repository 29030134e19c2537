"""Short phrases that several pages use; their words are in `templates/phrases.txt`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .environment import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner.determinations.data import AskedData, FiguresData, VisitsData


class Bounded(Protocol):
    """A number that may be known only as an interval."""

    @property
    def least(self) -> int | None:
        """The smallest possible value; None if it is not known."""

    @property
    def most(self) -> int | None:
        """The largest possible value; None without a known maximum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """
    A whole number between two ends, both inclusive.

    Attributes:
        least: The smallest possible value; None if it is not known.
        most: The largest possible value; None without a known maximum.
    """

    least: int | None
    most: int | None

    def plus(self, number: int) -> Interval:
        """Return the interval moved by a number."""
        least, most = self.least, self.most
        return Interval(
            least=None if least is None else least + number,
            most=None if most is None else most + number,
        )


def prior_visits(visits: VisitsData) -> Interval:
    """Return the earlier visits that count, as far as the record bounds them."""
    if visits.prior_most is not None:
        return Interval(least=visits.prior, most=visits.prior_most)
    return Interval(least=visits.prior, most=None if visits.prior_open else visits.prior)


def interval(span: Bounded) -> str:
    """Write a number or its ends: "9", "9 to 12", "at least 8" or "unknown"."""
    return phrase("interval", span)


def joined(words: Sequence[str]) -> str:
    """Write a list in words: a, b and c."""
    return phrase("joined", words)


def asked(request: AskedData) -> str:
    """Write the request as one line."""
    return phrase("asked", request)


def amount(figures: FiguresData) -> str:
    """Write the figures of a recommendation."""
    return phrase("amount", figures)
