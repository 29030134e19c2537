"""
Rules: one SPARQL CONSTRUCT in one file, with its name, source and sentence at its head.

The lines `#+ key: value` at the head of a file state what the rule is called, why it holds and how
its firings are worded. The query is parsed into a syntax tree, from which everything else follows:
what other engines run, what is compiled, and when the rule runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.errors import RuleMalformed

from . import tree
from .head import PLACE, Form
from .rule_texts import parse_rule
from .syntax import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .facts import Pattern
    from .syntax import Construct, Node, RuleText, TriplePattern

__all__ = ["PLACE", "Rule", "read_rule", "read_rules", "rules_towards"]

MOST_KEPT: Final = 4_096
"""Parsed rules that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    One rule.

    Attributes:
        id: The stable name, such as `LIM-02`; never reused.
        title: What the rule finds, in one line.
        source: The provision, guideline or table that the rule applies; empty if it applies none.
        rationale: Why the rule holds, in words; empty if its source says all. A rule has a source,
            a rationale or both.
        because: The sentence that describes a firing; `{?x}` stands for the value of `?x`.
        brief: The sentence in few words, for a short page; empty if `because` serves there too.
        covered: The ids of rules whose sentences include this one; a short page that shows one of
            them leaves this one out.
        role: What its firings are to a reader.
        order: Place among the firings of its role; lower comes first.
        weight: How strong its firings are among those of its role on a short page; higher comes
            first, 0 is left out.
        topic: What its firings speak of; a short page shows the strongest of each topic.
        argues: The side that its firings take, or the variable that holds it, with its question
            mark; empty for none.
        kind: The kind of what its firings state, in a role that has kinds; empty for none.
        about: The variable that names the request a firing is about.
        listed: Variables in which firings worded as one sentence may differ; the sentence lists
            their values. Empty for a rule whose firings are worded one by one.
        monotone: For each quantity that the rule compares, whether the rule, once it fires, goes
            on firing when the quantity rises (`rises`) or falls (`falls`), or neither (`turns`).
        asserted: Whether the rule reads asserted facts alone.
        stratum: Its place in the order of rules, from 0: higher than that of all rules whose
            conclusions it looks at. Computed from the rules together; 0 until then.
        path: The file, relative to the folder of the ontology.
        text: The query as the author wrote it, with the dates of the head: the CONSTRUCT that any
            SPARQL engine can run.
        parsed: The head and the query as a syntax tree.
        template: The triples that a firing concludes.
        premises: The triple patterns that must match.
        absences: Groups of patterns that must not match, one group for each NOT EXISTS.
    """

    id: str
    title: str
    source: str
    rationale: str
    because: str
    brief: str
    covered: tuple[str, ...]
    role: str
    order: int
    weight: int
    topic: str
    argues: str
    kind: str
    about: str
    listed: tuple[str, ...]
    monotone: Mapping[str, str]
    asserted: bool
    stratum: int
    path: str
    text: str
    parsed: RuleText
    template: tuple[Pattern, ...]
    premises: tuple[Pattern, ...]
    absences: tuple[tuple[Pattern, ...], ...]

    @property
    def construct(self) -> Construct:
        """The query as a syntax tree."""
        return self.parsed.construct

    @property
    def basis(self) -> str:
        """The source, or the rationale of a rule that has no source."""
        return self.source or self.rationale


def pattern_of(pattern: TriplePattern) -> Pattern:
    """Return a pattern as pairs: whether the node is a variable, and its name or term."""
    subject, predicate, value = (_part(node) for node in pattern.nodes)
    return subject, predicate, value


def _part(node: Node) -> tuple[bool, str]:
    return (True, node.name) if isinstance(node, Variable) else (False, node.text)


def rules_towards(
    rules: Iterable[Rule], goals: frozenset[str], after: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """
    Find the rules on which the facts of some properties can rest, through other rules or not.

    Args:
        rules: All rules.
        goals: The properties and classes, as IRIs.
        after: For each rule, and what else is ordered among them, the names of those whose
            conclusions it looks at.

    Returns:
        The ids of the rules that conclude a goal, and of all that those rest on.
    """
    todo = [
        rule.id
        for rule in rules
        if any(
            key.predicate is None or key.predicate in goals or key.value in goals
            for key in tree.writes(rule.construct)
        )
    ]
    kept: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in kept:
            kept.add(name)
            todo += after.get(name, ())
    return frozenset(kept)


def read_rules(
    home: Path,
    folders: Iterable[Path],
    form: Form,
    *,
    read: Callable[[Path], bytes] = Path.read_bytes,
) -> tuple[Rule, ...]:
    """
    Read all rules below some folders, at any depth.

    Args:
        home: The folder that the paths of rules are relative to.
        folders: The folders.
        form: What the rules of the knowledge base share.
        read: Returns the bytes of a file; the default reads it.

    Returns:
        The rules by path; their order is still to be computed.

    Raises:
        RuleMalformed: A file breaks the form of a rule, two files claim one id, or a file is not a
            rule by its ending.
    """
    rules = [
        read_rule(path, home, form, read=read)
        for folder in sorted(folders)
        for path in rule_paths(folder, home)
    ]
    seen: dict[str, str] = {}
    for rule in rules:
        other = seen.setdefault(rule.id, rule.path)
        if other != rule.path:
            raise RuleMalformed(
                f"{rule.path}: the id {rule.id} is already used in {other}.",
                hint="Give each rule an id of its own.",
            )
    return tuple(rules)


def rule_paths(folder: Path, home: Path) -> list[Path]:
    """
    List the files of rules below a folder, at any depth, sorted; Markdown files are not rules.

    Raises:
        RuleMalformed: A file has another ending, so that it would be passed over in silence.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix == ".md" or path.name.startswith("."):
            continue
        if path.suffix != ".rq":
            raise RuleMalformed(
                f"{path.relative_to(home).as_posix()}: a rule has the ending '.rq', not "
                f"'{path.suffix}'.",
                hint="Rename the file, or move it out of the folder of rules.",
            )
        found.append(path)
    return found


