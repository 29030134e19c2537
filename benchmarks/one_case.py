"""
Measure one case in a warm process against the tools that could replace mednec, in one run.

Compare the ratios, which come from the same machine in the same minute. A tool is timed only if it
derives the outcome of the case, or the same memberships.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import warnings
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyshacl
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF, XSD
from rdflib.plugins.sparql import prepareQuery

from reasoner import COMPARISONS, assessment_data, decide, load_case, load_knowledge
from reasoner.cases.intake import check_case
from reasoner.commands.options import progress
from reasoner.determinations.conclude import conclude
from reasoner.determinations.recommend import recommend
from reasoner.determinations.slots import suppose_answers
from reasoner.kernel.engine import derive
from reasoner.kernel.reference import derive_in_store
from reasoner.knowledge.classify import classify
from reasoner.knowledge.terms import NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rdflib.plugins.sparql.sparql import Query

    from reasoner import Knowledge
    from reasoner.cases.read import CaseGraph

SEED = Path(__file__).parents[1] / "fixtures/cases/seed-2014-spine-12-visits/case.ttl"
SH = Namespace("http://www.w3.org/ns/shacl#")
MOST_MS = 15.0
"""The target for one case read, validated, recommended on and explained, with its proof as data."""
MOST_RECOMMENDED_MS = 4.0
MOST_REQUESTS_MS = 300.0
MOST_LOADED_MS = {"knowledge, kept": 300.0, "knowledge, nothing kept": 3000.0}
MANY = 20
"""Requests of the case that shows how time grows with them."""
TARGETS = {"HermiT realization": 1500, "pySHACL SPARQL rules": 300, "rdflib, prepared rules": 50}


def measure(work: Callable[[], object], times: int, label: str) -> dict[str, float]:
    """Run some work and return the median and the 95th percentile, in milliseconds."""
    taken = []
    with progress(range(times), label) as each:
        for _ in each:
            start = time.perf_counter()
            work()
            taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return {"median": statistics.median(taken), "p95": taken[int(len(taken) * 0.95) - 1]}


def graph_of(triples: Iterable[object]) -> Graph:
    """Read triples into an rdflib graph."""
    return Graph().parse(data="".join(f"{t} .\n" for t in triples), format="nt")


class Rivals:
    """The same case and the same rule texts, run by other engines."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.case = load_case(SEED.read_bytes(), knowledge, form="turtle")
        self.derivation = derive(knowledge, self.case.triples)
        self.base = graph_of(q.triple for q in knowledge.working_facts)
        self.asserted = graph_of(self.case.triples)
        self.rules = {rule.id: prepareQuery(rule.text) for rule in knowledge.rules}
        self.needs = {
            rule.id: {p for _, (open_, p), _ in rule.premises if not open_}
            for rule in knowledge.rules
        }
        self.populations = {p.iri: prepareQuery(p.select) for p in knowledge.populations}
        outcome = self.derivation.value(self.case.requests[0], "outcome") or ""
        self.goal = (URIRef(self.case.requests[0]), URIRef(NS + "outcome"), URIRef(outcome))

    def hermit(self) -> None:
        """Realize the case with HermiT: memberships only, no arithmetic and no negation."""
        members = {t for f in self.derivation.by_rule("POP") for t in f.conclusions}
        facts = [t for t in self.derivation.derived if t not in members]
        found = classify([*self.knowledge.facts, *self.case.triples, *facts]).types
        ours = {
            (f.bindings["situation"], f.bindings["population"])
            for f in self.derivation.by_rule("POP")
        }
        assert {(s.value, p.value) for s, p in ours} <= found

    def pyoxigraph(self) -> None:
        """Run the rule texts on pyoxigraph, one query after another."""
        derived = derive_in_store(self.knowledge, self.case.triples)
        assert len(derived) == len(self.derivation.derived)

    def rdflib(self) -> None:
        """Run the rules prepared on rdflib, with the same index of rules that can fire."""
        graph = Graph()
        for triple in self.base:
            graph.add(triple)
        for triple in self.asserted:
            graph.add(triple)
        present = {f"<{p}>" for p in graph.predicates()}
        todo = True
        for stratum, rules in groupby(self.knowledge.rules, key=lambda rule: rule.stratum):
            if todo and stratum >= self.knowledge.stratum:
                todo = False
                for iri, query in self.populations.items():
                    self._add(graph, self._members(graph, iri, query), present)
            able = [rule for rule in rules if self.needs[rule.id] <= present]
            self._add(graph, {t for r in able for t in graph.query(self.rules[r.id])}, present)
        assert self.goal in graph

    def _members(self, graph: Graph, iri: str, query: Query) -> set[Any]:
        rows = list(graph.query(query))
        name = URIRef(iri)
        return {
            t
            for (s,) in rows
            for t in ((s, RDF.type, name), (s, URIRef(NS + "inPopulation"), name))
        }

    def _add(self, graph: Graph, triples: set[Any], present: set[str]) -> None:
        for triple in triples:
            graph.add(triple)
            present.add(f"<{triple[1]}>")

    def shapes_with_rules(self) -> Graph:
        """Write the rules and populations as SHACL SPARQL rules, in the order of their strata."""
        shapes = Graph()
        shape = URIRef("urn:shape")
        shapes.add((shape, RDF.type, SH.NodeShape))
        shapes.add((shape, SH.targetNode, URIRef(self.case.iri)))
        texts = [(rule.stratum, rule.text) for rule in self.knowledge.rules]
        for p in self.knowledge.populations:
            head = f"CONSTRUCT {{ ?situation a <{p.iri}> ; <{NS}inPopulation> <{p.iri}> }}"
            texts.append((self.knowledge.stratum - 0.5, f"{head} WHERE {{ {p.pattern} }}"))
        for n, (order, text) in enumerate(texts):
            rule = URIRef(f"urn:rule:{n}")
            shapes.add((shape, SH.rule, rule))
            shapes.add((rule, RDF.type, SH.SPARQLRule))
            shapes.add((rule, SH.construct, Literal(text)))
            shapes.add((rule, SH.order, Literal(str(order), datatype=XSD.decimal)))
        return shapes

    def pyshacl(self) -> None:
        """Run the rules as SHACL SPARQL rules with pySHACL."""
        data = self.base + self.asserted
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = pyshacl.shacl_rules(data, shacl_graph=self.shapes, advanced=True)
        assert self.goal in found

    shapes: Graph


