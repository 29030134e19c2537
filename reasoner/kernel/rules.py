"""
Rules: one SPARQL CONSTRUCT in one file, with its name, source and sentence at its head.

A rule file is plain SPARQL. The lines `#+ key: value` at its head say what the rule is called,
where it comes from and how it is told. The WHERE part is compiled; each of its solutions is a
firing, which is recorded with what it rests on, and the CONSTRUCT template is filled from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from rdflib.plugins.sparql.parserutils import CompValue

from reasoner.errors import RuleMalformed

from .algebra import is_tree, parts, required
from .facts import encode_term
from .matcher import Pattern, Steps, compile_where, pattern_of
from .parsed_queries import parsed_queries
from .terms import NS, TYPE, XSD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rdflib.term import Node


REQUIRED: Final = ("id", "title", "because", "role")
GROUNDS: Final = ("source", "rationale")
KNOWN: Final = frozenset(
    {
        *REQUIRED,
        *GROUNDS,
        "from",
        "until",
        "order",
        "about",
        "list",
        "prefers",
        "monotone",
        "reads",
    }
)
DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
FOLDER: Final = re.compile(r"(\d+)-[a-z-]+")
ROLES: Final = (
    "step",
    "search",
    "administrator",
    "reason",
    "missing",
    "change",
    "legal",
    "otherwise",
    "date",
    "audit",
    "agreement",
    "outcome",
    "summary",
    "document",
    "notice",
)
VOLATILE: Final = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE|SERVICE|LOAD)\s*[(<{]", re.IGNORECASE)
HEAD: Final = re.compile(r"^#\+\s*([a-z]+):\s*(.*?)\s*$")
PREFERS: Final = re.compile(r"\?(\w+) over \?(\w+)")
PLACE: Final = re.compile(r"\{\?(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")
DIRECTION: Final = re.compile(r"(rises|falls|turns) with (\?\w+(?:, \?\w+)*)")
CLAUSE: Final = re.compile(
    r"\bCONSTRUCT\s*\{(?P<template>[^{}]*)\}\s*WHERE\s*(?P<where>\{.*\})\s*$", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    One rule, ready to run.

    Attributes:
        id: The stable name, such as `LIM-02`; never reused.
        title: What the rule finds, in one line.
        source: The provision, guideline or table that the rule applies; empty if it applies none.
        rationale: Why the rule holds, in words; empty if its source says all. A rule has a source,
            a rationale or both.
        because: The sentence that tells a firing; `{?x}` stands for the value of `?x`.
        role: What its firings are to a reader: one of `ROLES`.
        order: Place among the firings of its role; lower comes first.
        about: The variable that names the request a firing speaks of.
        listed: Variables in which firings told as one sentence may differ; the sentence lists their
            values. Empty for a rule whose firings are told one by one.
        stratum: The number of its folder; strata run in order.
        path: The file, relative to the knowledge folder.
        text: The whole file: the CONSTRUCT that any SPARQL engine can run.
        template: The triples that a firing concludes.
        premises: The triple patterns that must match.
        absences: Groups of patterns that must not match, one group for each NOT EXISTS.
        needs: Predicates, with the object where it is fixed, without a fact of which the rule
            cannot fire.
        steps: The compiled WHERE.
        monotone: For each quantity that the rule compares, whether the rule, once it fires, goes
            on firing when the quantity rises (`rises`) or falls (`falls`), or neither (`turns`).
    """

    id: str
    title: str
    source: str
    rationale: str
    because: str
    role: str
    order: int
    about: str
    listed: tuple[str, ...]
    stratum: int
    path: str
    text: str
    template: tuple[Pattern, ...]
    premises: tuple[Pattern, ...]
    absences: tuple[tuple[Pattern, ...], ...]
    needs: frozenset[tuple[str, str | None]]
    steps: Steps
    monotone: Mapping[str, str]

    @property
    def basis(self) -> str:
        """The source, or the rationale of a rule that has no source."""
        return self.source or self.rationale


