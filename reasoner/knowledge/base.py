"""Find and load the knowledge base: ontology, rules, shapes and the committed classification."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import KnowledgeStale, KnowledgeUnreadable
from reasoner.kernel.index import Index
from reasoner.kernel.rules import Rule, read_rules
from reasoner.kernel.terms import DCTERMS, LABEL, OWL, TYPE, VERSION_INFO, name_of

from .classify import classification_triples, classify
from .find import find_knowledge, ontology_files
from .kept import keep, key_of, read_kept
from .limits import SECONDS
from .literals import datatypes_of, literal_fault
from .logic import logic_digest
from .places import places_in
from .plain_populations import WORDS, expand_populations
from .populations import Population, compile_populations
from .programs import build_program, compile_program, order_rules
from .rule_form import FORM
from .shapes import ShapeSet
from .terms import CONCEPT, KNOWLEDGE_BASE, LEXICON, NS, RULE, mn, shorten
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from reasoner.kernel.engine import Program
    from reasoner.kernel.facts import Fact, Facts

COMPUTED: Final = ("index", "code", "described")
"""What is computed from the attributes of knowledge and worth keeping between runs."""
REPLACED_BY: Final = ox.NamedNode(DCTERMS + "isReplacedBy")
APPLIES_PROVISION: Final = mn("appliesProvision")
GENERATED: Final = "generated/classification.ttl"
OURS: Final = (NS, CONCEPT)
LOGIC: Final = re.compile(r"^# logic: ([0-9a-f]{64})$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Knowledge:
    """
    Everything that a case is decided with. Immutable; load it once and share it.

    Attributes:
        folder: The folder that holds `ontology` and `shapes`.
        digest: SHA-256 over the names and bytes of all knowledge files: the version that counts.
        facts: The triples of the ontology files.
        entailed: What HermiT derived from them: types, subclasses, order of populations.
        rules: The rules, by stratum and id.
        populations: The compiled populations.
        stratum: The stratum in which populations are matched.
        after: For each rule, and for the populations together, the names of those whose
            conclusions it looks at.
        vocabulary: Terms, concepts and labels.
        shapes: The shapes of a case, checked and prepared.
        other_shapes: The shapes for authors and for our own answers, by file name.
        origins: For each subject, the file that describes it, relative to `folder`.
        sources: The bytes of each file as it was read, by its path relative to `folder`; the
            classification too. Proofs and pages quote these and never read a file again.
    """

    folder: Path
    digest: str
    facts: tuple[ox.Triple, ...]
    entailed: tuple[ox.Triple, ...]
    rules: tuple[Rule, ...]
    populations: tuple[Population, ...]
    stratum: int
    after: Mapping[str, frozenset[str]]
    vocabulary: Vocabulary
    shapes: ShapeSet
    other_shapes: Mapping[str, ShapeSet]
    origins: Mapping[str, str]
    sources: Mapping[str, bytes]

    @cached_property
    def rule(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}

    @property
    def version(self) -> str:
        """The version that the knowledge base gives itself, for people; empty if it gives none."""
        return self.value(KNOWLEDGE_BASE, VERSION_INFO) or ""

    @cached_property
    def described(self) -> Mapping[tuple[str, str], tuple[ox.NamedNode | ox.Literal, ...]]:
        """The values of each subject and predicate, asserted and entailed, sorted."""
        index: dict[tuple[str, str], set[ox.NamedNode | ox.Literal]] = {}
        for t in (*self.facts, *self.entailed):
            if isinstance(t.subject, ox.NamedNode) and not isinstance(
                t.object, ox.BlankNode | ox.Triple
            ):
                index.setdefault((t.subject.value, t.predicate.value), set()).add(t.object)
        return {key: tuple(sorted(values, key=str)) for key, values in index.items()}

    @cached_property
    def working_facts(self) -> tuple[ox.Quad, ...]:
        """What rules and patterns read: facts in our own terms, and entailed types."""
        kept = {t for t in (*self.facts, *self.entailed) if _is_working(t)}
        return tuple(ox.Quad(t.subject, t.predicate, t.object) for t in sorted(kept, key=str))

    @cached_property
    def editions(self) -> frozenset[str]:
        """The IRIs of the guideline editions."""
        return frozenset(
            name_of(t.subject)
            for t in self.facts
            if t.predicate == TYPE and t.object == mn("Guideline")
        )

    @cached_property
    def retired(self) -> Mapping[str, str | None]:
        """The IRIs of retired terms, each with that of the term that replaces it, or None."""
        return {
            iri: self.value(iri, REPLACED_BY)
            for (iri, predicate), values in self.described.items()
            if predicate == OWL + "deprecated" and values[0].value == "true"
        }

    @property
    def base_facts(self) -> Facts:
        """The working facts, for those who look them up one by one."""
        return self.index.facts

    @cached_property
    def index(self) -> Index:
        """The working facts, indexed for the engine."""
        index = Index()
        index.add(sorted(working_facts((*self.facts, *self.entailed))))
        return index

    @cached_property
    def code(self) -> bytes:
        """The rules and populations, compiled to what Python loads."""
        return compile_program(self.rules, self.populations, self.index)

    @cached_property
    def program(self) -> Program:
        """The rules and populations, ready to run."""
        return build_program(self.rules, self.populations, self.stratum, self.index, code=self.code)

    def __getstate__(self) -> dict[str, object]:
        """Return what is kept between runs: all but the folder, which may have moved."""
        names = [field.name for field in fields(self) if field.name != "folder"]
        return {name: getattr(self, name) for name in (*names, *COMPUTED)}

    def with_rules(self, rules: Iterable[Rule]) -> Knowledge:
        """
        Return this knowledge with other rules, in their order.

        Raises:
            RulesUnordered: They depend on each other in a circle.
        """
        case = self.shapes.paths
        stated = {path for paths in case.values() for path in paths}
        found = order_rules(tuple(rules), self.populations, self.index, stated, case)
        return replace(self, rules=found.rules, stratum=found.stratum, after=found.after)

    @cached_property
    def places(self) -> Mapping[Fact, tuple[str, int]]:
        """
        The file and line of each fact of the ontology.

        A population that plain words state is placed at the first of them.
        """
        ours = [n for n in self.sources if n.startswith("ontology/") and n.endswith(".ttl")]
        found: dict[Fact, tuple[str, int]] = {}
        for name in sorted(ours, key=lambda name: (name == f"ontology/{GENERATED}", name)):
            for fact, line in places_in(self.sources[name].decode("utf-8")).items():
                found.setdefault(fact, (name, line))
        words = {f"<{word.value}>" for word in WORDS}
        first: dict[str, tuple[str, int]] = {}
        for (subject, predicate, _), place in found.items():
            if predicate in words:
                first[subject] = min(first.get(subject, place), place)
        population = f"<{mn('population').value}>"
        for subject, value in self.base_facts.pairs[population]:
            if subject in first:
                found.setdefault((subject, population, value), first[subject])
        return found

    def value(self, subject: str, predicate: ox.NamedNode) -> str | None:
        """Return the least value of a property as text, or None if there is none."""
        values = self.described.get((subject, predicate.value), ())
        return values[0].value if values else None

    def label(self, iri: str) -> str:
        """Return the label of a term, or its shortened IRI."""
        return self.value(iri, LABEL) or shorten(iri)


def _is_ours(node: object) -> bool:
    return isinstance(node, ox.NamedNode) and not node.value.startswith(OWL)


def load_knowledge(
    folder: Path | None = None,
    *,
    entailed: tuple[ox.Triple, ...] | None = None,
    cache: Path | None = None,
) -> Knowledge:
    """
    Load the knowledge base and check its form.

    Args:
        folder: The folder that holds `ontology` and `shapes`; None for the one that came with
            this installation.
        entailed: What HermiT derived, for an author whose change is not yet classified; None for
            the committed classification.
        cache: A folder of this user in which loaded knowledge is kept between runs; None to keep
            nothing. It can be deleted at any time.

    Raises:
        KnowledgeError: A file cannot be read, breaks its form, or the classification is stale.
    """
    home = find_knowledge(folder)
    if entailed is not None or cache is None:
        return _load(home, entailed)
    sources = read_sources(home)
    key = key_of(sources)
    kept = read_kept(cache, key)
    if isinstance(kept, Knowledge):
        vars(kept)["folder"] = home
        return kept
    knowledge = _load(home, None, sources)
    keep(cache, key, knowledge)
    return knowledge


def _load(
    home: Path,
    entailed: tuple[ox.Triple, ...] | None,
    sources: Mapping[str, bytes] | None = None,
) -> Knowledge:
    sources = sources or read_sources(home)
    written = read_written(home, sources)
    parsed = expand_populations(written)
    facts = tuple(t for triples in parsed.values() for t in triples)
    check_declared(parsed, home)
    files = sorted((home / "shapes").glob("*.ttl"))
    shapes = {path.stem: ShapeSet.read(read_turtle(path, home, sources)) for path in files}
    rules = read_rules(
        home / "ontology",
        rule_folders(home),
        FORM,
        read=lambda path: sources[path.relative_to(home).as_posix()],
    )
    rules = cited_rules(rules, facts)
    populations = compile_populations(facts)
    entailed = _read_classification(home, written) if entailed is None else entailed
    index = Index()
    index.add(sorted(working_facts((*facts, *entailed))))
    case = shapes.pop("case")
    stated = {path for paths in case.paths.values() for path in paths}
    ordered = order_rules(rules, populations, index, stated, case.paths)
    return Knowledge(
        folder=home,
        digest=_digest(home, _all_files(home), sources),
        facts=facts,
        entailed=entailed,
        rules=ordered.rules,
        populations=populations,
        stratum=ordered.stratum,
        after=ordered.after,
        vocabulary=Vocabulary.read(facts),
        shapes=case,
        other_shapes=shapes,
        origins={
            t.subject.value: path.relative_to(home).as_posix()
            for path, triples in parsed.items()
            for t in triples
            if t.predicate == TYPE and isinstance(t.subject, ox.NamedNode)
        },
        sources=sources,
    )


def read_written(
    home: Path, sources: Mapping[str, bytes] | None = None
) -> dict[Path, list[ox.Triple]]:
    """
    Read the Turtle files that authors write.

    Args:
        home: The folder of the knowledge base.
        sources: The bytes of the files; see `read_turtle`.

    Raises:
        KnowledgeUnreadable: A file is not Turtle.
    """
    return {path: read_turtle(path, home, sources) for path in ontology_files(home)}


def read_ontology(home: Path) -> dict[Path, list[ox.Triple]]:
    """
    Read the Turtle files that authors write, with populations in plain words expanded to classes.

    Raises:
        KnowledgeUnreadable: A file is not Turtle.
        PopulationMalformed: A population is stated twice.
    """
    return expand_populations(read_written(home))


def read_sources(home: Path) -> dict[str, bytes]:
    """Read each file of a knowledge base once; return the bytes by path relative to its folder."""
    generated = home / "ontology" / GENERATED
    files = [*_all_files(home), *([generated] if generated.exists() else [])]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in files}


def cited_rules(rules: tuple[Rule, ...], facts: Iterable[ox.Triple]) -> tuple[Rule, ...]:
    """
    Give the general rules the sources that a jurisdiction names for them.

    Args:
        rules: The rules as their files state them.
        facts: The triples of the ontology files.

    Returns:
        The rules in the same order. A rule that names a source in its file keeps it.

    Raises:
        KnowledgeUnreadable: A source is given for a rule that no file holds.
    """
    cited = {
        name_of(t.subject).removeprefix(RULE): t.object.value
        for t in facts
        if t.predicate == APPLIES_PROVISION and isinstance(t.object, ox.Literal)
    }
    if unknown := sorted(set(cited) - {rule.id for rule in rules}):
        raise KnowledgeUnreadable(
            f"mn:appliesProvision is stated of {', '.join(unknown)}, which no file of rules holds.",
            hint="Correct the id, or remove the statement together with the rule.",
        )
    return tuple(
        replace(rule, source=cited[rule.id]) if rule.id in cited and not rule.source else rule
        for rule in rules
    )


def rule_folders(home: Path) -> list[Path]:
    """List the folders that hold rules, at any depth of the ontology, sorted."""
    return sorted(path for path in (home / "ontology").rglob("rules") if path.is_dir())


def working_facts(triples: Iterable[ox.Triple]) -> Iterator[Fact]:
    """Yield what rules and patterns read: facts in our own terms, and entailed types."""
    for t in triples:
        if _is_working(t):
            yield str(t.subject), str(t.predicate), str(t.object)


def _is_working(t: ox.Triple) -> bool:
    kept = t.predicate.value.startswith(NS) or (t.predicate == TYPE and _is_ours(t.object))
    return kept and not name_of(t.subject).startswith(LEXICON)


def check_declared(parsed: Mapping[Path, list[ox.Triple]], home: Path) -> None:
    """
    Refuse a term of ours that no file declares, and a literal that is not of its datatype.

    A misspelt class would match nothing, and a figure that is not a number cannot be compared.
    """
    facts = [(path, t) for path, triples in parsed.items() for t in triples]
    declared = {t.subject for _, t in facts if t.predicate == TYPE}
    datatypes = datatypes_of(t for _, t in facts)
    for path, t in facts:
        if isinstance(t.object, ox.Literal):
            fault = literal_fault(t.object, datatypes.get(t.predicate.value, ""))
            if fault:
                raise KnowledgeUnreadable(
                    f"{path.relative_to(home)}: {shorten(name_of(t.subject))}: "
                    f"{shorten(t.predicate.value)} is {t.object}; expected {fault}.",
                    hint="Correct the value; 'mednec check' gives its line.",
                )
        for node in (t.predicate, t.object):
            ours = isinstance(node, ox.NamedNode) and node.value.startswith(OURS)
            if ours and node not in declared:
                raise KnowledgeUnreadable(
                    f"{path.relative_to(home)}: {shorten(name_of(node))} is declared nowhere.",
                    hint="Look for a misspelling, or declare it with a label and a definition.",
                )


def generate_classification(
    folder: Path | None = None, *, fresh: bool = False, seconds: int = SECONDS
) -> Path:
    """
    Classify the ontology with HermiT and write the result where the service reads it.

    Where no axiom changed since the last time, nothing is classified and nothing is written.

    Args:
        folder: The folder that holds `ontology` and `shapes`; None for that of this installation.
        fresh: Classify in any case.
        seconds: Processor time after which HermiT is stopped.

    Returns:
        The file that holds the classification.

    Raises:
        KnowledgeError: The ontology cannot be read or is inconsistent.
        ClassifierFailed: HermiT did not run, or did not end in time.
    """
    home = find_knowledge(folder)
    written = read_written(home)
    parsed = expand_populations(written)
    check_declared(parsed, home)
    logic = _logic(written)
    path = home / "ontology" / GENERATED
    if not fresh and find_classified(home, logic) is not None:
        return path
    found = classify((t for triples in parsed.values() for t in triples), seconds=seconds)
    lines = [
        "# generated by `mednec generate` with HermiT; never edited",
        f"# logic: {logic}",
        "",
        *(f"{t} ." for t in classification_triples(found)),
        "",
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def find_classified(home: Path, logic: str) -> tuple[ox.Triple, ...] | None:
    """Return the committed classification; None if there is none, or it is of other axioms."""
    path = home / "ontology" / GENERATED
    stamp = LOGIC.search(path.read_text(encoding="utf-8")) if path.exists() else None
    return tuple(read_turtle(path, home)) if stamp and stamp[1] == logic else None


def _logic(written: Mapping[Path, list[ox.Triple]]) -> str:
    return logic_digest(t for triples in written.values() for t in triples)


def _all_files(home: Path) -> list[Path]:
    rules = (path for folder in rule_folders(home) for path in folder.rglob("*.rq"))
    return sorted([*ontology_files(home), *rules, *(home / "shapes").glob("*.ttl")])


def _digest(home: Path, files: list[Path], sources: Mapping[str, bytes] | None = None) -> str:
    total = hashlib.sha256()
    for path in files:
        name = path.relative_to(home).as_posix()
        total.update(f"{name}\n".encode())
        total.update(hashlib.sha256(sources[name] if sources else path.read_bytes()).digest())
    return total.hexdigest()


def read_turtle(
    path: Path, home: Path, sources: Mapping[str, bytes] | None = None
) -> list[ox.Triple]:
    """
    Read one Turtle file; its blank nodes differ from those of other files.

    Args:
        path: The file.
        home: The folder of the knowledge base.
        sources: The bytes of the files by path relative to `home`; None to read the file.

    Raises:
        KnowledgeUnreadable: The file is not Turtle.
    """
    try:
        data = sources[path.relative_to(home).as_posix()] if sources else path.read_bytes()
        return [
            ox.Triple(q.subject, q.predicate, q.object)
            for q in ox.parse(data, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        ]
    except (SyntaxError, ValueError, OSError) as error:
        raise KnowledgeUnreadable(
            f"{path.relative_to(home)}: not Turtle: {error}",
            hint="Fix the file at the place named; prefixes must be declared at its head.",
        ) from error


def _read_classification(
    home: Path, written: Mapping[Path, list[ox.Triple]]
) -> tuple[ox.Triple, ...]:
    found = find_classified(home, _logic(written))
    if found is None:
        raise KnowledgeStale(
            f"ontology/{GENERATED} was made from other axioms than those in the ontology files.",
            hint="Run 'mednec generate'; it needs the packages of 'make setup'.",
        )
    return found
