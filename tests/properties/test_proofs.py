"""The verifier accepts every true proof and rejects every mutated one."""

from __future__ import annotations

import copy
import json
import random
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reasoner import decide, load_case, load_case_file, load_knowledge
from reasoner.proofs.write import build_proof, proof_text
from reasoner.verifier import Folder, read_case, read_case_text, read_folder, verify
from reasoner.verifier.terms import Prefixes
from reasoner.verifier.verify import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "fixtures" / "cases").glob("*/case.ttl"))
SEED = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits" / "case.ttl"
Proof = dict[str, Any]
Place = tuple[str | int, ...]

# Statements of a proof that only the files of the knowledge base can confirm: the places of facts,
# and the rules and populations that the case does not use. The name of the engine is not checked.
OF_THE_FILES = ("facts[].file", "facts[].line", "knowledge", "populations", "rules")
NAMED = "engine"
MUTATED = CASES[::16]
"""Cases among which the kinds of fields are divided."""
ALONE = CASES[::6]
"""Cases whose proofs are also checked without case and knowledge."""


@pytest.fixture(scope="module")
def folder() -> Folder:
    """Read the knowledge as the verifier does."""
    return read_folder(ROOT)


@pytest.fixture(scope="module")
def seed(knowledge: Knowledge) -> Proof:
    """Prove the seed."""
    return prove(SEED, knowledge)


def prove(path: Path, knowledge: Knowledge) -> Proof:
    proof = build_proof(decide(load_case_file(path, knowledge), knowledge), knowledge)
    return dict(json.loads(proof_text(proof)))


