"""What a course counts toward, by its dates, its injury and what is authorized."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import decide, describe_assessment, load_case
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reasoner import Knowledge
    from reasoner.determinations.data import DeterminationData

INJURED, OPERATED, REQUESTED = date(2013, 6, 3), date(2014, 2, 11), date(2014, 3, 25)
OPERATIONS = {
    "Meniscectomy": ("Knee", "MeniscusTear"),
    "CarpalTunnelRelease": ("ForearmWristHand", "CarpalTunnelSyndrome"),
    "LumbarFusion": ("LumbarSpine", "LumbarStrain"),
}
DAY = timedelta(days=1)
NOTHING: Mapping[str, object] = {}
CAP_FINDINGS = ("WithinCap", "CapOpen", "CapExempt", "CapExceeded")
counts = st.integers(1, 30)
operations = st.sampled_from(sorted(OPERATIONS))


def case_of(
    courses: Sequence[dict[str, object]],
    operation: str = "Meniscectomy",
    asked: int = 4,
    requested: date = REQUESTED,
    parts: Mapping[str, object] = NOTHING,
) -> dict[str, object]:
    """Write a case with an operation, on the region of the request, and some courses."""
    region, condition = OPERATIONS[operation]
    return {
        "id": "https://w3id.org/mednec/case/generated",
        "injury": {"id": "#injury", "injuredOn": str(INJURED), "onsetOn": str(INJURED)},
        "diagnosis": {"condition": condition, "diagnosisStatus": "Current"},
        "finding": [
            {
                "findingType": name,
                "truth": "Affirmed",
                "statedBy": "TreatingPhysician",
            }
            for name in ("FunctionalImprovement", "PainBeyondHealing")
        ],
        "surgery": {"id": "#operation", "procedure": operation, "performedOn": str(OPERATED)},
        "course": [course_of(region, **course) for course in courses],
        "request": {
            "id": "#request",
            "treatment": "PhysicalTherapy",
            "region": region,
            "requestedVisits": asked,
            "requestedOn": str(requested),
        },
        "urDecision": {"decidedOn": str(requested + 7 * DAY), "decisionOutcome": "Denied"},
    } | dict(parts)


def course_of(region: str, **course: object) -> dict[str, object]:
    stated = {"treatment": "PhysicalTherapy", "region": region, "countCertainty": "Exact"}
    return stated | course


def without_operation(
    courses: Sequence[dict[str, object]], asked: int = 4, parts: Mapping[str, object] = NOTHING
) -> dict[str, object]:
    case = case_of(courses, "LumbarFusion", asked, parts=parts)
    del case["surgery"]
    return case


def determined(case: dict[str, object], knowledge: Knowledge) -> DeterminationData:
    graph = load_case(json.dumps(case).encode(), knowledge, form="json")
    return describe_assessment(decide(graph, knowledge), knowledge, proof=False).determinations[0]


def row_of(operation: str, knowledge: Knowledge) -> tuple[int, int]:
    """Return the months and the visits of the postsurgical row of an operation."""
    rows = [
        iri
        for (iri, name), values in knowledge.described.items()
        if name == mn("afterProcedure").value and any(v.value.endswith(operation) for v in values)
    ]
    months, visits = (
        next(int(v) for iri in rows if (v := knowledge.value(iri, mn(name))) is not None)
        for name in ("periodMonths", "maximumVisits")
    )
    return months, visits


def toward(d: DeterminationData, key: str, place: int = 0) -> tuple[str, int, int | None]:
    """Return whether a course counts toward a figure, and its fewest and most visits that do."""
    found = next(item for item in d.ledger[place].toward if item.toward == key)
    return found.counts, found.least, found.most


def cap_finding(case: dict[str, object], knowledge: Knowledge) -> str:
    graph = load_case(json.dumps(case).encode(), knowledge, form="json")
    decision = decide(graph, knowledge)
    request = decision.determinations[0].request
    found = {
        value.value.rsplit("#", 1)[-1]
        for value in decision.derivation.values(request, "legalFinding")
    }
    return next(name for name in CAP_FINDINGS if name in found)


def cap_of(knowledge: Knowledge) -> int:
    return int(
        knowledge.value("https://w3id.org/mednec/law/cap-physical-therapy", mn("maximumVisits"))
        or 0
    )


@given(n=st.integers(1, 9), days=st.integers(-200, 41), operation=operations)
def test_a_course_moved_across_the_day_of_the_operation_changes_sides(
    n: int, days: int, operation: str, knowledge: Knowledge
) -> None:
    """A course before that day counts toward the cap alone, one from then on toward the row."""
    assume(n <= row_of(operation, knowledge)[1])
    day = str(OPERATED + days * DAY)
    d = determined(
        case_of([{"attendedVisits": n, "firstVisitOn": day, "lastVisitOn": day}], operation),
        knowledge,
    )

    none, whole = ("no", 0, 0), ("yes", n, n)
    row, cap = toward(d, "postsurgicalRow"), toward(d, "cap")
    assert (row, cap) == ((none, whole) if days < 0 else (whole, none))
    assert (d.visits.prior, d.visits.prior_open) == (row[1], False)


@st.composite
def statements(draw: st.DrawFn) -> tuple[list[date], dict[str, object], dict[str, object]]:
    """Draw the dates of the visits, and what a course and a record state of them."""
    days = draw(st.lists(st.integers(-240, 200), min_size=1, max_size=10))
    dates = sorted(OPERATED + n * DAY for n in days)
    stated: dict[str, object] = {"attendedVisits": len(dates)}
    if draw(st.booleans()):
        stated["firstVisitOn"] = str(dates[0])
    if draw(st.booleans()):
        stated["lastVisitOn"] = str(dates[-1])
    others: dict[str, object] = {}
    if draw(st.booleans()):
        stated["recordedIn"] = {"id": "#notes"}
        others["record"] = {
            "id": "#notes",
            "recordType": "TherapyNotes",
            "availability": "InFile",
            "recordedOn": str(dates[-1] + draw(st.integers(0, 30)) * DAY),
        }
    return dates, stated, others


@given(statement=statements(), late=st.integers(1, 30), operation=operations)
def test_what_is_known_of_the_dates_bounds_the_visits_that_count(
    statement: tuple[list[date], dict[str, object], dict[str, object]],
    late: int,
    operation: str,
    knowledge: Knowledge,
) -> None:
    """Whatever dates the record states, the true number of visits lies between the two ends."""
    dates, stated, others = statement
    requested = max(dates[-1], OPERATED) + late * DAY
    d = determined(case_of([stated], operation, requested=requested, parts=others), knowledge)

    end = OPERATED.replace(month=OPERATED.month + row_of(operation, knowledge)[0])
    keys = [item.toward for item in d.ledger[0].toward]
    if "postsurgicalRow" in keys:
        _, least, most = toward(d, "postsurgicalRow")
        assert most is not None
        assert least <= sum(day >= OPERATED for day in dates) <= most
    else:
        assert toward(d, "limit") == ("yes", len(dates), len(dates))
    _, least, most = toward(d, "cap")
    assert most is not None
    assert least <= sum(not OPERATED <= day < end for day in dates) <= most


@given(prior=st.integers(0, 40), asked=st.integers(1, 20), more=st.integers(0, 15))
def test_an_authorization_of_n_visits_lifts_the_cap_by_n(
    prior: int, asked: int, more: int, knowledge: Knowledge
) -> None:
    """The cap is exceeded exactly where the visits exceed the cap and those authorized."""
    others: dict[str, object] = {
        "authorization": {
            "treatment": "PhysicalTherapy",
            "authorizedVisits": more,
            "recordedIn": {"id": "#letter"},
        },
        "record": {"id": "#letter", "recordType": "AuthorizationLetter", "availability": "InFile"},
    }
    case = without_operation([{"attendedVisits": prior}], asked, others if more else NOTHING)
    cap, total = cap_of(knowledge), prior + asked

    expected = (
        "WithinCap" if total <= cap else "CapExempt" if total <= cap + more else "CapExceeded"
    )
    assert cap_finding(case, knowledge) == expected


@given(prior=st.integers(20, 26), asked=st.integers(1, 9), more=st.integers(1, 9))
def test_an_authorization_for_another_request_lifts_nothing(
    prior: int, asked: int, more: int, knowledge: Knowledge
) -> None:
    """An authorization covers the request that it names."""
    case = without_operation(
        [{"attendedVisits": prior}],
        asked,
        {
            "authorization": {
                "treatment": "PhysicalTherapy",
                "authorizedVisits": more,
                "recordedIn": {"id": "#letter"},
                "forRequest": {"id": "#request-2"},
            },
            "record": {
                "id": "#letter",
                "recordType": "AuthorizationLetter",
                "availability": "InFile",
            },
        },
    )
    request = case["request"]
    assert isinstance(request, dict)
    case["request"] = [request, request | {"id": "#request-2", "treatment": "Acupuncture"}]
    assume(prior + asked > cap_of(knowledge))

    assert cap_finding(case, knowledge) == "CapExceeded"


@given(
    few=st.integers(0, 26), width=st.integers(0, 6), down=st.integers(0, 4), up=st.integers(0, 4)
)
def test_a_wider_interval_is_never_more_certain(
    few: int, width: int, down: int, up: int, knowledge: Knowledge
) -> None:
    """What is open for a count between two numbers is open for a wider interval."""

    def between(least: int, most: int) -> dict[str, object]:
        count = {"countCertainty": "Between", "fewestVisits": least, "mostVisits": most}
        return without_operation([count])

    narrow = between(few, few + width)
    wide = between(max(0, few - down), few + width + up)
    here, there = cap_finding(narrow, knowledge), cap_finding(wide, knowledge)
    one, other = determined(narrow, knowledge), determined(wide, knowledge)

    assert there in {here, "CapOpen"}
    assert one.robust or not other.robust
    assert one.visits.supported is not None
    assert other.visits.supported is not None
    assert other.visits.supported.least <= one.visits.supported.least
    assert other.visits.supported.most >= one.visits.supported.most


@given(first=counts, second=counts, asked=st.integers(1, 8), named=st.sampled_from("ab"))
def test_two_injuries_are_two_caps(
    first: int, second: int, asked: int, named: str, knowledge: Knowledge
) -> None:
    """The visits of the injury that the request names count, and no others."""
    injuries = [
        {"id": f"#{name}", "injuredOn": day, "onsetOn": day}
        for name, day in (("a", "2009-03-02"), ("b", "2012-05-04"))
    ]
    case = without_operation(
        [
            {"attendedVisits": first, "ofInjury": {"id": "#a"}},
            {"attendedVisits": second, "ofInjury": {"id": "#b"}},
        ],
        asked,
        {"injury": injuries},
    )
    request = case["request"]
    assert isinstance(request, dict)
    case["request"] = request | {"ofInjury": {"id": f"#{named}"}}
    mine = first if named == "a" else second

    assert determined(case, knowledge).visits.prior == mine
    over = mine + asked > cap_of(knowledge)
    assert cap_finding(case, knowledge) == ("CapExceeded" if over else "WithinCap")


@given(first=counts, asked=st.integers(1, 8))
def test_without_a_named_injury_nothing_is_certain(
    first: int, asked: int, knowledge: Knowledge
) -> None:
    """With two injuries and nothing named, from none to all visits count."""
    injuries = [{"injuredOn": day, "onsetOn": day} for day in ("2009-03-02", "2012-05-04")]
    d = determined(
        without_operation([{"attendedVisits": first}], asked, {"injury": injuries}), knowledge
    )

    assert toward(d, "limit") == toward(d, "cap") == ("open", 0, first)
    assert (d.visits.prior, d.visits.prior_most) == (0, first)


@given(order=st.permutations(range(3)))
def test_the_order_of_courses_does_not_matter(order: list[int], knowledge: Knowledge) -> None:
    """The ledger lists the same courses with the same shares, in the same order."""
    courses: list[dict[str, object]] = [
        {"id": "#before", "attendedVisits": 8, "lastVisitOn": "2013-10-30"},
        {"id": "#after", "attendedVisits": 5, "firstVisitOn": "2014-02-18"},
        {"id": "#undated", "attendedVisits": 3},
    ]
    one = determined(case_of(courses), knowledge)
    other = determined(case_of([courses[n] for n in order]), knowledge)

    assert other.ledger == one.ledger
    assert other.visits == one.visits
