"""The page of a determination, as text and as HTML; the words are those of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoner.knowledge.terms import RULE, SHAPES

from .environment import render
from .phrases import Interval
from .picture import PictureWords, picture_words
from .worksheet import Worksheet, worksheet_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from reasoner.determinations.data import (
        AssessmentData,
        DeterminationData,
        ReportData,
        VariantData,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """
    One request on the page of a determination.

    Attributes:
        sheet: Its worksheet.
        policies: Each counting policy compared, with the earlier visits that count under it.
    """

    sheet: Worksheet
    policies: tuple[tuple[VariantData, Interval], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationPage:
    """The page of an assessment: the assessment itself, and one part for each request."""

    data: AssessmentData
    requests: tuple[RequestPage, ...]


def determination_page(data: AssessmentData) -> DeterminationPage:
    """Return the model of the page of an assessment."""
    words = picture_words()
    return DeterminationPage(
        data=data, requests=tuple(_request(d, words) for d in data.determinations)
    )


def _request(d: DeterminationData, words: PictureWords) -> RequestPage:
    return RequestPage(
        sheet=worksheet_of(d, words),
        policies=tuple(
            (v, Interval(least=v.prior, most=None if v.prior_open else v.prior)) for v in d.policies
        ),
    )


def assessment_text(data: AssessmentData, *, full: bool = False) -> str:
    """
    Write the page of an assessment as text.

    Args:
        data: The assessment.
        full: True for everything behind the worksheet: all reasons, the search, dates and sources.
    """
    return render("determination.txt", page=determination_page(data), full=full)


def assessment_html(data: AssessmentData, page_of: Callable[[str], str]) -> str:
    """
    Write the page of an assessment as HTML.

    Args:
        data: The assessment.
        page_of: Returns the address of the page about an IRI; empty if there is none.
    """

    def page_of_finding(name: str) -> str:
        return page_of(RULE + name) or page_of(SHAPES + name)

    return render(
        "determination.html",
        page=determination_page(data),
        page_of=page_of,
        page_of_finding=page_of_finding,
    )


def report_text(report: ReportData) -> str:
    """Write the report of the shapes as text."""
    return render("report.txt", report=report)
