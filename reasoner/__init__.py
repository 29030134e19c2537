"""
mednec: decide from guidelines and law, held as RDF, whether treatment is necessary.

The public names are imported when they are first used: a program that only asks for the version
does not load the engine.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

from . import errors
from .version import VERSION

if TYPE_CHECKING:
    from .cases.as_json import case_json
    from .cases.as_turtle import case_turtle
    from .cases.faults import fault_data
    from .cases.filling import case_from
    from .cases.intake import CaseReport, check_case
    from .cases.json_case import context_of
    from .cases.read import CaseGraph
    from .cases.schema import case_schema, part_schemas
    from .containment.description import service_description
    from .containment.documents import contained, parsing_pool
    from .containment.limits import WorkLimits
    from .containment.pool import WorkerPool
    from .containment.sparql import QUERY_TASK, QueryAnswer, SparqlQuestion, put_graph, put_query
    from .determinations.as_data import describe_assessment
    from .determinations.as_rdf import assessment_rdf
    from .determinations.assess import Assessment, decide, load_case, load_case_file
    from .determinations.report_data import describe_report, report_data
    from .determinations.variants import COMPARISONS
    from .knowledge.base import Knowledge, load_knowledge
    from .knowledge.named_queries import NamedQuery, find_query, named_queries
    from .knowledge.query import ask, asked_facts, write_facts
    from .knowledge.query_answers import NamedAnswer, answer_named
    from .pages.case_form import case_form_html
    from .pages.contract import contract_html
    from .pages.determination import assessment_html, assessment_text, report_text
    from .pages.explanation import explanation_html, explanation_text
    from .pages.knowledge.documentation import Documentation, documentation
    from .pages.letter.write import write_letter
    from .pages.named_queries import named_answer_html, named_queries_html
    from .pages.service import service_html
    from .pages.style import STYLE_HASH
    from .proofs.explanation import explain
    from .proofs.write import build_proof, proof_text
    from .records.as_rdf import signed_rdf
    from .records.deidentified import (
        DEIDENTIFIED_GROUPS,
        DeidentifiedRow,
        counts,
        row_triples,
        rows_of,
        withheld,
    )
    from .records.documents import assessment_data, is_document, parse_document, read_document
    from .records.ledger.entries import NewEntry, RecordedEntry, canonical_json
    from .records.ledger.ledger import Ledger
    from .records.ledger.notes import Checkpoint, SigningKey, VerifyingKey
    from .records.ledger.proof import EntryProof, verify_document, with_proof
    from .records.listing import Listed, Listing
    from .records.rulings import Ruling
    from .records.signing import Physician, sign
    from .records.store.kept_knowledge import keep_knowledge, kept_knowledge
    from .records.store.names import graph_of
    from .records.store.projection import Projection

_MODULES = {
    "cases.faults": ("fault_data",),
    "cases.filling": ("case_from",),
    "cases.intake": ("CaseReport", "check_case"),
    "cases.as_json": ("case_json",),
    "cases.as_turtle": ("case_turtle",),
    "cases.json_case": ("context_of",),
    "cases.read": ("CaseGraph",),
    "cases.schema": ("case_schema", "part_schemas"),
    "containment.description": ("service_description",),
    "containment.documents": ("contained", "parsing_pool"),
    "containment.limits": ("WorkLimits",),
    "containment.pool": ("WorkerPool",),
    "containment.sparql": ("QUERY_TASK", "QueryAnswer", "SparqlQuestion", "put_graph", "put_query"),
    "determinations.as_data": ("describe_assessment",),
    "determinations.as_rdf": ("assessment_rdf",),
    "determinations.assess": ("Assessment", "decide", "load_case", "load_case_file"),
    "determinations.report_data": ("describe_report", "report_data"),
    "determinations.variants": ("COMPARISONS",),
    "knowledge.base": ("Knowledge", "load_knowledge"),
    "knowledge.named_queries": ("NamedQuery", "find_query", "named_queries"),
    "knowledge.query": ("ask", "asked_facts", "write_facts"),
    "knowledge.query_answers": ("NamedAnswer", "answer_named"),
    "pages.case_form": ("case_form_html",),
    "pages.contract": ("contract_html",),
    "pages.determination": ("assessment_html", "assessment_text", "report_text"),
    "pages.explanation": ("explanation_html", "explanation_text"),
    "pages.knowledge.documentation": ("Documentation", "documentation"),
    "pages.letter.write": ("write_letter",),
    "pages.named_queries": ("named_answer_html", "named_queries_html"),
    "pages.service": ("service_html",),
    "pages.style": ("STYLE_HASH",),
    "proofs.explanation": ("explain",),
    "proofs.write": ("build_proof", "proof_text"),
    "records.as_rdf": ("signed_rdf",),
    "records.deidentified": (
        "DEIDENTIFIED_GROUPS",
        "DeidentifiedRow",
        "counts",
        "row_triples",
        "rows_of",
        "withheld",
    ),
    "records.documents": ("assessment_data", "is_document", "parse_document", "read_document"),
    "records.ledger.entries": ("NewEntry", "RecordedEntry", "canonical_json"),
    "records.ledger.ledger": ("Ledger",),
    "records.ledger.notes": ("Checkpoint", "SigningKey", "VerifyingKey"),
    "records.ledger.proof": ("EntryProof", "verify_document", "with_proof"),
    "records.listing": ("Listed", "Listing"),
    "records.rulings": ("Ruling",),
    "records.signing": ("Physician", "sign"),
    "records.store.kept_knowledge": ("keep_knowledge", "kept_knowledge"),
    "records.store.names": ("graph_of",),
    "records.store.projection": ("Projection",),
}
"""The public names by the module that defines each; a test compares them with the imports above."""
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "COMPARISONS",
    "DEIDENTIFIED_GROUPS",
    "QUERY_TASK",
    "STYLE_HASH",
    "VERSION",
    "Assessment",
    "CaseGraph",
    "CaseReport",
    "Checkpoint",
    "DeidentifiedRow",
    "Documentation",
    "EntryProof",
    "Knowledge",
    "Ledger",
    "Listed",
    "Listing",
    "NamedAnswer",
    "NamedQuery",
    "NewEntry",
    "Physician",
    "Projection",
    "QueryAnswer",
    "RecordedEntry",
    "Ruling",
    "SigningKey",
    "SparqlQuestion",
    "VerifyingKey",
    "WorkLimits",
    "WorkerPool",
    "answer_named",
    "ask",
    "asked_facts",
    "assessment_data",
    "assessment_html",
    "assessment_rdf",
    "assessment_text",
    "build_proof",
    "canonical_json",
    "case_form_html",
    "case_from",
    "case_json",
    "case_schema",
    "case_turtle",
    "check_case",
    "contained",
    "context_of",
    "contract_html",
    "counts",
    "decide",
    "describe_assessment",
    "describe_report",
    "documentation",
    "errors",
    "explain",
    "explanation_html",
    "explanation_text",
    "fault_data",
    "find_query",
    "graph_of",
    "is_document",
    "keep_knowledge",
    "kept_knowledge",
    "load_case",
    "load_case_file",
    "load_knowledge",
    "named_answer_html",
    "named_queries",
    "named_queries_html",
    "parse_document",
    "parsing_pool",
    "part_schemas",
    "proof_text",
    "put_graph",
    "put_query",
    "read_document",
    "report_data",
    "report_text",
    "row_triples",
    "rows_of",
    "service_description",
    "service_html",
    "sign",
    "signed_rdf",
    "verify_document",
    "with_proof",
    "withheld",
    "write_facts",
    "write_letter",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(_import_module(f".{_MODULE_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)
