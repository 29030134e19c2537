"""Each rule fires in a fixture, keeps its form and dates, and needs no given order."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner import errors, load_case, load_case_file
from reasoner.determinations.recommend import rules_for
from reasoner.kernel.engine import derive
from reasoner.kernel.index import Index
from reasoner.kernel.program import compile_alone
from reasoner.kernel.reference import derive_in_store
from reasoner.kernel.rules import read_rule, read_rules
from reasoner.kernel.values import term_of
from reasoner.knowledge.files import rule_folders
from reasoner.knowledge.programs import clause_of
from reasoner.knowledge.rule_form import FORM
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
CASES = sorted(FIXTURES.glob("cases/*/case.ttl"))
FIRES = sorted(FIXTURES.glob("rules/*/fires.ttl"))
STATED = sorted(FIXTURES.glob("rules/*/stated.ttl"))
SEED = FIXTURES / "cases" / "seed-2014-spine-12-visits" / "case.ttl"
RULE_ID = re.compile(r"[A-Z]+-\d+")
IDS = sorted(rule.id for rule in read_rules(ROOT, rule_folders(ROOT), FORM))


@cache
def fired_in(path: Path, knowledge: Knowledge) -> frozenset[str]:
    case = load_case_file(path, knowledge)
    return frozenset(firing.name for firing in derive(knowledge, case.triples).firings)


@pytest.mark.parametrize("path", FIRES, ids=lambda p: p.parent.name)
def test_a_rule_fires_in_the_case_written_for_it(path: Path, knowledge: Knowledge) -> None:
    """The folder names the rule that fires."""
    assert RULE_ID.match(path.parent.name)[0] in fired_in(path, knowledge)


@pytest.mark.parametrize("rule", IDS)
def test_a_rule_was_seen_firing(rule: str, knowledge: Knowledge) -> None:
    """Each rule fires in at least one fixture."""
    assert any(rule in fired_in(path, knowledge) for path in (*CASES, *FIRES)) or any(
        path.parent.name == rule for path in STATED
    )


@pytest.mark.parametrize("path", STATED, ids=lambda p: p.parent.name)
def test_a_rule_fires_on_the_facts_stated_for_it(path: Path, knowledge: Knowledge) -> None:
    """A rule that reads what several derivations show fires on such facts."""
    rule = path.parent.name
    facts = [quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)]

    assert {f.name for f in derive(knowledge, facts, rules={rule}).firings} == {rule}


@pytest.mark.parametrize("path", FIRES, ids=lambda p: p.parent.name)
def test_the_texts_of_the_rules_agree_on_these_cases_too(path: Path, knowledge: Knowledge) -> None:
    """The compiled form and pyoxigraph, on the cases written for single rules."""
    case = load_case_file(path, knowledge)

    assert derive_in_store(knowledge, case.triples) == derive(knowledge, case.triples).derived


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rules_within_a_stratum_does_not_matter(
    seed: int, knowledge: Knowledge
) -> None:
    """The rules of a stratum read only the facts of earlier strata."""
    case = load_case_file(SEED, knowledge)
    rules = list(knowledge.rules)
    random.Random(seed).shuffle(rules)  # noqa: S311 - an order, not a secret
    other = replace(knowledge, rules=tuple(sorted(rules, key=lambda rule: rule.stratum)))

    assert derive(other, case.triples).derived == derive(knowledge, case.triples).derived


@pytest.mark.parametrize(("day", "fires"), [("2012-12-31", False), ("2013-01-01", True)])
def test_a_dated_rule_keeps_to_its_dates(day: str, fires: bool, knowledge: Knowledge) -> None:  # noqa: FBT001
    """The order of sources of 2013 binds decisions of the day on which it came into force."""
    text = SEED.read_text().replace("2014-05-09", day).replace("2013-08-07", "2012-08-07")
    case = load_case(text.replace("2014-03-28", "2012-10-01").encode(), knowledge, form="turtle")

    assert ("EH-01" in {f.name for f in derive(knowledge, case.triples).firings}) is fires


@pytest.mark.parametrize("path", CASES[::7], ids=lambda p: p.parent.name)
def test_the_rules_for_an_outcome_suffice_for_it(path: Path, knowledge: Knowledge) -> None:
    """Running only the rules that an outcome depends on gives the same outcome."""
    case = load_case_file(path, knowledge)
    few = rules_for(knowledge)

    whole, part = derive(knowledge, case.triples), derive(knowledge, case.triples, rules=few)

    assert len(few) < len(knowledge.rules)
    for request in case.requests:
        assert part.value(request, "outcome") == whole.value(request, "outcome")
        assert part.value(request, "robust") == whole.value(request, "robust")


DAY = """#+ id:      TOY-02
#+ title:   A day
#+ source:  nowhere
#+ role:    step
#+ because: "{?day}."
PREFIX mn: <https://w3id.org/mednec/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

