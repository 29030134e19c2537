"""Checks of files: syntax, prefixes, terms unknown or unused, one home for each subject."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import OWL, SH, TYPE, name_of
from reasoner.knowledge.terms import CONCEPT, NS, shorten

from .finding import WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .places import Places

OURS: Final = (NS, CONCEPT)
DECLARE: Final = SH + "declare"
KNOWLEDGE: Final = frozenset(
    {".ttl", ".turtle", ".n3", ".nt", ".owl", ".rdf", ".jsonld", ".trig", ".rq", ".sparql", ".ru"}
)
"""Endings of files that hold triples, rules or questions."""
TODO: Final = re.compile(r"\bTODO\b")


def check_files(places: Places) -> list[Finding]:
    """Check syntax, prefixes, terms and the homes of subjects."""
    return [
        *places.unreadable,
        *_prefixes(places),
        *_undeclared(places),
        *_homes(places),
        *_unread(places),
        *(f for name, text in places.texts.items() for f in find_unfinished(name, text)),
    ]


def find_unfinished(name: str, text: str) -> Iterable[Finding]:
    """Find what an author still has to fill in, in one file."""
    for number, line in enumerate(text.splitlines(), 1):
        if TODO.search(line):
            yield Finding(
                path=name,
                line=number,
                kind="todo-left",
                severity=WARNING,
                message=f"Not filled in yet: {line.strip()}",
                hint="Write what the source says, or remove the line.",
            )


def bound_prefixes(places: Places) -> dict[str, str]:
    """Read the prefixes that `ontology/prefixes.ttl` declares."""
    triples = places.triples.get("ontology/prefixes.ttl", [])
    values: dict[object, dict[str, str]] = {}
    for t in triples:
        values.setdefault(t.subject, {})[t.predicate.value] = name_of(t.object)
    return {
        v[SH + "prefix"]: v[SH + "namespace"]
        for v in values.values()
        if SH + "prefix" in v and SH + "namespace" in v
    }


def _prefixes(places: Places) -> Iterable[Finding]:
    agreed = bound_prefixes(places)
    for name in places.texts:
        for prefix, iri in places.prefixes(name).items():
            if prefix and prefix in agreed and agreed[prefix] != iri:
                yield Finding(
                    path=name,
                    line=places.line_of(name, f"@prefix {prefix}:"),
                    kind="prefix-differs",
                    message=f"{prefix}: is bound to <{iri}>, elsewhere to <{agreed[prefix]}>.",
                    hint="Bind it as ontology/prefixes.ttl does.",
                )


def _undeclared(places: Places) -> Iterable[Finding]:
    """Find each term of ours that no file declares, once, with every place that names it."""
    declared = {name_of(t.subject) for _, t in places.facts if t.predicate == TYPE}
    uses: dict[str, dict[str, str]] = {}
    for name, t in places.facts:
        if name.startswith("shapes/"):
            continue
        for node in (t.predicate, t.object):
            iri = node.value if isinstance(node, ox.NamedNode) else ""
            if iri.startswith(OURS) and iri not in declared and not places.may_hide(iri):
                uses.setdefault(iri, {}).setdefault(name, name_of(t.subject))
    for iri, files in uses.items():
        near = get_close_matches(iri, declared, n=1, cutoff=0.8)
        first, *others = files
        yield Finding(
            path=first,
            line=places.use_of(first, iri),
            kind="term-undeclared",
            message=f"{shorten(iri)} is not declared.",
            hint=f"Did you mean {shorten(near[0])}?" if near else "Declare it, or correct it.",
            detail=tuple(f"also in {name}:{places.use_of(name, iri)}" for name in others),
        )


def _homes(places: Places) -> Iterable[Finding]:
    """Find subjects that two files describe; those of one pair of files are one finding."""
    homes: dict[str, dict[str, None]] = {}
    for name, t in places.facts:
        if isinstance(t.subject, ox.NamedNode) and t.predicate == TYPE:
            homes.setdefault(t.subject.value, {})[name] = None
    groups: dict[tuple[str, ...], list[str]] = {}
    for iri, names in homes.items():
        if len(names) > 1:
            groups.setdefault(tuple(sorted(names)), []).append(iri)
    for files, subjects in sorted(groups.items()):
        first, *others = sorted(subjects)
        more = f" and {len(others)} other subjects are" if others else " is"
        yield Finding(
            path=files[-1],
            line=places.use_of(files[-1], first),
            kind="subject-in-two-files",
            message=f"{shorten(first)}{more} described in {' and '.join(files)}.",
            hint="Describe each in one file; was a file copied and not renamed inside?",
        )


def _unread(places: Places) -> Iterable[Finding]:
    """Find files that look like knowledge and that nothing reads."""
    read = {path.relative_to(places.home).as_posix() for path in places.files}
    for folder in ("ontology", "shapes"):
        for path in sorted((places.home / folder).rglob("*")):
            inside = path.relative_to(places.home)
            if not path.is_file() or path.suffix.lower() not in KNOWLEDGE:
                continue
            asked = path.suffix == ".rq" and path.parent.name == "queries"
            apart = {"rules", "generated"} & set(inside.parts)  # rules have a check of their own
            if inside.as_posix() not in read and not asked and not apart:
                yield Finding(
                    path=inside.as_posix(),
                    line=1,
                    kind="file-not-read",
                    message=f"{path.name} is not read: knowledge is in files that end in .ttl, "
                    "shapes directly in 'shapes', questions in a folder 'queries'.",
                    hint="Move or rename it, or remove it.",
                )


@lru_cache(maxsize=1)
def own_code() -> str:
    """Return the Python of this project, which names the terms that it states and reads."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    return " ".join(path.read_text(encoding="utf-8") for path in files)


