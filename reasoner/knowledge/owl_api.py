"""The OWL API and its HermiT, asked in a process of their own (`owl_worker.py`)."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.errors import ClassifierFailed

from .limits import run_limited

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING: Final = 3
"""The exit code of the worker where a package is not installed."""
EXPLAIN_SECONDS: Final = 20


@dataclass(frozen=True, kw_only=True)
class OwlAnswer:
    """
    What the OWL API found.

    Attributes:
        profile: For each statement outside OWL 2 DL, the message of the OWL API.
        consistent: Whether the axioms have a model.
        contradiction: Axioms that contradict each other, if they have none and time sufficed.
        empty: For each class that can have no member, axioms that make it so, or nothing.
        subsumptions: Pairs of a class and a class that contains it, transitive.
        types: Pairs of an individual and a class that contains it.
    """

    profile: tuple[str, ...]
    consistent: bool
    contradiction: tuple[str, ...]
    empty: Mapping[str, tuple[str, ...]]
    subsumptions: frozenset[tuple[str, str]]
    types: frozenset[tuple[str, str]]


class OwlApiMissing(ClassifierFailed):
    """A package that carries the OWL API is not installed."""


def convert(source: Path, target: Path, *, seconds: int) -> tuple[str, ...]:
    """
    Write an ontology in another syntax, chosen by the ending: `.ofn` or `.ttl`.

    Args:
        source: The ontology, in any syntax of OWL; its imports are looked up in the catalogs
            `catalog-v001.xml` of its folder and of those above.
        target: The file to write.
        seconds: Processor time after which the process is stopped.

    Returns:
        What is outside OWL 2 DL in the ontology and its imports.

    Raises:
        OwlApiMissing: A package is not installed.
        ClassifierFailed: It was stopped, or failed.
    """
    said = json.loads(_run([str(source), str(target)], seconds))
    return tuple(said["profile"])


def ask_owl_api(ntriples: str, *, seconds: int) -> OwlAnswer:
    """
    Check profile and consistency, explain what fails, and classify.

    Raises:
        OwlApiMissing: A package is not installed.
        ClassifierFailed: The process was stopped, or failed.
    """
    return read_answer(run_owl_api(ntriples, seconds=seconds))


def run_owl_api(ntriples: str, *, seconds: int) -> str:
    """
    Run the OWL API and return its answer as JSON, which `read_answer` reads.

    Args:
        ntriples: The ontology.
        seconds: Processor time after which the process is stopped.

    Raises:
        OwlApiMissing: A package is not installed.
        ClassifierFailed: It was stopped, or failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ontology.nt"
        path.write_text(ntriples, encoding="utf-8")
        return _run([str(path), str(EXPLAIN_SECONDS)], seconds)


def read_answer(text: str) -> OwlAnswer:
    """Read an answer of `run_owl_api`."""
    said = json.loads(text)
    return OwlAnswer(
        profile=tuple(said["profile"]),
        consistent=said["consistent"],
        contradiction=tuple(said["why"]),
        empty={name: tuple(axioms) for name, axioms in said["empty"].items()},
        subsumptions=frozenset((a, b) for a, b in said["subsumptions"]),
        types=frozenset((a, b) for a, b in said["types"]),
    )


def _run(arguments: list[str], seconds: int) -> str:
    """Run the worker and return the line of JSON that it prints."""
    command = [sys.executable, "-m", "reasoner.knowledge.owl_worker", *arguments]
    code, output, errors = run_limited(command, seconds=seconds, folder=Path(__file__).parents[2])
    if code not in (0, MISSING):
        last = (errors.strip().splitlines() or ["no message"])[-1]
        raise ClassifierFailed(f"The OWL API failed: {last[:300]}")
    answer = output.splitlines()[-1]
    if code == MISSING:
        raise OwlApiMissing(
            f"The OWL API is not installed ({json.loads(answer)['missing']}).",
            hint="Run 'make setup' in a checkout.",
        )
    return answer
