"""The compiled rules against two SPARQL engines, and the compiled populations against HermiT."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.sparql import prepareQuery

from reasoner import load_case_file
from reasoner.kernel.engine import derive
from reasoner.kernel.reference import derive_in_store
from reasoner.kernel.terms import NS, OWL, RDF
from reasoner.knowledge.classify import classify

if TYPE_CHECKING:
    import pyoxigraph as ox

    from reasoner import Knowledge

CASES = sorted((Path(__file__).parents[2] / "fixtures" / "cases").glob("*/case.ttl"))
TYPE = URIRef(RDF + "type")
ON_PROPERTY = OWL + "onProperty"


def as_graph(triples: Any) -> Graph:
    text = "".join(f"{t} .\n" for t in triples)
    return Graph().parse(data=text, format="nt")


@cache
def prepared(text: str) -> Any:
    return prepareQuery(text)


def derive_with_rdflib(knowledge: Knowledge, told: Any) -> Graph:
    """Run each rule's text to a fixpoint of its stratum, naively, on rdflib."""
    graph = as_graph([*(q.triple for q in knowledge.working_facts), *told])
    known = set(graph)
    for stratum, rules in groupby(knowledge.rules, key=lambda rule: rule.stratum):
        if stratum == knowledge.membership:
            for population in knowledge.populations:
                name = URIRef(population.iri)
                for row in list(graph.query(prepared(population.select))):
                    graph.add((row[0], TYPE, name))
                    graph.add((row[0], URIRef(NS + "inPopulation"), name))
        concluded = {t for rule in rules for t in graph.query(prepared(rule.text))}
        for triple in concluded:
            graph.add(triple)
    derived = Graph()
    for triple in set(graph) - known:
        derived.add(triple)
    return derived


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_pyoxigraph_running_the_rule_texts_derives_the_same_facts(
    path: Path, knowledge: Knowledge
) -> None:
    """One rule text, two ways to run it, one answer."""
    case = load_case_file(path, knowledge)

    assert derive_in_store(knowledge, case.triples) == derive(knowledge, case.triples).derived


@pytest.mark.slow
@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_rdflib_running_the_rule_texts_derives_the_same_facts(
    path: Path, knowledge: Knowledge
) -> None:
    """A second SPARQL engine, of other authors, agrees on every fact."""
    case = load_case_file(path, knowledge)

    theirs = set(derive_with_rdflib(knowledge, case.triples))

    assert theirs == set(as_graph(derive(knowledge, case.triples).derived))


@pytest.mark.slow
def test_hermit_realizes_the_same_populations(knowledge: Knowledge) -> None:
    """
    On all cases at once, HermiT puts each situation in the populations that were compiled.

    Of most cases it is given the facts that class expressions can read; of each twelfth, all
    facts and conclusions, which have to agree with the axioms as well.
    """
    facts: list[ox.Triple] = list(knowledge.facts)
    read = {str(TYPE)} | {t.object.value for t in facts if t.predicate.value == ON_PROPERTY}
    ours = set()
    for number, path in enumerate(CASES):
        case = load_case_file(path, knowledge)
        derivation = derive(knowledge, case.triples)
        memberships = derivation.by_rule("POP")
        concluded = {t for firing in memberships for t in firing.conclusions}
        facts += [
            t
            for t in (*case.triples, *derivation.derived)
            if t not in concluded and (number % 12 == 0 or t.predicate.value in read)
        ]
        ours |= {
            (f.bindings["situation"].value, f.bindings["population"].value) for f in memberships
        }
    populations = {population.iri for population in knowledge.populations}

    theirs = {pair for pair in classify(facts, seconds=600).types if pair[1] in populations}

    assert theirs == ours
    assert len(ours) > len(CASES)


def test_a_wrong_rule_would_be_noticed(knowledge: Knowledge) -> None:
    """The comparison can fail: a derivation without one of its facts is not the same."""
    case = load_case_file(CASES[0], knowledge)
    derived = derive(knowledge, case.triples).derived

    assert derive_in_store(knowledge, case.triples) != derived - {min(derived, key=str)}
