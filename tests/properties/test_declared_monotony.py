"""Check the monotonicity that rules declare over the finite domain of their quantities."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest

from reasoner.errors import RuleMalformed
from reasoner.kernel.flow import Clause
from reasoner.kernel.index import Index
from reasoner.kernel.program import compile_alone
from reasoner.kernel.rules import read_rule
from reasoner.kernel.terms import RDFS, XSD
from reasoner.kernel.tree import possible
from reasoner.knowledge.rule_form import FORM
from reasoner.knowledge.terms import NS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reasoner import Knowledge
    from reasoner.kernel.facts import Pattern
    from reasoner.kernel.program import Compiled
    from reasoner.kernel.rules import Rule
    from reasoner.kernel.syntax import Construct

RULES: Final = Path(__file__).parents[2] / "ontology" / "core" / "rules"
COMPARED: Final = re.compile(r"FILTER \((?P<test>[^\n]*[<>][^\n]*)\)$", re.MULTILINE)
BOUND: Final = re.compile(r"BIND \((?P<by>.*) AS \?(?P<name>\w+)\)$", re.MULTILINE)
VARIABLE: Final = re.compile(r"\?(\w+)")
OPTIONAL: Final = re.compile(r"OPTIONAL \{ \?(\w+) mn:(\w+) \?(\w+) \}")
CHOSEN: Final = re.compile(r"VALUES (?P<names>\?\w+|\([^)]*\)) \{\s*(?P<row>\([^)]*\)|\S+)")
TERM: Final = re.compile(r'"[^"]*"|true|false|-?\d+|\w+:\w+')
PREFIXES: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "mn": NS,
    "mnc": "https://w3id.org/mednec/concept/",
}
# Sums of three small numbers are below, at and above each small threshold.
NUMBERS: Final = tuple(range(5))
# Days by number: within a week, at its weekend and in the next one.
NUMBERED_DAYS: Final = (0, 3, 5, 6, 7, 10)
NUMBERED: Final = re.compile(r"([dD]ayNumber|DueDay)$")
WEEKS: Final = (5, 6, 7)
ABSENT: Final = -2
# With more combinations than these, a rule is tried with fewer values, and at least three of each.
COMBINATIONS: Final = 20_000
# Month ends of different lengths, the same days of later months, and a leap day.
DAYS: Final = (
    "2014-12-31",
    "2015-01-30",
    "2015-01-31",
    "2015-02-01",
    "2015-02-28",
    "2015-03-01",
    "2015-03-31",
    "2015-04-30",
    "2016-02-29",
    "2016-03-01",
)


def quantitative(rule: Rule) -> set[str]:
    """
    List the variables that a rule compares, each traced back to what the rule reads.

    A variable that only a NOT EXISTS binds has no value in a solution, so no direction can name it.
    """
    text = "\n".join(line for line in rule.text.splitlines() if "?lawOf" not in line)
    made = {m["name"]: set(VARIABLE.findall(m["by"])) for m in BOUND.finditer(text)}
    tests = [part for m in COMPARED.finditer(text) for part in re.split(r"&&|\|\|", m["test"])]
    todo = [v for part in tests if re.search("[<>]", part) for v in VARIABLE.findall(part)]
    found: set[str] = set()
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            if name in made:
                todo += made[name]
            else:
                found.add(name)
    return (found & possible(rule.construct.where)) - valued(text)


def compared(rule: Rule) -> set[str]:
    """
    List the variables whose values decide whether a rule fires.

    What a rule only reads and passes on has one value: no other value could stop it.
    """
    text = rule.text
    made: dict[str, set[str]] = {}
    for m in BOUND.finditer(text):
        made.setdefault(m["name"], set()).update(VARIABLE.findall(m["by"]))
    lines = [line for line in text.splitlines() if "FILTER" in line]
    todo = [name for line in lines for name in VARIABLE.findall(line)]
    found: set[str] = set(rule.monotone)
    while todo:
        if (name := todo.pop()) not in found or name in made:
            found.add(name)
            todo += made.pop(name, ())
    return found


def valued(text: str) -> set[str]:
    """List the variables to which a rule itself gives values."""
    return {v for head in re.findall(r"VALUES ([^{]*)\{", text) for v in VARIABLE.findall(head)}


def domain(rule: Rule, name: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Choose the values of a variable, in order, by the range of its property."""
    if name == "lawOf":
        stated = re.search(rf'\?{name} >= "([\d-]+)"', rule.text)
        return (literal(stated[1] if stated else "2010-01-01", "date"),)
    if (choice := choices(rule).get(name)) is not None:
        return (choice,)
    values = {
        "integer": tuple(literal(str(n), "integer") for n in NUMBERS),
        "date": tuple(literal(day, "date") for day in DAYS),
        "boolean": (literal("false", "boolean"),),
    }
    for _, (open_, predicate), (var, value) in patterns(rule):
        if var and value == name and not open_:
            if NUMBERED.search(predicate[1:-1]):
                return tuple(literal(str(n), "integer") for n in NUMBERED_DAYS)
            if predicate[1:-1] == NS + "daysAWeek":
                return tuple(literal(str(n), "integer") for n in WEEKS)
            kind = knowledge.value(predicate[1:-1], ox.NamedNode(RDFS + "range")) or ""
            if kind.removeprefix(XSD) in values:
                return values[kind.removeprefix(XSD)]
    return values["date"] if name in rule.monotone else (f"<urn:x-mednec:{name}>",)