def places(node: Any, at: Place = ()) -> Iterator[Place]:
    """Yield the place of each value in a document, leaves and branches."""
    yield at
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, (*at, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from places(value, (*at, number))


def field(at: Place) -> str:
    """Return the kind of a place: its path without list indexes and variable names."""
    words = ["[]" if isinstance(part, int) else f".{part}" for part in at]
    text = "".join(words).lstrip(".")
    return re.sub(r"\.(bindings|values)\.\w+", r".\1.*", text)


def classes(proof: Proof) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for at in places(proof):
        if at:
            found[field(at)].append(at)
    return found


def value_at(proof: Proof, at: Place) -> Any:
    node: Any = proof
    for part in at:
        node = node[part]
    return node


def other_values(value: Any, others: list[Any]) -> Iterator[Any]:
    """Yield replacement values of the same kind and of another."""
    yield from (other for other in others if json.dumps(other) != json.dumps(value))
    if isinstance(value, str):
        yield value + "x"
        if digits := re.search(r"\d+", value):
            yield value[: digits.start()] + str(int(digits[0]) + 1) + value[digits.end() :]
    elif isinstance(value, int):
        yield from (value + 1, value - 1, str(value), float(value), True)
    elif isinstance(value, list):
        if value:
            yield from (value[1:], value[:-1], [*value, value[-1]])
        if len(value) > 1 and json.dumps(value[::-1]) != json.dumps(value):
            yield value[::-1]
    if value is None:
        yield from ("2014-05-09", 0)
    else:
        yield None


def mutations(
    proof: Proof, chance: random.Random, *, kinds: set[str], drop: bool = True
) -> Iterator[tuple[str, Proof]]:
    """Yield two mutated proofs for each kind of field: one changed, one removed."""
    for name, found in sorted(classes(proof).items()):
        if name not in kinds:
            continue
        at = chance.choice(found)
        value = value_at(proof, at)
        others = [value_at(proof, chance.choice(found)) for _ in range(2)]
        new = chance.choice(list(other_values(value, others)))
        yield f"{name} at {at}: {str(new)[:60]}", changed(proof, at, [new])
        if drop:
            yield f"{name} dropped at {at}", changed(proof, at, [])


def changed(proof: Proof, at: Place, new: list[Any]) -> Proof:
    """Copy a proof with the value at a place replaced or removed."""
    made = dict(proof)
    node: Any = made
    for part in at[:-1]:
        node[part] = copy.copy(node[part])
        node = node[part]
    if new:
        node[at[-1]] = new[0]
    else:
        del node[at[-1]]
    return made


def renumbered(proof: Proof) -> Proof:
    """Return a proof with its facts and steps renumbered."""
    names: dict[str, str] = {}
    counts: dict[str, int] = defaultdict(int)
    for entry in (*proof["facts"], *proof["searches"], *proof["steps"]):
        letter = entry["id"][0]
        counts[letter] += 1
        names[entry["id"]] = f"{letter}{counts[letter]}"

    def correct(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: correct(value) for key, value in node.items()}
        if isinstance(node, list):
            kept = [v for v in node if not (isinstance(v, str) and gone(v))]
            return [correct(value) for value in kept]
        return names.get(node, node) if isinstance(node, str) else node

    def gone(text: str) -> bool:
        return re.fullmatch(r"[ckdsq]\d+", text) is not None and text not in names

    made: Proof = correct(proof)
    made["case"]["digest"] = digest_of(stated(made))
    return made


def stated(proof: Proof) -> list[tuple[str, str, str]]:
    """Return the facts that a proof lists as those of the case, as N-Triples writes them."""
    full = Prefixes(proof["case"]["iri"]).full
    listed = (f["fact"] for f in proof["facts"] if f.get("from") == "case")
    return [(full(s), full(p), full(o)) for s, p, o in listed]


def without(proof: Proof, drop: Callable[[list[str]], bool]) -> Proof:
    """Remove all facts of a kind, the steps that use them, and what only those concluded."""
    facts = [f for f in proof["facts"] if not drop(f["fact"])]
    steps = proof["steps"]
    while True:
        kept = {f["id"] for f in facts}
        left = [s for s in steps if set(s["premises"]) | set(s["concludes"]) <= kept]
        made = {name for s in left for name in s["concludes"]}
        fewer = [f for f in facts if "stratum" not in f or f["id"] in made]
        if len(fewer) == len(facts) and len(left) == len(steps):
            break
        facts, steps = fewer, left
    named = {s["id"] for s in steps}
    ranks = [p for p in proof["priorities"] if p["step"] in named]
    return renumbered({**proof, "facts": facts, "steps": steps, "priorities": ranks})


@pytest.mark.slow
@pytest.mark.parametrize("path", CASES, ids=lambda p: p.parent.name)
def test_a_true_proof_is_accepted(path: Path, knowledge: Knowledge, folder: Folder) -> None:
    """
    The writer, working on rule trees, and the verifier, working on rule texts, agree.

    They share no code, so this test keeps the format of proofs equal on both sides.
    """
    text = json.dumps(prove(path, knowledge))

    assert verify(text, case=read_case(path), folder=folder).faults == ()
    if path in ALONE:
        assert verify(text).faults == ()


def kinds_by_case(knowledge: Knowledge) -> Iterator[tuple[Path, Proof, set[str]]]:
    """Yield some cases with their proofs, and the kinds of fields that are mutated in each."""
    proofs = {path: prove(path, knowledge) for path in MUTATED}
    where: dict[str, list[Path]] = defaultdict(list)
    for path, proof in proofs.items():
        for kind in classes(proof):
            where[kind].append(path)
    turn: dict[Path, set[str]] = defaultdict(set)
    for number, kind in enumerate(sorted(where)):
        turn[where[kind][number % len(where[kind])]].add(kind)
    for path, proof in proofs.items():
        yield path, proof, turn[path]


@pytest.mark.slow
def test_a_mutated_proof_is_rejected(knowledge: Knowledge, folder: Folder) -> None:
    """The verifier rejects a proof with any kind of field changed or removed."""
    accepted = []
    for path, proof, kinds in kinds_by_case(knowledge):
        case, chance = read_case(path), random.Random(path.parent.name)  # noqa: S311 - to choose examples
        for what, mutant in mutations(proof, chance, kinds=kinds):
            if verify(json.dumps(mutant), case=case, folder=folder).accepted:
                accepted.append(f"{path.parent.name}: {what}")

    assert [what for what in accepted if ": engine at" not in what] == []


@pytest.mark.slow
def test_a_mutated_proof_of_the_seed_is_rejected_by_itself(seed: Proof) -> None:
    """Without case and knowledge, only statements about their files are taken on trust."""
    chance = random.Random(0)  # noqa: S311 - to choose examples
    kinds = {kind for kind in classes(seed) if not kind.startswith((*OF_THE_FILES, NAMED))}

    accepted = [
        what
        for what, mutant in mutations(seed, chance, kinds=kinds, drop=False)
        if verify(json.dumps(mutant)).accepted
    ]

    assert accepted == []


def test_a_proof_states_what_was_taken_on_trust(seed: Proof, folder: Folder) -> None:
    """The verdict lists what was taken on trust."""
    text = json.dumps(seed)

    alone = verify(text).trusted
    full = verify(text, case=read_case(SEED), folder=folder).trusted

    assert len(alone) == 2
    assert [thing for thing in full if "classification" in thing] == list(full)


def test_a_higher_limit_throughout_is_rejected(seed: Proof, folder: Folder) -> None:
    """A proof with a changed figure and all its consequences is rejected."""
    text = json.dumps(seed)
    ten = json.dumps('"10"^^xsd:integer')
    assert ten in text

    forged = text.replace(ten, ten.replace("10", "30"))

    assert not verify(forged, case=read_case(SEED), folder=folder).accepted


def test_a_proof_of_another_case_is_rejected(knowledge: Knowledge, folder: Folder) -> None:
    """A consistent proof with a forged fact is rejected, since it is of another case."""
    text = SEED.read_text(encoding="utf-8").replace("mn:attendedVisits 9", "mn:attendedVisits 0")
    forged = load_case(text.encode(), knowledge, form="turtle", source=str(SEED))
    proof = json.dumps(build_proof(decide(forged, knowledge), knowledge))

    assert verify(proof, case=read_case_text(text, "forged"), folder=folder).accepted
    assert not verify(proof, case=read_case(SEED), folder=folder).accepted


def test_a_proof_from_other_rules_is_rejected(folder: Folder, tmp_path: Path) -> None:
    """A consistent proof from a changed rule is rejected, since it is from other knowledge."""
    copied = copied_knowledge(tmp_path)
    rule = copied / "ontology/core/rules/how-many-visits/limit.rq"
    rule.write_text(rule.read_text(encoding="utf-8").replace("maximumVisits", "withinWeeks"))
    other = load_knowledge(copied)
    proof = json.dumps(prove(SEED, other))

    assert verify(proof, case=read_case(SEED), folder=read_folder(copied)).accepted
    assert verify(proof, case=read_case(SEED)).accepted
    assert not verify(proof, case=read_case(SEED), folder=folder).accepted


def test_a_proof_quotes_the_knowledge_as_it_was_loaded(folder: Folder, tmp_path: Path) -> None:
    """A proof quotes the knowledge as loaded, even if its files changed since."""
    copied = copied_knowledge(tmp_path)
    other = load_knowledge(copied)
    shutil.rmtree(copied)

    verdict = verify(json.dumps(prove(SEED, other)), case=read_case(SEED), folder=folder)

    assert verdict.faults == ()


def copied_knowledge(to: Path) -> Path:
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, to / name)
    return to


