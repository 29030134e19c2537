"""The recommendations of guidelines, and their other rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.knowledge.terms import mn, shorten

from .book import COMMENT, GUIDELINE, SHORT_NAME, Link
from .expressions import Phrase, population_phrase

if TYPE_CHECKING:
    from reasoner.knowledge.verifications import VerificationRecord

    from .book import Book

NARROWER: Final = mn("narrowerThan").value
TRUE: Final = "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    The figures of a recommendation, as its file writes them; empty if not stated.

    Attributes:
        least: The lower end of a printed range of visits.
        most: The most visits.
        weeks: Weeks within which they are given.
        months: Months within which they are given.
        trial: Visits after which a reassessment is due.
        trial_months: Months after which one is due.
        period: Months of the postsurgical period.
        unit: The unit of the numbers, if it is not visits.
        says: `limit`, `no limit`, `same as`, `not recommended` or `text not held`.
        same_as: The recommendation whose figures are borrowed.
    """

    least: str
    most: str
    weeks: str
    months: str
    trial: str
    trial_months: str
    period: str
    unit: str
    says: str
    same_as: Link | None

    @property
    def visits(self) -> str:
        """The visits as a range, or as one number; empty if none is stated."""
        if self.most and self.least and self.least != self.most:
            return f"{self.least}\N{EN DASH}{self.most}"
        return self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationEntry:
    """
    One recommendation, or another rule or indication of a guideline.

    Attributes:
        iri: The IRI.
        anchor: Its local name: its anchor on the page of the edition.
        link: The recommendation.
        edition: The edition that states it.
        population: The class of situations; None for a rule or an indication.
        phrase: The population in words.
        figures: Its figures.
        flags: The boolean properties that are true of it.
        pinpoint: The place in the edition.
        rows: Rows of the project's data.
        seen: Where its text was read.
        comments: The comments of its author.
        mark: The verification of its text.
        records: Who read it in its text, by day; empty if no file records it.
        overrides: Recommendations that it overrides.
        overridden: Recommendations that override it.
        narrower: Recommendations whose population is narrower, as HermiT found.
        wider: Recommendations whose population is wider, as HermiT found.
    """

    iri: str
    anchor: str
    link: Link
    edition: Link
    population: Link | None
    phrase: Phrase | None
    figures: Figures
    flags: tuple[Link, ...]
    pinpoint: str
    rows: tuple[str, ...]
    seen: tuple[Link, ...]
    comments: tuple[str, ...]
    mark: Link | None
    records: tuple[VerificationRecord, ...]
    overrides: tuple[Link, ...]
    overridden: tuple[Link, ...]
    narrower: tuple[Link, ...]
    wider: tuple[Link, ...]


class Recommendations:
    """All recommendations and other rules of guidelines."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @cached_property
    def _narrower(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        below: dict[str, set[str]] = {}
        above: dict[str, set[str]] = {}
        for t in self.book.knowledge.entailed:
            if t.predicate.value == NARROWER:
                narrow, wide = str(t.subject)[1:-1], str(t.object)[1:-1]
                below.setdefault(wide, set()).add(narrow)
                above.setdefault(narrow, set()).add(wide)
        return below, above

    @cached_property
    def _of_population(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for iri in self.book.members(mn("Recommendation").value):
            found.setdefault(self.book.text(iri, mn("population")), []).append(iri)
        return found

    def of_population(self, population: str) -> tuple[Link, ...]:
        """Return the recommendations for a population."""
        return tuple(self.named(iri) for iri in self._of_population.get(population, ()))

    def named(self, iri: str) -> Link:
        """Return a link that names a recommendation with its edition."""
        book = self.book
        edition = book.text(iri, mn("statedIn"))
        short = book.text(edition, SHORT_NAME) or book.label(edition)
        return Link(text=f"{short}: {book.label(iri)}", name=shorten(iri), path=book.path(iri))

    def order_of(self, population: str) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
        """Return the recommendations for narrower and for wider populations, by edition."""
        below, above = self._narrower

        def names(populations: set[str]) -> tuple[Link, ...]:
            found = (link for p in populations for link in self.of_population(p))
            return tuple(sorted(found, key=lambda link: (link.text, link.name)))

        return names(below.get(population, set())), names(above.get(population, set()))

    @cached_property
    def all(self) -> dict[str, RecommendationEntry]:
        """All recommendations, rules and indications of guidelines by IRI, in file order."""
        kinds = {mn(name).value for name in ("Recommendation", "GuidelineRule", "Indication")}
        return {
            iri: self._recommendation(iri)
            for iri, found in self.book.kinds.items()
            if kinds & set(found)
        }

    def _recommendation(self, iri: str) -> RecommendationEntry:
        book = self.book
        population = book.text(iri, mn("population"))
        narrower, wider = self.order_of(population)
        return RecommendationEntry(
            iri=iri,
            anchor=iri.rsplit("/", 1)[-1],
            link=book.link(iri),
            edition=book.link(book.text(iri, mn("statedIn"))),
            population=book.link(population) if population else None,
            phrase=population_phrase(book, population) if population else None,
            figures=self.figures(iri),
            flags=self._flags(iri),
            pinpoint=book.text(iri, mn("pinpoint")),
            rows=book.values(iri, mn("datasetRow")),
            seen=seen(book, iri),
            comments=book.values(iri, COMMENT),
            mark=book.mark(iri),
            records=book.knowledge.verifications.get(iri, ()),
            overrides=book.links(book.values(iri, mn("overrides"))),
            overridden=book.links(book.mentions.get(iri, {}).get(mn("overrides").value, ())),
            narrower=narrower,
            wider=wider,
        )

    def figures(self, iri: str) -> Figures:
        """Return the figures that the file of a recommendation states, and no others."""
        text = self.book.text
        lender = text(iri, mn("sameLimitAs"))
        unit = text(iri, mn("countedIn"))
        says = "limit" if text(iri, mn("maximumVisits")) else "no limit"
        if text(iri, mn("notRecommended")) == TRUE:
            says = "not recommended"
        elif lender:
            says = "same as"
        elif text(iri, mn("textHeld")) == "false":
            says = "text not held"
        return Figures(
            least=text(iri, mn("minimumVisits")),
            most=text(iri, mn("maximumVisits")),
            weeks=text(iri, mn("withinWeeks")),
            months=text(iri, mn("withinMonths")),
            trial=text(iri, mn("trialVisits")),
            trial_months=text(iri, mn("trialMonths")),
            period=text(iri, mn("periodMonths")),
            unit=self.book.label(unit) if unit else "",
            says=says,
            same_as=self.book.link(lender) if lender else None,
        )

    def _flags(self, iri: str) -> tuple[Link, ...]:
        shown = {mn("notRecommended").value, mn("limitAbsent").value}
        asserted = self.book.asserted[ox.NamedNode(iri)]
        true = [p for p, v in asserted if isinstance(v, ox.Literal) and v.value == TRUE]
        return tuple(self.book.link(p) for p in true if p not in shown)


def seen(book: Book, iri: str) -> tuple[Link, ...]:
    """Return where the text of a thing was read, in the order of its file."""
    pairs = book.asserted.get(ox.NamedNode(iri), ())
    return tuple(book.value(v) for p, v in pairs if p == mn("seenAt").value)


def edition_of(iri: str) -> str:
    """Return the IRI of the edition in whose file a thing of a guideline is described."""
    return GUIDELINE + iri.removeprefix(GUIDELINE).split("/")[0]