def domains_of(rule: Rule, names: list[str], knowledge: Knowledge) -> list[tuple[str, ...]]:
    """Choose the values of all variables, fewer of the longest while there are too many."""
    matter = compared(rule)
    chosen = [domain(rule, name, knowledge)[: None if name in matter else 1] for name in names]
    while prod(map(len, chosen)) > COMBINATIONS:
        longest = max(range(len(chosen)), key=lambda i: len(chosen[i]))
        assert len(chosen[longest]) > 3, f"{rule.id} reads too many quantities"
        chosen[longest] = chosen[longest][:-1]
    return chosen


def choices(rule: Rule) -> dict[str, str]:
    """Return the first values that a rule gives to its variables."""
    found = {}
    for chosen in CHOSEN.finditer(rule.text):
        names, row = VARIABLE.findall(chosen["names"]), TERM.findall(chosen["row"])
        found |= {name: term(text) for name, text in zip(names, row, strict=True)}
    return found


def term(text: str) -> str:
    if text.startswith('"'):
        return text
    if ":" not in text:
        return literal(text, "boolean" if text.isalpha() else "integer")
    prefix, name = text.split(":")
    return f"<{PREFIXES[prefix]}{name}>"


def patterns(rule: Rule) -> list[Pattern]:
    """List what a rule reads: its premises, and what it reads only where it is stated."""
    optional = [
        ((True, m[1]), (False, f"<{NS}{m[2]}>"), (True, m[3])) for m in OPTIONAL.finditer(rule.text)
    ]
    return [*rule.premises, *optional]


def literal(text: str, kind: str) -> str:
    return str(ox.Literal(text, datatype=ox.NamedNode(XSD + kind)))


def fires(rule: Rule, values: Mapping[str, str]) -> bool:
    """Try a rule on its premises alone, filled with some values."""
    index = Index()
    index.add(
        (values.get(s, s), values.get(p, p), values.get(o, o))
        for (_, s), (_, p), (var, o) in patterns(rule)
        if not var or o in values
    )
    compiled = compiled_rule(rule.construct)
    return any(
        all(dict(zip(compiled.names, row, strict=True)).get(n, v) == v for n, v in values.items())
        for row in compiled.match(index.objects, index.subjects)
    )


@cache
def compiled_rule(construct: Construct) -> Compiled:
    return compile_alone(Clause(id="alone", path="alone", construct=construct))


def firings(rule: Rule, knowledge: Knowledge) -> dict[tuple[int, ...], bool]:
    """
    Try a rule on every combination of the values of what it reads.

    What it compares and reads only where it is stated is also left out, at a place next to none.
    """
    names = variables(rule)
    domains = domains_of(rule, names, knowledge)
    optional = set(names) & compared(rule) - {o for _, _, (_, o) in rule.premises}
    ranges = [
        [*range(len(values)), *([ABSENT] if name in optional else [])]
        for name, values in zip(names, domains, strict=True)
    ]
    found = {}
    for places in product(*ranges):
        chosen = {
            n: domains[i][place]
            for i, (n, place) in enumerate(zip(names, places, strict=True))
            if place != ABSENT
        }
        found[places] = fires(rule, chosen)
    return found


