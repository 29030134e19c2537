"""Explanations: why, down to the lines of the files, and why not, with what fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reasoner import decide, explain, explanation_text, load_case_file
from reasoner.errors import ConclusionUnknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner import Assessment, Knowledge

CASES = Path(__file__).parents[2] / "fixtures" / "cases"
SEED = CASES / "seed-2014-spine-12-visits" / "case.ttl"
OUTCOMES = ("MedicallyNecessary", "NecessaryInPart", "NotMedicallyNecessary", "NotEstablished")


@pytest.fixture(scope="module")
def seed(knowledge: Knowledge) -> Assessment:
    """Decide the seed once."""
    return decide(load_case_file(SEED, knowledge), knowledge)


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from nodes(value)


def lines_of(place: dict[str, Any]) -> str:
    root = CASES.parents[1]
    path = Path(place["file"])
    path = path if path.is_absolute() else root / path
    return path.read_text(encoding="utf-8").splitlines()[place["line"] - 1]


def test_the_why_not_of_the_seed_names_what_prevents_it(
    seed: Assessment, knowledge: Knowledge
) -> None:
    """The explanation names outcome, sum over the limit, region and missing facts."""
    answer = explain(
        seed, knowledge, why_not="MedicallyNecessary", text=SEED.read_text(encoding="utf-8")
    )

    page = explanation_text(answer)

    assert page.startswith("NOT MEDICALLY NECESSARY AS REQUESTED")
    short = page[: page.index("Each path")].replace("\n     ", " ")
    for words in (
        "total 21 (= visits 9 + asked 12) at most smallest 10",
        "The thoracic spine has no current diagnosis.",
        "not stated: any finding: finding type: exceptional factors",
    ):
        assert words in short
    assert "trial visits" not in short
    assert "\n  4  " in short
    assert "\n  6  " not in short
    assert "mtus-chronic-pain-2009.ttl:" in page
    assert "case.ttl:" in page


def test_a_why_not_of_a_request_follows_no_rule_on_other_things(
    seed: Assessment, knowledge: Knowledge
) -> None:
    """A why-not on a request ignores rules that conclude the property for other things."""
    answer = explain(seed, knowledge, why_not="MedicallyNecessary", text="")

    rules = {node["rule"] for node in nodes(answer) if "rule" in node}

    assert {"OUT-11", "OUT-20"} <= rules
    assert not {rule for rule in rules if rule.startswith(("SUPP", "SLOT", "ANSW"))}


def test_each_place_that_is_named_holds_its_fact(seed: Assessment, knowledge: Knowledge) -> None:
    """The named line of the file contains the figure."""
    text = SEED.read_text(encoding="utf-8")
    why = explain(seed, knowledge, why="LIM-02", text=text)
    why_not = explain(seed, knowledge, why_not="MedicallyNecessary", text=text)
    named = [n for n in nodes([why, why_not]) if isinstance(n.get("place"), dict)]
    figures = [n for n in named if n["words"].rsplit(" ", 1)[-1].isdigit() and n["place"]["line"]]

    assert {n["words"].rsplit(" ", 1)[-1] for n in figures} >= {"9", "10", "12"}
    for node in figures:
        assert node["words"].rsplit(" ", 1)[-1] in lines_of(node["place"])


def test_a_why_goes_back_to_asserted_facts(seed: Assessment, knowledge: Knowledge) -> None:
    """Each leaf of the tree has a place or was shown above."""
    answer = explain(seed, knowledge, why="NotMedicallyNecessary")

    leaves = [n for n in nodes(answer) if "words" in n and "rule" not in n]

    assert leaves
    assert all(leaf["place"] for leaf in leaves)


@pytest.mark.parametrize("asked", ["mn:governedBy", "LIM-02", "soft-tissue-nearest-row"])
def test_a_rule_a_property_or_a_recommendation_can_be_asked(
    asked: str, seed: Assessment, knowledge: Knowledge
) -> None:
    """Each name on the page can be used in a question."""
    if asked == "soft-tissue-nearest-row":
        asked = "mng:mtus-chronic-pain-2009/soft-tissue-nearest-row"

    assert explain(seed, knowledge, why=asked)["why"]["found"]  # type: ignore[index]


def test_an_outranked_recommendation_names_what_outranks_it(
    seed: Assessment, knowledge: Knowledge
) -> None:
    """The why-not of an outranked recommendation names the source that comes first."""
    answer = explain(seed, knowledge, why_not="mng:odg-2014/lumbar-sprain")

    assert "closes other recognized guidelines" in explanation_text(answer)


def test_a_recommendation_for_other_conditions_says_which_are_not_met(
    seed: Assessment, knowledge: Knowledge
) -> None:
    """The why-not names the condition of the population that the situation does not meet."""
    answer = explain(seed, knowledge, why_not="mng:mtus-chronic-pain-2009/crps")

    outside = [n["outside"] for n in nodes(answer) if "outside" in n]

    assert outside
    assert all(one["unmet"] for one in outside)


@pytest.mark.parametrize("path", sorted(CASES.glob("*/case.ttl")), ids=lambda p: p.parent.name)
def test_every_outcome_is_answered_in_every_case(path: Path, knowledge: Knowledge) -> None:
    """Each conclusion has a why and each other outcome a why-not, never both."""
    decision = decide(load_case_file(path, knowledge), knowledge)
    drawn = {d.outcome.rsplit("#", 1)[-1] for d in decision.determinations}

    for outcome in OUTCOMES:
        asked, other = ("why", "why_not") if outcome in drawn else ("why_not", "why")
        page = explanation_text(explain(decision, knowledge, **{asked: outcome}))
        assert outcome in drawn or "  1  " in page
        with pytest.raises(ConclusionUnknown):
            explain(decision, knowledge, **{other: outcome})


def test_a_test_that_is_said_to_fail_is_false(seed: Assessment, knowledge: Knowledge) -> None:
    """A test reported as failed is false for the values shown."""
    answer = explain(seed, knowledge, why_not="MedicallyNecessary")
    tests = [n for n in nodes(answer) if "test" in n and n["test"] == "?total <= ?smallest"]

    assert tests
    for test in tests:
        values = {name: int(value) for name, value in test["values"].items()}
        assert values["visits"] + values["asked"] == values["total"] > values["smallest"]


def test_a_misspelled_name_gets_suggestions(seed: Assessment, knowledge: Knowledge) -> None:
    """A misspelled name gives an error with suggestions."""
    with pytest.raises(ConclusionUnknown) as caught:
        explain(seed, knowledge, why_not="MedicalyNecessary")

    assert "mn:MedicallyNecessary" in caught.value.hint


@pytest.mark.parametrize("name", ["", "xyzzy", "<>", "mn:", "LIM-", "owl:Thing", "mn:Visit", "é"])
def test_any_name_is_answered_with_a_message(
    name: str, seed: Assessment, knowledge: Knowledge
) -> None:
    """A question about an unknown name is answered with an error, not an exception."""
    for question in ({"why": name}, {"why_not": name}):
        with pytest.raises(ConclusionUnknown):
            explain(seed, knowledge, **question)


def test_an_explanation_is_the_same_each_time(seed: Assessment, knowledge: Knowledge) -> None:
    """Output is sorted."""
    pages = {
        json.dumps(explain(seed, knowledge, why="LIM-02", why_not="MedicallyNecessary"))
        for _ in range(2)
    }

    assert len(pages) == 1


def test_a_row_of_law_and_a_rule_of_one_id_are_distinguished(
    seed: Assessment, knowledge: Knowledge
) -> None:
    """A question about an id that a rule and a row share says so; `row` asks about the row."""
    rule = explain(seed, knowledge, why="DEF-02")["why"]

    assert "'row DEF-02' is another thing" in rule["about"]
    with pytest.raises(ConclusionUnknown, match="chronic-pain-2009 is a term"):
        explain(seed, knowledge, why="row DEF-02")


def test_no_id_of_a_rule_alone_speaks_of_a_row(seed: Assessment, knowledge: Knowledge) -> None:
    """An id that only a rule has is answered as before."""
    assert "row" not in explain(seed, knowledge, why="LIM-02")["why"]["about"]


def test_a_node_without_a_label_has_a_short_name(seed: Assessment, knowledge: Knowledge) -> None:
    """Neither a review of the case nor a scenario is called by the sentence that made it."""
    path = CASES / "lumbar-strain-4-visits-count-decides" / "case.ttl"
    decided = decide(load_case_file(path, knowledge), knowledge)
    answer = explain(decided, knowledge, why="NotEstablished")
    every = [node for node in nodes(answer) if "words" in node]
    named = {name: node["text"] for node in every for name in node.get("names", ())}
    words = " ".join(node["words"] for node in every)

    assert "“" not in words
    assert "utilization review: decided on: 2014-05-09" in explanation_text(
        explain(seed, knowledge, why="LIM-02")
    )
    assert named["completion 1"].startswith("The request is decided with 0 earlier visits")
    assert "completion 1: prior visits: 0" in words
