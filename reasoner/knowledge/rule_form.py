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
FORM: Final = Form(
    roles=ROLES,
    silent=("step",),
    sides=SIDES,
    about="request",
    dated_by=mn("onDecisionDate").value,
    prefixes=PREFIXES,
)