def variables(rule: Rule) -> list[str]:
    return sorted({name for pattern in patterns(rule) for var, name in pattern if var})


def stops(name: str, names: list[str], found: dict[tuple[int, ...], bool], step: int) -> bool:
    """Return True if a firing rule stops when one quantity moves one step up or down."""
    at = names.index(name)
    return any(
        fired and not found.get((*places[:at], places[at] + step, *places[at + 1 :]), True)
        for places, fired in found.items()
    )


def breaches(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    """
    Yield each difference between the declaration of a rule and its behavior.

    A rule that rises with a quantity never stops when the quantity rises; one that falls never
    stops when it falls. A rule that turns must stop in both directions.
    """
    names, found = variables(rule), firings(rule, knowledge)
    assert any(found.values()), f"{rule.id} never fires on its own premises"
    for name, direction in rule.monotone.items():
        up, down = (stops(name, names, found, step) for step in (1, -1))
        if (direction, up) == ("rises", True) or (direction, down) == ("falls", True):
            yield f"{rule.id} {direction} with ?{name}, but not always"
        if direction == "turns" and not (up and down):
            yield f"{rule.id} turns with ?{name}, but goes on {'down' if up else 'up'}wards"


def test_every_rule_that_compares_declares_its_direction(knowledge: Knowledge) -> None:
    """Each quantity that a rule compares is declared as rising, falling or turning."""
    silent = {
        rule.id: missing
        for rule in knowledge.rules
        if (missing := quantitative(rule) - set(rule.monotone))
    }

    assert sum(bool(rule.monotone) for rule in knowledge.rules) >= 40
    assert silent == {}


def test_every_declared_direction_holds(knowledge: Knowledge) -> None:
    """Every declaration holds over the whole finite domain."""
    bound = [rule for rule in knowledge.rules if rule.monotone]
    breaches_found = [breach for rule in bound for breach in breaches(rule, knowledge)]

    assert breaches_found == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rises with ?visits", "sinks with ?visits", "expected directions of change"),
        ("rises with ?visits", "rises with ?nothing", "never binds"),
    ],
)
def test_a_malformed_declaration_is_refused(old: str, new: str, words: str, tmp_path: Path) -> None:
    """The error states what was expected."""
    text = (RULES / "how-many-visits" / "exceeds.rq").read_text("utf-8")
    path = tmp_path / "17-arithmetic" / "exceeds.rq"
    path.parent.mkdir()
    path.write_text(text.replace(old, new))

    with pytest.raises(RuleMalformed, match=words):
        read_rule(path, tmp_path, FORM)


@pytest.mark.parametrize(
    "declaration",
    [
        "rises with ?visits, ?asked; turns with ?smallest",
        "turns with ?visits; falls with ?asked; rises with ?smallest",
        "falls with ?visits, ?asked, ?smallest",
    ],
)
def test_a_wrong_declaration_is_seen(
    declaration: str, knowledge: Knowledge, tmp_path: Path
) -> None:
    """The check fails for a wrong direction and for a missing one."""
    text = (RULES / "how-many-visits" / "within.rq").read_text("utf-8")
    path = tmp_path / "17-arithmetic" / "within.rq"
    path.parent.mkdir()
    path.write_text(re.sub(r"(?m)^#\+ monotone:.*$", f"#+ monotone: {declaration}", text))

    assert list(breaches(read_rule(path, tmp_path, FORM), knowledge))


def test_few_quantities_turn_and_each_says_why(knowledge: Knowledge) -> None:
    """A rule explains each quantity that turns."""
    turning = [r for r in knowledge.rules if "turns" in r.monotone.values()]
    silent = [
        f"{rule.id}: ?{name}"
        for rule in turning
        for name, direction in rule.monotone.items()
        if direction == "turns" and not re.search(rf"(?m)^# .*\?{name}\b.* turns?: ", head(rule))
    ]

    # Of these, 19 compare counts of visits with figures; the others find a day in a calendar, place
    # one between two readings or within a year, or place a count between a cap and what lifts it.
    assert len(turning) <= 34
    assert silent == []


def head(rule: Rule) -> str:
    return (RULES.parents[1] / rule.path).read_text("utf-8")
