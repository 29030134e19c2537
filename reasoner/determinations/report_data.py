"""The report of the shapes as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .data import ReportData, ResultData, to_json

if TYPE_CHECKING:
    from reasoner.cases.intake import CaseReport

    from .data import Json


def describe_report(report: CaseReport) -> ReportData:
    """Describe the report of the shapes as data."""
    return ReportData(
        conforms=report.conforms,
        results=[
            ResultData(
                severity=r.severity,
                shape=r.shape,
                focus=r.focus,
                path=r.path,
                value=r.value,
                message=r.message,
            )
            for r in report.results
        ],
        targets=dict(report.targets),
    )


def report_data(report: CaseReport) -> Json:
    """Write the report of the shapes as a JSON object."""
    return to_json(describe_report(report))
