"""mednec: decide from guidelines and law, held as RDF, whether treatment is necessary."""

from . import errors
from .cases.intake import CaseReport, check_case
from .cases.json_form import context_of
from .cases.read import CaseGraph
from .determinations.as_data import assessment_data, report_data
from .determinations.as_rdf import assessment_rdf
from .determinations.as_text import assessment_text, report_text
from .determinations.assess import VERSION, Assessment, decide, load_case, load_case_file
from .determinations.variants import COMPARISONS
from .knowledge.base import Knowledge, load_knowledge
from .knowledge.query import ask
from .pages.knowledge.documentation import Documentation, documentation
from .pages.letter.as_html import STYLE_HASH
from .pages.letter.write import write_letter
from .proofs.explanation import explain
from .proofs.explanation_text import explanation_text
from .proofs.write import build_proof, proof_text
from .records.as_rdf import signed_rdf
from .records.documents import is_document, read_document
from .records.signing import Physician, Ruling, sign

__all__ = [
    "COMPARISONS",
    "STYLE_HASH",
    "VERSION",
    "Assessment",
    "CaseGraph",
    "CaseReport",
    "Documentation",
    "Knowledge",
    "Physician",
    "Ruling",
    "ask",
    "assessment_data",
    "assessment_rdf",
    "assessment_text",
    "build_proof",
    "check_case",
    "context_of",
    "decide",
    "documentation",
    "errors",
    "explain",
    "explanation_text",
    "is_document",
    "load_case",
    "load_case_file",
    "load_knowledge",
    "proof_text",
    "read_document",
    "report_data",
    "report_text",
    "sign",
    "signed_rdf",
    "write_letter",
]
