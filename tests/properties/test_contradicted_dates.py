"""Laws of contradicting dates: each date is tried and none is preferred."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import decide, load_case
from tests.generated_cases import EITHER, Part, changed, judged, name

if TYPE_CHECKING:
    from datetime import date

    from reasoner import Knowledge
    from reasoner.determinations.conclude import Determination

SUPPORTED: Final = "MedicallyNecessary"
APART: Final = st.sampled_from((1, 30, 400, 800, 1600, 3000))
"""Days between two dates: within an edition, and over the first day of another."""


def undoubted(case: Part) -> Part:
    """Leave out the receipt and the review, with which a changed date could be out of order."""

    def leave_out(other: Part) -> None:
        other.pop("imrDecision", None)
        other["request"] = other["request"][:1]
        other["request"][0].pop("receivedOn", None)

    return changed(case, leave_out)


def deciding(case: Part, day: Any) -> Part:
    """Return the case with one date or two of the utilization review decision."""
    return changed(case, lambda c: c["urDecision"].update(decidedOn=day))


def asking_on(case: Part, day: Any, decided: date) -> Part:
    """Return the case with one date or two of the request, decided on a day after both."""
    redated = changed(case, lambda c: c["request"][0].update(requestedOn=day))
    return deciding(redated, decided)


def holds(both: Determination, apart: list[Determination]) -> None:
    """Compare the decision under two dates with the decisions under each alone."""
    names = {name(one) for one in apart}
    if "NotDecided" in names:
        assert (name(both), both.robust, both.visits.supported) == ("NotDecided", None, None)
        return
    if both.robust and name(both) == SUPPORTED:
        assert names == {SUPPORTED}
    if both.is_decided and SUPPORTED in names and len(names) > 1:
        certain = both.visits.supported is not None and both.visits.supported[0] > 0
        assert name(both) == ("NecessaryInPart" if certain else "NotEstablished")
        assert both.robust is False
    if len(names) == 1 and all(one.robust for one in apart):
        assert {name(both)} == names
    spans = [one.visits.supported for one in apart]
    assert both.is_decided == (None not in spans)
    if both.visits.supported:
        assert both.visits.least == min(one.visits.least for one in apart)
        assert both.visits.most == max(one.visits.most for one in apart)


@given(case=EITHER, apart=APART)
def test_two_dates_of_a_request_are_decided_as_each_is(
    case: Part, apart: int, knowledge: Knowledge
) -> None:
    """A request is supported if it is supported under both dates, and open if they differ."""
    case = undoubted(case) | {"urDecision": {"decisionOutcome": "Denied"}}
    assume("requestedOn" in case["request"][0])
    first = case["request"][0]["requestedOn"]
    second, decided = first + timedelta(apart), first + timedelta(apart + 3)

    both = judged(asking_on(case, [first, second], decided), knowledge)
    alone = [judged(asking_on(case, day, decided), knowledge) for day in (first, second)]

    holds(both, alone)


@given(case=EITHER, apart=APART)
def test_two_dates_of_a_decision_are_decided_as_each_is(
    case: Part, apart: int, knowledge: Knowledge
) -> None:
    """The law of both days is applied, whichever is earlier."""
    case = undoubted(case)
    assume("urDecision" in case)
    since = case["request"][0].get("requestedOn", case["injury"]["injuredOn"])
    first = since + timedelta(1)
    second = first + timedelta(apart)

    both = judged(deciding(case, [first, second]), knowledge)
    alone = [judged(deciding(case, day), knowledge) for day in (first, second)]

    holds(both, alone)


CASES: Final = Path(__file__).parents[2] / "fixtures" / "cases"
OVER: Final = CASES / "crps-25-visits-two-request-dates" / "case.ttl"
"""Two dates of a request, the last day of an edition and the first of the next."""


@pytest.mark.parametrize("visits", range(22, 29))
def test_two_dates_over_the_first_day_of_an_edition(visits: int, knowledge: Knowledge) -> None:
    """The decision follows both editions below, between and above their limits."""
    text = OVER.read_text(encoding="utf-8").split("\n:request-date-1")[0]
    text = text.replace("mn:dateAccount :request-date-1 , :request-date-2", "")
    text = text.replace("requestedVisits 25", f"requestedVisits {visits}")
    days = [f'"2016-07-{day}"^^xsd:date' for day in (28, 29)]

    def dated(said: str) -> Determination:
        redated = text.replace(" , ".join(days), said)
        case = load_case(redated.encode(), knowledge, form="turtle")
        return decide(case, knowledge).determinations[0]

    holds(dated(" , ".join(days)), [dated(day) for day in days])
