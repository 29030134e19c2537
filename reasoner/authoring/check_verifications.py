"""Checks of verification records: what a row states now is what was read, and it is marked so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.kernel.terms import name_of
from reasoner.knowledge.terms import mn, shorten
from reasoner.knowledge.verifications import hash_statements, read_verifications

from .finding import Finding

if TYPE_CHECKING:
    from .places import Places

VERIFICATION = mn("verification")
STATEMENT_HASH = mn("statementHash").value


def check_verifications(places: Places) -> list[Finding]:
    """
    Compare each verification record with the row that it is about.

    Returns:
        A finding for each row that was verified and changed since, and for each that has a record
        and is not marked as verified. The form of a record is checked by the shapes.
    """
    facts = [t for _, t in places.facts]
    records = read_verifications(facts)
    if not records:
        return []
    hashes = hash_statements(facts, records)
    marks = {name_of(t.subject): name_of(t.object) for t in facts if t.predicate == VERIFICATION}
    found: list[Finding] = []
    for row, read in records.items():
        stale = [r for r in read if r.statement and r.statement != hashes[row]]
        for record in stale:
            found.append(
                Finding(
                    **places.where(row, STATEMENT_HASH, record.statement),
                    kind="verification-outdated",
                    message=f"{shorten(row)} was changed after {record.by} verified it on "
                    f"{record.on}.",
                    hint="Compare it with its text again with 'mednec verify-rows', or withdraw "
                    f"the record with --withdraw {row.rsplit('/', 1)[-1]}.",
                )
            )
        if marks.get(row) != mn("Verified").value:
            found.append(
                Finding(
                    **places.where(row, VERIFICATION.value),
                    kind="verification-unmarked",
                    message=f"{shorten(row)} has a record of who read it, and is not marked as "
                    "verified.",
                    hint="State mn:verification mn:Verified, or withdraw the record with "
                    f"'mednec verify-rows --withdraw {row.rsplit('/', 1)[-1]}'.",
                )
            )
    return found