@pytest.mark.parametrize(
    "name",
    [
        "mtus-chronic-pain-2009/soft-tissue-nearest-row",
        "mtus-chronic-pain-2009/myalgia",
        "odg-2014/lumbar-sprain",
        "acoem-low-back-2004/initial-therapy",
    ],
)
def test_an_omitted_candidate_is_detected(name: str, seed: Proof, folder: Folder) -> None:
    """A proof without a recommendation and all facts about it is rejected."""
    iri = f"mng:{name}"

    forged = without(seed, lambda fact: iri in fact)

    assert len(forged["steps"]) < len(seed["steps"])
    assert not verify(json.dumps(forged), case=read_case(SEED), folder=folder).accepted


@pytest.mark.parametrize("rule", ["SCN-01", "OUT-11", "SRCH-10", "SRCH-07", "SUM-01", "CONT-04"])
def test_an_omitted_use_of_a_rule_is_detected(rule: str, seed: Proof) -> None:
    """A proof without a completion, a reading or a rank is rejected."""
    step = next(s for s in seed["steps"] if s.get("rule") == rule)
    dropped = {tuple(f["fact"]) for f in seed["facts"] if f["id"] in step["concludes"]}

    forged = without(seed, lambda fact: tuple(fact) in dropped)

    assert not verify(json.dumps(forged)).accepted


def test_swapped_priorities_are_rejected(seed: Proof) -> None:
    """A proof with swapped priorities is rejected."""
    for number, edge in enumerate(seed["priorities"]):
        swapped = {**edge, "over": edge["under"], "under": edge["over"]}
        edges = [*seed["priorities"][:number], swapped, *seed["priorities"][number + 1 :]]

        assert not verify(json.dumps({**seed, "priorities": edges})).accepted


