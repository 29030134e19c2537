"""Checks by the OWL API and HermiT: profile, consistency, empty classes, with reasons."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reasoner.kernel.terms import shorten
from reasoner.knowledge.classify import STOPPED, limit_processor_time, logic_ntriples

from .finding import WARNING, Finding

if TYPE_CHECKING:
    from .places import Places

SECONDS: Final = 45
"""Processor time of the reasoner."""
PATIENCE: Final = 4
"""How many times that by the clock, on a machine that is busy with other things."""
EXPLAIN_SECONDS: Final = 20
MISSING: Final = 3
RAN_AWAY: Final = "reasoner-ran-away"
IRI: Final = re.compile(r"<([^>]+)>")


def check_logic(places: Places, *, seconds: int = SECONDS) -> list[Finding]:
    """
    Ask the OWL API whether the ontology is OWL 2 DL, consistent, and without empty classes.

    Args:
        places: The files.
        seconds: After this processor time the reasoner is stopped and a finding says so.
    """
    answer = _ask(places, seconds)
    if "stopped" in answer:
        return [
            Finding(
                kind=RAN_AWAY,
                message=f"HermiT {answer['stopped']}; the largest axioms are named below.",
                hint="State counts as data values, never as cardinalities; take back what is new.",
                detail=tuple(_suspects(places)),
            )
        ]
    if "missing" in answer:
        return [
            Finding(
                kind="logic-not-checked",
                severity=WARNING,
                message=f"{answer['missing']}: OWL profile and consistency were not checked.",
                hint="Run 'make setup' in a checkout.",
            )
        ]
    found = [
        Finding(
            **_place(places, text),
            kind="not-owl-2-dl",
            message=_short(text),
            hint="Write it within OWL 2 DL: the reasoner's answers are complete only there.",
        )
        for text in answer["profile"]
    ]
    if not answer["consistent"]:
        why = [_short(a) for a in answer["why"]]
        found.append(
            Finding(
                **_place(places, answer["why"][0] if answer["why"] else ""),
                kind="inconsistent",
                message="The axioms contradict each other; these together suffice: "
                + "; ".join(why),
                hint="Take back one of them.",
                detail=tuple(why),
            )
        )
    for name, axioms in sorted(answer["empty"].items()):
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


def _ask(places: Places, seconds: int) -> dict[str, Any]:
    text = logic_ntriples(t for name, t in places.facts if name.startswith("ontology/"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logic.nt"
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "reasoner.authoring.owl_worker", str(path)]
        process = subprocess.Popen(  # noqa: S603 - our own module on a file of our own
            [*command, str(EXPLAIN_SECONDS)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            cwd=Path(__file__).parents[2],
            preexec_fn=partial(limit_processor_time, seconds),  # noqa: PLW1509 - one call
        )
        stopped = {"stopped": f"did not end within {seconds} s and was stopped"}
        try:
            output, errors = process.communicate(timeout=seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return stopped
    if process.returncode in STOPPED:
        return stopped
    if process.returncode in (0, MISSING):
        answer: dict[str, Any] = json.loads(output.splitlines()[-1])
        return answer
    last = (errors.strip().splitlines() or ["no message"])[-1]
    return {"stopped": f"failed ({last[:300]})"}


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
