"""The time limits that run for a request: when each is due, and whether it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import SOURCE
from reasoner.knowledge.citations import cite_on
from reasoner.knowledge.terms import mn, shorten
from reasoner.knowledge.venues import key_of

from .data import DeadlineData

if TYPE_CHECKING:
    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

JULIAN: Final = 1721425
"""The number of the Julian period of the day before the first day of the calendar of Python."""
UNSETTLED: Final = mn("Unsettled").value


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """
    A time limit as it runs for a request.

    Attributes:
        limit: The IRI of the provision.
        started_on: The date from which the time runs, as text.
        bound: The IRI of how that date bounds the start.
        due_on: The last day on the strictest reading, as text.
        due_by: The last day on the most generous reading, as text.
        done_on: The date on which the act was done; None if the record states none.
        status: The IRI of the status.
    """

    limit: str
    started_on: str
    bound: str
    due_on: str
    due_by: str
    done_on: str | None
    status: str


def deadlines_of(derivation: Derivation, request: str) -> tuple[Deadline, ...]:
    """Return the clocks of a request that have a last day, sorted by it."""
    found = []
    for clock in (v.value for v in derivation.values(request, "clock")):
        due_on, due_by = (derivation.value(clock, n) for n in ("earliestDueOn", "latestDueOn"))
        if due_on is None or due_by is None:
            continue
        done = derivation.number(clock, "endDayNumber")
        found.append(
            Deadline(
                limit=derivation.value(clock, "ofLimit") or "",
                started_on=derivation.value(clock, "startedOn") or "",
                bound=derivation.value(clock, "startBound") or "",
                due_on=due_on,
                due_by=due_by,
                done_on=None if done is None else str(date.fromordinal(done - JULIAN)),
                status=derivation.value(clock, "clockStatus") or UNSETTLED,
            )
        )
    return tuple(sorted(found, key=lambda d: (d.due_on, d.limit, d.started_on)))


def describe_deadline(deadline: Deadline, day: str, knowledge: Knowledge) -> DeadlineData:
    """Describe a deadline in the words of the knowledge, with the citation of a day."""
    limit = deadline.limit
    acts = knowledge.described.get((limit, mn("timesAct").value), ())
    written = knowledge.value(limit, SOURCE) or ""
    return DeadlineData(
        limit=limit,
        label=knowledge.label(limit),
        act=", ".join(sorted(knowledge.label(act.value) for act in acts)),
        citation=cite_on(written, day, knowledge),
        started_on=deadline.started_on,
        start=_key(deadline.bound),
        due_on=deadline.due_on,
        due_by=deadline.due_by,
        done_on=deadline.done_on,
        status=_key(deadline.status),
        provisional=knowledge.value(limit, mn("verification")) != mn("Verified").value,
    )


def _key(iri: str) -> str:
    return key_of(shorten(iri).split(":")[-1])