@pytest.mark.parametrize("outcome", ["MedicallyNecessary", "NecessaryInPart", "NotEstablished"])
def test_another_outcome_is_rejected(outcome: str, seed: Proof) -> None:
    """A proof with another outcome is rejected."""
    (name,) = seed["requests"][0]["outcome"]
    facts = [
        {**f, "fact": [*f["fact"][:2], f"mn:{outcome}"]} if f["id"] == name else f
        for f in seed["facts"]
    ]

    assert not verify(json.dumps({**seed, "facts": facts})).accepted


def test_circular_facts_are_rejected(seed: Proof) -> None:
    """A proof whose facts support each other in a cycle is rejected."""
    request = seed["requests"][0]["request"]
    last = max(fact.get("stratum", 0) for fact in seed["facts"])
    circle = [
        [request, "mn:asMade", "mn:MedicallyNecessary"],
        [request, "mn:outcome", "mn:MedicallyNecessary"],
    ]
    facts = [
        *seed["facts"],
        *(
            {"id": f"d{9000 + n}", "fact": f, "stratum": last, "by": ["s1"]}
            for n, f in enumerate(circle)
        ),
    ]

    verdict = verify(json.dumps({**seed, "facts": facts}))

    assert any("is concluded by no step" in fault for fault in verdict.faults), verdict.faults


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"format": 1}', "{" * 2000, '{"a": 1, "a": 2}', "\x00"]
)
def test_a_text_that_is_not_a_proof_is_rejected_with_a_message(text: str) -> None:
    """The verifier rejects such a file and does not raise an exception."""
    assert verify(text).faults


def test_the_verifier_works_alone(seed: Proof, tmp_path: Path) -> None:
    """A copy of the verifier works without site-packages and mednec."""
    shutil.copytree(ROOT / "reasoner" / "verifier", tmp_path / "verifier")
    (tmp_path / "proof.json").write_text(json.dumps(seed), encoding="utf-8")
    command = [sys.executable, "-S", "-m", "verifier", "proof.json", "--case", str(SEED)]

    done = subprocess.run(
        [*command, "--knowledge", str(ROOT)], cwd=tmp_path, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"ACCEPTED")


@pytest.fixture(scope="module")
def dated(knowledge: Knowledge) -> Proof:
    """Prove the seed as of a day under another law."""
    decision = decide(load_case_file(SEED, knowledge), knowledge, as_of=date(2015, 4, 20))
    return dict(json.loads(proof_text(build_proof(decision, knowledge))))


def test_a_proof_as_of_a_day_is_accepted(dated: Proof, folder: Folder) -> None:
    """The proof names the day asked for, in addition to the facts of the case."""
    verdict = verify(proof_text(dated), case=read_case(SEED), folder=folder)

    assert verdict.faults == ()
    assert dated["case"]["asOf"] == "2015-04-20"
    assert [f["fact"][2][1:11] for f in dated["facts"] if f.get("from") == "asked"] == [
        "2015-04-20"
    ]


@pytest.mark.parametrize("day", ["2015-04-19", "2014-05-09", None, "soon", 20150420])
@pytest.mark.parametrize("known", [True, False])
def test_another_day_than_that_of_the_facts_is_rejected(
    *, day: object, known: bool, dated: Proof, folder: Folder
) -> None:
    """The day that a proof names must be the one its steps use."""
    other = copy.deepcopy(dated)
    other["case"]["asOf"] = day

    assert not _accepted(other, folder if known else None)


@pytest.mark.parametrize("day", ["2015-04-19", "2014-05-09"])
def test_another_day_among_the_facts_is_rejected(day: str, dated: Proof, folder: Folder) -> None:
    """A proof with its day changed everywhere is rejected, since its steps do not follow."""
    other = copy.deepcopy(dated)
    other["case"]["asOf"] = day
    for fact in other["facts"]:
        if fact.get("from") == "asked":
            fact["fact"][2] = fact["fact"][2].replace("2015-04-20", day)

    assert not _accepted(other, folder)
    assert not _accepted(other, None)


def test_a_day_that_was_not_requested_is_rejected(dated: Proof, folder: Folder) -> None:
    """A day listed as a fact of the case is rejected, since the case does not state it."""
    other = copy.deepcopy(dated)
    other["case"]["asOf"] = None
    for fact in other["facts"]:
        if fact.get("from") == "asked":
            fact["from"] = "case"
    other["case"]["digest"] = digest_of(stated(other))

    assert not _accepted(other, folder)


def _accepted(proof: Proof, folder: Folder | None) -> bool:
    return verify(proof_text(proof), case=read_case(SEED), folder=folder).accepted
