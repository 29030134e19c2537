"""
Build the proof of a decision, in the form that the separate checker reads.

The facts, their strata and the firings are those of the engine. How they are laid out is said once,
by the checker; where the two disagree there is no proof, and the fault is ours.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from reasoner.errors import KnowledgeStale, ProofFailed
from reasoner.kernel.facts import encode
from reasoner.verifier.form import FORMAT
from reasoner.verifier.layout import Data, Layout, find_steps, level_of
from reasoner.verifier.rule_text import read_rule_text
from reasoner.verifier.sources import Folder, read_folder
from reasoner.verifier.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.determinations.assess import Assessment
    from reasoner.kernel.derivation import Firing
    from reasoner.knowledge.base import Knowledge
    from reasoner.verifier.layout import Step
    from reasoner.verifier.rule_text import RuleText

POPULATIONS = "POP"


@lru_cache(maxsize=4)
def knowledge_pages(knowledge: Knowledge) -> Folder:
    """
    Read the files of a knowledge base again, for their lines and texts; kept for the next proof.

    Raises:
        KnowledgeStale: The files have changed since the knowledge was loaded.
    """
    folder = read_folder(knowledge.folder)
    if folder.digest != knowledge.digest:
        raise KnowledgeStale(
            f"{knowledge.folder}: the files have changed since they were loaded.",
            hint="Load the knowledge again, then decide again.",
        )
    return folder


@lru_cache(maxsize=4)
def rule_texts(knowledge: Knowledge) -> dict[str, tuple[int, RuleText]]:
    """Read the texts of the rules as the checker reads them: stratum and text, by id."""
    texts = knowledge_pages(knowledge).rules
    return {
        rule.id: (
            rule.stratum,
            read_rule_text(texts[f"ontology/{rule.path}"].decode(), rule.path),
        )
        for rule in knowledge.rules
    }


def build_proof(assessment: Assessment, knowledge: Knowledge) -> Data:
    """
    Write the proof of a decision as plain data.

    Args:
        assessment: The decision; its whole derivation is proved, also what did not hold.
        knowledge: The knowledge base with which it was made.

    Raises:
        KnowledgeStale: The knowledge files are others than those that were loaded.
        ProofFailed: The checker reads the rules otherwise than the engine.
    """
    folder = knowledge_pages(knowledge)
    told = {encode(triple) for triple in assessment.derivation.told}
    view = assessment_view(assessment, knowledge)
    steps = find_steps(view, rule_texts(knowledge), folder.populations)
    _agree(assessment.derivation.firings, steps)
    layout = Layout(f"<{assessment.case.iri}>", told, view, steps, assessment.as_of)
    return {
        "format": FORMAT,
        "case": {
            "iri": layout.case,
            "digest": assessment.case.digest,
            "asOf": assessment.as_of,
        },
        "knowledge": {
            "version": folder.version,
            "digest": folder.digest,
            "classification": folder.classification,
        },
        "requests": layout.requests(),
        "priorities": layout.priorities(),
        "facts": layout.facts(folder.facts),
        "rules": [_rule(rule.id, rule.stratum, rule.path, folder) for rule in knowledge.rules],
        "populations": [
            {"iri": name, "members": expression} for name, expression in folder.populations.items()
        ],
        "steps": layout.written_steps(),
    }


def proof_text(proof: Data) -> str:
    """Write a proof as JSON, one entry of a list a line."""
    parts = []
    for key, value in proof.items():
        if isinstance(value, list):
            rows = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in value)
            parts.append(f' "{key}": [\n{rows}\n ]')
        else:
            parts.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def assessment_view(assessment: Assessment, knowledge: Knowledge) -> View:
    """Give each fact of the derivation the level at which the engine concluded it."""
    told = {encode(triple) for triple in assessment.derivation.told}
    view = View(told, knowledge_pages(knowledge).index)
    for firing in assessment.derivation.firings:
        for fact in firing.concluded:
            view.add(fact, _level(firing, knowledge))
    return view


def _level(firing: Firing, knowledge: Knowledge) -> int:
    level = level_of(firing.rule.stratum if firing.rule else knowledge.membership)
    return level if firing.rule else level - 1


def _rule(name: str, stratum: int, path: str, folder: Folder) -> Data:
    file = f"ontology/{path}"
    text = folder.rules[file]
    return {
        "id": name,
        "stratum": stratum,
        "file": file,
        "sha256": hashlib.sha256(text).hexdigest(),
        "text": text.decode(),
    }


def _agree(firings: Iterable[Firing], steps: Iterable[Step]) -> None:
    """Hold the checker to the engine: the same uses of the rules, of the same values."""
    engine = {(f.name, *sorted(f.row.items())) if f.rule else _member(f.row) for f in firings}
    checker = {
        (s.rule, *sorted(s.solution.row.items())) if s.rule else _member(s.solution.row)
        for s in steps
    }
    if engine != checker:
        first = min(engine ^ checker, key=str)
        raise ProofFailed(
            f"The engine and the checker differ on {first}.",
            hint="This is a fault of mednec: report it with the case.",
        )


def _member(row: dict[str, str]) -> tuple[object, ...]:
    return (POPULATIONS, row["population"], row["situation"])
