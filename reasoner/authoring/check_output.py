"""A report of a check for people, as JSON and as SARIF 2.1.0."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .finding import ERROR, Finding

if TYPE_CHECKING:
    from .check import Report
    from .stages import Stage

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def as_text(report: Report) -> str:
    """Write a report for people: each finding with its place, then what each stage looked at."""
    lines = []
    for f in report.findings:
        place = f"{f.path}:{f.line}: " if f.line else f"{f.path}: " if f.path else ""
        lines.append(f"{place}{f.severity}: {f.kind}: {f.message}")
        lines += [f"    {item}" for item in f.detail]
        lines += [f"    → {f.hint}"] if f.hint else []
    warnings = len(report.findings) - report.errors
    lines += [_stage_text(stage) for stage in report.stages]
    skipped = f", {len(report.skipped)} stages did not run" if report.skipped else ""
    again = " (nothing changed since the last check)" if report.remembered else ""
    lines.append(f"{report.errors} errors, {warnings} warnings{skipped}{again}")
    return "\n".join(lines)


def _stage_text(stage: Stage) -> str:
    if stage.skipped:
        return f"NOT CHECKED: {stage.name}: {stage.skipped}"
    looked = ", ".join(f"{count:,} {what}" for what, count in stage.looked_at)
    return f"checked {stage.name}: {looked}"


def as_json(report: Report) -> str:
    """Write a report as JSON."""
    found = [asdict(f) for f in report.findings]
    stages = [
        {"name": s.name, "lookedAt": dict(s.looked_at), "skipped": s.skipped or None}
        for s in report.stages
    ]
    data = {
        "passed": report.passed,
        "errors": report.errors,
        "stages": stages,
        "findings": found,
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def as_sarif(report: Report, version: str) -> str:
    """Write a report as SARIF 2.1.0, which code hosts and editors show in place."""
    kinds = sorted({f.kind for f in report.findings})
    driver = {
        "name": "mednec check",
        "version": version,
        "rules": [{"id": kind} for kind in kinds],
    }
    ran = {
        "executionSuccessful": not report.skipped,
        "toolExecutionNotifications": [
            {"level": "error" if s.skipped else "note", "message": {"text": _stage_text(s)}}
            for s in report.stages
        ],
    }
    results = [_result(f, kinds) for f in report.findings]
    run = {"tool": {"driver": driver}, "invocations": [ran], "results": results}
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
