"""What a determination cites was in force when the request was decided."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from reasoner.authoring.law_coverage import NOT_COMPUTED, REASONS, not_computed
from reasoner.determinations.as_data import describe_assessment
from reasoner.determinations.assess import decide, load_case, load_case_file
from reasoner.kernel.engine import derive
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.citations import SEPARATOR, citations_in_time, cite_on
from reasoner.knowledge.terms import mn
from reasoner.pages.coverage import law_text

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.data import DeterminationData

YEARS: Final = tuple(range(2005, 2025))
CONDITIONS: Final = (
    ("LumbarStrain", "LumbarSpine"),
    ("CervicalStrain", "CervicalSpine"),
    ("ShoulderSprain", "Shoulder"),
)
OF_TEXTS: Final = re.compile(r"CCR|Labor Code|AD order|CCC|Cal\.App|Cal\.4th")
RETIRED: Final = {"SRCH-04"}
"""Rules whose sentences state that an edition was no longer in force."""


def written(
    day: date, *, injured: date | None = None, condition: int = 0, **review: object
) -> dict[str, Any]:
    """Write a case that is decided on a day, a week after it was requested and received."""
    name, region = CONDITIONS[condition]
    asked = str(day - timedelta(4))
    return {
        "id": "https://w3id.org/mednec/case/in-time",
        "type": "Case",
        "injury": {"injuredOn": str(injured or day - timedelta(200))},
        "diagnosis": {"condition": name, "diagnosisStatus": "Current"},
        "course": {
            "treatment": "PhysicalTherapy",
            "attendedVisits": 20,
            "countCertainty": "Exact",
        },
        "request": {
            "treatment": "PhysicalTherapy",
            "region": region,
            "requestedVisits": 12,
            "requestedOn": asked,
            "receivedOn": asked,
        },
        "urDecision": {"decidedOn": str(day), "decisionOutcome": "Denied", **review},
    }


def judged(case: dict[str, Any], knowledge: Knowledge) -> DeterminationData:
    read = load_case(json.dumps(case).encode(), knowledge, form="json")
    return describe_assessment(decide(read, knowledge), knowledge).determinations[0]


def legal(case: dict[str, Any], knowledge: Knowledge) -> dict[str, str]:
    return {s.rule: s.text for s in judged(case, knowledge).legal}


def in_force(iri: str, days: set[str], knowledge: Knowledge) -> bool:
    """Return True if a source was in force on one of the days of a case."""
    first, after = (
        knowledge.value(iri, mn(name)) or "" for name in ("effectiveFrom", "effectiveUntil")
    )
    return any(first <= day and (not after or day < after) for day in days)


TIMELINESS: Final = {"UR-04", "UR-05", "UR-06", "UR-08", "UR-09", "UR-10", "UR-27", "UR-37"}
APPLICATION: Final = {"IMR-01", "IMR-02", "IMR-03", "IMR-04"}
PROSPECTIVE: Final = {"reviewType": "ProspectiveReview"}


@pytest.mark.parametrize("year", YEARS)
def test_nothing_is_cited_before_its_time_or_after_it(year: int, knowledge: Knowledge) -> None:
    """Each source and each basis was in force on a governing date of the case."""
    for month, condition in ((3, 0), (9, 1), (12, 2)):
        case = written(date(year, month, 10), condition=condition)
        found = judged(case, knowledge)
        days = {
            case["urDecision"]["decidedOn"],
            case["request"]["requestedOn"],
            case["injury"]["injuredOn"],
        }
        said = (*found.reasons, *found.legal, *found.search, *found.missing, *found.governing_dates)
        used = [s for s in said if s.rule not in RETIRED]
        for source in found.sources:
            if any(source.number in s.sources for s in used):
                edition = knowledge.value(source.iri, mn("statedIn")) or source.iri
                assert in_force(edition, days, knowledge), (source.citation, source.title)
            assert cite_on(source.citation, found.law_of, knowledge) == source.citation
        for sentence in used:
            assert cite_on(sentence.basis, found.law_of, knowledge) == sentence.basis


def test_every_citation_of_a_rule_has_its_time(knowledge: Knowledge) -> None:
    """Each citation of law that a rule gives has a period, so that none is made out of time."""
    known = citations_in_time(knowledge)
    undated = {"Cal. Labor Code 4610", "Cal. Labor Code 4604.5(a), 5307.27(a)"}
    texts = {
        part
        for rule in knowledge.rules
        for part in rule.source.split(SEPARATOR)
        if OF_TEXTS.search(part) and "text)" not in part
    }

    assert texts - set(known) == undated


@pytest.mark.parametrize(
    ("day", "cited"), [(date(2012, 12, 31), "(d)(1)"), (date(2013, 1, 1), "(c)(1)")]
)
def test_the_cap_is_cited_in_the_lettering_of_the_day(
    day: date, cited: str, knowledge: Knowledge
) -> None:
    """The cap was subdivision (d) before 2013-01-01 and is subdivision (c) from then on."""
    found = judged(written(day), knowledge)
    cap = next(s for s in found.legal if s.rule.startswith("CAP"))
    iri = "https://w3id.org/mednec/law/cap-physical-therapy"

    assert cap.basis == f"Cal. Labor Code 4604.5{cited}"
    assert next(s.citation for s in found.sources if s.iri == iri).endswith(cited)


def test_no_duty_of_2015_is_cited_in_2014(knowledge: Knowledge) -> None:
    """The form of a citation is asked for from 2015-04-20 on, and not before."""
    before, after = (judged(written(date(2015, 4, d)), knowledge) for d in (19, 20))

    assert not [s for s in before.search if s.rule.startswith("CITE")]
    assert [s for s in after.search if s.rule.startswith("CITE")]


@pytest.mark.parametrize(
    ("injured", "day", "exists"),
    [
        (date(2012, 12, 31), date(2013, 6, 30), False),
        (date(2012, 12, 31), date(2013, 7, 1), True),
        (date(2012, 12, 31), date(2013, 7, 2), True),
        (date(2013, 1, 1), date(2013, 6, 30), True),
        (date(2009, 9, 1), date(2010, 5, 9), False),
    ],
)
def test_independent_review_is_recommended_only_where_it_existed(
    injured: date, day: date, *, exists: bool, knowledge: Knowledge
) -> None:
    """Independent review is for injuries from 2013 and for decisions from July 2013."""
    found = judged(written(day, injured=injured), knowledge)

    assert ("independentMedicalReview" in found.recommended) == exists
    assert (found.venue == "IndependentMedicalReview") == exists
    said = " ".join(s.text for s in (*found.legal, *found.reasons, *found.notices))
    assert exists or "independent" not in said.lower()


@pytest.mark.parametrize(
    ("asked", "facts", "days", "rule"),
    [
        # Monday 2021-03-01: five business days end on 2021-03-08, 14 days on 2021-03-15.
        ("2021-03-01", PROSPECTIVE, 6, "UR-05"),
        ("2021-03-01", PROSPECTIVE, 7, "UR-05"),
        ("2021-03-01", PROSPECTIVE, 8, "UR-08"),
        ("2021-03-01", PROSPECTIVE, 13, "UR-08"),
        ("2021-03-01", PROSPECTIVE, 14, "UR-08"),
        ("2021-03-01", PROSPECTIVE, 15, "UR-06"),
        # Sunday 2021-03-07: 14 days end on Sunday 2021-03-21, perhaps on the Monday.
        ("2021-03-07", PROSPECTIVE, 15, "UR-37"),
        ("2021-03-07", PROSPECTIVE, 16, "UR-06"),
        ("2021-03-01", {"reviewType": "RetrospectiveReview"}, 29, "UR-05"),
        ("2021-03-01", {"reviewType": "RetrospectiveReview"}, 30, "UR-05"),
        # Day 30 is Wednesday, March 31, a holiday: the time may end on April 1.
        ("2021-03-01", {"reviewType": "RetrospectiveReview"}, 31, "UR-37"),
        ("2021-03-01", {"reviewType": "RetrospectiveReview"}, 32, "UR-06"),
        ("2021-03-01", {"reviewType": "ExpeditedReview"}, 2, "UR-05"),
        ("2021-03-01", {"reviewType": "ExpeditedReview"}, 3, "UR-37"),
        ("2021-03-01", {"reviewType": "ExpeditedReview"}, 4, "UR-27"),
        # Without a type, only what holds for each type is a finding.
        ("2021-03-01", {}, 7, "UR-05"),
        ("2021-03-01", {}, 8, "UR-10"),
        ("2021-03-01", {}, 14, "UR-10"),
        ("2021-03-01", {}, 15, "UR-09"),
        ("2021-03-01", {}, 31, "UR-09"),
        ("2021-03-01", {}, 32, "UR-06"),
        # Thanksgiving week of 2020: five business days from November 20 end on December 1.
        ("2020-11-20", PROSPECTIVE, 11, "UR-05"),
        ("2020-11-20", PROSPECTIVE, 12, "UR-08"),
        # Before 2020 it was in dispute whether Saturdays count.
        ("2014-03-03", PROSPECTIVE, 5, "UR-05"),
        ("2014-03-03", PROSPECTIVE, 6, "UR-37"),
        ("2014-03-03", PROSPECTIVE, 7, "UR-37"),
        ("2014-03-03", PROSPECTIVE, 8, "UR-08"),
    ],
)
def test_a_review_is_late_after_its_limit(
    asked: str, facts: dict[str, str], days: int, rule: str, knowledge: Knowledge
) -> None:
    """The last day is in time, the next one is late; what is open is neither."""
    day = date.fromisoformat(asked) + timedelta(days)
    case = written(day)
    case["request"] |= {"requestedOn": asked, "receivedOn": asked, **facts}
    found = legal(case, knowledge)

    assert {r for r in found if r in TIMELINESS} == {rule}


@pytest.mark.parametrize(
    ("manner", "applied", "rule"),
    [
        # Served on Friday 2014-05-09: 30 days end on Sunday 2014-06-08, with mailing on the 13th.
        ("ServedInPerson", "2014-06-07", "IMR-02"),
        ("ServedInPerson", "2014-06-08", "IMR-02"),
        ("ServedInPerson", "2014-06-09", "IMR-03"),
        ("ServedInPerson", "2014-06-10", "IMR-01"),
        ("ServedByMail", "2014-06-12", "IMR-02"),
        ("ServedByMail", "2014-06-13", "IMR-02"),
        ("ServedByMail", "2014-06-14", "IMR-01"),
        (None, "2014-06-08", "IMR-02"),
        (None, "2014-06-13", "IMR-03"),
        (None, "2014-06-14", "IMR-01"),
        (None, None, "IMR-04"),
    ],
)
def test_independent_review_is_applied_for_within_30_days_of_service(
    manner: str | None, applied: str | None, rule: str, knowledge: Knowledge
) -> None:
    """The manner of service and days that are not business days move the last day."""
    case = written(date(2014, 5, 9), servedOn="2014-05-09")
    if manner:
        case["urDecision"]["servedBy"] = manner
    if applied:
        case["application"] = {"appliedOn": applied}

    assert {r for r in legal(case, knowledge) if r in APPLICATION} == {rule}


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2014, 2, 26), ""),
        (date(2014, 2, 27), "Dubon I:"),
        (date(2014, 10, 5), "Dubon I:"),
        (date(2014, 10, 6), "Dubon II:"),
    ],
)
def test_case_law_on_late_review_holds_in_its_window(
    day: date, held: str, knowledge: Knowledge
) -> None:
    """What follows from a late review is what the appeals board held on the day."""
    case = written(day)
    asked = str(day - timedelta(40))
    case["request"] |= {"requestedOn": asked, "receivedOn": asked}
    found = legal(case, knowledge)

    assert "UR-06" in found
    assert found.get("UR-32", "").startswith(held)
    assert bool(held) == ("UR-32" in found)


@pytest.mark.parametrize("role", ["NurseReviewer", "ClaimsAdjuster", "PhysicianReviewer", None])
def test_only_a_physician_denies(role: str | None, knowledge: Knowledge) -> None:
    """A nurse or an adjuster who denied is a finding; an unknown role is a missing fact."""
    person = {"role": role} if role else {"licence": "California"}
    found = judged(written(date(2014, 12, 1), decidedBy=person), knowledge)

    expected = role in {"NurseReviewer", "ClaimsAdjuster"}
    assert any(s.rule == "UR-01" for s in found.legal) == expected
    assert any(s.rule == "UR-34" for s in found.missing) == (role is None)
    approved = written(date(2014, 12, 1), decidedBy=person)
    approved["urDecision"]["decisionOutcome"] = "Approved"
    assert "UR-01" not in legal(approved, knowledge)


@pytest.mark.parametrize(
    ("before", "facts", "rule"),
    [
        ("2013-12-04", {}, None),
        ("2013-12-05", {}, None),
        ("2013-12-06", {}, "UR-35"),
        ("2014-11-26", {}, "UR-35"),
        ("2014-06-01", {"sameRequester": False}, None),
        ("2014-06-01", {"changeDocumented": True}, None),
        ("2014-06-01", {"sameRequester": True, "changeDocumented": False}, "UR-13"),
    ],
)
def test_a_request_repeats_one_of_the_last_12_months(
    before: str, facts: dict[str, bool], rule: str | None, knowledge: Knowledge
) -> None:
    """A refused request stands for 12 months, for the same requester and without a change."""
    case = written(date(2014, 12, 9), injured=date(2013, 2, 1))
    case["earlierDecision"] = {
        "treatment": "PhysicalTherapy",
        "decidedOn": before,
        "decisionOutcome": "Denied",
    }
    for name, value in facts.items():
        part = "request" if name == "changeDocumented" else "earlierDecision"
        case[part][name] = value

    assert {r for r in legal(case, knowledge) if r in {"UR-13", "UR-35"}} == ({rule} - {None})


@pytest.mark.parametrize(
    ("injured", "day", "fires"),
    [
        ("2017-12-31", "2018-01-10", False),
        ("2018-01-01", "2018-01-10", True),
        ("2018-02-05", "2018-03-06", True),
        ("2018-02-05", "2018-03-07", True),
        ("2018-02-05", "2018-03-08", False),
        ("2024-02-01", "2024-02-10", True),
    ],
)
def test_the_first_30_days_are_named_with_their_conditions(
    injured: str, day: str, *, fires: bool, knowledge: Knowledge
) -> None:
    """Care asked for within 30 days of an injury of 2018 or later may need no prior review."""
    case = written(date.fromisoformat(day) + timedelta(3))
    case["injury"] = {"injuredOn": injured}
    case["request"] |= {"requestedOn": day, "receivedOn": day}
    found = legal(case, knowledge)

    assert ("FIRST-05" in found) == fires
    if fires:
        assert "the body part is accepted" in found["FIRST-05"]
    case["request"]["networkPhysician"] = False
    assert ("FIRST-03" in legal(case, knowledge)) == fires


def test_the_calendar_counts_its_days(knowledge: Knowledge) -> None:
    """Each holiday has the number of its day, that of the next one, and its place."""
    holidays = sorted(
        (date.fromisoformat(days[0].value), iri)
        for (iri, p), days in knowledge.described.items()
        if p == mn("observedOn").value
    )

    assert len(holidays) > 200
    for place, ((day, iri), (following, _)) in enumerate(pairwise(holidays), start=1):
        numbers = [
            int(knowledge.value(iri, mn(n)) or 0)
            for n in ("dayNumber", "untilDayNumber", "ordinal", "monthNumber")
        ]
        assert day.weekday() < 5
        assert numbers == [
            day.toordinal() + 1721425,
            following.toordinal() + 1721425,
            place,
            day.year * 12 + day.month,
        ]


def test_a_provision_that_no_rule_applies_says_so(knowledge: Knowledge) -> None:
    """Each provision is read by a rule, is applied by a rule that it names, or gives the reason."""
    folder = Path(__file__).parents[2] / "fixtures"
    read: set[str] = set()
    for path in (*folder.glob("cases/*/case.ttl"), *folder.glob("rules/*/fires.ttl")):
        derivation = derive(knowledge, load_case_file(path, knowledge).triples)
        read |= {
            term[1:-1]
            for firing in derivation.firings
            if firing.rule and firing.rule.id != "FORCE-01"
            for term in firing.row.values()
        }
    for name in ("comprisedIn", "askedBy"):
        for (_, predicate), asked in knowledge.described.items():
            read |= {v.value for v in asked} if predicate == mn(name).value else set()
    reasons = {one.iri for one in not_computed(knowledge)}
    provisions = {
        iri
        for (iri, predicate), kinds in knowledge.described.items()
        if predicate == TYPE.value and mn("Provision") in kinds
    }
    named = {
        iri: v[0].value
        for (iri, predicate), v in knowledge.described.items()
        if predicate == mn("appliedByRule").value
    }

    assert not [iri for iri in provisions if iri not in read | reasons | set(named)]
    assert set(named.values()) <= set(knowledge.rule)
    assert all(one.reason.endswith(".") for one in not_computed(knowledge))
    assert len(reasons) == len(not_computed(knowledge)), "a provision has one reason"


def test_the_list_of_what_is_not_computed_is_short(knowledge: Knowledge) -> None:
    """What is kept otherwise, or decides nothing in a review, is counted and not listed."""
    text = law_text(not_computed(knowledge))
    listed = [one for one in not_computed(knowledge) if one.status == NOT_COMPUTED]

    assert len(text.splitlines()) <= 45
    assert all(" ".join(one.citation.split()) in " ".join(text.split()) for one in listed)
    assert {one.status for one in not_computed(knowledge)} == set(REASONS.values())


def test_34_days_after_receipt_are_late_and_22_are_unknown(knowledge: Knowledge) -> None:
    """Where the type of review is not stated, only what is late for each type is late."""
    late = written(date(2016, 12, 5))
    late["request"] |= {"requestedOn": "2016-11-01", "receivedOn": "2016-11-01"}
    unknown = written(date(2014, 3, 25))
    unknown["request"] |= {"requestedOn": "2014-03-03", "receivedOn": "2014-03-03"}

    assert "late. Decided 34 days after receipt" in legal(late, knowledge)["UR-06"]
    assert "unknown. Decided 22 days after receipt" in legal(unknown, knowledge)["UR-09"]
    assert "UR-06" not in legal(unknown, knowledge)
