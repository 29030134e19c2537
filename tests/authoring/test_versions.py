"""A file that changed gets a new version, and each version is the name of its file with a date."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from reasoner.authoring.versions import check_versions, date_versions, outdated_versions
from reasoner.errors import KnowledgeUnreadable

from .seeding import HOME, copy_knowledge, edit, find_file, places_of

if TYPE_CHECKING:
    from pathlib import Path

FILE = "mtus-chronic-pain-2009.ttl"
IRI = "https://w3id.org/mednec/guideline/mtus-chronic-pain-2009"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a copy of the knowledge with the number of a later release."""
    copied = copy_knowledge(tmp_path)
    text = (copied / "ontology" / "knowledge-base.ttl").read_text("utf-8")
    base = copied / "ontology" / "knowledge-base.ttl"
    base.write_text(text.replace("0.2.0", "0.3.0"), encoding="utf-8")
    return copied


def test_the_versions_of_this_knowledge_are_well_formed() -> None:
    """Each file has a version of its own."""
    assert check_versions(places_of(HOME)) == []


@pytest.mark.parametrize("version", ["2009-02-30", "first", "2026/11/24"])
def test_a_version_that_is_not_a_date_is_found(home: Path, version: str) -> None:
    """People compare versions by their dates."""
    line = edit(find_file(home, FILE), f"{IRI}/2026-11-24", f"{IRI}/{version}")
    (found,) = check_versions(places_of(home))

    assert (found.kind, found.line) == ("version-malformed", line)


def test_a_version_of_another_file_is_found(home: Path) -> None:
    """A file was copied, and not renamed inside."""
    edit(find_file(home, FILE), f"<{IRI}/2026-11-24>", "<https://example.org/other/2026-11-24>")

    assert [f.kind for f in check_versions(places_of(home))] == ["version-malformed"]


def test_the_version_of_the_base_is_its_number(home: Path) -> None:
    """The two statements of one version agree."""
    edit(home / "ontology" / "knowledge-base.ttl", "knowledge/0.3.0", "knowledge/0.4.0")

    assert [f.kind for f in check_versions(places_of(home))] == ["version-malformed"]


def test_a_changed_file_gets_a_new_version_once(home: Path) -> None:
    """Its statements changed; a file whose comments or order changed keeps its version."""
    path = find_file(home, FILE)
    edit(path, "mn:maximumVisits 10", "mn:maximumVisits 11")
    other = find_file(home, "odg-2010.ttl")
    other.write_text("# A note.\n" + other.read_text("utf-8"), encoding="utf-8")
    found = outdated_versions(HOME, home)

    assert [file.path for file in found] == [path]
    assert date_versions(found, "2027-01-05") == [path]
    assert f"<{IRI}/2027-01-05>" in path.read_text("utf-8")
    assert outdated_versions(HOME, home) == []


def test_a_new_file_needs_no_new_version(home: Path) -> None:
    """It has its first."""
    path = find_file(home, "odg-2010.ttl")
    text = path.read_text("utf-8").replace("odg-2010", "odg-2011")
    path.with_name("odg-2011.ttl").write_text(text, encoding="utf-8")

    assert outdated_versions(HOME, home) == []


def test_a_release_with_the_number_of_the_last_is_refused(tmp_path: Path) -> None:
    """Two different releases with one number are indistinguishable."""
    home = tmp_path / "same"
    for name in ("ontology", "shapes"):
        shutil.copytree(HOME / name, home / name)
    edit(find_file(home, FILE), "mn:maximumVisits 10", "mn:maximumVisits 11")

    with pytest.raises(KnowledgeUnreadable, match="as before"):
        outdated_versions(HOME, home)