def read_rule(
    path: Path, home: Path, form: Form, *, read: Callable[[Path], bytes] = Path.read_bytes
) -> Rule:
    """
    Read one rule file.

    Args:
        path: The file.
        home: The folder that its path is relative to in messages.
        form: What the rules of the knowledge base share.
        read: Returns the bytes of a file; the default reads it.

    Raises:
        RuleMalformed: The file cannot be read, or breaks the form of a rule.
    """
    where = path.relative_to(home).as_posix()
    try:
        text = read(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleMalformed(
            f"{where}: cannot be read: {error}.", hint="Save it as UTF-8."
        ) from error
    return _parsed(text, where, form)


@lru_cache(maxsize=MOST_KEPT)
def _parsed(text: str, where: str, form: Form) -> Rule:
    """Parse a rule; a check parses the rules that the loader parses, and most are unchanged."""
    return rule_of(parse_rule(text, where, form), text, form)


def rule_of(parsed: RuleText, text: str, form: Form) -> Rule:
    """Make a rule of what its file states."""
    head, construct = parsed.head, parsed.construct
    return Rule(
        id=head.id,
        title=head.title,
        source=head.source or "",
        rationale=head.rationale or "",
        because=head.because,
        brief=head.brief,
        covered=head.covered,
        role=head.role,
        order=head.order,
        weight=head.weight,
        topic=head.topic,
        argues=head.argues,
        kind=head.kind,
        about=head.about,
        listed=head.listed,
        monotone=head.monotone,
        asserted=head.asserted,
        stratum=0,
        path=parsed.path,
        text=_dated(text, parsed, form),
        parsed=parsed,
        template=tuple(pattern_of(pattern) for pattern in construct.template),
        premises=tuple(pattern_of(pattern) for pattern in tree.premises(construct)),
        absences=tuple(
            tuple(pattern_of(pattern) for pattern in group)
            for group in tree.absences(construct)
            if group
        ),
    )


def _dated(text: str, parsed: RuleText, form: Form) -> str:
    """Write the dates of a head into the query that its author wrote."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip()
    head = parsed.head
    tests = [
        f'?lawOf {operator} "{day}"^^<http://www.w3.org/2001/XMLSchema#date>'
        for operator, day in ((">=", head.starts), ("<", head.ends))
        if day
    ]
    if not tests:
        return body
    decided = f"?{head.about} <{form.dated_by}> ?lawOf . FILTER ({' && '.join(tests)})"
    return f"{body.rstrip()[:-1]}  {decided}\n}}"


def placed(rules: Iterable[Rule], strata: Iterable[int]) -> tuple[Rule, ...]:
    """Return rules with their strata, sorted by stratum and id."""
    found = [replace(rule, stratum=stratum) for rule, stratum in zip(rules, strata, strict=True)]
    return tuple(sorted(found, key=lambda rule: (rule.stratum, rule.id)))
