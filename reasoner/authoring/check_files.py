"""Checks of files as such: syntax, prefixes, terms unknown or unused, one home a subject."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import CONCEPT, NS, OWL, SH, TYPE, name_of, shorten

from .finding import WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .places import Places

OURS: Final = (NS, CONCEPT)
DECLARE: Final = SH + "declare"
TODO: Final = re.compile(r"\bTODO\b")


def check_files(places: Places) -> list[Finding]:
    """Check syntax, prefixes, terms and the homes of subjects."""
    return [
        *places.unreadable,
        *_prefixes(places),
        *_undeclared(places),
        *_homes(places),
        *(f for name, text in places.texts.items() for f in find_unfinished(name, text)),
    ]


def find_unfinished(name: str, text: str) -> Iterable[Finding]:
    """Find what an author has still to fill in, in one file."""
    for number, line in enumerate(text.splitlines(), 1):
        if TODO.search(line):
            yield Finding(
                path=name,
                line=number,
                kind="todo-left",
                severity=WARNING,
                message=f"Still to be filled in: {line.strip()}",
                hint="Write what the source says, or take the line out.",
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
    declared = {name_of(t.subject) for _, t in places.facts if t.predicate == TYPE}
    seen = set()
    for name, t in places.facts:
        if name.startswith("shapes/"):
            continue
        for node in (t.predicate, t.object):
            iri = node.value if isinstance(node, ox.NamedNode) else ""
            if not iri.startswith(OURS) or iri in declared or (name, iri) in seen:
                continue
            seen.add((name, iri))
            near = get_close_matches(iri, declared, n=1, cutoff=0.8)
            yield Finding(
                path=name,
                line=_use(places, name, iri),
                kind="term-undeclared",
                message=f"{shorten(iri)} is declared nowhere.",
                hint=f"Did you mean {shorten(near[0])}?" if near else "Declare it, or mend it.",
            )


def _use(places: Places, name: str, iri: str) -> int:
    """Return the line of the first use of a term, however the file writes it."""
    for prefix, bound in places.prefixes(name).items():
        if iri.startswith(bound):
            return places.line_of(name, f"{prefix}:{iri[len(bound) :]}")
    return places.line_of(name, iri)


def _homes(places: Places) -> Iterable[Finding]:
    homes: dict[str, set[str]] = {}
    for name, t in places.facts:
        if isinstance(t.subject, ox.NamedNode) and t.predicate == TYPE:
            homes.setdefault(t.subject.value, set()).add(name)
    for iri, names in sorted(homes.items()):
        if len(names) > 1:
            yield Finding(
                path=max(names),
                line=_use(places, max(names), iri),
                kind="subject-in-two-files",
                message=f"{shorten(iri)} is described in {' and '.join(sorted(names))}.",
                hint="Describe it in one file; was a file copied and not renamed inside?",
            )


@lru_cache(maxsize=1)
def _own_code() -> str:
    """Return the Python of this project: it names the terms of a determination and its proof."""
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
    spoken = f"{' '.join(rule_texts.values())} {_own_code()}"
    kinds: dict[str, set[str]] = {}
    for _, t in places.facts:
        if t.predicate == TYPE:
            kinds.setdefault(name_of(t.subject), set()).add(name_of(t.object))
    found = []
    for _, t in places.facts:
        iri = name_of(t.subject)
        declares = t.predicate == TYPE and name_of(t.object).startswith(OWL)
        if not declares or not iri.startswith(NS) or iri in used:
            continue
        if any(k in case_terms and not k.startswith(OWL) for k in kinds[iri]):
            continue  # one of a list that a case chooses from
        name = iri[len(NS) :]
        if re.search(rf"(?:\bmn:|\"){name}\b|\"{name.removeprefix('has').lower()}\b", spoken):
            continue
        found.append(
            Finding(
                **places.where(iri),
                kind="term-unused",
                severity=WARNING,
                message=f"{shorten(iri)} is used by no rule, shape or statement.",
                hint="Use it, or take it out.",
            )
        )
    return found
