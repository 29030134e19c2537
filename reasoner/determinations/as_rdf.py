"""A decision as RDF: determinations, reasons and steps, with PROV-O."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.cases.canonical import canonical_case, canonical_hash
from reasoner.kernel.terms import DCTERMS, PROV, RDFS, TYPE, XSD
from reasoner.knowledge.terms import KNOWLEDGE_BASE, NS, PREFIXES, mn

from .proof_graph import proof_triples
from .sentences import fill_sentence

if TYPE_CHECKING:
    from reasoner.kernel.derivation import Firing
    from reasoner.knowledge.base import Knowledge

    from .assess import Assessment
    from .conclude import Determination

FORMATS = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}
DESCRIPTION = ox.NamedNode(DCTERMS + "description")
SOURCE = ox.NamedNode(DCTERMS + "source")
RATIONALE = mn("rationale")
IDENTIFIER = ox.NamedNode(DCTERMS + "identifier")
LABEL = ox.NamedNode(RDFS + "label")
FOUND = (
    "reasons",
    "missing",
    "changes",
    "would_decide",
    "legal",
    "audit",
    "search",
    "administrator",
)
"""The findings of a determination."""
LETTER_PARTS = ("summary", "documents", "notices")
"""The parts of a determination that a letter states in addition to the findings."""
LINKS = {
    "reasons": "hasReason",
    "documents": "hasDocument",
    "notices": "hasNotice",
    "would_decide": "hasDecider",
}


def assessment_triples(assessment: Assessment, knowledge: Knowledge) -> list[ox.Triple]:
    """Write a decision as triples, sorted, including the derived facts of each proof."""
    found: set[ox.Triple] = set()
    case, canonical = ox.NamedNode(assessment.case.iri), canonical_case(assessment.case)
    found.add(ox.Triple(case, mn("canonicalCase"), ox.Literal(canonical)))
    found.add(ox.Triple(case, mn("canonicalHash"), ox.Literal(canonical_hash(canonical))))
    if assessment.as_of:
        day = ox.Literal(assessment.as_of, datatype=ox.NamedNode(XSD + "date"))
        found.add(ox.Triple(case, mn("decidedAsOf"), day))
    for determination in assessment.determinations:
        found |= _determination(determination, assessment, knowledge)
        found |= proof_triples(determination, assessment.derivation)
        for firing in determination.proof:
            found |= set(firing.conclusions)
    return sorted(found, key=str)


def assessment_rdf(assessment: Assessment, knowledge: Knowledge, form: str) -> str:
    """Write a decision as Turtle or JSON-LD; `form` is `turtle` or `jsonld`."""
    text = ox.serialize(
        assessment_triples(assessment, knowledge), format=FORMATS[form], prefixes=PREFIXES
    )
    return text.decode() if text else ""


def _determination(
    d: Determination, assessment: Assessment, knowledge: Knowledge
) -> set[ox.Triple]:
    node = ox.NamedNode(d.iri)
    activity = ox.NamedNode(f"{d.iri}/activity")
    triple = ox.Triple
    found = {
        triple(node, TYPE, mn("Determination")),
        triple(node, mn("ofRequest"), ox.NamedNode(d.request)),
        triple(node, mn("outcome"), ox.NamedNode(d.outcome)),
        triple(node, mn("status"), mn("Recommended")),
        triple(node, DESCRIPTION, ox.Literal(d.robustness, language="en")),
        triple(node, ox.NamedNode(PROV + "wasGeneratedBy"), activity),
        triple(activity, TYPE, ox.NamedNode(PROV + "Activity")),
        triple(activity, ox.NamedNode(PROV + "used"), ox.NamedNode(assessment.case.iri)),
        triple(
            activity,
            ox.NamedNode(PROV + "used"),
            ox.NamedNode(f"urn:sha256:{assessment.knowledge_digest}"),
        ),
        triple(
            activity,
            ox.NamedNode(PROV + "used"),
            ox.NamedNode(f"{KNOWLEDGE_BASE}/{assessment.knowledge_version}"),
        ),
        triple(
            activity,
            ox.NamedNode(PROV + "wasAssociatedWith"),
            ox.NamedNode(f"urn:mednec:engine:{assessment.engine.split()[-1]}"),
        ),
        triple(
            ox.NamedNode(assessment.case.iri),
            IDENTIFIER,
            ox.Literal(f"sha256:{assessment.case.digest}"),
        ),
    }
    if d.robust is not None:
        found.add(triple(node, mn("robust"), ox.Literal(d.robust)))
    if d.as_made:
        found.add(triple(node, mn("madeAnswer"), ox.NamedNode(d.as_made)))
    found |= _slots(node, d) | _ledger(node, d, knowledge)
    for role in (
        "reasons",
        "missing",
        "changes",
        "would_decide",
        "legal",
        "otherwise",
        "audit",
        "search",
        "administrator",
        "dates",
        *LETTER_PARTS,
    ):
        for place, sentence in enumerate(getattr(d, role), start=1):
            reason = ox.NamedNode(f"{d.iri}/{role}-{place}")
            found |= {
                triple(node, mn(LINKS.get(role, f"has{role.title()}")), reason),
                triple(reason, TYPE, mn("Reason")),
                triple(reason, DESCRIPTION, ox.Literal(sentence.text, language="en")),
                triple(reason, IDENTIFIER, ox.Literal(sentence.rule)),
            }
            found |= {
                triple(reason, predicate, ox.Literal(text))
                for predicate, text in ((SOURCE, sentence.source), (RATIONALE, sentence.rationale))
                if text
            }
            found |= {triple(reason, SOURCE, ox.NamedNode(iri)) for iri in sentence.sources}
            if sentence.kind:
                found.add(triple(reason, mn("findingKind"), ox.Literal(sentence.kind)))
            found |= _step(reason, sentence.firing, knowledge)
    return found


def _slots(node: ox.NamedNode, d: Determination) -> set[ox.Triple]:
    """Write the open terms, and the outcome under each answer to them."""
    found: set[ox.Triple] = set()
    for slot in d.slots:
        found.add(ox.Triple(node, mn("hasSlot"), ox.NamedNode(slot.iri)))
        for answer in slot.answers:
            held = ox.NamedNode(f"{d.request}/answer/{answer.iri.removeprefix(NS)}")
            found |= {
                ox.Triple(node, mn("heldAnswer"), held),
                ox.Triple(held, mn("answer"), ox.NamedNode(answer.iri)),
                ox.Triple(held, mn("outcome"), ox.NamedNode(answer.outcome)),
            }
            if answer.given:
                found.add(ox.Triple(node, mn("givenAnswer"), ox.NamedNode(answer.iri)))
    return found


def _ledger(node: ox.NamedNode, d: Determination, knowledge: Knowledge) -> set[ox.Triple]:
    """Write what each earlier course counts toward."""
    found: set[ox.Triple] = set()
    for place, entry in enumerate(d.ledger, start=1):
        for item in entry.toward:
            part = ox.NamedNode(f"{d.iri}/ledger-{place}/{item.figure.key}")
            found |= {
                ox.Triple(node, mn("hasLedgerEntry"), part),
                ox.Triple(part, TYPE, mn("LedgerEntry")),
                ox.Triple(part, mn("ofCourse"), ox.NamedNode(entry.course)),
                ox.Triple(part, mn("countsToward"), ox.Literal(item.figure.key)),
                ox.Triple(part, mn("counts"), ox.Literal(item.counts)),
                ox.Triple(part, mn("leastCounted"), ox.Literal(item.least)),
                ox.Triple(part, DESCRIPTION, ox.Literal(item.text, language="en")),
                ox.Triple(part, IDENTIFIER, ox.Literal(item.firing.name)),
            }
            if item.most is not None:
                found.add(ox.Triple(part, mn("mostCounted"), ox.Literal(item.most)))
            found |= _step(part, item.firing, knowledge)
    return found


def _step(node: ox.NamedNode, firing: Firing, knowledge: Knowledge) -> set[ox.Triple]:
    used = ox.NamedNode(PROV + "wasDerivedFrom")
    found = {ox.Triple(node, LABEL, ox.Literal(fill_sentence(firing, knowledge)))}
    found |= {
        ox.Triple(node, used, t.subject)
        for t in firing.premises
        if isinstance(t.subject, ox.NamedNode)
    }
    return found
