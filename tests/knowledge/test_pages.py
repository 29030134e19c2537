"""The documentation agrees with the files of the knowledge base, and every link resolves."""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
import rdflib
from rdflib.namespace import OWL, RDF

from reasoner import documentation, errors, load_knowledge
from reasoner.pages.knowledge.links import filed
from reasoner.pages.knowledge.site import MARK, make_room, write_site
from tests.strict_html import Page, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner import Knowledge

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/mednec/"
MN = rdflib.Namespace(BASE + "ns#")
FIGURES = {
    "least": MN.minimumVisits,
    "most": MN.maximumVisits,
    "weeks": MN.withinWeeks,
    "months": MN.withinMonths,
    "trial": MN.trialVisits,
    "trial-months": MN.trialMonths,
}


@pytest.fixture(scope="module")
def site(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of all pages."""
    folder = tmp_path_factory.mktemp("site")
    write_site(documentation(knowledge), folder)
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[str, Page]:
    """Return all pages as read, by file."""
    return {
        path.relative_to(site).as_posix(): read(path.read_text("utf-8"))
        for path in sorted(site.rglob("*.html"))
    }


@pytest.fixture(scope="module")
def graph() -> rdflib.Graph:
    """Return the triples of the ontology files, read with rdflib, which the pages do not use."""
    graph = rdflib.Graph()
    for path in sorted((ROOT / "ontology").rglob("*.ttl")):
        if path.parent.name != "generated":
            graph.parse(path)
    return graph


def file_of(iri: str) -> str:
    return f"{iri.removeprefix(BASE).replace('ns#', 'ns/')}.html"


def ours(graph: rdflib.Graph) -> set[str]:
    return {str(s) for s in graph.subjects() if str(s).startswith(BASE)}


def dangling(pages: Mapping[str, Page], files: set[str]) -> list[str]:
    """List the links between pages without a target file or anchor."""
    found = []
    for name, page in pages.items():
        for address in page.addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(name), unquote(parts.path))
            )
            target = target if parts.path else name
            anchor = unquote(parts.fragment)
            if target not in files or (anchor and anchor not in pages[target].ids):
                found.append(f"{name}: {address}")
    return found


def test_everything_that_is_described_has_a_page(
    graph: rdflib.Graph, pages: Mapping[str, Page]
) -> None:
    """Each term, concept, edition, recommendation and provision has a page at its own path."""
    found = sorted(iri for iri in ours(graph) if file_of(iri) not in pages)

    assert len(ours(graph)) > 1400
    assert found == []


def test_every_rule_has_a_page(knowledge: Knowledge, pages: Mapping[str, Page]) -> None:
    """Each rule has a page, to which findings link."""
    assert {rule.id for rule in knowledge.rules} == {
        name.removeprefix("rule/").removesuffix(".html")
        for name in pages
        if name.startswith("rule/")
    }


def test_a_page_shows_the_label_and_the_definition(
    graph: rdflib.Graph, pages: Mapping[str, Page]
) -> None:
    """A page shows the label and the definition from the file."""
    missing = [
        f"{subject}: {text}"
        for predicate in (rdflib.RDFS.label, rdflib.SKOS.definition)
        for subject, text in graph.subject_objects(predicate)
        if str(subject).startswith(BASE)
        and str(text).lower() not in pages[file_of(str(subject))].all("main")[0].text.lower()
    ]

    assert missing == []


def test_every_link_between_pages_resolves(site: Path, pages: Mapping[str, Page]) -> None:
    """Each link leads to an existing page and anchor."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*")}

    assert sum(len(page.addresses) for page in pages.values()) > 20_000
    assert dangling(pages, files) == []


def test_every_page_is_well_formed(pages: Mapping[str, Page]) -> None:
    """Each page is well-formed HTML."""
    assert [f"{name}: {fault}" for name, page in pages.items() for fault in page.faults] == []


def test_every_page_is_accessible_and_follows_the_policy(pages: Mapping[str, Page]) -> None:
    """Each page has one heading, labeled fields and columns, and no inline style or script."""
    found = []
    for name, page in pages.items():
        if len(page.all("h1")) != 1 or page.all("html")[0].attributes.get("lang") != "en":
            found.append(f"{name}: headings or language")
        labelled = {e.attributes.get("for") for e in page.all("label")}
        found += [
            f"{name}: {e.tag} without a label"
            for e in (*page.all("input"), *page.all("select"))
            if e.attributes.get("id") not in labelled
        ]
        found += [f"{name}: style within" for e in page.elements if "style" in e.attributes]
        found += [f"{name}: script within" for e in page.all("script") if e.text.strip()]
        found += [
            f"{name}: a table without named columns"
            for e in page.all("table")
            if not any(h.within(e) for h in page.all("th", scope="col"))
        ]

    assert found == []


