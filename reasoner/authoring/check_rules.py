"""Checks of rule texts: form, terms, and that negation looks only below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reasoner.errors import RuleMalformed
from reasoner.kernel.rules import Rule, read_rule
from reasoner.kernel.terms import CONCEPT, NS, shorten

from .check_files import find_unfinished
from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.kernel.matcher import Pattern

    from .places import Places

OURS: Final = (f"<{NS}", f"<{CONCEPT}")
WORD: Final = re.compile(r"\b(mnc?):(\w+)")


def read_all(places: Places) -> tuple[list[Rule], list[Finding]]:
    """Read every rule; a rule that cannot be read is a finding, not the end."""
    folder = places.home / "ontology" / "rules"
    rules: list[Rule] = []
    found: list[Finding] = []
    for path in sorted(folder.glob("*/*.rq")):
        name = path.relative_to(places.home).as_posix()
        try:
            rules.append(read_rule(path, folder))
        except RuleMalformed as error:
            unbound = "which the query never binds" in error.message
            kind = "rule-sentence-unbound" if unbound else "rule-malformed"
            found.append(
                Finding(path=name, line=1, kind=kind, message=error.message, hint=error.hint)
            )
        except (UnicodeDecodeError, OSError) as error:
            found.append(Finding(path=name, line=1, kind="rule-malformed", message=str(error)))
    return rules, found


def check_rules(places: Places, rules: list[Rule]) -> list[Finding]:
    """Check the terms of rules, their ids, and what they negate."""
    return [*_terms(places, rules), *_ids(rules), *_negation(rules), *_unfinished(places, rules)]


def _terms(places: Places, rules: list[Rule]) -> Iterable[Finding]:
    declared = {str(t.subject) for _, t in places.facts}
    spaces = {"mn": NS, "mnc": CONCEPT}
    for rule in rules:
        for number, line in enumerate(rule.text.splitlines(), 1):
            if line.startswith("#"):
                continue
            for prefix, name in WORD.findall(line):
                if f"<{spaces[prefix]}{name}>" not in declared:
                    yield Finding(
                        path=f"ontology/{rule.path}",
                        line=number,
                        kind="rule-unknown-term",
                        message=f"{rule.id} reads {prefix}:{name}, which is declared nowhere.",
                        hint="Look for a misspelling: the rule would never fire.",
                    )


def _unfinished(places: Places, rules: list[Rule]) -> Iterable[Finding]:
    for rule in rules:
        name = f"ontology/{rule.path}"
        yield from find_unfinished(name, (places.home / name).read_text(encoding="utf-8"))


def _ids(rules: list[Rule]) -> Iterable[Finding]:
    seen: dict[str, Rule] = {}
    for rule in rules:
        other = seen.setdefault(rule.id, rule)
        if other is not rule:
            yield Finding(
                path=f"ontology/{rule.path}",
                line=1,
                kind="rule-id-twice",
                message=f"{rule.id} is also the id of ontology/{other.path}.",
                hint="Give each rule an id of its own.",
            )


def _negation(rules: list[Rule]) -> Iterable[Finding]:
    """
    Find rules that ask for the absence of what a later stratum may conclude.

    The rules of one stratum all look at what the strata before it left, so a rule may ask that
    something be absent that its own stratum concludes. Variables of one name stand for things of
    one kind here (`?request`, `?situation`, `?scenario`), which tells facts about one from facts
    about another.
    """
    for rule in rules:
        for group in rule.absences:
            asked = {_key(pattern) for pattern in group}
            for other in rules:
                if other.stratum <= rule.stratum:
                    continue
                for made in map(_key, other.template):
                    if any(_meet(a, made) for a in asked):
                        yield Finding(
                            path=f"ontology/{rule.path}",
                            line=1,
                            kind="rule-negation-not-below",
                            message=f"{rule.id} (stratum {rule.stratum}) asks that "
                            f"{shorten(made[1][1:-1])} be absent, which {other.id} (stratum "
                            f"{other.stratum}) may still conclude.",
                            hint="Move it to a higher stratum, or the other to a lower one.",
                        )


def _key(pattern: Pattern) -> tuple[str, str, str]:
    (_, subject), (open_predicate, predicate), (open_value, value) = pattern
    return (subject, "" if open_predicate else predicate, "" if open_value else value)


def _meet(asked: tuple[str, str, str], made: tuple[str, str, str]) -> bool:
    return asked[:2] == made[:2] and (not asked[2] or not made[2] or asked[2] == made[2])
