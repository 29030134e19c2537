"""`mednec check` finds rules that can never fire, are never read, or break the rules' form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from reasoner.authoring.check_files import own_code
from reasoner.authoring.check_rule_base import check_rule_base
from reasoner.authoring.check_rule_bodies import check_rule_bodies, compared
from reasoner.authoring.check_rules import check_order, check_rule_files, read_all, rule_paths
from reasoner.authoring.check_shapes import read_shapes, terms_of_cases
from reasoner.authoring.places import Places

from .seeding import HEAD, HOME, add_rule, append, copy_knowledge, find_file, kinds, rule_text

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner import Knowledge
    from reasoner.authoring.finding import Finding

FIRES = "?s mn:ofRequest ?request ; mn:governedBy ?row ."


def findings(home: Path) -> list[Finding]:
    places = Places(home)
    rules, malformed = read_all(places)
    shapes, _ = read_shapes(places)
    return [
        *malformed,
        *check_rule_files(places, rules),
        *check_rule_bodies(places, rules),
        *check_rule_base(places, rules, terms_of_cases(shapes), own_code()),
    ]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_knowledge(tmp_path)


def test_the_rules_of_the_knowledge_base_have_no_fault() -> None:
    """Sound rules produce no findings, so that authors keep the check on."""
    assert findings(HOME) == []


def test_the_check_reads_the_rules_that_the_loader_reads(knowledge: Knowledge) -> None:
    """The check reads the same rules that decide cases."""
    loaded = {rule.path.rsplit("/", 1)[-1] for rule in knowledge.rules}

    assert {path.name for path in rule_paths(HOME)} == loaded


FAULTS: Final = [
    ("rule-never-fires", f"{FIRES}\n FILTER (1 > 2)", 11),
    ("rule-never-fires", f"{FIRES}\n FILTER (?row != ?row)", 11),
    ("rule-never-fires", f"{FIRES}\n FILTER ((2 - 1) * 3 = 4 && ?row = ?s)", 11),
    ("rule-never-fires", f"{FIRES}\n ?row mn:maximumVisits mnc:Massage .", 11),
    (
        "rule-never-fires",
        f"{FIRES}\n ?row mn:maximumVisits ?n .\n ?n mn:ofRequest ?request .",
        12,
    ),
    ("rule-never-fires", f'{FIRES}\n ?row mn:statedIn "a book" .', 11),
    ("rule-unknown-term", f"{FIRES}\n ?row mn:goverendBy ?x .", 11),
    ("rule-unknown-term", f"{FIRES}\n ?row <https://w3id.org/mednec/ns#goverendBy> ?x .", 11),
    ("rule-unknown-term", f"{FIRES}\n ?row <https://w3id.org/mednec/ns/governedBy> ?x .", 11),
    ("rule-unknown-term", f"{FIRES}\n ?row <http://example.org/governedBy> ?x .", 11),
    (
        "rule-names-a-text",
        f"{FIRES}\n ?row mn:statedIn <https://w3id.org/mednec/guideline/odg-2016> .",
        11,
    ),
    ("rule-states-a-figure", f"{FIRES}\n ?row mn:maximumVisits 10 .", 11),
    ("rule-states-a-figure", f"{FIRES}\n BIND (24 AS ?cap)", 11),
    ("rule-states-a-figure", f"{FIRES}\n VALUES ?cap {{ 24 }}", 11),
]
"""Faulty bodies of rules, each with the kind and the line of its finding."""
MALFORMED: Final = [
    ("#+ from: 2020-01-01\n#+ until: 2019-01-01", FIRES, "after 'from'"),
    ("#+ until: 2016-13-45", FIRES, "2016-13-45"),
    ("#+ order: last", FIRES, "a whole number"),
    ("", f"{FIRES} SERVICE <http://example.org/> {{ ?a ?b ?c }}", "SERVICE"),
]
"""Heads and bodies that cannot be parsed, each with words of its finding."""
NOT_READ: Final = ["lost.sparql", "deeper/lost.txt", "../lost.rq.bak"]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Seed many faults at once, each in a file of its own, and check all of them together."""
    home = copy_knowledge(tmp_path_factory.mktemp("seeded"))
    sound = f"CONSTRUCT {{ ?request mn:ground ?row }} WHERE {{ {FIRES} }}"
    for n, (_, where, _) in enumerate(FAULTS):
        body = f"CONSTRUCT {{ ?request mn:ground ?row }}\nWHERE {{\n {where}\n}}"
        add_rule(home, rule_text(body, identifier=f"ZZZ-{n}"), f"fault-{n}.rq")
    for n, (more, body, _) in enumerate(MALFORMED):
        text = f"CONSTRUCT {{ ?request mn:ground ?row }} WHERE {{ {body} }}"
        add_rule(home, rule_text(text, identifier=f"YYY-{n}", more=more), f"malformed-{n}.rq")
    misspelled = HEAD.replace("mednec/ns#", "mednec/ns/")
    add_rule(home, rule_text(sound, identifier="XXX-01", head=misspelled), "prefix.rq")
    folder = find_file(home, "no-fading.rq").parent
    for name in NOT_READ:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(rule_text(sound))
    return findings(home)