CONSTRUCT { ?request mn:requestedOn ?day }
WHERE { ?request mn:weeks ?n . BIND (STRDT(CONCAT("2014-01-", STR(?n)), xsd:date) AS ?day) }
"""


@pytest.mark.parametrize(("kind", "makes"), [("date", True), ("integer", False)])
def test_a_rule_makes_a_date_of_text_and_nothing_else(
    kind: str,
    makes: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    """A rule may build a date from text, but no other value."""
    path = toy(tmp_path, DAY.replace("xsd:date)", f"xsd:{kind})"))
    rule = compile_alone(clause_of(read_rule(path, tmp_path, FORM)))
    index = Index()
    index.add([("<urn:r>", f"<{mn('weeks').value}>", term_of(12))])

    days = [row[rule.names.index("day")] for row in rule.match(index.objects, index.subjects)]

    assert days == (['"2014-01-12"^^<http://www.w3.org/2001/XMLSchema#date>'] if makes else [None])


GOOD = """#+ id:      TOY-01
#+ title:   A toy
#+ source:  nowhere
#+ role:    step
#+ because: "{?n} is a number."
PREFIX mn: <https://w3id.org/mednec/ns#>

CONSTRUCT { ?request mn:weeks ?n }
WHERE { ?request mn:requestedVisits ?n . }
"""


def toy(folder: Path, text: str, stratum: str = "1-toys") -> Path:
    path = folder / stratum / "toy.rq"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_well_formed_rule_is_read(tmp_path: Path) -> None:
    """The sample rule is valid before the next test breaks it."""
    rule = read_rule(toy(tmp_path, GOOD), tmp_path, FORM)

    assert (rule.id, len(rule.premises)) == ("TOY-01", 1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("#+ source:  nowhere\n", "", "neither source nor rationale"),
        ("#+ role:    step", "#+ role:    jest", "'jest'"),
        ("#+ role:    step", "#+ role:    step\n#+ colour:  red", "colour"),
        ("#+ role:    step", "#+ role:    step\n#+ from:    soon", "not a date"),
        ("{?n} is", "{?m} is", "never binds"),
        ("mn:requestedVisits ?n", "mn:course/mn:attendedVisits ?n", "property path"),
        ("?n . }", "?n . FILTER (NOW() > ?n) }", "NOW is not allowed"),
        ("?n . }", "?n . SERVICE <http://x/> { ?a ?b ?c } }", "SERVICE is not allowed"),
        ("?n . }", '?n . FILTER (REGEX(?n, "x")) }', "expected a function"),
        ("WHERE {", "WHERE { ?request mn:weeks", "expected"),
        ("CONSTRUCT { ?request mn:weeks ?n }", "SELECT *", "expected CONSTRUCT"),
    ],
)
def test_a_malformed_rule_is_refused_with_the_reason(
    old: str, new: str, words: str, tmp_path: Path
) -> None:
    """The error names the file and what was expected."""
    with pytest.raises(errors.RuleMalformed) as caught:
        read_rule(toy(tmp_path, GOOD.replace(old, new)), tmp_path, FORM)

    assert words in str(caught.value)
    assert "1-toys/toy.rq:" in str(caught.value)


def test_two_rules_with_one_id_are_refused(tmp_path: Path) -> None:
    """An id is never used twice."""
    toy(tmp_path, GOOD)
    shutil.copy(tmp_path / "1-toys/toy.rq", tmp_path / "1-toys/twin.rq")

    with pytest.raises(errors.RuleMalformed, match="TOY-01 is already used"):
        read_rules(tmp_path, [tmp_path], FORM)


def test_a_rule_is_found_at_any_depth(tmp_path: Path) -> None:
    """Rules are found at any depth."""
    toy(tmp_path, GOOD, "a/b/c")

    assert [rule.id for rule in read_rules(tmp_path, [tmp_path], FORM)] == ["TOY-01"]


def test_a_rule_file_with_another_suffix_is_refused(tmp_path: Path) -> None:
    """A rule file with another suffix is an error, since it would never run."""
    toy(tmp_path, GOOD).rename(tmp_path / "1-toys" / "toy.sparql")

    with pytest.raises(errors.RuleMalformed, match=r"'\.rq', not '\.sparql'"):
        read_rules(tmp_path, [tmp_path], FORM)
