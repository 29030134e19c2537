"""Retired terms that are still used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import DCTERMS, OWL, name_of
from reasoner.knowledge.terms import shorten

from .finding import WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .places import Places

DEPRECATED: Final = OWL + "deprecated"
REPLACED: Final = DCTERMS + "isReplacedBy"


def check_terms(places: Places, rule_texts: Mapping[str, str]) -> list[Finding]:
    """
    Find uses of retired terms.

    Args:
        places: The files.
        rule_texts: The texts of the rules by path.
    """
    return list(_retired(places, rule_texts))


def _retired(places: Places, rule_texts: Mapping[str, str]) -> Iterable[Finding]:
    retired = {
        name_of(t.subject)
        for _, t in places.facts
        if t.predicate.value == DEPRECATED and name_of(t.object) == "true"
    }
    if not retired:
        return
    instead = {
        name_of(t.subject): name_of(t.object)
        for _, t in places.facts
        if t.predicate.value == REPLACED
    }
    used = {
        (name, name_of(t.subject), t.predicate.value, name_of(t.object), name_of(node))
        for name, t in places.facts
        for node in (t.predicate, t.object)
        if name_of(node) in retired
        and name_of(t.subject) not in {*retired, name_of(node)}
        and t.predicate.value != REPLACED
    }
    for name, subject, predicate, value, term in sorted(used):
        where = places.where(subject, predicate, value, within=name)
        at = where["line"] or places.use_of(name, term)
        yield _still_used(name, at, term, instead.get(term))
    for path, text in sorted(rule_texts.items()):
        for number, line in enumerate(text.splitlines(), 1):
            for term in sorted(retired):
                if re.search(rf"(?<![\w:]){re.escape(shorten(term))}(?![\w-])", line):
                    yield _still_used(path, number, term, instead.get(term))
    for term in sorted(retired & instead.keys()):
        if instead[term] in retired:
            yield Finding(
                **places.where(term),
                kind="term-retired",
                message=f"{shorten(term)} is replaced by {shorten(instead[term])}, "
                "which is retired itself.",
                hint="Name a term that is in use.",
            )


def _still_used(path: str, line: int, term: str, instead: str | None) -> Finding:
    return Finding(
        path=path,
        line=line,
        kind="term-retired",
        severity=WARNING,
        message=f"{shorten(term)} is retired and still used here.",
        hint=f"Use {shorten(instead)}." if instead else "No term replaces it: remove the use.",
    )
