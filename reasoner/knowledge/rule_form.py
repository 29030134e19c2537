"""What the rules of this knowledge base share: roles, prefixes, and what dates them."""

from __future__ import annotations

from typing import Final

from reasoner.kernel.head import Form

from .terms import PREFIXES, mn

ROLES: Final = (
    "step",
    "search",
    "administrator",
    "undecided",
    "reason",
    "missing",
    "decider",
    "margin",
    "change",
    "legal",
    "ledger",
    "otherwise",
    "date",
    "audit",
    "agreement",
    "outcome",
    "summary",
    "document",
    "notice",
)
SIDES: Final = ("for", "against")
"""What a sentence can argue: for the request as made, or against it."""
OBSERVATION: Final = "observation"
"""The kind of a finding of an audit that holds nothing against the decision."""
KINDS: Final = ("contradiction", "arithmetic", "law", OBSERVATION)
"""
The kinds of findings of an audit.

Two passages exclude each other; numbers or dates do not agree; a provision was not kept; or what
is unusual and lawful.
"""
FORM: Final = Form(
    roles=ROLES,
    silent=("step",),
    sides=SIDES,
    kinds=(("audit", KINDS),),
    about="request",
    dated_by=mn("onDecisionDate").value,
    prefixes=PREFIXES,
)
