"""A small dataset of records, made from the fixtures: what a service would have stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner import (
    Physician,
    asked_facts,
    assessment_data,
    decide,
    load_case_file,
    sign,
)
from reasoner.determinations.as_rdf import assessment_triples
from reasoner.determinations.data import from_json
from reasoner.kernel.terms import DCTERMS, PROV, TYPE, XSD
from reasoner.knowledge.terms import NS, mn
from reasoner.records.as_rdf import signed_triples
from reasoner.records.documents import RecommendationData
from reasoner.records.rulings import Ruling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reasoner import Knowledge

RECORDS = "https://w3id.org/mednec/records/"
KINDS = {"case": "Case", "determination": "Determination", "decision": "DecisionDocument"}
"""The class of each kind of record."""
CASES = Path(__file__).parents[1] / "fixtures" / "cases"
PICKED = (
    "acupuncture-7-treatments-no-response",
    "biofeedback-nothing-governs",
    "crps-26-visits-cap-exceeded",
    "hip-sprain-2017-line-carried-over",
    "knee-manual-therapy-not-recommended",
    "low-back-2018-text-not-held",
    "low-back-pain-chronicity-decides",
    "lumbar-strain-12-visits-count-unknown",
    "lumbar-strain-8-visits-within-limit",
    "lumbar-strain-exceptional-factors",
    "lumbar-strain-no-improvement",
    "lumbar-strain-notes-missing-decide",
    "lumbar-strain-review-late",
    "meniscectomy-12-visits-postsurgical",
    "rotator-cuff-repair-24-visits",
    "seed-2014-spine-12-visits",
    "thoracic-past-diagnosis-only",
    "two-regions-12-visits-one-supported",
)
"""Cases of several regions, treatments and outcomes."""
FIRST = datetime(2019, 1, 7, 12, 0, tzinfo=UTC)
EVERY = timedelta(days=11)
PHYSICIAN = Physician(name="A. Example, MD", licence="A00000", specialty="Occupational medicine")
OVERRIDDEN = frozenset(("lumbar-strain-no-improvement", "rotator-cuff-repair-24-visits"))
"""Cases whose physician decides otherwise than was recommended."""


def record_quads(knowledge: Knowledge) -> Iterator[ox.Quad]:
    """Yield the knowledge as the default graph, and a graph for each record."""
    for fact in asked_facts(knowledge):
        yield ox.Quad(fact.subject, fact.predicate, fact.object)
    for place, name in enumerate(PICKED):
        yield from _records_of(name, FIRST + place * EVERY, knowledge)


def _records_of(name: str, made: datetime, knowledge: Knowledge) -> Iterator[ox.Quad]:
    assessment = decide(load_case_file(CASES / name / "case.ttl", knowledge), knowledge)
    document = assessment_data(assessment, knowledge)
    data = from_json(document, RecommendationData)
    yield from _graph("case", f"cases/{name}", assessment.case.triples, made)
    found = [*assessment_triples(assessment, knowledge), *_governing(data)]
    yield from _graph("determination", f"determinations/{name}", found, made)
    if any(d.outcome == "NotDecided" for d in data.determinations):
        return
    for d in data.determinations:
        overridden = name in OVERRIDDEN
        document = sign(
            document,
            knowledge,
            PHYSICIAN,
            Ruling(
                decision="override" if overridden else "accept",
                decided_on=made.date().isoformat(),
                outcome="MedicallyNecessary" if overridden else None,
                reason="A report that came later documents the improvement." if overridden else "",
                visits=None if overridden or not d.visits.supported else d.visits.supported.least,
                item=d.id,
                confirmed=tuple(str(s.number) for s in d.sources if not s.seen),
            ),
        )
    signed = signed_triples(document)
    yield from _graph("decision", f"decisions/{name}", signed, made + timedelta(hours=3))


def _governing(data: RecommendationData) -> Iterator[ox.Triple]:
    for d in data.determinations:
        node = ox.NamedNode(d.id)
        yield ox.Triple(node, mn("atVenue"), ox.NamedNode(NS + d.venue))
        for governing in d.governing:
            row = ox.NamedNode(d.sources[governing.source - 1].iri)
            yield ox.Triple(node, mn("governedBy"), row)


def _graph(
    kind: str, subject: str, triples: Iterable[ox.Triple], made: datetime
) -> Iterator[ox.Quad]:
    graph, about = ox.NamedNode(RECORDS + subject), ox.NamedNode(RECORDS)
    time = ox.Literal(made.isoformat(), datatype=ox.NamedNode(f"{XSD}dateTime"))
    yield ox.Quad(graph, TYPE, ox.NamedNode(f"{PROV}Bundle"), about)
    yield ox.Quad(graph, ox.NamedNode(f"{DCTERMS}type"), mn(KINDS[kind]), about)
    yield ox.Quad(graph, ox.NamedNode(f"{PROV}generatedAtTime"), time, about)
    for t in triples:
        yield ox.Quad(t.subject, t.predicate, t.object, graph)
