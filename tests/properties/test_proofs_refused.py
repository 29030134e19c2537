"""Each check of the verifier fails for its own reason."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from reasoner import decide, errors, load_case_file, load_knowledge
from reasoner.proofs.write import build_proof, proof_text
from reasoner.verifier import Folder, read_case, read_folder, verify
from reasoner.verifier.facts import Facts, Index
from reasoner.verifier.layout import Content, Layout
from reasoner.verifier.proof import Claims
from reasoner.verifier.steps import find_steps

from .test_proofs import ROOT, SEED, copied_knowledge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reasoner import Knowledge

Proof = dict[str, Any]
MN = "PREFIX mn: <https://w3id.org/mednec/ns#>"
FILE = "ontology/core/rules/made-up.rq"
LAST = 99


@pytest.fixture(scope="module")
def folder() -> Folder:
    """Read the knowledge as the verifier does."""
    return read_folder(ROOT)


@pytest.fixture(scope="module")
def seed(knowledge: Knowledge) -> Proof:
    """Prove the seed."""
    decision = decide(load_case_file(SEED, knowledge), knowledge)
    return dict(json.loads(proof_text(build_proof(decision, knowledge))))


ASSERTED = "#+ reads: asserted\n"


def rule(name: str, query: str) -> str:
    """Write the text of a rule `template <- where`, which lines of its head may precede."""
    head, _, body = query.rpartition("\n")
    template, where = body.split(" <- ")
    return f"#+ id: {name}\n{head}\n{MN}\nCONSTRUCT {{ {template} }} WHERE {{ {where} }}\n"


def with_rules(proof: Proof, *added: tuple[int, str, str]) -> Proof:
    """
    Forge the proof of a knowledge base with more rules, complete except for their order.

    Args:
        proof: A true proof.
        added: Stratum, id and query of each rule.
    """
    made = copy.deepcopy(proof)
    made["rules"] += [
        {"id": name, "stratum": stratum, "file": FILE, "text": rule(name, query)}
        for stratum, name, query in added
    ]
    made["rules"].sort(key=lambda entry: (entry["stratum"], entry["id"]))
    claims = Claims(made)
    cited = [fact for fact, entry in claims.listed if "file" in entry]
    facts = Facts(claims.stated, Index(cited))
    for fact, entry in claims.listed:
        if "stratum" in entry:
            facts.add(fact, entry["stratum"])
    while True:
        steps = find_steps(facts, claims.rules, claims.populations, claims.membership)
        fresh = [
            (step.stratum, fact) for step in steps for fact in step.concludes if not facts.has(fact)
        ]
        if not fresh:
            break
        lowest = min(stratum for stratum, _ in fresh)
        for stratum, fact in fresh:
            if stratum == lowest:
                facts.add(fact, stratum)
    layout = Layout(
        Content(
            case=claims.case,
            stated=claims.stated,
            asked=claims.asked,
            facts=facts,
            steps=steps,
            rules=claims.rules,
            prefixes=claims.prefixes,
        )
    )
    places = {
        fact: (entry["file"], entry["line"]) for fact, entry in claims.listed if "file" in entry
    }
    return {
        **made,
        "facts": layout.facts(places),
        "searches": layout.written_searches(),
        "steps": layout.written_steps(),
        "priorities": layout.priorities(),
        "requests": layout.requests(),
    }


def stratum_of(proof: Proof, name: str) -> int:
    return int(next(entry["stratum"] for entry in proof["rules"] if entry["id"] == name))


def test_a_forged_rule_that_keeps_the_order_is_accepted(seed: Proof) -> None:
    """A forged rule that keeps the order is accepted, so the tests below fail for order alone."""
    after = "?request mn:found true <- ?s mn:ofRequest ?request ; mn:largestLimit ?limit"

    assert verify(json.dumps(with_rules(seed, (LAST, "X-1", after)))).faults == ()


DENIALS = {
    "a later stratum": "FILTER NOT EXISTS { ?s mn:largestLimit ?limit }",
    "a later stratum, its variable renamed": "FILTER NOT EXISTS { ?any mn:largestLimit ?other }",
    "a later stratum, by OPTIONAL": "OPTIONAL { ?s mn:largestLimit ?l } FILTER (!BOUND(?l))",
}


@pytest.mark.parametrize("denial", DENIALS.values(), ids=DENIALS)
def test_a_denial_of_a_later_stratum_is_refused(denial: str, seed: Proof) -> None:
    """A rule may not negate what a later stratum concludes."""
    query = f"?s mn:found true <- ?s mn:ofRequest ?request . {denial}"
    early = stratum_of(seed, "LIM-01") - 1

    verdict = verify(json.dumps(with_rules(seed, (early, "X-1", query))))

    assert any("a later stratum concludes changes its use" in f for f in verdict.faults)


OWN = {
    "its own stratum": [
        "?s mn:found true <- ?s mn:ofRequest ?r",
        "?s mn:other true <- ?s mn:ofRequest ?r . FILTER NOT EXISTS { ?s mn:found true }",
    ],
    "its own conclusion": [
        "?s mn:found true <- ?s mn:ofRequest ?r . FILTER NOT EXISTS { ?s mn:found true }"
    ],
    "its own conclusion of anything": [
        "?s mn:found 1 <- ?s mn:ofRequest ?r . FILTER NOT EXISTS { ?any mn:found ?number }"
    ],
}


@pytest.mark.parametrize("queries", OWN.values(), ids=OWN)
def test_a_denial_of_the_same_stratum_is_refused(queries: list[str], seed: Proof) -> None:
    """A rule may not negate what its own stratum concludes."""
    added = [(LAST, f"X-{number}", query) for number, query in enumerate(queries)]

    verdict = verify(json.dumps(with_rules(seed, *added)))

    assert any("a later stratum concludes changes its use" in f for f in verdict.faults)


NEVER = {
    "a denial": "?c mn:found 1 <- ?c mn:never 1 . FILTER NOT EXISTS { ?s mn:largestLimit ?l }",
    "an option": "?c mn:found 1 <- ?c mn:never 1 . OPTIONAL { ?s mn:largestLimit ?l }",
    "a total": (
        "?r mn:found ?n <- { SELECT ?r (MAX(?l) AS ?n) "
        "WHERE { ?r mn:never 1 . ?s mn:largestLimit ?l } GROUP BY ?r }"
    ),
}


@pytest.mark.parametrize("query", NEVER.values(), ids=NEVER)
def test_an_order_is_refused_whether_its_rule_is_used_or_not(query: str, seed: Proof) -> None:
    """The strata must be an order for every case, not only for the one proved."""
    early = stratum_of(seed, "LIM-01") - 1
    stating = "?case mn:never 1 <- ?case mn:request ?request . FILTER (1 > 2)"
    added = [(early - 1, "X-0", stating), (early, "X-1", query)]

    verdict = verify(json.dumps(with_rules(seed, *added)))

    assert any(
        f.startswith(f"X-1, of stratum {early}, rests on") and "not an order" in f
        for f in verdict.faults
    ), verdict.faults


def test_rules_that_deny_each_other_are_refused(seed: Proof) -> None:
    """Rules that negate each other are refused, since two sets of facts satisfy them."""
    first = "?c mn:one 1 <- ?c mn:request ?r . FILTER NOT EXISTS { ?c mn:two 1 }"
    second = "?c mn:two 1 <- ?c mn:request ?r . FILTER NOT EXISTS { ?c mn:one 1 }"

    forged = with_rules(seed, (LAST, "X-1", first), (LAST + 1, "X-2", second))

    assert any("not an order of the rules" in f for f in verify(json.dumps(forged)).faults)


def test_a_rule_on_asserted_facts_may_deny_what_is_concluded(seed: Proof) -> None:
    """A rule on asserted facts reads no conclusions, so it may negate them."""
    query = "?c mn:found 1 <- ?c mn:request ?r . FILTER NOT EXISTS { ?s mn:largestLimit ?l }"

    assert verify(json.dumps(with_rules(seed, (1, "X-1", query)))).faults
    assert verify(json.dumps(with_rules(seed, (1, "X-1", ASSERTED + query)))).faults == ()


APPROVED = "?request mn:outcome mn:MedicallyNecessary <- ?case mn:request ?request"


def test_two_outcomes_are_refused_by_the_verifier(seed: Proof) -> None:
    """A proof with two outcomes of a request is rejected."""
    verdict = verify(json.dumps(with_rules(seed, (LAST, "X-1", APPROVED))))

    assert "case:#request has more than one outcome" in verdict.faults


def test_two_outcomes_are_refused_by_the_engine(tmp_path: Path) -> None:
    """The error names the outcomes and the rules that conclude them."""
    copied = copied_knowledge(tmp_path)
    text = rule("OUT-99", APPROVED).replace("#+ id", f"{HEAD}#+ id")
    (copied / "ontology/core/rules/what-outcome/always.rq").write_text(text, encoding="utf-8")
    other = load_knowledge(copied)

    with pytest.raises(errors.OutcomesContradict) as refused:
        decide(load_case_file(SEED, other), other)

    assert "has 2 outcomes" in refused.value.message
    assert "OUT-99" in (refused.value.hint or "")


HEAD = """#+ title: Every request is approved
#+ rationale: made up
#+ role: step
#+ because: "It is approved."
"""


def first(proof: Proof, key: str, **wanted: object) -> Proof:
    """Return the first entry of a list that has some values."""
    entries: list[Proof] = proof[key]
    return next(e for e in entries if all(e.get(k) == v for k, v in wanted.items()))


def concluded(proof: Proof) -> Proof:
    return next(entry for entry in proof["facts"] if "stratum" in entry)


def known(proof: Proof) -> Proof:
    return next(entry for entry in proof["facts"] if "file" in entry)


def completion(proof: Proof) -> str:
    """Return the id of the fact that states the outcome of a completion."""
    return str(proof["requests"][0]["completions"][0]["outcome"][0])


# For each check: the change, and the message of the verifier.
TAMPERING: dict[str, tuple[Callable[[Proof], object], str]] = {
    "format": (lambda p: p.update(format="1"), "the format is not"),
    "engine": (lambda p: p.update(engine=""), "the engine is not named"),
    "keys": (lambda p: p.pop("steps"), "a proof has the keys"),
    "prefixes": (lambda p: p["prefixes"].update(mn="urn:"), "the prefixes are not those"),
    "term": (lambda p: p["facts"][0]["fact"].__setitem__(1, "no:x"), "its prefix is unknown"),
    "day": (lambda p: p["case"].update(asOf="soon"), "which is not a day"),
    "asked": (lambda p: p["case"].update(asOf="2014-01-01"), "is not a fact of each request"),
    "digest": (lambda p: p["case"].update(digest="0"), "the digest of the case"),
    "lost": (lambda p: p["facts"].remove(first(p, "facts", id="c1")), "the proof does not"),
    "added": (
        lambda p: p["facts"].append({"id": "c0", "fact": ["mn:a", "mn:b", "mn:c"], "from": "case"}),
        "the file does not",
    ),
    "knowledge": (lambda p: p["knowledge"].pop("digest"), "the knowledge is named by"),
    "version": (lambda p: p["knowledge"].update(digest="0"), "is not the one that the proof names"),
    "rule entry": (lambda p: p["rules"][0].update(id="X-1"), "its entry is not that of its text"),
    "rule order": (lambda p: p["rules"].reverse(), "not listed once each"),
    "rule text": (lambda p: p["rules"][0].update(file="x.rq"), "differs between the proof and"),
    "stratum": (lambda p: p["rules"][0].update(stratum=True), "is not a whole number"),
    "class": (lambda p: p["populations"][0].update(members="x"), "not given by a class expression"),
    "population": (lambda p: p["populations"].reverse(), "population"),
    "fewer populations": (lambda p: p["populations"].pop(), "the populations are not those"),
    "stated": (
        lambda p: known(p)["fact"].__setitem__(2, '"no"'),
        "fact: the knowledge base does not state",
    ),
    "twice": (lambda p: p["facts"].append(concluded(p)), "is asserted, or listed twice"),
    "left out": (
        lambda p: p["facts"].remove(first(p, "facts", id=completion(p))),
        "follows from what is listed",
    ),
    "unsupported": (
        lambda p: p["facts"].append({**concluded(p), "id": "d0", "fact": ["mn:a", "mn:b", "mn:c"]}),
        "is concluded by no step",
    ),
    "raised": (lambda p: concluded(p).update(stratum=1_000), "is concluded at another stratum"),
    "number": (lambda p: p["steps"].pop(), "must be listed"),
    "entry": (lambda p: p["steps"][0]["bindings"].clear(), "'bindings' must be"),
}


@pytest.mark.parametrize(("change", "fault"), TAMPERING.values(), ids=TAMPERING)
def test_each_check_reports_what_it_found(
    change: Callable[[Proof], object], fault: str, seed: Proof, folder: Folder
) -> None:
    """Each check fails for its own change, and its message states the change."""
    tampered = copy.deepcopy(seed)
    change(tampered)

    verdict = verify(json.dumps(tampered), case=read_case(SEED), folder=folder)

    assert any(fault in found for found in verdict.faults), verdict.faults


def test_a_completion_without_an_outcome_is_refused(seed: Proof) -> None:
    """A completion without an outcome is rejected, since robustness is then not proved."""
    query = (
        "?s a mn:Completion ; mn:ofRequest ?request <- ?case mn:request ?request . "
        'BIND (IRI(CONCAT(STR(?request), "/undecided")) AS ?s)'
    )

    verdict = verify(json.dumps(with_rules(seed, (LAST, "X-1", query))))

    assert "case:#request/undecided has no outcome" in verdict.faults
