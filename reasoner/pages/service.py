"""The first page of the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .environment import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from reasoner.knowledge.base import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class GuidelineLink:
    """A guideline edition: its label, the address of its page and the file that states it."""

    label: str
    address: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePage:
    """
    The first page of the service.

    Attributes:
        digest: The digest of the knowledge base.
        rules: The number of its rules.
        populations: The number of its populations.
        guidelines: Its guideline editions, sorted by label.
    """

    digest: str
    rules: int
    populations: int
    guidelines: tuple[GuidelineLink, ...]


def service_html(knowledge: Knowledge, page_of: Callable[[str], str]) -> str:
    """
    Write the first page of the service.

    Args:
        knowledge: The knowledge base.
        page_of: Returns the address of the page about an IRI; empty if there is none.
    """
    editions = [
        GuidelineLink(label=knowledge.label(iri), address=page_of(iri), file=knowledge.origins[iri])
        for iri in knowledge.editions
    ]
    page = ServicePage(
        digest=knowledge.digest,
        rules=len(knowledge.rules),
        populations=len(knowledge.populations),
        guidelines=tuple(sorted(editions)),
    )
    return render("index.html", page=page)