def of_file(found: list[Finding], name: str) -> list[Finding]:
    return [f for f in found if f.path.endswith(f"/{name}")]


def test_each_seeded_fault_is_reported_in_its_own_file_alone(seeded: list[Finding]) -> None:
    """A fault in one rule is not a finding in another file."""
    assert len(seeded) == len(FAULTS) + len(MALFORMED) + len(NOT_READ) + 1
    assert len({f.path for f in seeded}) == len(seeded)


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=lambda n: f"{n}-{FAULTS[n][0]}")
def test_a_fault_in_a_rule_is_found_on_its_line(seeded: list[Finding], number: int) -> None:
    """Each faulty rule produces its own finding, on the line of the pattern."""
    kind, _, line = FAULTS[number]
    found = of_file(seeded, f"fault-{number}.rq")

    assert [(f.kind, f.line) for f in found] == [(kind, line)], found


def vocabulary(home: Path) -> Path:
    return next(p for p in home.rglob("guideline.ttl") if p.parent.name == "vocabulary")


def test_a_rule_that_requires_what_nothing_provides_is_found(home: Path) -> None:
    """The property is declared, but no case, file or rule states it."""
    append(
        vocabulary(home),
        'mn:neverSaid a owl:ObjectProperty ;\n    rdfs:label "never said"@en ;\n'
        '    skos:definition "what nothing states"@en .\n',
    )
    where = f"{FIRES}\n ?request mn:neverSaid ?x ."
    add_rule(home, rule_text(f"CONSTRUCT {{ ?request mn:ground ?row }}\nWHERE {{\n {where}\n}}"))
    found = findings(home)

    assert [(f.kind, f.line) for f in found] == [("rule-reads-nothing", 11)]
    add_rule(
        home,
        rule_text(
            f"CONSTRUCT {{ ?request mn:neverSaid ?row }} WHERE {{ {FIRES} }}", identifier="ZZZ-02"
        ),
        "provides.rq",
    )
    assert findings(home) == []


def test_two_filters_that_exclude_each_other_are_found(home: Path) -> None:
    """A variable cannot be two terms."""
    tests = "FILTER (?row = mnc:Massage) FILTER (?row = mnc:Knee)"
    add_rule(
        home, rule_text(f"CONSTRUCT {{ ?request mn:ground ?row }} WHERE {{ {FIRES} {tests} }}")
    )

    assert kinds(findings(home)) == ["rule-never-fires"]


def test_disjoint_domains_are_found(home: Path) -> None:
    """A subject of two classes that exclude each other does not exist."""
    append(
        vocabulary(home),
        "[] a owl:AllDisjointClasses ; owl:members ( mn:Scenario mn:Guideline ) .\n",
    )
    where = "?request mn:ground ?x . ?x a mn:Guideline . ?x a mn:Scenario ."
    add_rule(home, rule_text(f"CONSTRUCT {{ ?request mn:ground ?x }} WHERE {{ {where} }}"))
    found = [f for f in findings(home) if f.kind == "rule-never-fires"]

    assert any("mn:Guideline" in f.message and "mn:Scenario" in f.message for f in found)


