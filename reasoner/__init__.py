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
    from .cases.intake import CaseReport, check_case
    from .cases.json_form import context_of
    from .cases.read import CaseGraph
    from .determinations.as_data import assessment_data, report_data
    from .determinations.as_rdf import assessment_rdf
    from .determinations.as_text import assessment_text, report_text
    from .determinations.assess import Assessment, decide, load_case, load_case_file
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

_MODULES = {
    "cases.intake": ("CaseReport", "check_case"),
    "cases.json_form": ("context_of",),
    "cases.read": ("CaseGraph",),
    "determinations.as_data": ("assessment_data", "report_data"),
    "determinations.as_rdf": ("assessment_rdf",),
    "determinations.as_text": ("assessment_text", "report_text"),
    "determinations.assess": ("Assessment", "decide", "load_case", "load_case_file"),
    "determinations.variants": ("COMPARISONS",),
    "knowledge.base": ("Knowledge", "load_knowledge"),
    "knowledge.query": ("ask",),
    "pages.knowledge.documentation": ("Documentation", "documentation"),
    "pages.letter.as_html": ("STYLE_HASH",),
    "pages.letter.write": ("write_letter",),
    "proofs.explanation": ("explain",),
    "proofs.explanation_text": ("explanation_text",),
    "proofs.write": ("build_proof", "proof_text"),
    "records.as_rdf": ("signed_rdf",),
    "records.documents": ("is_document", "read_document"),
    "records.signing": ("Physician", "Ruling", "sign"),
}
"""The public names by the module that defines each; a test compares them with the imports above."""
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

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