def test_each_row_of_the_table_of_limits_is_that_of_its_file(
    graph: rdflib.Graph, pages: Mapping[str, Page]
) -> None:
    """Each figure of the table is in the file of its guideline."""
    page = pages["limits.html"]
    shown = {}
    for row in page.all("tr"):
        if not row.attributes.get("id", "").startswith("row-"):
            continue
        cells = [e for e in page.all("td") if e.within(row)]
        told_by = {k.removeprefix("data-"): v for e in cells for k, v in e.attributes.items()}
        figures = {name: told_by[name] for name in FIGURES}
        dates = {k: row.attributes[f"data-{k}"] for k in ("since", "until", "mark")}
        shown[row.attributes["id"]] = {**figures, **dates}
    stated = {}
    for said in graph.subjects(RDF.type, MN.Recommendation):
        edition = graph.value(said, MN.statedIn)
        mark = graph.value(graph.value(said, MN.verification), rdflib.RDFS.label)
        stated[f"row-{str(said).removeprefix(BASE + 'guideline/').replace('/', '-')}"] = {
            **{name: str(graph.value(said, p, default="")) for name, p in FIGURES.items()},
            "since": str(graph.value(edition, MN.effectiveFrom, default="")),
            "until": str(graph.value(edition, MN.effectiveUntil, default="")),
            "mark": str(mark),
        }

    assert len(stated) > 250
    assert shown == stated


def test_the_figure_that_is_read_is_the_figure_that_is_stated(
    graph: rdflib.Graph, pages: Mapping[str, Page]
) -> None:
    """The page of a recommendation shows its maximum or why it has none."""
    wrong = []
    for said in graph.subjects(RDF.type, MN.Recommendation):
        page = pages[file_of(str(said))]
        most = next(e for e in page.all("div", class_="most"))
        shown = next(e for e in page.all("dd") if e.within(most)).text.strip()
        limit = graph.value(said, MN.maximumVisits)
        if graph.value(said, MN.notRecommended) is not None:
            expected = "not recommended"
        elif lender := graph.value(said, MN.sameLimitAs):
            expected = f"as {graph.value(lender, rdflib.RDFS.label)}"
        elif graph.value(said, MN.textHeld) is not None:
            expected = "text not held"
        else:
            expected = "none stated" if limit is None else str(limit)
        if shown != expected:
            wrong.append(f"{said}: {shown} for {expected}")

    assert wrong == []


def marks_by_anchor(page: Page, tag: str) -> dict[str, list[str]]:
    """Return the marks inside each element of a kind that has an anchor."""
    return {
        e.attributes["id"]: [
            m.text for m in page.all("span") if m.within(e) and "mark" in m.attributes["class"]
        ]
        for e in page.all(tag)
        if "id" in e.attributes
    }


def test_provisional_figures_are_marked_on_every_page(
    graph: rdflib.Graph, pages: Mapping[str, Page]
) -> None:
    """A provisional figure is marked as provisional on every page."""
    unmarked = []
    articles = {n: marks_by_anchor(p, "article") for n, p in pages.items() if p.all("article")}
    rows = marks_by_anchor(pages["limits.html"], "tr")
    for subject, mark in graph.subject_objects(MN.verification):
        word = str(graph.value(mark, rdflib.RDFS.label)).capitalize()
        own = pages[file_of(str(subject))]
        heading = own.all("h1")[0]
        places = [[m.text for m in own.all("span") if m.within(heading)]]
        anchor = str(subject).rsplit("/", 1)[-1]
        if edition := graph.value(subject, MN.statedIn):
            places.append(articles[file_of(str(edition))].get(anchor, []))
            if (subject, RDF.type, MN.Recommendation) in graph:
                places.append(rows[f"row-{str(edition).rsplit('/', 1)[-1]}-{anchor}"])
        unmarked += [f"{subject}: {place}" for place in places if place != [word]]
    files = {str(s) for s in graph.subjects(RDF.type, OWL.Ontology) if "/law/" in str(s)}
    on_files = {a: m for f in files for a, m in articles.get(file_of(f), {}).items()}
    unmarked += [
        str(s)
        for s, mark in graph.subject_objects(MN.verification)
        if "/law/" in str(s) and on_files.get(str(s).rsplit("/", 1)[-1]) is None
    ]

    assert unmarked == []


