"""
The verifier of proofs: it runs no rule engine, and uses the standard library alone.

Copied into an empty folder it still works: `python3 -m verifier PROOF`. It never derives a fact.
It takes the facts that a proof lists, and checks that each is asserted, is in the knowledge base,
or is concluded by a step from facts of lower strata; and that no rule and no population has a
solution over those facts that is not a step. Only one set of facts passes both, so what is said to
be absent is absent.
"""

from .case import read_case, read_case_text
from .sources import Folder, read_folder
from .terms import Unreadable
from .verify import Verdict, report, verify

__all__ = [
    "Folder",
    "Unreadable",
    "Verdict",
    "read_case",
    "read_case_text",
    "read_folder",
    "report",
    "verify",
]
