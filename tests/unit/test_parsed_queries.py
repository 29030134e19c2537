"""Queries that were parsed before are the same queries, and never a reason to fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib.plugins.sparql import prepareQuery

from reasoner.kernel.parsed_queries import ParsedQueries, decode, encode

RULES = sorted((Path(__file__).parents[2] / "ontology" / "rules").glob("*/*.rq"))
QUERY = "SELECT ?a WHERE { ?a <urn:p> ?b FILTER NOT EXISTS { ?b <urn:q> 3 } }"


def text_of(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))


@pytest.mark.parametrize("path", RULES[::12], ids=lambda p: p.stem)
def test_an_algebra_is_read_back_as_it_was_written(path: Path) -> None:
    """Nothing of a rule is lost between runs, the groups of its negations least of all."""
    algebra = prepareQuery(text_of(path)).algebra
    back = decode(encode(algebra))

    assert encode(back) == encode(algebra)


def test_what_was_parsed_once_is_kept_for_the_next_run(tmp_path: Path) -> None:
    """The second reading finds the text; another text is parsed anew."""
    path = tmp_path / "kept" / "queries.json"
    first = ParsedQueries(path)
    algebra = first.algebra(QUERY)
    first.keep()
    again = ParsedQueries(path)

    assert again._kept.keys() == first._kept.keys()
    assert encode(again.algebra(QUERY)) == encode(algebra)
    again.algebra(QUERY.replace("urn:p", "urn:r"))
    assert len(again._kept) == len(first._kept) + 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "0", "queries": {}}', '{"a": 1}'])
def test_a_file_that_makes_no_sense_is_passed_over(text: str, tmp_path: Path) -> None:
    """A cut-off or foreign file costs time and nothing else."""
    path = tmp_path / "queries.json"
    path.write_text(text, encoding="utf-8")
    queries = ParsedQueries(path)

    assert queries.algebra(QUERY).name == "SelectQuery"
    queries.keep()
    assert len(ParsedQueries(path)._kept) == 1


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """An installation may be read-only."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    queries = ParsedQueries(tmp_path / "file" / "queries.json")
    queries.algebra(QUERY)

    queries.keep()
    assert (tmp_path / "file").read_text(encoding="utf-8") == ""