def test_a_comparison_without_a_direction_is_found(home: Path) -> None:
    """The declaration is what the properties of monotony are tried on."""
    where = f"{FIRES} ?row mn:maximumVisits ?most . ?request mn:requestedVisits ?asked ."
    body = f"CONSTRUCT {{ ?request mn:ground ?row }} WHERE {{ {where} FILTER (?asked > ?most) }}"
    add_rule(home, rule_text(body))
    silent = findings(home)
    add_rule(home, rule_text(body, more="#+ monotone: rises with ?asked; falls with ?most"))

    assert kinds(silent) == ["rule-direction-missing"]
    assert "?asked, ?most" in silent[0].message
    assert findings(home) == []


def test_a_compared_variable_is_traced_to_a_premise(home: Path) -> None:
    """A difference that is compared compares both of its terms."""
    where = f"{FIRES} ?row mn:maximumVisits ?most . ?request mn:requestedVisits ?asked ."
    bind = "BIND (?asked - ?most AS ?over) FILTER (?over > 0)"
    add_rule(home, rule_text(f"CONSTRUCT {{ ?request mn:ground ?row }} WHERE {{ {where} {bind} }}"))
    rules, _ = read_all(Places(home))

    assert [compared(r) for r in rules if r.id == "ZZZ-01"] == [{"asked", "most"}]


@pytest.mark.parametrize("number", range(len(MALFORMED)))
def test_a_malformed_head_or_body_is_one_finding(seeded: list[Finding], number: int) -> None:
    """The rule has exactly one finding, which gives the line."""
    words = MALFORMED[number][2]
    (found,) = of_file(seeded, f"malformed-{number}.rq")

    assert found.kind == "rule-malformed"
    assert words in f"{found.message} {found.hint}"
    assert found.line > 1


def test_a_prefix_bound_to_another_namespace_is_refused(seeded: list[Finding]) -> None:
    """A misspelled term of ours would never match."""
    assert kinds(of_file(seeded, "prefix.rq")) == ["rule-malformed"]


@pytest.mark.parametrize("name", NOT_READ)
def test_a_rule_file_that_nothing_reads_is_found(seeded: list[Finding], name: str) -> None:
    """The loader would ignore a rule file with another suffix."""
    assert kinds(of_file(seeded, name.rsplit("/", 1)[-1])) == ["rule-not-read"]


def test_an_outcome_is_concluded_by_outcome_rules_alone(home: Path) -> None:
    """A reason cannot decide."""
    add_rule(
        home,
        rule_text(
            f"CONSTRUCT {{ ?request mn:outcome mn:MedicallyNecessary }} WHERE {{ {FIRES} }}",
            role="reason",
        ),
    )

    assert "rule-outcome-elsewhere" in kinds(findings(home))


def test_two_rules_with_different_outcomes_of_one_request_are_found(home: Path) -> None:
    """A rule that approves every request meets each rule that denies one."""
    add_rule(
        home,
        rule_text(
            f"CONSTRUCT {{ ?request mn:outcome mn:MedicallyNecessary }} WHERE {{ {FIRES} }}",
            role="outcome",
        ),
    )
    found = [f for f in findings(home) if f.kind == "outcomes-clash"]

    assert {"OUT-21", "OUT-23"} <= {f.message.split(" ")[0] for f in found}
    assert all("mn:asMade" in f.message for f in found)


def test_rules_in_a_circle_are_found_in_the_file_of_one_of_them(home: Path) -> None:
    """A rule that reads its own conclusion has no place in the order."""
    where = "?situation mn:ofRequest ?request FILTER NOT EXISTS { ?situation mn:governedBy ?row }"
    path = add_rule(
        home, rule_text(f"CONSTRUCT {{ ?situation mn:ofRequest ?request }} WHERE {{ {where} }}")
    )
    places = Places(home)
    found = list(check_order(places, read_all(places)[0], read_shapes(places)[0]))

    assert [f.kind for f in found] == ["rules-unordered"]
    assert found[0].path == path.relative_to(home).as_posix()
    assert "mn:ofRequest" in found[0].message
