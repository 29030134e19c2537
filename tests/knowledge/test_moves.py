"""The proposals are the smallest sets of moves that suffice, found by trying all of them."""

from __future__ import annotations

import re
from datetime import date
from itertools import chain, combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest

from reasoner.knowledge.terms import mn
from tests.generated_cases import (
    Part,
    changed,
    finding,
    judged,
    moves,
    name,
    responding,
    visits_proposed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner import Knowledge

LIMIT: Final = 10
"""Visits that the chronic pain guideline of 2009 supports for the strain of these cases."""
RATE: Final = 3
"""Visits a week that it supports."""
DAY: Final = date(2014, 4, 20)
MOVES: Final = (
    "AskForFewer",
    "LowerTheFrequency",
    "LeaveOutRegions",
    "ShowImprovement",
    "ShowExceptionalFactors",
)


def asked_after(prior: int, visits: int, rate: int, *regions: str) -> Part:
    """Write a case that asks for some visits after others, and documents nothing more."""
    return {
        "id": "https://w3id.org/mednec/case/moves",
        "injury": {"injuredOn": date(2013, 8, 7)},
        "diagnosis": [
            {"condition": "LumbarStrain", "diagnosisStatus": "Current"},
            {"condition": "ThoracicSprain", "diagnosisStatus": "Past"},
        ],
        "course": [
            {"treatment": "PhysicalTherapy", "attendedVisits": prior, "countCertainty": "Exact"}
        ],
        "finding": [finding("PainBeyondHealing", "Affirmed")],
        "request": [
            {
                "treatment": "PhysicalTherapy",
                "region": ["LumbarSpine", *regions],
                "requestedVisits": visits,
                "visitsPerWeek": rate,
                "requestedOn": DAY,
            }
        ],
        "urDecision": {"decidedOn": date(2014, 5, 2), "decisionOutcome": "Denied"},
    }


def made(case: Part, chosen: Iterable[str]) -> Part:
    """Do what the moves say, as a requester would."""
    prior = case["course"][0]["attendedVisits"]
    for move in chosen:
        if move == "AskForFewer":
            case = changed(case, lambda c: c["request"][0].update(requestedVisits=LIMIT - prior))
        elif move == "LowerTheFrequency":
            case = changed(case, lambda c: c["request"][0].update(visitsPerWeek=RATE))
        elif move == "LeaveOutRegions":
            case = changed(case, lambda c: c["request"][0].update(region=["LumbarSpine"]))
        elif move == "ShowImprovement":
            case = responding(case, "Affirmed")
        else:
            case = case | {"finding": [*case["finding"], finding("ExceptionalFactors", "Affirmed")]}
    return case


def smallest_that_suffice(case: Part, knowledge: Knowledge) -> set[frozenset[str]]:
    """Try every set of moves, and keep the smallest sets that suffice."""
    asked, prior = case["request"][0]["requestedVisits"], case["course"][0]["attendedVisits"]
    possible = [m for m in MOVES if m != "AskForFewer" or 0 < LIMIT - prior < asked]
    sufficient: set[frozenset[str]] = set()
    for chosen in chain.from_iterable(combinations(possible, n) for n in range(6)):
        if not any(smaller <= set(chosen) for smaller in sufficient):
            after = judged(made(case, chosen), knowledge)
            sufficient |= {frozenset(chosen)} if name(after) == "MedicallyNecessary" else set()
    return sufficient - {frozenset()}


def proposed(case: Part, knowledge: Knowledge) -> set[frozenset[str]]:
    """Return the proposed sets of moves that make the whole request necessary."""
    found = judged(case, knowledge)
    return {
        moves(s) | ({"AskForFewer"} if visits_proposed(s) != found.visits.requested else set())
        for s in found.changes
        if s.rule == "CHG-01"
    }


@pytest.mark.parametrize(
    "case",
    [
        asked_after(0, 8, 2),
        asked_after(0, 12, 2),
        asked_after(2, 4, 4),
        asked_after(2, 12, 6),
        asked_after(8, 6, 6),
        asked_after(10, 6, 2),
        asked_after(0, 8, 4, "ThoracicSpine"),
        asked_after(2, 4, 4, "ThoracicSpine"),
        asked_after(2, 12, 6, "ThoracicSpine"),
        responding(asked_after(2, 12, 6, "ThoracicSpine"), "Affirmed"),
        responding(asked_after(2, 12, 6), "Negated"),
    ],
    ids=lambda c: "-".join(
        [
            f"{c['request'][0]['requestedVisits']} after {c['course'][0]['attendedVisits']}",
            f"{c['request'][0]['visitsPerWeek']} a week",
            *c["request"][0]["region"][1:],
            *(f["truth"] for f in c["finding"][1:]),
        ]
    ),
)
def test_the_proposals_are_the_smallest_sets_of_moves_that_suffice(
    case: Part, knowledge: Knowledge
) -> None:
    """The proposals equal the smallest sufficient sets, found by deciding every changed case."""
    assert proposed(case, knowledge) == smallest_that_suffice(case, knowledge)


def test_a_change_of_fewer_moves_is_proposed_before_one_of_more(knowledge: Knowledge) -> None:
    """Proposals are sorted by the number of their moves, whatever their words and rules."""
    case = asked_after(2, 12, 6, "ThoracicSpine")

    sets = [
        moves(s) | ({"AskForFewer"} if visits_proposed(s) != 12 else set())
        for s in judged(case, knowledge).changes
        if s.rule in {"CHG-01", "CHG-14"}
    ]

    assert [len(chosen) for chosen in sets] == [1, 4]


@pytest.mark.parametrize("stated", [("Affirmed", "Negated"), ("Affirmed",), ("Negated",), ()])
def test_stating_a_proposed_count_has_the_promised_outcome_whatever_the_response(
    stated: tuple[str, ...], knowledge: Knowledge
) -> None:
    """A count is proposed only if its outcome does not also depend on the response."""
    case = asked_after(0, 1, 1) | {
        "injury": {"injuredOn": date(2015, 6, 28), "onsetOn": date(2015, 6, 28)},
        "record": [{"recordType": "TherapyNotes", "availability": "KnownMissing"}],
        "finding": [
            finding("PainBeyondHealing", "Affirmed"),
            *(finding("FunctionalImprovement", truth) for truth in stated),
        ],
    }
    case["request"][0] |= {"requestedOn": date(2017, 6, 18)}
    case["rebuttal"] = {
        "challenges": "mtus-chronic-pain-2016",
        "cites": {"citedAs": "a trial"},
        "accepted": True,
    }
    case["urDecision"] = {"decidedOn": date(2017, 6, 20), "decisionOutcome": "Denied"}
    open_count = changed(case, lambda c: c.update(course=[]))

    promised = {
        int(s.firing.bindings["prior"].value): s.firing.bindings["better"].value.rsplit("#", 1)[-1]
        for s in judged(open_count, knowledge).changes
        if s.rule == "CHG-17"
    }

    assert promised
    for count, outcome in promised.items():
        exact = changed(case, lambda c, n=count: c["course"][0].update(attendedVisits=n))
        assert name(judged(exact, knowledge)) == outcome


def phrases(knowledge: Knowledge) -> dict[str, str]:
    """Return the phrase of each move and indication by its IRI."""
    return {
        iri: value.value
        for name in ("proposedAs", "indicatedWhere")
        for (iri, prop), values in knowledge.described.items()
        if prop == mn(name).value
        for value in values
        if isinstance(value, ox.Literal)
    }


def test_each_placeholder_of_a_phrase_is_filled_by_each_rule_that_uses_it(
    knowledge: Knowledge,
) -> None:
    """Each rule that uses a phrase binds a variable for each of its placeholders."""
    places = {p for text in phrases(knowledge).values() for p in re.findall(r"\{\?(\w+)", text)}
    with_phrase = [r for r in knowledge.rules if "{?phrase" in r.because and "proposal" in r.text]

    assert places == {"asked", "most"}
    assert {r.id for r in with_phrase} >= {"CHG-01", "CHG-14"}
    for rule in with_phrase:
        assert all(f"?{place} " in rule.text for place in places), rule.id


def test_no_guideline_speaks_in_a_rule() -> None:
    """The indications of acupuncture are in its guideline, not in a rule."""
    rules = Path(__file__).parents[2] / "ontology"

    for path in rules.rglob("*.rq"):
        assert "medication" not in path.read_text(encoding="utf-8"), path.name