def check_use(
    places: Places, rule_texts: Mapping[str, str], case_terms: frozenset[str]
) -> list[Finding]:
    """
    Find terms of the vocabulary that nothing uses.

    Args:
        places: The files.
        rule_texts: The texts of the rules by path.
        case_terms: Terms that a case may state: shapes read them.
    """
    used = set(case_terms)
    for _, t in places.facts:
        used.add(t.predicate.value)
        if t.predicate != TYPE or not str(name_of(t.object)).startswith(OWL):
            used.add(name_of(t.object))
    spoken = f"{' '.join(rule_texts.values())} {own_code()}"
    kinds, stated = _kinds_and_properties(places)
    found = []
    for _, t in places.facts:
        iri = name_of(t.subject)
        declares = t.predicate == TYPE and name_of(t.object).startswith(OWL)
        if not declares or not iri.startswith(NS) or iri in used:
            continue
        if any(k in case_terms and not k.startswith(OWL) for k in kinds[iri]):
            continue  # one of a list that a case chooses from
        # Rules find an individual by what it states, such as a disposition.
        individual = OWL + "NamedIndividual" in kinds[iri]
        if any(_named(n, spoken) for n in (iri, *(stated[iri] if individual else ()))):
            continue
        found.append(
            Finding(
                **places.where(iri),
                kind="term-unused",
                severity=WARNING,
                message=f"{shorten(iri)} is used by no rule, shape or statement.",
                hint="Use it, or remove it.",
            )
        )
    return found


def _kinds_and_properties(places: Places) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the classes of each subject, and the properties of the project that it states."""
    kinds: dict[str, set[str]] = defaultdict(set)
    stated: dict[str, set[str]] = defaultdict(set)
    for _, t in places.facts:
        if t.predicate == TYPE:
            kinds[name_of(t.subject)].add(name_of(t.object))
        elif t.predicate.value.startswith(NS):
            stated[name_of(t.subject)].add(t.predicate.value)
    return kinds, stated


def _named(iri: str, spoken: str) -> bool:
    """Return True if the rules or the code name a term of the project."""
    name = iri.removeprefix(NS)
    plain = name.removeprefix("has").lower()
    return bool(re.search(rf"(?:\bmn:|\"){name}\b|\"{plain}\b", spoken))