def run() -> dict[str, Any]:
    """Measure everything once."""
    knowledge = load_knowledge()
    data = SEED.read_bytes()
    rivals = Rivals(knowledge)
    rivals.shapes = rivals.shapes_with_rules()
    case = rivals.case

    def all_of_it() -> None:
        assessment_data(decide(load_case(data, knowledge, form="turtle"), knowledge), knowledge)

    many = load_case(repeated(case, MANY), knowledge, form="turtle")
    decision = decide(case, knowledge)
    supposed = suppose_answers(knowledge, decision.derivation, case.requests)
    derivation = decision.derivation
    all_of_it()
    total = measure(all_of_it, 100, "read, validate, decide and explain")
    stages = {
        "read": measure(lambda: load_case(data, knowledge, form="turtle"), 100, "read"),
        "validate": measure(lambda: check_case(case, knowledge), 100, "validate"),
        "derive, recorded": measure(lambda: derive(knowledge, case.triples), 100, "derive"),
        "suppose answers": measure(
            lambda: suppose_answers(knowledge, derivation, case.requests), 100, "suppose"
        ),
        "conclude": measure(
            lambda: conclude(knowledge, derivation, case.requests[0], supposed), 100, "conclude"
        ),
        "explain, with proof": measure(
            lambda: assessment_data(decision, knowledge), 100, "explain"
        ),
    }
    wishes: dict[str, tuple[str, ...]] = {
        "decide": (),
        **{f"decide, {n}": (n,) for n in COMPARISONS},
    }
    wishes["decide, all three"] = COMPARISONS
    ways = {
        label: measure(partial(decide, case, knowledge, include=include), 50, label)
        for label, include in wishes.items()
    }
    alone = measure(lambda: recommend([case], knowledge), 200, "recommend")
    requests = measure(lambda: decide(many, knowledge), 20, f"{MANY} requests")
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        loads = {
            "knowledge, nothing kept": measure(load_all, 3, "load"),
            "knowledge, kept": measure(partial(load_all, cache), 10, "load, kept"),
        }
    others = {
        "HermiT realization": measure(rivals.hermit, 5, "HermiT"),
        "pySHACL SPARQL rules": measure(rivals.pyshacl, 3, "pySHACL"),
        "rdflib, prepared rules": measure(rivals.rdflib, 5, "rdflib"),
        "pyoxigraph, rule texts": measure(rivals.pyoxigraph, 20, "pyoxigraph"),
    }
    return {
        "recommend": alone,
        "requests": requests,
        "loads": loads,
        "total": total,
        "stages": stages,
        "ways": ways,
        "rivals": others,
    }


