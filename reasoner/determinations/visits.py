"""The arithmetic of a determination: the visits, how they were counted, and the limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import mn

from .readings import completions, measured_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """
    The arithmetic of a determination.

    Attributes:
        prior: Earlier visits that certainly count.
        prior_open: True if there may be more.
        prior_most: The most earlier visits that the record allows for; None if it sets no maximum.
        authorized: Of the earlier visits, those that were approved and are still to come.
        requested: Visits requested.
        limit: The smallest governing maximum; None if none is set.
        limit_from: The recommendations that state the limits.
        figures_from: The rows whose figures those use: their own or borrowed.
        largest: The largest governing maximum; differs from `limit` only if two conflict.
        trial: Visits after which a reassessment is due; None if no reassessment is required.
        supported: The fewest and the most visits that any reading of the record supports; None if
            the request is not decided.
        per_week: The supported visits per week; None unless the request asks for more per week.
        cap: The statutory cap for the discipline; None if none applies.
        capped: Earlier visits that certainly count toward the cap.
        policy: How earlier visits were counted.
        policy_reason: Why they were counted so.
    """

    prior: int
    prior_open: bool
    prior_most: int | None
    authorized: int
    requested: int
    limit: int | None
    limit_from: tuple[str, ...]
    figures_from: tuple[str, ...]
    largest: int | None
    trial: int | None
    supported: tuple[int, int] | None
    per_week: int | None
    cap: int | None
    capped: int
    policy: str
    policy_reason: str

    @property
    def least(self) -> int:
        """The fewest visits supported; a ValueError if the request is not decided."""
        return self._decided[0]

    @property
    def most(self) -> int:
        """The most visits supported; a ValueError if the request is not decided."""
        return self._decided[1]

    @property
    def _decided(self) -> tuple[int, int]:
        if self.supported is None:
            raise ValueError("The request is not decided, so no number of visits is supported.")
        return self.supported

    @property
    def total(self) -> int:
        """The sum of earlier and requested visits, without uncertain ones."""
        return self.prior + self.requested

    @property
    def remaining(self) -> int | None:
        """Visits left under the limit, without uncertain earlier visits; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.prior)

    @property
    def held(self) -> int | None:
        """
        The figure that limits the request as made.

        This is the trial if the course is still in its trial and no maximum is exceeded;
        otherwise the largest limit. None if neither is set, or if the request is not decided.
        """
        if self.supported is None:
            return None
        inside = self.largest is None or self.total <= self.largest
        if self.trial is None or not inside:
            return self.largest
        first = self.prior - self.authorized < self.trial
        decides = self.largest is None or (self.most < self.requested and self.total > self.trial)
        return self.trial if first and decides else self.largest


def visits_of(
    knowledge: Knowledge,
    derivation: Derivation,
    request: str,
    supported: tuple[int, int] | None,
) -> Visits:
    """
    Read the arithmetic of a request from a derivation.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case.
        request: The request.
        supported: The fewest and the most visits supported; None if the request is not decided.
    """
    situations = measured_of(derivation, request)
    limits = [n for s in situations if (n := derivation.number(s, "smallestLimit")) is not None]
    largest = [n for s in situations if (n := derivation.number(s, "largestLimit")) is not None]
    trials = [n for s in situations if (n := derivation.number(s, "trialCheckpoint")) is not None]
    asked = derivation.number(request, "requestedVisits") or 0
    measures = _values(derivation, situations, "measuredBy")
    policy = derivation.value(request, "countsBy")
    after_surgery = derivation.value(request, "followsSurgery") is not None
    caps = [
        int(value)
        for source in derivation.values(request, "inForce")
        if not after_surgery
        and (discipline := knowledge.value(source.value, mn("capsTreatment")))
        and _is_kind(knowledge, derivation.value(request, "treatment"), discipline)
        and (value := knowledge.value(source.value, mn("maximumVisits")))
    ]
    return Visits(
        prior=derivation.number(request, "priorAtLeast") or 0,
        prior_open=derivation.holds(request, "priorOpen"),
        prior_most=derivation.number(request, "priorAtMost"),
        authorized=derivation.number(request, "authorizedFirst") or 0,
        requested=asked,
        limit=min(limits, default=None),
        limit_from=measures,
        figures_from=_values(derivation, measures, "figureFrom"),
        largest=max(largest, default=None),
        trial=min(trials, default=None),
        supported=supported,
        per_week=_per_week(derivation, request),
        cap=min(caps, default=None),
        capped=derivation.number(request, "capCountAtLeast") or 0,
        policy=knowledge.label(policy) if policy else "",
        policy_reason=(knowledge.value(policy, mn("reason")) or "") if policy else "",
    )


def _values(derivation: Derivation, subjects: Iterable[str], name: str) -> tuple[str, ...]:
    return tuple(sorted({v.value for s in subjects for v in derivation.values(s, name)}))


def _per_week(derivation: Derivation, request: str) -> int | None:
    """Find how many visits per week are supported; None unless a reading asks for more."""
    limits = [
        limit
        for scenario in completions(derivation, request)
        if derivation.holds(scenario, "frequencyBeyond")
        and (situation := derivation.value(scenario, "ofSituation"))
        and (limit := derivation.number(situation, "frequencyLimit")) is not None
    ]
    return min(limits, default=None)


def _is_kind(knowledge: Knowledge, treatment: str | None, discipline: str) -> bool:
    kinds = knowledge.described.get((treatment or "", TYPE.value), ())
    return any(kind.value == discipline for kind in kinds)
