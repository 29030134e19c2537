"""What other tools open: files with imports and a catalog, and one merged release."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reasoner.authoring.changes import State, diff
from reasoner.authoring.check_files import check_files
from reasoner.authoring.check_terms import check_terms
from reasoner.authoring.places import Places
from reasoner.authoring.publication import ROOT as IMPORTS_ALL
from reasoner.authoring.publication import release, write_root
from reasoner.authoring.turtle_format import format_turtle, read_prefixes
from reasoner.knowledge.limits import SECONDS
from reasoner.knowledge.owl_api import convert

ROOT = Path(__file__).parents[2]
SAMPLE = (
    "core/concepts/conditions.ttl",
    "core/vocabulary/guideline.ttl",
    "core/vocabulary/kinds.ttl",
    "jurisdictions/us-ca/guidelines/mtus-postsurgical-2009.ttl",
    "jurisdictions/us-ca/law/ca-labor-code-4604.5.ttl",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def of_dates(violation: str) -> bool:
    return "xsd:date" in violation or "XMLSchema#date>" in violation


def test_the_root_the_terms_and_the_catalog_are_those_of_the_files(home: Path) -> None:
    """`mednec generate` writes them; what is committed is what it would write now."""
    for path in write_root(home):
        committed = ROOT / path.relative_to(home)
        assert path.read_text("utf-8") == committed.read_text("utf-8"), path.name


@pytest.mark.slow
def test_all_files_together_are_owl_2_dl_but_for_dates(home: Path, tmp_path: Path) -> None:
    """Opened through the catalog, each file knows of each term of what kind it is."""
    outside = convert(home / "ontology" / IMPORTS_ALL, tmp_path / "all.ttl", seconds=SECONDS)

    assert [v for v in outside if not of_dates(v)] == []
    assert outside


@pytest.mark.slow
def test_the_release_is_one_versioned_file_in_owl_2_dl_but_for_dates(tmp_path: Path) -> None:
    """The exception is stated in ontology/README.md: the OWL 2 datatype map has no xsd:date."""
    turtle, functional = release(ROOT, tmp_path, seconds=SECONDS)
    outside = convert(turtle, tmp_path / "again.ofn", seconds=SECONDS)

    assert turtle.name == functional.with_suffix(".ttl").name
    assert "owl:versionIRI" in turtle.read_text("utf-8")
    assert "skos:broader" in turtle.read_text("utf-8")
    assert "EquivalentClasses(" in functional.read_text("utf-8")
    assert [v for v in outside if not of_dates(v)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_a_file_that_the_owl_api_saved_says_the_same(name: str, home: Path, tmp_path: Path) -> None:
    """An ontology engineer edits in Protege; `fmt` brings the house form back."""
    path = home / "ontology" / name
    saved = tmp_path / "saved.ttl"
    convert(path, saved, seconds=SECONDS)

    prefixes = read_prefixes(home / "ontology" / "prefixes.ttl")
    path.write_text(format_turtle(saved.read_text("utf-8"), prefixes), encoding="utf-8")

    assert diff(State(ROOT), State(home)) == ()
    places = Places(home)
    assert [*check_files(places), *check_terms(places, {})] == []