def rules_towards(rules: tuple[Rule, ...], goals: frozenset[str]) -> tuple[Rule, ...]:
    """
    Keep the rules on which the facts of some properties can rest, through other rules or not.

    Args:
        rules: All rules, by stratum.
        goals: The properties, as IRIs.

    Returns:
        The rules that conclude a goal, or what a kept rule names; in the order given.
    """
    wanted, kept = {*goals, "*"}, set[str]()
    while fresh := [r for r in rules if r.id not in kept and _concludes(r) & wanted]:
        for rule in fresh:
            kept.add(rule.id)
            wanted |= _named(rule)
    return tuple(rule for rule in rules if rule.id in kept)


def _concludes(rule: Rule) -> set[str]:
    """List what a rule concludes: properties, and in place of a type the class; `*` for any."""
    found = set()
    for _, (any_property, name), (any_value, value) in rule.template:
        told = name if name != encode_term(TYPE) or any_value else value
        found.add("*" if any_property else told[1:-1])
    return found


def _named(rule: Rule) -> set[str]:
    """List the properties and classes that the text of a rule names."""
    where = rule.text[rule.text.index("WHERE") :]
    local = {NS + name for name in re.findall(r"\bmn:(\w+)", where)}
    return local | set(re.findall(rf"<({re.escape(NS)}\w+)>", where))


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """
    Read all rules below a folder whose subfolders are the strata.

    Returns:
        The rules by stratum, then by id.

    Raises:
        RuleMalformed: A file breaks the form of a rule, or two files claim one id.
    """
    rules = [read_rule(path, folder) for path in sorted(folder.glob("*/*.rq"))]
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            raise RuleMalformed(
                f"{rule.path}: the id {rule.id} is taken by {seen[rule.id].path}.",
                hint="Give each rule an id of its own.",
            )
        seen[rule.id] = rule
    return tuple(sorted(rules, key=lambda r: (r.stratum, r.id)))


def read_rule(path: Path, folder: Path) -> Rule:
    """
    Read one rule file.

    Raises:
        RuleMalformed: The head lacks a key, the query does not parse, the sentence names a variable
            that the query never binds, or the query uses what a rule may not use.
    """
    where = f"rules/{path.relative_to(folder)}"
    text = path.read_text(encoding="utf-8")
    head = _read_head(text, where)
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip()
    if volatile := VOLATILE.search(body):
        raise RuleMalformed(
            f"{where}: {volatile[1]} has no place in a rule.",
            hint="A rule must give the same answer on every run and reach nothing outside.",
        )
    if CLAUSE.search(body) is None:
        raise RuleMalformed(
            f"{where}: expected one CONSTRUCT {{…}} WHERE {{…}}.", hint="See rules/README.md."
        )
    body = _dated(body, head, where)
    try:
        algebra = parsed_queries().algebra(body)
        ox.Store().query(body)
    except Exception as error:
        raise RuleMalformed(f"{where}: not a SPARQL query: {error}") from error
    premises = tuple(pattern_of(t, where) for t in required(algebra.p))
    tallies = tuple(pattern_of(t, where) for t in _tallied(algebra.p))
    rule = Rule(
        id=head["id"],
        title=head["title"],
        source=head.get("source", ""),
        rationale=head.get("rationale", ""),
        because=head["because"],
        role=head["role"],
        order=int(head.get("order", "500")),
        about=head.get("about", "request"),
        listed=tuple(head.get("list", "").split()),
        stratum=_stratum(path, where),
        path=where,
        text=body,
        template=tuple(pattern_of(t, where) for t in algebra.template),
        premises=premises,
        absences=tuple(
            tuple(pattern_of(t, where) for t in group) for group in _absent(algebra.p) if group
        ),
        needs=frozenset(
            (predicate, None if open_value else value)
            for _, (open_predicate, predicate), (open_value, value) in (*premises, *tallies)
            if not open_predicate
        ),
        steps=tuple(compile_where(algebra.p, where)),
        monotone=_monotone(head.get("monotone", ""), where),
    )
    _check_names(rule, {str(v) for v in algebra["_vars"]}, head.get("prefers"))
    return rule


def _stratum(path: Path, where: str) -> int:
    match = FOLDER.fullmatch(path.parent.name)
    if match is None:
        raise RuleMalformed(
            f"{where}: the folder has no number.", hint="Name it by its stratum, such as 3-force."
        )
    return int(match[1])


