"""The order of rules follows only from what they read, negate and conclude."""

from __future__ import annotations

import re

import pytest

from reasoner.errors import RuleMalformed
from reasoner.kernel.flow import Clause, Given
from reasoner.kernel.order import find_order
from reasoner.kernel.parser import parse_construct


def clause(name: str, text: str, *, asserted: bool = False) -> Clause:
    """Make a clause from a rule `template <- where`."""
    template, where = text.split(" <- ")
    query = f"PREFIX : <urn:> CONSTRUCT {{ {template} }} WHERE {{ {where} }}"
    return Clause(
        id=name,
        path=f"{name.lower()}.rq",
        construct=parse_construct(query, name),
        asserted=asserted,
    )


def strata(*texts: str, given: Given | None = None) -> tuple[int, ...]:
    clauses = [clause(f"R{n}", text) for n, text in enumerate(texts)]
    return find_order(clauses, given or Given()).strata


@pytest.mark.parametrize(
    "second",
    [
        "?x :c 1 <- ?x :b ?y",
        "?x :c 1 <- ?x a :T . FILTER NOT EXISTS { ?x :b ?other }",
        "?x :c 1 <- ?x a :T . FILTER NOT EXISTS { ?z :b ?renamed }",
        "?x :c 1 <- ?x a :T . OPTIONAL { ?x :b ?y } FILTER (!BOUND(?y))",
        "?x :c ?n <- { SELECT ?x (SUM(?y) AS ?n) WHERE { ?x :b ?y } GROUP BY ?x }",
        "?x :c 1 <- ?x a :T . { ?x :b ?y } UNION { ?x :d ?y }",
        "?x :c 1 <- VALUES ?p { :b :d } ?x ?p ?y",
    ],
)
def test_a_rule_runs_after_what_it_looks_at(second: str) -> None:
    """A rule depends on what it reads, negates, counts, or has in OPTIONAL or UNION."""
    assert strata(second, "?x :b 1 <- ?x :a 1") == (1, 0)


@pytest.mark.parametrize(
    "second",
    ["?x :c 1 <- ?x :d ?y", "?x :c 1 <- ?x :b 2", "?x :c 1 <- VALUES ?p { :d :e } ?x ?p ?y"],
)
def test_a_rule_that_looks_elsewhere_does_not_wait(second: str) -> None:
    """Another property, or another object of the same property, creates no dependency."""
    assert strata(second, "?x :b 1 <- ?x :a 1") == (0, 0)


def test_one_property_of_two_kinds_of_individual_makes_no_circle() -> None:
    """Deriving the response of a scenario from that of its request creates no cycle."""
    made = (
        "?s a :Scenario ; :response ?r <- ?x a :Request ; :response ?r . "
        'BIND (IRI(CONCAT(STR(?x), "/s")) AS ?s)'
    )
    given = Given(properties=frozenset({"urn:response"}), classes=frozenset({"<urn:Request>"}))

    assert strata(made, "?s :outcome ?r <- ?s a :Scenario ; :response ?r", given=given) == (0, 1)


def test_a_rule_on_asserted_facts_runs_first_and_may_repeat_their_properties() -> None:
    """The rule that copies requests reads asserted requests only, not its own copies."""
    copy = '?c :request ?v <- ?c :request ?x . BIND (IRI(CONCAT(STR(?x), "/v")) AS ?v)'
    clauses = [clause("A", "?x :n 1 <- ?c :request ?x"), clause("B", copy, asserted=True)]

    assert find_order(clauses, Given()).strata == (1, 0)
    with pytest.raises(RuleMalformed, match="B reads what it concludes itself: <urn:request>"):
        find_order([clauses[0], clause("B", copy)], Given())


@pytest.mark.parametrize(
    "text",
    [
        "?x :b 1 <- ?x a :T . FILTER NOT EXISTS { ?x :b ?y }",
        "?x :b 1 <- ?x a :T . FILTER NOT EXISTS { ?other :b ?y }",
        "?x :b 1 <- ?x a :T . OPTIONAL { ?x :b ?y } FILTER (!BOUND(?y))",
        "?x :b ?n <- { SELECT ?x (MAX(?y) AS ?n) WHERE { ?x :b ?y } GROUP BY ?x }",
    ],
)
def test_a_rule_that_negates_its_own_conclusion_is_refused(text: str) -> None:
    """A rule may not negate its own conclusion, in any form and with any variable names."""
    with pytest.raises(RuleMalformed) as refused:
        strata(text)

    assert "r0.rq: R0 negates or counts what it concludes itself: <urn:b>" in str(refused.value)


def test_a_circle_is_refused_with_rules_files_and_properties() -> None:
    """The message names the rules of the cycle, their files and the properties."""
    with pytest.raises(RuleMalformed) as refused:
        strata(
            "?x :b 1 <- ?x :a 1 . FILTER NOT EXISTS { ?x :d ?y }",
            "?x :c 1 <- ?x :b 1",
            "?x :d 1 <- ?x :c 1",
        )

    said = refused.value.message
    assert "in a circle" in said
    for step in ("R0 (r0.rq) negates or counts <urn:d> of R2", "R1 (r1.rq) reads <urn:b> of R0"):
        assert step in said
    assert len(re.findall(r"\(r\d\.rq\)", said)) == 3


def test_a_rule_that_may_read_any_property_reads_its_own() -> None:
    """A variable property must be restricted by VALUES or by facts of the knowledge base."""
    with pytest.raises(RuleMalformed, match="R0 reads what it concludes itself"):
        strata("?x :c 1 <- ?x ?any ?y")

    given = Given(closed={"urn:key": frozenset({"urn:on"})})
    assert strata("?x :c ?y <- ?z :key ?any . ?x ?any ?y", given=given) == (0,)
