"""A verdict in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .verify import Verdict


def report(verdict: Verdict) -> str:
    """Write a verdict as lines of text."""
    lines = ["ACCEPTED" if verdict.accepted else "REJECTED"]
    lines += [f"  fault: {fault}" for fault in verdict.faults]
    if verdict.counts:
        lines.append(
            "  checked: " + ", ".join(f"{n:,} {name}" for name, n in verdict.counts.items())
        )
    lines += [f"  trusted: {thing}" for thing in verdict.trusted]
    return "\n".join([*lines, ""])
