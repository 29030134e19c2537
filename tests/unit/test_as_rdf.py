"""The determination as RDF conforms to its shapes, uses declared terms and agrees with the text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner import assessment_data, assessment_rdf, decide, load_case_file
from reasoner.cases.intake import check_data
from reasoner.determinations.as_rdf import assessment_triples
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import NS, mn

if TYPE_CHECKING:
    from reasoner import Assessment, Knowledge

CASES = Path(__file__).parents[2] / "fixtures" / "cases"


@pytest.fixture(scope="module", params=sorted(p.name for p in CASES.iterdir() if p.is_dir()))
def decision(request: pytest.FixtureRequest, knowledge: Knowledge) -> Assessment:
    """Each fixture case, decided."""
    return decide(load_case_file(CASES / request.param / "case.ttl", knowledge), knowledge)


def test_an_answer_conforms_to_the_shapes_of_answers(
    decision: Assessment, knowledge: Knowledge
) -> None:
    """Each outcome has a reason and each reason a citation, as the shapes require."""
    triples = assessment_triples(decision, knowledge)
    kinds = [
        ox.Triple(t.object, TYPE, kind)
        for t in triples
        if isinstance(t.object, ox.NamedNode)
        for kind in knowledge.described.get((t.object.value, TYPE.value), ())
    ]
    data = "".join(f"{t} .\n" for t in {*triples, *kinds}).encode()

    results = check_data(data, knowledge.other_shapes["determination"])

    assert [r for r in results if r.severity == "Violation"] == []


def test_an_answer_uses_declared_terms_only(decision: Assessment, knowledge: Knowledge) -> None:
    """Each term that a determination uses is in the vocabulary, so analysts can look it up."""
    used = {t.predicate.value for t in assessment_triples(decision, knowledge)}

    unknown = {p for p in used if p.startswith(NS)} - knowledge.vocabulary.terms

    assert unknown == {p for p in unknown if p in ANNOTATIONS}


ANNOTATIONS = {mn("population").value, mn("keyedOn").value, mn("startedBy").value}


def test_turtle_and_data_state_one_outcome(decision: Assessment, knowledge: Knowledge) -> None:
    """Turtle and data state the same outcome."""
    graph = list(
        ox.parse(assessment_rdf(decision, knowledge, "turtle"), format=ox.RdfFormat.TURTLE)
    )
    data = assessment_data(decision, knowledge)["determinations"]

    stated = {
        q.subject.value: q.object.value.removeprefix(NS)
        for q in graph
        if q.predicate == mn("outcome") and "-determination" in q.subject.value
    }

    assert stated == {d["id"]: d["outcome"] for d in data}  # type: ignore[union-attr, index]
