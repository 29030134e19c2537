"""The page of an audit, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .environment import render, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner.audits.model import CaseAuditData, RequestAuditData
    from reasoner.determinations.data import SourceData


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditItem:
    """
    One disputed item on the page of an audit.

    Attributes:
        name: The name of its case.
        data: Its audit.
        sources: The sources that its findings and reasons cite, in the order of their numbers.
    """

    name: str
    data: RequestAuditData
    sources: tuple[SourceData, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherItem:
    """
    An item of a letter that is of another field and is not decided here.

    Attributes:
        number: Its place in the letter, from 1.
        heading: Its words.
        outcome: What the independent reviewer decided; None in a letter that breaks off.
    """

    number: int
    heading: str
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """
    The page of the audits of one letter or case.

    Attributes:
        title: The name of the audited document.
        items: Its items in order.
        others: The items of the letter that are not covered.
    """

    title: str
    items: tuple[AuditItem, ...]
    others: tuple[OtherItem, ...] = ()


def audit_page(
    audits: Sequence[CaseAuditData], title: str, others: Sequence[OtherItem] = ()
) -> AuditPage:
    """
    Return the model of a page.

    Args:
        audits: The audits of the cases of one letter, or of one case.
        title: The name of the audited document.
        others: The items of the letter that are not covered.
    """
    items = [
        AuditItem(name=case.name, data=audit, sources=_cited(audit))
        for case in audits
        for audit in case.audits
    ]
    return AuditPage(title=title, items=tuple(items), others=tuple(others))


def _cited(audit: RequestAuditData) -> tuple[SourceData, ...]:
    found = audit.determination
    groups = (audit.departures, audit.agreements, found.reasons, found.would_decide)
    used = {n for group in groups for sentence in group for n in sentence.sources}
    return tuple(source for source in found.sources if source.number in used)


def audit_text(
    audits: Sequence[CaseAuditData], title: str, others: Sequence[OtherItem] = ()
) -> str:
    """Write the page of an audit as text; the arguments are those of `audit_page`."""
    return render("audit.txt", page=audit_page(audits, title, others), **words("audit_words.txt"))


def audit_html(
    audits: Sequence[CaseAuditData], title: str, others: Sequence[OtherItem] = ()
) -> str:
    """Write the page of an audit as HTML; the arguments are those of `audit_page`."""
    return render("audit.html", page=audit_page(audits, title, others), **words("audit_words.txt"))
