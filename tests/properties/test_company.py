"""Other cases, threads, engines and stores do not affect a decision."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoner import assessment_data, decide, load_case
from reasoner.errors import CaseUnreadable
from reasoner.kernel.engine import derive
from reasoner.kernel.reference import derive_in_store
from tests.generated_cases import CASE, EITHER, Part, decided, turtle

if TYPE_CHECKING:
    from reasoner import Knowledge

OTHER = "https://w3id.org/mednec/case/another"


def written(case: Part, knowledge: Knowledge) -> str:
    return json.dumps(assessment_data(decided(case, knowledge), knowledge))


@given(case=EITHER, others=st.lists(EITHER, min_size=1, max_size=3))
def test_the_cases_of_others_do_not_matter(
    case: Part, others: list[Part], knowledge: Knowledge
) -> None:
    """Cases decided earlier, even with the same name, do not affect a decision."""
    first = written(case, knowledge)
    for other in others:
        written(other, knowledge)

    assert written(case, knowledge) == first


@given(case=EITHER, other=EITHER)
def test_two_cases_in_one_file_are_never_mixed(
    case: Part, other: Part, knowledge: Knowledge
) -> None:
    """A file with two patients is refused, so that their facts are never mixed."""
    both = turtle(case) + turtle(other).replace(CASE, OTHER)

    with pytest.raises(CaseUnreadable, match="expected one mn:Case, found 2"):
        load_case(both.encode(), knowledge, form="turtle")


@given(cases=st.lists(EITHER, min_size=2, max_size=4))
def test_the_number_of_workers_does_not_matter(cases: list[Part], knowledge: Knowledge) -> None:
    """Threads that share the knowledge write the same bytes as a single one."""
    alone = [written(case, knowledge) for case in cases]

    for workers in (1, 4):
        with ThreadPoolExecutor(workers) as pool:
            assert list(pool.map(lambda case: written(case, knowledge), cases)) == alone


@given(case=EITHER)
def test_the_engine_does_not_matter(case: Part, knowledge: Knowledge) -> None:
    """A SPARQL engine running the rule texts derives the same facts as the compiled rules."""
    read = load_case(turtle(case).encode(), knowledge, form="turtle")

    assert derive_in_store(knowledge, read.triples) == derive(knowledge, read.triples).derived


@pytest.mark.slow
@given(case=EITHER)
def test_where_the_store_is_kept_does_not_matter(case: Part, knowledge: Knowledge) -> None:
    """A store in memory and a store on disk give the same facts and determination."""
    read = load_case(turtle(case).encode(), knowledge, form="turtle")
    with tempfile.TemporaryDirectory() as folder:
        on_disk = derive_in_store(knowledge, read.triples, folder=Path(folder))

        path = Path(folder) / "case.ttl"
        path.write_text(turtle(case), encoding="utf-8")
        from_disk = decide(load_case(path.read_bytes(), knowledge, form="turtle"), knowledge)

    assert on_disk == derive_in_store(knowledge, read.triples)
    assert assessment_data(from_disk, knowledge) == assessment_data(
        decided(case, knowledge), knowledge
    )