def test_a_recommendation_is_an_anchor_of_its_edition(
    graph: rdflib.Graph, pages: Mapping[str, Page]
) -> None:
    """The page of an edition contains its recommendations, each with an anchor."""
    missing = [
        str(said)
        for said, edition in graph.subject_objects(MN.statedIn)
        if str(said).rsplit("/", 1)[-1] not in pages[file_of(str(edition))].ids
    ]

    assert missing == []


def test_the_list_of_terms_answers_to_fragments(
    graph: rdflib.Graph, pages: Mapping[str, Page]
) -> None:
    """The page of all terms has an anchor for each term, since their IRIs end in fragments."""
    names = {iri.removeprefix(str(MN)) for iri in ours(graph) if iri.startswith(str(MN))}

    assert names - pages["ns.html"].ids == set()


def test_a_concept_names_the_recommendations_for_it_and_for_what_is_broader(
    pages: Mapping[str, Page],
) -> None:
    """The page of a condition lists the recommendations for it and for broader conditions."""
    text = pages["concept/LumbarStrain.html"].all("main")[0].text

    assert "S39.012" in text
    assert "physical therapy, lumbar sprains and strains" in text
    assert "sprain or strain of the spine" in text


def test_the_turtle_of_a_page_has_the_facts_about_its_subject(
    site: Path, graph: rdflib.Graph
) -> None:
    """The Turtle of a page contains exactly what the files state about its subject."""
    from rdflib.compare import isomorphic

    subject = rdflib.URIRef(f"{BASE}guideline/mtus-chronic-pain-2009/myalgia")
    given = rdflib.Graph().parse(site / f"{str(subject).removeprefix(BASE)}.ttl")
    population = rdflib.URIRef(f"{subject}-situations")
    expected = graph.cbd(subject).add((subject, MN.population, population))  # of its plain words

    assert isomorphic(given, expected)


def test_the_same_knowledge_gives_the_same_bytes(site: Path, tmp_path: Path) -> None:
    """The same knowledge gives the same pages, byte for byte."""
    command = [Path(sys.executable).parent / "mednec", "docs", tmp_path / "again"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)

    first, second = (
        {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for folder in (site, tmp_path / "again")
    )
    assert first.keys() == second.keys()
    assert [name for name, data in first.items() if data != second[name]] == []


def test_words_of_the_knowledge_are_never_markup(knowledge: Knowledge, tmp_path: Path) -> None:
    """Labels are escaped, and only web addresses become links."""
    for folder in ("ontology", "shapes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    file = tmp_path / "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl"
    text = file.read_text("utf-8")
    bad = "<script>alert(1)</script> & \\\" '<b>"
    text = text.replace("physical medicine, myalgia and myositis", bad)
    text = text.replace('"a published IMR determination of 2016-17"', '"javascript:alert(1)"')
    file.write_text(text, "utf-8")
    docs = documentation(load_knowledge(tmp_path, entailed=knowledge.entailed))

    shown = {path: docs.html(page, links=filed) for path, page in docs.pages.items()}
    read_pages = {path: read(text) for path, text in shown.items() if "alert(1)" in text}
    assert len(read_pages) > 5
    assert [p for p in read_pages.values() if p.faults] == []
    assert all("<script>alert" not in text for text in shown.values())
    assert not any("javascript:" in a for p in read_pages.values() for a in p.addresses)
    assert bad.replace("\\", "").lower() in read_pages["limits"].all("main")[0].text.lower()


def test_a_folder_with_other_files_is_not_overwritten(knowledge: Knowledge, tmp_path: Path) -> None:
    """The command does not overwrite a folder with other files."""
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")

    with pytest.raises(errors.FolderInUse):
        write_site(documentation(knowledge), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_outdated_pages_are_removed(tmp_path: Path) -> None:
    """Pages of an earlier run are removed if they are out of date."""
    (tmp_path / MARK).write_text("an earlier run", "utf-8")
    (tmp_path / "retired.html").write_text("an earlier page", "utf-8")

    make_room(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_link_is_reported() -> None:
    """The check of links fails for a missing file and for a missing anchor."""
    page = read(
        "<p id='here'><a href='b.html'>b</a><a href='#there'>c</a><a href='#here'>d</a></p>"
    )

    assert dangling({"a.html": page}, {"a.html"}) == ["a.html: b.html", "a.html: #there"]
