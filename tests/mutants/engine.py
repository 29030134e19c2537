"""Faults in the engine that no fault in a rule can represent, such as the order of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.mutants.operators import Mutant

if TYPE_CHECKING:
    from pathlib import Path

FAULTS: Final = (
    (
        "facts in the order in which they came",
        "reasoner/cases/read.py",
        "ordered = tuple(sorted(named, key=str))",
        "ordered = tuple(t for q in quads for t in named if t.predicate == q.predicate)",
    ),
    (
        "a number as it was written",
        "reasoner/cases/read.py",
        "return ox.Literal(_whole_number(value.value, kind, quad))",
        "return value",
    ),
    (
        "a summand counted for each of its firings",
        "reasoner/determinations/proof_graph.py",
        "return tuple(firing for firing in derivation.firings if id(firing) in wanted)",
        "return tuple(firing for firing in derivation.firings if id(firing) in wanted)[1:]",
    ),
    (
        "the last reason left out of the text",
        "reasoner/determinations/as_data.py",
        "reasons=as_data(d.reasons),",
        "reasons=as_data(d.reasons[:-1]),",
    ),
    (
        "the least visits for the most",
        "reasoner/determinations/settled.py",
        "max(span[1] for span in spans)",
        "min(span[1] for span in spans)",
    ),
    (
        "the digest of the bytes instead of the facts",
        "reasoner/cases/read.py",
        "digest=hashlib.sha256(text.encode()).hexdigest(),",
        "digest=hashlib.sha256(data).hexdigest(),",
    ),
    (
        "two cases in one file taken for one",
        "reasoner/cases/read.py",
        "    if len(found) != 1:",
        "    if not found:",
    ),
    (
        "the facts of a case left behind for the next",
        "reasoner/kernel/engine.py",
        "    index = Index(program.base)\n    index.add(encode(t) for t in ordered)",
        "    index = program.base\n    index.add(encode(t) for t in ordered)",
    ),
    (
        "blank nodes named by the order in which they came",
        "reasoner/cases/names.py",
        "';'.join(sorted(said))",
        "';'.join(said)",
    ),
    (
        "a physician without a name",
        "reasoner/records/signing.py",
        "if unsaid or len(value) > LONGEST or not value.isprintable():",
        "if len(value) > LONGEST:",
    ),
    (
        "a draft that is not marked as one",
        "reasoner/pages/letter/compose.py",
        'mark=(mark.heading, mark.words) if mark else ("", ""),',
        'mark=("", ""),',
    ),
)
"""The fault, the file, the original text and the text that replaces it."""


def engine_mutants(home: Path) -> list[Mutant]:
    """
    Find the listed faults in the files.

    A fault whose text does not occur exactly once is omitted; the test of this list reports it.
    """
    return [
        Mutant(kind="engine", file=file, start=text.index(old), old=old, new=new)
        for _, file, old, new in FAULTS
        if (text := (home / file).read_text(encoding="utf-8")).count(old) == 1
    ]
