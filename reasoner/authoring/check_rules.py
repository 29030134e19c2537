"""Rule files: which are read, whether each parses, and whether their ids differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import RuleMalformed
from reasoner.kernel.head import Form
from reasoner.kernel.rule_files import parse_rule
from reasoner.kernel.rules import ROLES
from reasoner.kernel.terms import mn

from .check_files import bound_prefixes, find_unfinished
from .finding import ERROR, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reasoner.kernel.syntax import RuleText

    from .places import Places

PLACE: Final = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?: ")
MISPLACED: Final = frozenset({".rq", ".sparql", ".ru", ".rule", ".txt"})
RULES: Final = "rules"


@dataclass(frozen=True, kw_only=True)
class RuleFile:
    """
    A rule and the file that states it.

    Attributes:
        name: The file, relative to the folder of the knowledge.
        text: The whole file.
        rule: Its syntax tree.
    """

    name: str
    text: str
    rule: RuleText

    @property
    def id(self) -> str:
        """The id of the rule."""
        return self.rule.head.id

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
    """List the files that are read as rules: those in the subfolders of a folder `rules`."""
    folders = (path for path in (home / "ontology").rglob(RULES) if path.is_dir())
    return sorted(path for folder in folders for path in folder.glob("*/*.rq"))


def read_all(places: Places) -> tuple[list[RuleFile], list[Finding]]:
    """Parse every rule; one that cannot be parsed is a finding, and the others are still read."""
    form = rule_form(bound_prefixes(places))
    rules: list[RuleFile] = []
    found: list[Finding] = []
    for path in rule_paths(places.home):
        name = path.relative_to(places.home).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
            rules.append(RuleFile(name=name, text=text, rule=parse_rule(text, name, form)))
        except RuleMalformed as error:
            found.append(_malformed(name, error))
        except (UnicodeDecodeError, OSError) as error:
            found.append(Finding(path=name, line=1, kind="rule-malformed", message=str(error)))
    return rules, found


def rule_form(prefixes: Mapping[str, str]) -> Form:
    """Return what the rules of this knowledge base share."""
    return Form(
        roles=ROLES, silent=("step",), dated_by=mn("onDecisionDate").value, prefixes=prefixes
    )


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
                rule.rule.head.entries["id"].line,
                f"{rule.id} is also the id of {other.name}.",
                "Give each rule an id of its own.",
            )


def _misplaced(places: Places) -> Iterable[Finding]:
    """Find files that look like rules and are not read as rules."""
    read = set(rule_paths(places.home))
    for folder in (path for path in (places.home / "ontology").rglob(RULES) if path.is_dir()):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path not in read and path.suffix.lower() in MISPLACED:
                yield Finding(
                    path=path.relative_to(places.home).as_posix(),
                    line=1,
                    kind="rule-not-read",
                    message=f"{path.name} is not read: rules are the files "
                    f"{folder.relative_to(places.home).as_posix()}/<question>/<name>.rq.",
                    hint="Move it into one of those folders, with the ending .rq, or remove it.",
                )
