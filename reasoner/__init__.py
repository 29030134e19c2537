"""mednec: decide from guidelines and law, held as RDF, whether treatment is necessary."""

from . import errors
from .as_data import decision_data, report_data
from .as_rdf import decision_rdf
from .as_text import decision_text, report_text
from .case import CaseGraph
from .decide import VERSION, Decision, decide, load_case, load_case_file
from .docs.documentation import Documentation, documentation
from .intake import CaseReport, check_case
from .json_case import context_of
from .knowledge import Knowledge, load_knowledge
from .letter.as_html import STYLE_HASH
from .letter.as_rdf import signed_rdf
from .letter.document import is_document, read_document
from .letter.signing import Physician, Ruling, sign
from .letter.write import write_letter
from .proofs.build import build_proof, proof_text
from .proofs.explanation import explain
from .proofs.explanation_text import explanation_text
from .query import ask

__all__ = [
    "STYLE_HASH",
    "VERSION",
    "CaseGraph",
    "CaseReport",
    "Decision",
    "Documentation",
    "Knowledge",
    "Physician",
    "Ruling",
    "ask",
    "build_proof",
    "check_case",
    "context_of",
    "decide",
    "decision_data",
    "decision_rdf",
    "decision_text",
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
