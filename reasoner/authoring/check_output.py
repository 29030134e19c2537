"""A report of a check for people, as JSON and as SARIF 2.1.0."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .finding import ERROR, Finding

if TYPE_CHECKING:
    from .check import Report

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def as_text(report: Report) -> str:
    """Write a report for people: file, line, kind, what is wrong, what to do."""
    lines = []
    for f in report.findings:
        place = f"{f.path}:{f.line}: " if f.line else f"{f.path}: " if f.path else ""
        lines.append(f"{place}{f.severity}: {f.kind}: {f.message}")
        lines += [f"    {item}" for item in f.detail]
        lines += [f"    → {f.hint}"] if f.hint else []
    warnings = len(report.findings) - report.errors
    again = " (nothing changed since the last check)" if report.remembered else ""
    lines.append(f"{report.errors} errors, {warnings} warnings{again}")
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """Write a report as JSON."""
    found = [asdict(f) for f in report.findings]
    return json.dumps({"errors": report.errors, "findings": found}, indent=2, ensure_ascii=False)


def as_sarif(report: Report, version: str) -> str:
    """Write a report as SARIF 2.1.0, which code hosts and editors show in place."""
    kinds = sorted({f.kind for f in report.findings})
    driver = {
        "name": "mednec check",
        "version": version,
        "rules": [{"id": kind} for kind in kinds],
    }
    run = {"tool": {"driver": driver}, "results": [_result(f, kinds) for f in report.findings]}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(finding: Finding, kinds: list[str]) -> dict[str, Any]:
    text = " ".join([finding.message, *finding.detail, finding.hint]).strip()
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": kinds.index(finding.kind),
        "level": "error" if finding.severity == ERROR else "warning",
        "message": {"text": text},
    }
    if finding.path:
        place: dict[str, Any] = {"artifactLocation": {"uri": finding.path}}
        if finding.line:
            place["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": place}]
    return result
