"""Who verified a row is recorded with it, shown with it, and noticed if the row changes later."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from reasoner import load_knowledge
from reasoner.authoring.check_verifications import check_verifications
from reasoner.authoring.scaffold import new_guideline
from reasoner.determinations.sentences import find_source
from reasoner.knowledge.verifications import hash_statements
from reasoner.pages.knowledge.documentation import documentation

from .seeding import copy_knowledge, edit, find_file, places_of

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner import Knowledge

MASSAGE = "https://w3id.org/mednec/guideline/mtus-chronic-pain-2009/massage"
UNSEEN = """    mn:pinpoint "Massage therapy, p. 60" ;
    mn:statedIn mng:mtus-chronic-pain-2009 ;
    mn:verification mn:Provisional ."""
SEEN = """    mn:pinpoint "Massage therapy, p. 60" ;
    mn:statedIn mng:mtus-chronic-pain-2009 ;
    mn:verification mn:Verified ;
    mn:verificationRecord [
        a mn:VerificationRecord ;
        mn:markBefore mn:Provisional ;
        mn:readOnPage 60 ;
        mn:sourceHash "%s" ;
        mn:statementHash "%s" ;
        mn:verifiedBy "A. Reader" ;
        mn:verifiedOn "2026-11-30"^^xsd:date
    ] ."""


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return knowledge in which one row was verified; tests leave it as it is."""
    home = copy_knowledge(tmp_path_factory.mktemp("verified"))
    facts = [t for _, t in places_of(home).facts]
    stated = hash_statements(facts, [MASSAGE])[MASSAGE]
    edit(find_file(home, "mtus-chronic-pain-2009.ttl"), UNSEEN, SEEN % ("a" * 64, stated))
    return home


@pytest.fixture(scope="module")
def loaded(unchanged: Path) -> Knowledge:
    return load_knowledge(unchanged)


@pytest.fixture
def verified(unchanged: Path, tmp_path: Path) -> Path:
    """Return a copy of that knowledge, to be changed."""
    for name in ("ontology", "shapes"):
        shutil.copytree(unchanged / name, tmp_path / name)
    return tmp_path


def test_a_record_needs_no_new_classification(loaded: Knowledge) -> None:
    """Reading a text changes no axiom, so the knowledge loads without `mednec generate`."""
    assert [r.by for r in loaded.verifications[MASSAGE]] == ["A. Reader"]


def test_rules_do_not_see_a_record(loaded: Knowledge) -> None:
    """A node without a name gets another name on each reading; no conclusion rests on one."""
    facts = loaded.working_facts

    assert not [q for q in facts if "_:" in (str(q.subject)[:2], str(q.object)[:2])]


def test_a_source_names_who_read_it(loaded: Knowledge) -> None:
    """A determination states who verified a figure, on which day, and on which page."""
    source = find_source(MASSAGE, loaded)

    assert source.verified
    assert [(r.by, r.on, r.page) for r in source.records] == [("A. Reader", "2026-11-30", 60)]


def test_the_page_of_a_row_names_who_read_it(loaded: Knowledge) -> None:
    """The page of the row and the page of its edition show the reader, the day and the page."""
    site = documentation(loaded)
    base = "guideline/mtus-chronic-pain-2009"
    row = site.html(site.page(base + "/massage"))
    edition = site.html(site.page(base))

    assert "by A. Reader on" in row
    assert "page 60 of the file" in row
    assert "mn:verifiedBy" not in row
    assert "read by A. Reader on 2026-11-30, page 60 of the file" in edition


def test_a_verified_row_passes_the_check(verified: Path) -> None:
    """A record agrees with its row until the row is changed."""
    assert check_verifications(places_of(verified)) == []


def test_a_figure_changed_after_it_was_verified_is_found(verified: Path) -> None:
    """What was read is not what is stated any more."""
    file = find_file(verified, "mtus-chronic-pain-2009.ttl")
    edit(file, "    mn:maximumVisits 6 ;\n    mn:minimumVisits 4 ;", "    mn:maximumVisits 7 ;")

    (found,) = check_verifications(places_of(verified))

    assert found.kind == "verification-outdated"
    assert "mng:mtus-chronic-pain-2009/massage" in found.message
    assert "A. Reader" in found.message
    assert found.line == file.read_text("utf-8").split("mn:statementHash")[0].count("\n") + 1


def test_a_corrected_label_or_place_leaves_a_record_valid(verified: Path) -> None:
    """Only what the row states counts: its figures, its population and its provisos."""
    file = find_file(verified, "mtus-chronic-pain-2009.ttl")
    edit(file, "Massage therapy, p. 60", "Massage therapy, page 60")
    edit(file, "massage therapy, as an adjunct to exercise", "massage, as an adjunct to exercise")

    assert check_verifications(places_of(verified)) == []


def test_a_record_on_a_row_that_is_not_marked_verified_is_found(verified: Path) -> None:
    """The mark and the record say the same."""
    file = find_file(verified, "mtus-chronic-pain-2009.ttl")
    edit(
        file,
        "mn:verification mn:Verified ;\n    mn:verificationRecord",
        "mn:verification mn:Provisional ;\n    mn:verificationRecord",
    )

    assert [f.kind for f in check_verifications(places_of(verified))] == ["verification-unmarked"]


def test_a_new_edition_inherits_no_record(verified: Path) -> None:
    """Its text was not read by anybody."""
    known = load_knowledge(verified)
    written = new_guideline(
        known, "mtus-chronic-pain-2012", "2012-01-01", replaces="mtus-chronic-pain-2009"
    )
    text = written.path.read_text("utf-8")

    assert ":massage a mn:Recommendation" in text
    assert "erificationRecord" not in text
    assert "A. Reader" not in text