def load_all(cache: Path | None = None) -> None:
    """Load the knowledge base up to the compiled rules."""
    assert load_knowledge(cache=cache).program.rules


def repeated(case: CaseGraph, times: int) -> bytes:
    """Write a case in which the first request is made several times."""
    request, link = case.requests[0], f"<{NS}request>"
    about = [t for t in case.triples if str(t.subject) == f"<{request}>"]
    lines = [f"{t} ." for t in case.triples]
    for number in range(1, times):
        twin = f"<{request}-{number}>"
        lines.append(f"<{case.iri}> {link} {twin} .")
        lines += [f"{twin} {t.predicate} {t.object} ." for t in about]
    return "\n".join(lines).encode()


def _asked(name: str, m: dict[str, float], most: float) -> str:
    mark = "met" if m["median"] <= most else "NOT met"
    return f"{name:<34}{m['median']:>11.1f}{m['p95']:>9.1f}{'':>9}  at most {most:g} ms: {mark}"


def table(found: dict[str, Any]) -> str:
    """Format the measurements as a table."""
    ours = found["total"]["median"]
    lines = [
        f"{'one case, warm process':<34}{'median ms':>11}{'p95 ms':>9}{'ratio':>9}  asked",
        _asked("mednec: read to proof", found["total"], MOST_MS),
        _asked("recommend", found["recommend"], MOST_RECOMMENDED_MS),
        _asked(f"decide, {MANY} requests", found["requests"], MOST_REQUESTS_MS),
        *(_asked(name, m, MOST_LOADED_MS[name]) for name, m in found["loads"].items()),
    ]
    for name, m in found["stages"].items():
        lines.append(f"{'  ' + name:<34}{m['median']:>11.2f}{m['p95']:>9.2f}")
    for name, m in found["ways"].items():
        ratio = m["median"] / found["ways"]["decide"]["median"]
        lines.append(f"{name:<34}{m['median']:>11.1f}{m['p95']:>9.1f}{ratio:>9.1f}")
    for name, m in found["rivals"].items():
        ratio = m["median"] / ours
        asked = TARGETS.get(name)
        verdict = (
            "" if asked is None else f"{asked} times: {'met' if ratio >= asked else 'NOT met'}"
        )
        lines.append(f"{name:<34}{m['median']:>11.1f}{m['p95']:>9.1f}{ratio:>9.0f}  {verdict}")
    return "\n".join(lines)


if __name__ == "__main__":
    measured = run()
    print(json.dumps(measured, indent=2) if "--json" in sys.argv else table(measured))
