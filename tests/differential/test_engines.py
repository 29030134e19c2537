"""The compiled rules against two SPARQL engines, and the compiled populations against HermiT."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.sparql import prepareQuery

from reasoner import load_case_file
from reasoner.kernel.engine import derive
from reasoner.kernel.facts import decode_fact, encode
from reasoner.kernel.reference import derive_in_store
from reasoner.kernel.terms import OWL, RDF
from reasoner.knowledge.classify import classify
from reasoner.knowledge.terms import NS

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.kernel.derivation import Firing
    from reasoner.kernel.facts import Fact
    from reasoner.kernel.rules import Rule

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES = sorted(FIXTURES.glob("cases/*/case.ttl"))
FIRES = sorted(FIXTURES.glob("rules/*/fires.ttl"))
STATED = sorted(FIXTURES.glob("rules/*/stated.ttl"))
TYPE = URIRef(RDF + "type")
ON_PROPERTY = OWL + "onProperty"


def as_graph(triples: Any) -> Graph:
    text = "".join(f"{t} .\n" for t in triples)
    return Graph().parse(data=text, format="nt")


@cache
def prepared(text: str) -> Any:
    return prepareQuery(text)


def derive_with_rdflib(knowledge: Knowledge, asserted: Any) -> Graph:
    """Run each rule's text to a fixpoint of its stratum, naively, on rdflib."""
    graph = as_graph([*(q.triple for q in knowledge.working_facts), *asserted])
    known = set(graph)
    todo = True
    for stratum, rules in groupby(knowledge.rules, key=lambda rule: rule.stratum):
        if todo and stratum >= knowledge.stratum:
            todo = False
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
    """The rule texts, run by pyoxigraph, derive the same facts as the compiled rules."""
    case = load_case_file(path, knowledge)

    assert derive_in_store(knowledge, case.triples) == derive(knowledge, case.triples).derived


@dataclass(frozen=True, kw_only=True)
class Trial:
    """
    One rule in one case.

    Attributes:
        rule: The rule.
        below: The facts of the case before the rule runs, without the knowledge.
        concluded: What our engine concludes from them by this rule.
    """

    rule: Rule
    below: frozenset[Fact]
    concluded: frozenset[Fact]


def trials_of(path: Path, knowledge: Knowledge, wanted: set[str]) -> list[Trial]:
    """Pick the wanted rules that fire on a case or stated facts, each with the facts below it."""
    if path in STATED:
        facts = [quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)]
        derivation = derive(knowledge, facts, rules=wanted & {path.parent.name})
    else:
        derivation = derive(knowledge, load_case_file(path, knowledge).triples)
    below = {encode(t) for t in derivation.asserted}
    found = []
    for stratum, group in groupby(derivation.firings, key=lambda f: stratum_of(f, knowledge)):
        firings = list(group)
        here = frozenset(below)
        for name in sorted({f.name for f in firings} & wanted):
            found.append(
                Trial(
                    rule=knowledge.rule[name],
                    below=here,
                    concluded=frozenset(c for f in firings if f.name == name for c in f.concluded),
                )
            )
        assert stratum is not None
        below |= {fact for f in firings for fact in f.concluded}
    return found


def stratum_of(firing: Firing, knowledge: Knowledge) -> tuple[int, bool]:
    """Return the stratum of a firing; memberships come just before the rules that read them."""
    return (firing.rule.stratum, True) if firing.rule else (knowledge.stratum, False)


@pytest.mark.slow
def test_rdflib_running_each_rule_once_concludes_the_same(knowledge: Knowledge) -> None:
    """Each rule, run by rdflib, concludes the same as the compiled rule."""
    wanted = {rule.id for rule in knowledge.rules}
    base = as_graph(q.triple for q in knowledge.working_facts)
    known = set(base)
    differing = []
    for path in (*CASES, *FIRES, *STATED):
        trials = trials_of(path, knowledge, wanted)
        wanted -= {trial.rule.id for trial in trials}
        for below, same in groupby(trials, key=lambda trial: trial.below):
            added = set(as_graph(decode_fact(fact) for fact in below)) - known
            for triple in added:
                base.add(triple)
            for trial in same:
                theirs = {as_text(t) for t in base.query(prepared(trial.rule.text))}
                if theirs != {" ".join(fact) for fact in trial.concluded}:
                    differing.append((trial.rule.id, path.parent.name))
            for triple in added:
                base.remove(triple)

    assert differing == []
    assert wanted == set()


def as_text(triple: Any) -> str:
    return " ".join(node.n3() for node in triple)


@pytest.mark.sweep
@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_rdflib_running_the_rule_texts_derives_the_same_facts(
    path: Path, knowledge: Knowledge
) -> None:
    """The rule texts, run by rdflib, derive the same facts as the compiled rules."""
    case = load_case_file(path, knowledge)

    theirs = set(derive_with_rdflib(knowledge, case.triples))

    assert theirs == set(as_graph(derive(knowledge, case.triples).derived))


@pytest.mark.slow
def test_hermit_realizes_the_same_populations(knowledge: Knowledge) -> None:
    """
    HermiT puts each situation of all cases into the same populations as the compiled code.

    For most cases it receives the facts that class expressions use; for every twelfth, all facts
    and conclusions, which must also be consistent with the axioms.
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
    """The comparison fails for a derivation without one of its facts."""
    case = load_case_file(CASES[0], knowledge)
    derived = derive(knowledge, case.triples).derived

    assert derive_in_store(knowledge, case.triples) != derived - {min(derived, key=str)}
