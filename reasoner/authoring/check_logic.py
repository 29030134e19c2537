"""Checks by the OWL API and HermiT: profile, consistency, empty classes, with reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reasoner.errors import ClassifierFailed, VocabularyInconsistent
from reasoner.knowledge.classify import (
    Classification,
    classification_of,
    classify_with_hermit,
)
from reasoner.knowledge.limits import SECONDS
from reasoner.knowledge.logic import logic_digest, logic_ntriples
from reasoner.knowledge.owl_api import OwlAnswer, OwlApiMissing, read_answer, run_owl_api
from reasoner.knowledge.terms import shorten

from .finding import Finding
from .stages import Memory

if TYPE_CHECKING:
    from .places import Places

RAN_AWAY: Final = "reasoner-ran-away"
IRI: Final = re.compile(r"<([^>]+)>")


@dataclass(frozen=True, kw_only=True)
class Logic:
    """
    What the reasoner found.

    Attributes:
        findings: Faults of the axioms, or that they could not be checked: always errors.
        classification: What follows from the axioms; None if they contradict each other or the
            reasoner did not end.
        answered: Whether the OWL API checked the axioms.
    """

    findings: tuple[Finding, ...]
    classification: Classification | None
    answered: bool = False


def check_logic(places: Places, memory: Memory | None = None, *, seconds: int = SECONDS) -> Logic:
    """
    Ask whether the ontology is OWL 2 DL, consistent, and without empty classes; classify it.

    Args:
        places: The files.
        memory: Keeps the answer for as long as the axioms are the same; None to keep none.
        seconds: Processor time after which the reasoner is stopped; a finding then says so.
    """
    text = logic_ntriples(t for name, t in places.facts if name.startswith("ontology/"))
    memory = memory or Memory(None)
    axioms = logic_digest(t for name, t in places.facts if name.startswith("ontology/"))
    try:
        kept = memory.recall("logic", [axioms], lambda: [run_owl_api(text, seconds=seconds)])
        answer = read_answer(kept[0])
    except OwlApiMissing as error:
        return _without_owl_api(text, error, seconds)
    except ClassifierFailed as error:
        return Logic(findings=(_ran_away(places, error),), classification=None)
    sound = answer.consistent and not answer.empty
    return Logic(
        findings=tuple(_findings(places, answer)),
        classification=classification_of(answer) if sound else None,
        answered=True,
    )


def _findings(places: Places, answer: OwlAnswer) -> list[Finding]:
    found = [
        Finding(
            **_place(places, text),
            kind="not-owl-2-dl",
            message=_short(text),
            hint="Write it within OWL 2 DL: the reasoner's answers are complete only there.",
        )
        for text in answer.profile
    ]
    if not answer.consistent:
        why = [_short(a) for a in answer.contradiction]
        found.append(
            Finding(
                **_place(places, answer.contradiction[0] if answer.contradiction else ""),
                kind="inconsistent",
                message="The axioms contradict each other; these together suffice: "
                + "; ".join(why),
                hint="Take back one of them.",
                detail=tuple(why),
            )
        )
    for name, axioms in sorted(answer.empty.items()):
        why = [_short(a) for a in axioms]
        found.append(
            Finding(
                **places.where(name),
                kind="class-empty",
                message=f"Nothing can belong to {shorten(name)}"
                + (": " + "; ".join(why) if why else "."),
                hint="Take back one of these axioms.",
                detail=tuple(why),
            )
        )
    return found


def _without_owl_api(text: str, missing: OwlApiMissing, seconds: int) -> Logic:
    """Classify with the command-line HermiT; report that the profile was not checked."""
    unchecked = Finding(
        kind="logic-not-checked",
        message=f"{missing.message} The OWL 2 DL profile was not checked.",
        hint=missing.hint,
    )
    try:
        found = classify_with_hermit(text, seconds=seconds)
    except (ClassifierFailed, VocabularyInconsistent) as error:
        failed = Finding(kind=error.code, message=error.message, hint=error.hint)
        return Logic(findings=(unchecked, failed), classification=None)
    return Logic(findings=(unchecked,), classification=found)


def _ran_away(places: Places, error: ClassifierFailed) -> Finding:
    return Finding(
        kind=RAN_AWAY,
        message=f"{error.message} The axioms most likely to be the cause are listed below.",
        hint=error.hint,
        detail=tuple(_suspects(places)),
    )


def _place(places: Places, axiom: str) -> Any:  # noqa: ANN401 - keywords of a Finding
    for iri in IRI.findall(axiom):
        if iri in places.lines:
            return places.where(iri)
    return {"path": "", "line": 0}


def _short(axiom: str) -> str:
    return IRI.sub(lambda m: shorten(m[1]), axiom)


def _suspects(places: Places) -> list[str]:
    """Name the cardinalities and the files with most axioms, for want of a better trace."""
    found = []
    for name, text in places.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if "ardinality" in line and name.startswith("ontology/"):
                found.append(f"{name}:{number}: {line.strip()}")
    sizes = sorted(places.triples.items(), key=lambda item: -len(item[1]))
    return [*found[:10], *(f"{name}: {len(ts)} triples" for name, ts in sizes[:3])]
