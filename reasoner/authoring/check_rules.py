"""Checks of rule texts: form, terms, and that the rules have an order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeError, RuleMalformed, RulesUnordered
from reasoner.kernel.index import Index
from reasoner.kernel.rules import Rule, read_rule, rule_paths
from reasoner.kernel.terms import CONCEPT, NS
from reasoner.knowledge.base import rule_folders, working_facts
from reasoner.knowledge.populations import compile_populations
from reasoner.knowledge.programs import order_rules
from reasoner.knowledge.rule_form import FORM

from .check_files import find_unfinished
from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reasoner.knowledge.shapes import ShapeSet

    from .places import Places

OURS: Final = (f"<{NS}", f"<{CONCEPT}")
WORD: Final = re.compile(r"\b(mnc?):(\w+)")


def read_all(places: Places) -> tuple[list[Rule], list[Finding]]:
    """Read every rule; a rule that cannot be read is a finding, not the end."""
    ontology = places.home / "ontology"
    rules: list[Rule] = []
    found: list[Finding] = []
    paths: set[Path] = set()
    for folder in rule_folders(places.home):
        paths |= set(folder.rglob("*.rq"))
        try:
            rule_paths(folder, ontology)
        except RuleMalformed as error:
            found.append(Finding(kind="rule-misplaced", message=error.message, hint=error.hint))
    for path in sorted(paths):
        name = path.relative_to(places.home).as_posix()
        try:
            rules.append(read_rule(path, ontology, FORM))
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
    """Check the terms of rules and their ids."""
    return [*_terms(places, rules), *_ids(rules), *_unfinished(places, rules)]


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


def check_order(
    places: Places, rules: list[Rule], shapes: Mapping[str, ShapeSet]
) -> Iterable[Finding]:
    """Find rules that depend on each other in a circle, so that they have no order."""
    facts = tuple(t for _, t in places.facts)
    base = Index()
    base.add(working_facts(facts))
    paths = shapes["case"].paths if "case" in shapes else {}
    stated = {path for read in paths.values() for path in read}
    try:
        populations = compile_populations(facts)
    except KnowledgeError:
        return  # what is wrong with a population is reported where knowledge is assembled
    try:
        order_rules(rules, populations, base, stated, paths)
    except RulesUnordered as error:
        yield Finding(
            path=f"ontology/{error.paths[0]}",
            line=1,
            kind="rules-unordered",
            message=error.message,
            hint=error.hint,
        )
