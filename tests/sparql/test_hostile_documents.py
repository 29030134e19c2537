"""Hostile documents: each is parsed in a process that it can end without harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reasoner import WorkLimits, contained, errors, parsing_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner import WorkerPool

CONTEXT = "https://w3id.org/mednec/context"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">'
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&i;</rdf:RDF>'
)
"""A kilobyte of entities that expand to gigabytes."""


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Return workers that parse, with small limits."""
    limits = WorkLimits(seconds=2, memory=1 << 30, sent=4 << 20, answer=4 << 20, rows=2_000)
    made = parsing_pool(contexts={CONTEXT: {"name": "http://schema.org/name"}}, limits=limits)
    yield made
    made.close()


def refusal(data: bytes | str, form: str, pool: WorkerPool) -> errors.CaseError:
    sent = data.encode() if isinstance(data, str) else data
    with pytest.raises(errors.CaseError) as found:
        contained(sent, form=form, source="the upload", pool=pool)
    assert contained(b"<a:a> <a:b> 1 .", form="turtle", source="a good one", pool=pool)
    return found.value


@pytest.mark.parametrize(
    ("form", "data", "message"),
    [
        ("rdfxml", LAUGHS, "is not read"),
        ("xml", LAUGHS, "is not read"),
        ("turtle", LAUGHS, "not read"),
        ("jsonld", "[" * 100_000 + "]" * 100_000, "nested"),
        ("jsonld", '{"http://x/p":' * 5_000 + "1" + "}" * 5_000, "nested"),
        ("jsonld", '{"@context": "http://127.0.0.1:9/x", "name": "a"}', "is not held here"),
        ("jsonld", '{"@context": "file:///etc/passwd", "name": "a"}', "is not held here"),
        ("jsonld", '{"@context": ["http://x/"], "name": "a"}', "is not held here"),
        ("jsonld", '{"@context": {"@import": "http://x/"}, "name": "a"}', "not read"),
        ("jsonld", '{"http://x/p": 1, "http://x/p": 2}', "given twice"),
        ("jsonld", '{"http://x/p": NaN}', "not a JSON number"),
        ("turtle", "<http://x/%zz> <a:b> 1 .", "not read"),
        ("turtle", "<http://x y> <a:b> 1 .", "not read"),
        ("turtle", b"<a:a> <a:b> '\xff' .", "not read"),
        ("turtle", "<a:a> <a:b> 'x'@e_n .", "not read"),
        ("nt", "<a:a> <a:b> .", "not read"),
    ],
)
def test_a_malformed_document_is_refused(
    form: str, data: bytes | str, message: str, pool: WorkerPool
) -> None:
    """The message says what is wrong, and the next document is read."""
    assert message in str(refusal(data, form, pool))


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("turtle", "".join(f"<a:{n}> <a:b> 1 .\n" for n in range(2_001))),
        ("turtle", "<a:a> <a:b> (" + "1 " * 50_000 + ") ."),
        ("turtle", "<a:a> <a:b> " + "[ <a:b> " * 100_000 + "1" + " ]" * 100_000 + " ."),
        ("turtle", "<a:a> <a:b> '''" + "x" * (5 << 20) + "''' ."),
        ("nq", "".join(f'<a:a> <a:b> "x{n}" <g:{n}> .\n' for n in range(2_001))),
    ],
)
def test_a_document_that_is_too_large_is_refused_and_never_cut(
    form: str, data: str, pool: WorkerPool
) -> None:
    """Statements and bytes are limited, before and after parsing."""
    assert isinstance(refusal(data, form, pool), errors.CaseTooLarge)


def test_deep_nesting_in_turtle_costs_nothing(pool: WorkerPool) -> None:
    """The parser keeps its own stack."""
    text = "<a:a> <a:b> " + "[ <a:b> " * 900 + "1" + " ]" * 900 + " ."
    found = contained(text.encode(), form="turtle", source="a letter", pool=pool)

    assert found.count(b"\n") == 901


def test_a_context_that_is_held_here_is_used(pool: WorkerPool) -> None:
    """Only contexts of this service have names; none is fetched."""
    document = json.dumps({"@context": CONTEXT, "@id": "http://x/a", "name": "Ann"})
    found = contained(document.encode(), form="jsonld", source="a case", pool=pool)

    assert found == b'<http://x/a> <http://schema.org/name> "Ann" .\n'


def test_values_are_kept_as_they_are_written(pool: WorkerPool) -> None:
    """A parser that normalizes would make two facts one."""
    text = b'<a:a> <a:b> "007"^^<http://www.w3.org/2001/XMLSchema#integer> , 7 .'
    found = contained(text, form="turtle", source="a case", pool=pool)

    assert b'"007"' in found
    assert found.count(b"\n") == 2


def test_a_pool_is_busy_when_all_its_workers_are(pool: WorkerPool) -> None:
    """The refusal is one that passes: the same document may be read in a moment."""
    taken = pool._take()
    try:
        with pytest.raises(errors.WorkerBusy):
            contained(b"", form="turtle", source="a case", pool=pool)
    finally:
        pool._give_back(taken, well=True)