def _dated(body: str, head: dict[str, str], where: str) -> str:
    """Write the dates of a rule into its text, so that every engine keeps to them."""
    tests = []
    for key, operator in (("from", ">="), ("until", "<")):
        if key in head:
            if not DATE.fullmatch(head[key]):
                raise RuleMalformed(f"{where}: '{head[key]}' is no date.", hint="Write YYYY-MM-DD.")
            tests.append(f'?lawOf {operator} "{head[key]}"^^<{XSD}date>')
    if not tests:
        return body
    about = head.get("about", "request")
    decided = f"?{about} <{NS}onDecisionDate> ?lawOf . FILTER ({' && '.join(tests)})"
    return f"{body.rstrip()[:-1]}  {decided}\n}}"


def _read_head(text: str, where: str) -> dict[str, str]:
    head = {m[1]: m[2].strip('"') for line in text.splitlines() if (m := HEAD.match(line))}
    if lacking := [key for key in REQUIRED if not head.get(key)]:
        raise RuleMalformed(
            f"{where}: the head lacks {', '.join(lacking)}.",
            hint="Write each as a line '#+ key: value' above the query.",
        )
    if not any(head.get(key) for key in GROUNDS):
        raise RuleMalformed(
            f"{where}: the head has neither source nor rationale.",
            hint="Name the source that the rule applies, or say why the rule holds.",
        )
    if unknown := sorted(set(head) - KNOWN):
        raise RuleMalformed(
            f"{where}: unknown in the head: {', '.join(unknown)}.",
            hint=f"The keys are: {', '.join(sorted(KNOWN))}.",
        )
    if head["role"] not in ROLES:
        raise RuleMalformed(
            f"{where}: the role '{head['role']}' is unknown.", hint=f"One of: {', '.join(ROLES)}."
        )
    return head


def _monotone(text: str, where: str) -> dict[str, str]:
    """Read what a rule declares of the quantities that it compares."""
    found: dict[str, str] = {}
    for part in filter(None, text.split("; ")):
        match = DIRECTION.fullmatch(part)
        if match is None:
            raise RuleMalformed(
                f"{where}: '{part}' is no declaration of monotony.",
                hint="Write 'rises with ?x, ?y; falls with ?z'; 'turns with' for neither.",
            )
        found |= dict.fromkeys((name[1:] for name in match[2].split(", ")), match[1])
    return found


def _check_names(rule: Rule, bound: set[str], prefers: str | None) -> None:
    told = [*rule.monotone, *([] if rule.role == "step" else [rule.about])]
    if prefers is not None:
        ranks = PREFERS.fullmatch(prefers)
        if ranks is None or not set(ranks.groups()) <= bound:
            raise RuleMalformed(
                f"{rule.path}: 'prefers: {prefers}' does not name two variables of the query.",
                hint="Write it as 'prefers: ?stronger over ?weaker'.",
            )
    for name in (*(m[1] for m in PLACE.finditer(rule.because)), *told, *rule.listed):
        if name not in bound:
            raise RuleMalformed(
                f"{rule.path}: the head says {{?{name}}}, which the query never binds.",
                hint=f"Bind ?{name} in WHERE, or use one of: {', '.join(sorted(bound))}.",
            )


def _absent(node: object) -> list[list[tuple[Node, Node, Node]]]:
    """Collect the groups of patterns that must not match."""
    if isinstance(node, CompValue) and node.name == "Builtin_NOTEXISTS":
        return [_all_triples(node.graph)]
    if isinstance(node, CompValue) and node.name == "Minus":
        return [*_absent(node.p1), _all_triples(node.p2)]
    return [g for part in parts(node) for g in _absent(part)] if is_tree(node) else []


def _all_triples(node: object) -> list[tuple[Node, Node, Node]]:
    if isinstance(node, CompValue) and "triples" in node:
        return list(node.triples)
    return [t for part in parts(node) for t in _all_triples(part)] if is_tree(node) else []


def _tallied(node: object) -> list[tuple[Node, Node, Node]]:
    """Collect the patterns inside an aggregate: what was counted."""
    if isinstance(node, CompValue) and node.name == "Group":
        return required(node.p)
    return [t for part in parts(node) for t in _tallied(part)] if is_tree(node) else []
