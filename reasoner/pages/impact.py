"""What a change of the knowledge flips, as a page of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .phrases import Interval, interval

if TYPE_CHECKING:
    from reasoner.authoring.impact import Impact, Side


def impact_text(found: Impact) -> str:
    """Write an impact for people."""
    lines = []
    for flip in found.flips:
        lines.append(f"{flip.case}: {_words(flip.old)} -> {_words(flip.new)}")
        lines += [f"    cause: {flip.cause}"] if flip.cause else []
        lines += [
            f"    {sign} {rule}  {text}"
            for sign, (rule, text) in zip("-+", flip.reason, strict=True)
            if rule
        ]
    if found.other_ground:
        lines += ["", "Same outcome, other ground:"]
        lines += [
            f"  {flip.case}: {', '.join(flip.old.governing) or 'nothing'} -> "
            f"{', '.join(flip.new.governing) or 'nothing'}"
            for flip in found.other_ground
        ]
    if found.refused:
        lines += ["", "Refused:", *(f"  {name}: {why}" for name, why in found.refused)]
    lines += ["", f"{len(found.flips)} of {found.decided} determinations flip."]
    lines += [f"  {count:>4}  {words}" for words, count in found.by_outcome()]
    if found.flips:
        lines += ["By condition:"]
        lines += [f"  {count:>4}  {words}" for words, count in found.by_condition()]
    return "\n".join(lines).lstrip("\n")


def _words(side: Side) -> str:
    if side.supported is None:
        return side.outcome
    least, most = side.supported
    visits = interval(Interval(least=least, most=most))
    return f"{side.outcome} ({visits} visits{', robust' if side.robust else ''})"
