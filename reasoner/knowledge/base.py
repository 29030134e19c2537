"""Find and load the knowledge base: ontology, rules, shapes and the committed classification."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.index import Index
from reasoner.kernel.rules import Rule, read_rules
from reasoner.kernel.terms import DCTERMS, LABEL, OWL, SOURCE, TYPE, VERSION_INFO, name_of

from .case_form import CaseForm, read_form
from .classified import read_classification
from .codes import CodeTables
from .files import (
    GENERATED,
    all_files,
    check_declared,
    digest_of,
    read_sources,
    read_turtle,
    read_written,
    rule_folders,
)
from .find import find_knowledge
from .kept import keep, key_of, read_kept
from .places import places_in
from .plain_populations import WORDS, expand_populations
from .populations import Population, compile_populations
from .programs import build_program, compile_program, order_rules
from .rule_form import FORM
from .shapes import ShapeSet
from .terms import KNOWLEDGE_BASE, LEXICON, NS, RULE, mn, shorten
from .verifications import VerificationRecord, read_verifications
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from reasoner.kernel.engine import Program
    from reasoner.kernel.facts import Fact, Facts

COMPUTED: Final = ("index", "code", "described", "form", "verifications")
"""What is computed from the attributes of knowledge and worth keeping between runs."""
REPLACED_BY: Final = ox.NamedNode(DCTERMS + "isReplacedBy")
CITED: Final = frozenset({SOURCE, ox.NamedNode(DCTERMS + "replaces")})
"""The terms of Dublin Core that rules read: where a text is, and which edition it replaces."""
APPLIES_PROVISION: Final = mn("appliesProvision")


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
        codes: The tables of diagnosis codes, read when a case states one.
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
    codes: CodeTables = field(default_factory=CodeTables)

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
    def verifications(self) -> Mapping[str, tuple[VerificationRecord, ...]]:
        """Who read which row in its text: the records by the IRI of the row."""
        return read_verifications(self.facts)

    @cached_property
    def written(self) -> dict[str, str]:
        """What was written for terms of the knowledge base in sentences so far, by term."""
        return {}

    @cached_property
    def working_facts(self) -> tuple[ox.Quad, ...]:
        """What rules and patterns read: facts in our terms, citations, and types."""
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

    @cached_property
    def form(self) -> CaseForm:
        """The form of a case: its parts and what each may say."""
        filling = self.other_shapes.get("case-form")
        return read_form(
            self.shapes, (*self.facts, *self.entailed), filling.triples if filling else ()
        )

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
        stated = {path for paths in self.shapes.paths.values() for path in paths}
        return compile_program(self.rules, self.populations, self.index, stated)

    @cached_property
    def program(self) -> Program:
        """The rules and populations, ready to run."""
        return build_program(self.rules, self.populations, self.stratum, self.index, code=self.code)

    def __getstate__(self) -> dict[str, object]:
        """Return what is kept between runs: all but the folders, which may have moved."""
        names = [each.name for each in fields(self) if each.name not in {"folder", "codes"}]
        return {name: getattr(self, name) for name in (*names, *COMPUTED)}

    def with_facts(self, facts: tuple[ox.Triple, ...]) -> Knowledge:
        """
        Return this knowledge with other facts, which state the same populations.

        The compiled rules are shared: facts decide how fast a rule joins its patterns, and not
        what it concludes.
        """
        found = replace(self, facts=facts)
        vars(found)["code"] = self.code
        return found

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

    def subjects(self, predicate: str, value: str) -> list[str]:
        """Return the IRIs of what has an IRI as a value of a property in our terms, sorted."""
        side = self.index.subjects.get(f"<{predicate}>", {})
        return sorted(term[1:-1] for term in side.get(f"<{value}>", ()))

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
        vars(kept).update(folder=home, codes=CodeTables(cache=cache))
        return kept
    knowledge = replace(_load(home, None, sources), codes=CodeTables(cache=cache))
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
    entailed = read_classification(home, written) if entailed is None else entailed
    index = Index()
    index.add(sorted(working_facts((*facts, *entailed))))
    case = shapes.pop("case")
    stated = {path for paths in case.paths.values() for path in paths}
    ordered = order_rules(rules, populations, index, stated, case.paths)
    return Knowledge(
        folder=home,
        digest=digest_of(home, all_files(home), sources),
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


def working_facts(triples: Iterable[ox.Triple]) -> Iterator[Fact]:
    """Yield what rules and patterns read: facts in our terms, citations, and types."""
    for t in triples:
        if _is_working(t):
            yield str(t.subject), str(t.predicate), str(t.object)


def _is_working(t: ox.Triple) -> bool:
    if isinstance(t.subject, ox.BlankNode) or isinstance(t.object, ox.BlankNode):
        return False  # axioms, and the records of who verified a row: no rule reads them
    ours = t.predicate.value.startswith(NS) or t.predicate in CITED
    kept = ours or (t.predicate == TYPE and _is_ours(t.object))
    return kept and not name_of(t.subject).startswith(LEXICON)
