"""Rule files: which are read, whether each parses, and whether they have ids and an order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeError, RuleMalformed, RulesUnordered
from reasoner.kernel.index import Index
from reasoner.kernel.rules import Rule, read_rule
from reasoner.knowledge.base import working_facts
from reasoner.knowledge.files import rule_folders
from reasoner.knowledge.populations import compile_populations
from reasoner.knowledge.programs import order_rules
from reasoner.knowledge.rule_form import FORM

from .check_files import find_unfinished
from .finding import ERROR, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reasoner.kernel.syntax import Construct, Head
    from reasoner.knowledge.shapes import ShapeSet

    from .places import Places

PLACE: Final = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?: ")
NOTES: Final = frozenset({".md", ".rq"})


@dataclass(frozen=True, kw_only=True)
class RuleFile:
    """
    A rule and the file that states it.

    Attributes:
        name: The file, relative to the folder of the knowledge.
        text: The whole file.
        rule: The rule.
    """

    name: str
    text: str
    rule: Rule

    @property
    def id(self) -> str:
        """The id of the rule."""
        return self.rule.id

    @property
    def head(self) -> Head:
        """The head as a syntax tree."""
        return self.rule.parsed.head

    @property
    def construct(self) -> Construct:
        """The query as a syntax tree."""
        return self.rule.construct

    def finding(
        self, kind: str, line: int, message: str, hint: str = "", *, severity: str = ERROR
    ) -> Finding:
        """Make a finding about this rule."""
        return Finding(
            path=self.name,
            line=line or 1,
            kind=kind,
            message=message,
            hint=hint,
            severity=severity,
        )


def rule_paths(home: Path) -> list[Path]:
    """List the files that are read as rules: those that end in .rq below a folder `rules`."""
    return sorted({path for folder in rule_folders(home) for path in folder.rglob("*.rq")})


def read_all(places: Places) -> tuple[list[RuleFile], list[Finding]]:
    """Parse every rule; one that cannot be parsed is a finding, and the others are still read."""
    rules: list[RuleFile] = []
    found: list[Finding] = []
    for path in rule_paths(places.home):
        name = path.relative_to(places.home).as_posix()
        try:
            rule = read_rule(path, places.home, FORM)
            rules.append(RuleFile(name=name, text=path.read_text(encoding="utf-8"), rule=rule))
        except RuleMalformed as error:
            found.append(_malformed(name, error))
    return rules, found


def _malformed(name: str, error: RuleMalformed) -> Finding:
    place = PLACE.match(error.message)
    unbound = "which the query never binds" in error.message
    return Finding(
        path=name,
        line=int(place["line"]) if place else 1,
        kind="rule-sentence-unbound" if unbound else "rule-malformed",
        message=error.message[place.end() :] if place else error.message,
        hint=error.hint,
    )


def check_rule_files(places: Places, rules: list[RuleFile]) -> list[Finding]:
    """Find ids used twice, files that nothing reads, and what is left to fill in."""
    return [
        *_ids(rules),
        *_misplaced(places),
        *(f for rule in rules for f in find_unfinished(rule.name, rule.text)),
    ]


def _ids(rules: list[RuleFile]) -> Iterable[Finding]:
    seen: dict[str, RuleFile] = {}
    for rule in rules:
        other = seen.setdefault(rule.id, rule)
        if other is not rule:
            yield rule.finding(
                "rule-id-twice",
                rule.head.entries["id"].line,
                f"{rule.id} is also the id of {other.name}.",
                "Give each rule an id of its own.",
            )


def _misplaced(places: Places) -> Iterable[Finding]:
    """Find files among the rules that are not read as rules."""
    for path in sorted({p for folder in rule_folders(places.home) for p in folder.rglob("*")}):
        if path.is_file() and path.suffix not in NOTES and not path.name.startswith("."):
            yield Finding(
                path=path.relative_to(places.home).as_posix(),
                line=1,
                kind="rule-not-read",
                message=f"{path.name} is not read: a rule has the ending .rq.",
                hint="Rename the file, or move it out of the folder of rules.",
            )


def check_order(
    places: Places, rules: list[RuleFile], shapes: Mapping[str, ShapeSet]
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
        return  # the order follows from populations too; the fault is reported elsewhere
    try:
        order_rules([rule.rule for rule in rules], populations, base, stated, paths)
    except RulesUnordered as error:
        names = {rule.rule.path: rule.name for rule in rules}
        yield Finding(
            path=names.get(error.paths[0], ""),
            line=1,
            kind="rules-unordered",
            message=error.message,
            hint=error.hint,
        )
