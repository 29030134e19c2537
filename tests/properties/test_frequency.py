"""Laws of frequency: its effect on the outcome and its proposals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.generated_cases import (
    EITHER,
    Part,
    asking,
    changed,
    finding,
    judged,
    moves,
    name,
    visits_proposed,
    without,
)

if TYPE_CHECKING:
    from reasoner import Knowledge

ORDER: Final = ("NotMedicallyNecessary", "NotEstablished", "NecessaryInPart", "MedicallyNecessary")
"""The outcomes, the worst for the requester first."""
RATE: Final = ("visitsPerWeek", "weeks")
RATES: Final = st.integers(1, 7)


def at_rate(case: Part, rate: int, weeks: int) -> Part:
    """Request visits at a weekly rate for a number of weeks."""
    altered = asking(case, rate * weeks)
    return changed(altered, lambda c: c["request"][0].update(visitsPerWeek=rate, weeks=weeks))


@given(case=EITHER, rate=RATES, weeks=st.integers(1, 4), slower=st.integers(1, 4))
def test_fewer_a_week_never_hurts(
    case: Part, rate: int, weeks: int, slower: int, knowledge: Knowledge
) -> None:
    """Spreading the same visits over more weeks never leads to a worse outcome."""
    assume(slower <= rate and rate * weeks % slower == 0)

    quick = judged(at_rate(case, rate, weeks), knowledge)
    slow = judged(at_rate(case, slower, rate * weeks // slower), knowledge)

    assume(quick.is_decided)
    assert ORDER.index(name(slow)) >= ORDER.index(name(quick))


@given(case=EITHER, rate=RATES, weeks=st.integers(1, 4))
def test_a_frequency_does_not_change_the_number(
    case: Part, rate: int, weeks: int, knowledge: Knowledge
) -> None:
    """The frequency can change the outcome, but not the number of supported visits."""
    altered = at_rate(case, rate, weeks)
    bare = without(altered, "request") | {"request": [without(altered["request"][0], *RATE)]}

    dated, silent = judged(altered, knowledge), judged(bare, knowledge)

    assert dated.visits.supported == silent.visits.supported
    if name(silent) == "MedicallyNecessary":
        often = dated.visits.per_week is not None
        assert name(dated) == ("NecessaryInPart" if often else "MedicallyNecessary")


@given(case=EITHER, rate=st.integers(4, 7), weeks=st.integers(1, 3))
def test_the_proposed_frequency_is_supported_and_the_highest(
    case: Part, rate: int, weeks: int, knowledge: Knowledge
) -> None:
    """The proposed frequency is supported, and one more visit a week is not."""
    altered = at_rate(case, rate, weeks)
    altered["finding"] = [f for f in altered["finding"] if f["findingType"] != "ExceptionalFactors"]
    found = judged(altered, knowledge)
    proposed = [
        s
        for s in found.changes
        if moves(s) == {"LowerTheFrequency"} and visits_proposed(s) == rate * weeks
    ]
    assume(proposed and not found.visits.prior_open)
    asked, most = map(int, re.findall(r"\d+", proposed[0].text))

    slow = judged(at_rate(altered, 1, asked), knowledge)
    above = judged(at_rate(altered, most + 1, -(-asked // (most + 1))), knowledge)

    assert most < rate
    assert name(slow) == "MedicallyNecessary"
    assert name(above) != "MedicallyNecessary"


@given(case=EITHER, rate=st.integers(4, 7), weeks=st.integers(1, 3))
def test_exceptional_factors_do_not_answer_a_frequency(
    case: Part, rate: int, weeks: int, knowledge: Knowledge
) -> None:
    """Exceptional factors speak of number and duration, so the frequency limit stays."""
    altered = at_rate(case, rate, weeks)
    noted = changed(
        altered, lambda c: c["finding"].append(finding("ExceptionalFactors", "Affirmed"))
    )

    plain, excused = judged(altered, knowledge), judged(noted, knowledge)
    assert plain.visits.per_week is None or excused.visits.per_week == plain.visits.per_week
