"""The same facts and knowledge always give the same bytes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoner import assessment_data, assessment_rdf, decide, load_case, load_case_file
from reasoner.cases.canonical import canonical_case, canonical_hash
from reasoner.errors import DeterminationUnreadable
from reasoner.proofs.write import build_proof, proof_text
from reasoner.records.replay import read_recorded, replay

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

    from reasoner import CaseGraph, Knowledge

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "fixtures" / "cases").glob("*/case.ttl"))
FORMS = ("json", "turtle", "jsonld")
SEED = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits" / "case.ttl"


def written(case: CaseGraph, knowledge: Knowledge, form: str) -> bytes:
    decision = decide(case, knowledge)
    if form == "json":
        data = assessment_data(decision, knowledge)
        return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
    return assessment_rdf(decision, knowledge, form).encode()


def anonymous(path: Path, knowledge: Knowledge) -> list[ox.Triple]:
    """Read a case and replace the names of its parts with blank nodes."""
    case = load_case_file(path, knowledge)
    names = {
        t.subject.value: ox.BlankNode()
        for t in case.triples
        if isinstance(t.subject, ox.NamedNode) and t.subject.value.startswith(f"{case.iri}#")
    }
    parents = [t.object.value for t in case.triples if isinstance(t.object, ox.NamedNode)]
    once = {n: node for n, node in names.items() if parents.count(n) == 1}

    def bare(term: ox.NamedNode | ox.Literal) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        return once.get(term.value, term)

    return [ox.Triple(bare(t.subject), t.predicate, bare(t.object)) for t in case.triples]


def shuffled(triples: list[ox.Triple], seed: int) -> bytes:
    """Write triples in another order, with other names for the blank nodes."""
    chance = random.Random(seed)  # noqa: S311 - to choose an order
    names: dict[str, str] = {}
    lines = [str(t) for t in chance.sample(triples, len(triples))]
    numbers = chance.sample(range(10_000), 500)
    for t in triples:
        for term in (t.subject, t.object):
            if isinstance(term, ox.BlankNode):
                names.setdefault(str(term), f"_:n{numbers[len(names)]}")
    for old, new in names.items():
        lines = [line.replace(f"{old} ", f"{new} ") for line in (f"{x} " for x in lines)]
        lines = [line.rstrip() for line in lines]
    return "".join(f"{line} .\n" for line in lines).encode()


def replayed() -> list[ParameterSet]:
    """Pair cases and forms; one form of each case is in the sample, the others in the sweep."""
    return [
        pytest.param(
            path,
            form,
            id=f"{path.parent.name}-{form}",
            marks=[] if number % len(FORMS) == place else [pytest.mark.sweep],
        )
        for number, path in enumerate(CASES)
        for place, form in enumerate(FORMS)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "form"), replayed())
def test_a_recorded_determination_comes_out_again_byte_for_byte(
    path: Path, form: str, knowledge: Knowledge
) -> None:
    """A determination contains everything needed to compute it again."""
    body = written(load_case_file(path, knowledge), knowledge, form)

    result = replay(read_recorded(body, path.name), knowledge)

    assert (result.bytes_same, result.differences) == (True, ())


@given(number=st.integers(0, 10_000), path=st.sampled_from(CASES))
def test_order_and_names_of_blank_nodes_do_not_reach_the_bytes(
    number: int, path: Path, knowledge: Knowledge
) -> None:
    """Renaming blank nodes and reordering facts gives the same hash, determination and proof."""
    triples = anonymous(path, knowledge)
    pages = []
    for seed in (0, number + 1):
        case = load_case(shuffled(triples, seed), knowledge, form="turtle", source="case.ttl")
        proof = proof_text(build_proof(decide(case, knowledge), knowledge))
        pages.append(
            (canonical_hash(canonical_case(case)), written(case, knowledge, "json"), proof)
        )

    assert pages[0] == pages[1]


def test_the_canonical_case_is_that_of_the_standard(knowledge: Knowledge) -> None:
    """The hash is over RDFC-1.0 of the case as it was sent, which anyone can compute."""
    quads = ox.parse(path=SEED, format=ox.RdfFormat.TURTLE)
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)

    text = canonical_case(load_case_file(SEED, knowledge))

    assert text == "".join(sorted(f"{quad} .\n" for quad in dataset))


def test_a_case_without_a_name_keeps_the_one_it_was_decided_under(knowledge: Knowledge) -> None:
    """A replay needs no file name, since the record contains the name of the case."""
    text = SEED.read_text(encoding="utf-8")
    iri = load_case_file(SEED, knowledge).iri
    nameless = text.replace(f"<{iri}>", "_:case").replace("<>", "_:case")
    case = load_case(nameless.encode(), knowledge, form="turtle", source="letter-7.ttl")
    body = written(case, knowledge, "json")

    assert case.iri.endswith("letter-7") or nameless == text
    assert replay(read_recorded(body, "x"), knowledge).bytes_same


@pytest.mark.slow
@pytest.mark.parametrize("command", ["decide", "prove"])
def test_another_process_and_another_hash_seed_give_the_same_bytes(command: str) -> None:
    """Hash seeds and addresses of a process do not affect the bytes."""
    form = ["--format", "json"] if command == "decide" else []
    run = [
        sys.executable,
        "-c",
        "from reasoner.commands.main import main; main()",
        command,
        str(SEED),
        *form,
    ]

    pages = {
        subprocess.run(
            run,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "31337")
    }

    assert len(pages) == 1


def test_a_changed_record_is_reported_with_its_place(knowledge: Knowledge) -> None:
    """A changed figure in a stored determination is reported with its place."""
    body = written(load_case_file(SEED, knowledge), knowledge, "json")

    result = replay(read_recorded(body.replace(b'"prior": 9', b'"prior": 8'), "x"), knowledge)

    assert result.differences == ("$.determinations[0].visits.prior: 8 then, 9 now",)


def test_a_changed_case_in_the_record_is_reported(knowledge: Knowledge) -> None:
    """A changed case in the record is reported by its hash."""
    body = written(load_case_file(SEED, knowledge), knowledge, "json")
    nine = b'attendedVisits> \\"9\\"'
    assert nine in body

    result = replay(read_recorded(body.replace(nine, nine.replace(b"9", b"1")), "x"), knowledge)

    assert result.differences[0].startswith("the case differs")


@pytest.mark.parametrize("form", ["json", "turtle"])
def test_other_knowledge_is_reported_with_what_it_changes(form: str, knowledge: Knowledge) -> None:
    """A replay with other knowledge reports the digest first."""
    body = written(load_case_file(SEED, knowledge), knowledge, form)
    other = body.replace(knowledge.digest.encode(), b"0" * 64)

    result = replay(read_recorded(other, "x"), knowledge)

    assert result.differences[0].startswith("the knowledge base differs")
    assert not result.bytes_same


def test_a_record_in_another_layout_is_the_same_determination(knowledge: Knowledge) -> None:
    """Different white space is the same determination, but not the same bytes."""
    body = written(load_case_file(SEED, knowledge), knowledge, "json")
    other = json.dumps(json.loads(body), indent=7).encode()

    result = replay(read_recorded(other, "x"), knowledge)

    assert (result.bytes_same, result.differences) == (False, ())


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff", b"no turtle", b'{"provenance": {}}'])
def test_a_document_that_is_not_a_determination_is_rejected(
    body: bytes, knowledge: Knowledge
) -> None:
    """Other documents are rejected with a message."""
    with pytest.raises(DeterminationUnreadable):
        replay(read_recorded(body, "x"), knowledge)


@pytest.mark.parametrize("form", ["json", "turtle", "jsonld"])
def test_another_version_of_the_knowledge_is_reported(form: str, knowledge: Knowledge) -> None:
    """The version is recorded in addition to the hash, in each format, and compared."""
    version = knowledge.version
    body = written(load_case_file(SEED, knowledge), knowledge, form)
    key = b'"knowledgeVersion": "' if form == "json" else b"/mednec/knowledge/"
    assert key + version.encode() in body

    result = replay(
        read_recorded(body.replace(key + version.encode(), key + b"0.0.1"), ""), knowledge
    )

    assert not result.bytes_same
    assert f"the version of the knowledge base differs: 0.0.1 then, {version} now" in (
        result.differences
    )
