"""`mednec new recommendation | concept | rule`: blocks and files that are ready to be filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeUnreadable
from reasoner.knowledge.terms import CONCEPT, PREFIXES, mn

from .scaffold import SLUG, TODO, USED, editions_hint, file_of, formatted, refuse_taken
from .scaffold_imports import complete_imports

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner.knowledge.base import Knowledge

RULE_ID: Final = re.compile(r"[A-Z]+-\d+")
NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
SCHEME: Final = "http://www.w3.org/2004/02/skos/core#inScheme"


def new_recommendation(
    knowledge: Knowledge, slug: str, name: str, *, treatment: str, condition: str, visits: int
) -> Path:
    """
    Append a recommendation to the file of an edition.

    Args:
        knowledge: The knowledge base.
        slug: The edition.
        name: The name of the recommendation within it, such as `lumbar-strain`.
        treatment: A treatment of the concepts, such as `PhysicalTherapy`.
        condition: A condition of the concepts, such as `LumbarStrain`.
        visits: The most visits that it supports.

    Raises:
        KnowledgeUnreadable: The edition or concept does not exist, or the name is taken.
    """
    edition = PREFIXES["mng"] + slug
    if edition not in knowledge.editions:
        raise KnowledgeUnreadable(
            f"The edition '{slug}' does not exist.", hint=editions_hint(knowledge.editions)
        )
    _check_slug(name)
    for concept in (treatment, condition):
        _check_concept(knowledge, concept)
    if f"{edition}/{name}" in knowledge.origins:
        raise KnowledgeUnreadable(
            f"{slug} has a recommendation '{name}'.", hint="Choose another name."
        )
    spoken = [knowledge.label(CONCEPT + c) for c in (treatment, condition)]
    block = f"""
:{name} a mn:Recommendation ;
    rdfs:label "{spoken[0]}, {spoken[1]}"@en ;
    mn:covers mnc:{condition} ;
    mn:limits mnc:{treatment} ;
    mn:maximumVisits {visits} ;
    mn:pinpoint "{TODO}: the heading or page" ;
    mn:statedIn mng:{slug} ;
    mn:verification mn:Provisional .
"""
    return _append(knowledge, file_of(knowledge, edition), block)


def new_concept(
    knowledge: Knowledge,
    name: str,
    *,
    under: str,
    label: str,
    region: str | None = None,
    icd10: tuple[str, ...] = (),
) -> Path:
    """
    Append a concept to the file of the one above it.

    Args:
        knowledge: The knowledge base.
        name: The name, such as `LumbarStrain`.
        under: The concept or kind of concept above it, such as `SpinalSprainOrStrain`.
        label: What people call it, in English.
        region: The body region of a condition; None for none of its own.
        icd10: The ICD-10-CM codes that find it.

    Raises:
        KnowledgeUnreadable: The name is taken or not one, or what it refers to does not exist.
    """
    if not NAME.fullmatch(name):
        raise KnowledgeUnreadable(
            f"'{name}' is not the name of a concept.", hint="Write words as LumbarStrain."
        )
    if CONCEPT + name in knowledge.origins:
        raise KnowledgeUnreadable(f"The concept '{name}' exists.", hint="Choose another name.")
    kind = mn(under).value
    above = CONCEPT + under if CONCEPT + under in knowledge.vocabulary.classes else kind
    if above not in knowledge.vocabulary.classes:
        near = knowledge.vocabulary.nearest(under, knowledge.vocabulary.classes)
        raise KnowledgeUnreadable(f"The concept '{under}' does not exist.", hint=near)
    if region is not None:
        _check_concept(knowledge, region)
    sibling = _sibling(knowledge, above)
    scheme = knowledge.described.get((sibling, SCHEME), ())
    short = f"mnc:{under}" if above.startswith(CONCEPT) else f"mn:{under}"
    lines = [
        f"\nmnc:{name} a mnc:{name}, owl:Class, owl:NamedIndividual ;",
        f"    rdfs:subClassOf {short} ;",
        f'    rdfs:label "{label}"@en ;',
        *(f'    mn:icd10 "{code}" ;' for code in icd10),
        *([f"    mn:region mnc:{region} ;"] if region else []),
        *(f"    skos:inScheme {node} ;" for node in scheme),
        f'    skos:definition "{TODO}: what it is"@en .\n',
    ]
    return _append(knowledge, file_of(knowledge, sibling), "\n".join(lines))


def _sibling(knowledge: Knowledge, above: str) -> str:
    """Return a concept in whose file a new one below `above` belongs."""
    below = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
    near = sorted(
        subject
        for (subject, predicate), values in knowledge.described.items()
        if predicate == below and subject.startswith(CONCEPT) and subject in knowledge.origins
        if any(value.value == above for value in values)
    )
    if above.startswith(CONCEPT):
        return above
    if not near:
        raise KnowledgeUnreadable(
            f"No concept is below {above}.", hint="Name a kind that has concepts."
        )
    return near[0]


def _check_concept(knowledge: Knowledge, name: str) -> None:
    if not knowledge.vocabulary.knows(CONCEPT + name):
        near = knowledge.vocabulary.nearest(name, knowledge.vocabulary.individuals)
        raise KnowledgeUnreadable(f"The concept '{name}' does not exist.", hint=near)


def _check_slug(name: str) -> None:
    if not SLUG.fullmatch(name):
        raise KnowledgeUnreadable(f"'{name}' is not a name.", hint="Write words-in-lower-case.")


def _append(knowledge: Knowledge, path: Path, block: str) -> Path:
    head = "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in USED)
    text = path.read_text(encoding="utf-8")
    path.write_text(formatted(f"{text}\n{head}{block}", knowledge), encoding="utf-8")
    complete_imports(knowledge, path)
    return path


def new_rule(knowledge: Knowledge, identifier: str, question: str, name: str) -> Path:
    """
    Write the file of a new rule, which parses and finds nothing yet that matters.

    Args:
        knowledge: The knowledge base.
        identifier: A free id, such as `LIM-30`.
        question: The folder of rules that it belongs to, such as `why`.
        name: The name of the file: what the rule finds, in words-in-lower-case.

    Raises:
        KnowledgeUnreadable: The id is taken or malformed, or the folder does not exist.
    """
    folders = {
        path.name: path
        for rules in sorted((knowledge.folder / "ontology").rglob("rules"), reverse=True)
        for path in sorted(rules.iterdir())
        if path.is_dir()
    }
    if question not in folders:
        raise KnowledgeUnreadable(
            f"The folder of rules '{question}' does not exist.",
            hint=f"One of: {', '.join(sorted(folders))}.",
        )
    if not RULE_ID.fullmatch(identifier) or identifier in knowledge.rule:
        raise KnowledgeUnreadable(
            f"'{identifier}' is taken or not an id.",
            hint="Write TOPIC-NN, with a number that was never used.",
        )
    _check_slug(name)
    path = folders[question] / f"{name}.rq"
    refuse_taken(path)
    text = f"""#+ id:      {identifier}
#+ title:   {TODO}: what the rule finds, in one line
#+ source:  {TODO}: the provision or guideline that it applies, or a line rationale: in place of it
#+ role:    step
#+ because: "{{?request}}: {TODO}: the sentence."
PREFIX mn: <{PREFIXES["mn"]}>

CONSTRUCT {{ ?request mn:ground ?row }}
WHERE {{
  ?situation mn:ofRequest ?request ; mn:governedBy ?row .
}}
"""
    path.write_text(text, encoding="utf-8")
    return path
