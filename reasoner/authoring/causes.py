"""What in the knowledge makes two determinations of one request differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import LABEL, name_of
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from reasoner.determinations.assess import Assessment
    from reasoner.determinations.conclude import Determination
    from reasoner.knowledge.base import Knowledge

Decided = tuple["Assessment", "Determination", "Knowledge"]
"""An assessment, the determination of one of its requests, and the knowledge that it used."""
UNSAID: Final = frozenset(
    mn(name).value for name in ("datasetRow", "population", "seenAt", "statedIn", "verification")
)


def find_cause(old: Decided, new: Decided) -> str:
    """
    Return the first difference that explains another determination, in one line.

    Looked for in this order: which recommendations govern; what the same recommendations state;
    rules whose text changed and that fired; the first rule, in the order in which rules run, that
    fires under one state of the knowledge and not under the other. Empty if nothing differs.
    """
    governing = [[g.source.iri for g in one.governing] for _, one, _ in (old, new)]
    if governing[0] != governing[1]:
        words = [
            ", ".join(f"{g.source.title} ({g.source.edition})" for g in one.governing) or "nothing"
            for _, one, _ in (old, new)
        ]
        return f"what governs: {words[0]} -> {words[1]}"
    return _figures(governing[0], old[2], new[2]) or _rules(old, new)


def _figures(rows: list[str], old: Knowledge, new: Knowledge) -> str:
    """Name the first property of the recommendations that govern whose value differs."""
    for row in rows:
        properties = sorted(
            {p for k in (old, new) for s, p in k.described if s == row} - UNSAID - {LABEL.value}
        )
        for predicate in properties:
            values = [
                ", ".join(map(name_of, k.described.get((row, predicate), ()))) or "nothing"
                for k in (old, new)
            ]
            if values[0] != values[1]:
                label = new.label(predicate)
                return f"{new.label(row)}: {label}: {values[0]} -> {values[1]}"
    return ""


def _rules(old: Decided, new: Decided) -> str:
    fired = [{f.name for f in assessment.derivation.firings} for assessment, _, _ in (old, new)]
    known = [knowledge.rule for _, _, knowledge in (old, new)]
    for name in sorted((fired[0] | fired[1]) & known[0].keys() & known[1].keys()):
        if known[0][name].text != known[1][name].text:
            return f"the rule {name} ({known[1][name].title}) was changed"
    ordered = [r.id for r in new[2].rules] + [r.id for r in old[2].rules]
    for name in dict.fromkeys(ordered):
        if (name in fired[0]) != (name in fired[1]):
            title = (known[1].get(name) or known[0][name]).title
            verb = "fires now" if name in fired[1] else "no longer fires"
            return f"the rule {name} ({title}) {verb}"
    return ""
