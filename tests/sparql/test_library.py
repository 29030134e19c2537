"""The library of queries: each answers, over HTTP and on the command line, as it did before."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from api import create_app
from api.asking import NAME, Asking
from reasoner import named_queries
from reasoner.commands.main import commands
from reasoner.errors import KnowledgeUnreadable
from reasoner.knowledge.named_queries import read_named_query
from tests.records_dataset import record_quads
from tests.strict_html import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
ANSWERS = ROOT / "fixtures" / "queries"
FILES = sorted(ROOT.glob("ontology/**/queries/*.rq"))
NARROWED = {
    "which-rules-never-fired": {"question": "which-law-applies"},
}
"""Parameters of queries whose whole answer would change with each new rule."""
ASKED = [
    *((path.stem, NARROWED.get(path.stem, {})) for path in FILES),
    ("how-are-requests-decided", {"region": "Knee"}),
    ("how-often-is-a-denial-overturned", {"region": "LumbarSpine"}),
    ("how-are-treatments-decided", {"treatment": "Acupuncture"}),
    ("which-provisions-are-in-force-on-a-day", {"day": "2008-01-01"}),
    ("which-rows-cover-a-condition", {"condition": "Carpal tunnel syndrome"}),
    ("which-determinations-hinge-on-a-rule", {"rule": "OUT-02"}),
    ("which-rules-decide-most-often", {"least": "17"}),
    ("which-rules-cite-a-provision", {"words": "9792.21"}),
]
"""Each query with its defaults, and some with parameters."""


WHOLE = "#+ title: x\n#+ summary: x\n#+ reads: knowledge\n#+ column: a | b\n"


def name_of(name: str, given: dict[str, str]) -> str:
    return "--".join([name, *(f"{k}-{v}".replace(" ", "_") for k, v in given.items())])


def golden_of(name: str, given: dict[str, str]) -> Path:
    """Return the file with the answer; that of a query of knowledge is next to the query."""
    asked = next(path for path in FILES if path.stem == name)
    if not given and "#+ reads: knowledge" in asked.read_text():
        return asked.with_suffix(".csv")
    return ANSWERS / f"{name_of(name, given)}.csv"


@pytest.fixture(scope="session")
def records(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of N-Quads: the knowledge and the records."""
    path = tmp_path_factory.mktemp("records") / "records.nq"
    with path.open("w", encoding="utf-8") as out:
        out.writelines(f"{quad} .\n" for quad in record_quads(knowledge))
    return path


@pytest.fixture(scope="module")
def library(knowledge: Knowledge, records: Path) -> Iterator[FlaskClient]:
    """Return a client of a service whose queries read the records."""
    app = create_app(knowledge)
    asking = Asking()
    app.extensions[NAME] = asking
    with app.app_context():
        asking.serve(str(records))
    yield app.test_client()
    asking.close()


@pytest.mark.parametrize(
    ("name", "given"), ASKED, ids=[name_of(name, given) for name, given in ASKED]
)
def test_a_query_gives_its_answer(
    name: str,
    given: dict[str, str],
    library: FlaskClient,
    bless: bool,  # noqa: FBT001 - a fixture
) -> None:
    """The answer over the records of the fixtures is the one that was reviewed."""
    answer = library.get(f"/v1/queries/{name}", query_string=given, headers={"Accept": "text/csv"})
    golden = golden_of(name, given)
    found = answer.text.replace("\r\n", "\n")
    if bless and answer.status_code == 200:
        ANSWERS.mkdir(exist_ok=True)
        golden.write_text(found, encoding="utf-8")

    assert answer.status_code == 200, answer.text
    assert found == golden.read_text(encoding="utf-8")


def test_the_library_is_whole(knowledge: Knowledge, library: FlaskClient) -> None:
    """At least 25 questions, over knowledge and records, and no answer without its question."""
    queries = named_queries(knowledge)
    reads = [query.reads for query in queries.values()]

    assert len(queries) >= 25
    assert reads.count("records") >= 12
    assert set(ANSWERS.glob("*.csv")) <= {golden_of(*one) for one in ASKED}
    for name, query in queries.items():
        body = library.get(f"/v1/queries/{name}").get_json()
        assert [one["name"] for one in body["columns"]] == [one.name for one in query.columns]
        assert all(list(row) == [one.name for one in query.columns] for row in body["rows"])


def test_most_queries_of_records_find_something() -> None:
    """
    An answer without rows proves nothing: the records are chosen so that each question has one.

    A question over determinations that are given as files is the exception.
    """
    empty = {path.stem for path in ANSWERS.glob("*.csv") if len(path.read_text().splitlines()) == 1}

    assert empty <= {"which-determinations-hinge-on-a-six-visit-trial"}


def test_the_columns_are_those_of_the_query(knowledge: Knowledge, library: FlaskClient) -> None:
    """The head of each query lists what its SELECT gives, in that order."""
    for query in named_queries(knowledge).values():
        got = library.post(
            "/sparql", data={"query": query.asked({})}, headers={"Accept": "text/csv"}
        )
        first = next(csv.reader(io.StringIO(got.text)))

        assert first == [column.name for column in query.columns], query.name


def test_the_list_describes_parameters(library: FlaskClient) -> None:
    """A program finds the queries, their parameters and their types by itself."""
    listed = {one["name"]: one for one in library.get("/v1/queries").get_json()["queries"]}
    parameter = listed["how-often-is-a-denial-overturned"]["parameters"][0]

    assert parameter == {
        "name": "region",
        "type": "concept",
        "of": "mn:Region",
        "description": "Only requests for this region.",
        "default": None,
    }


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/v1/queries/no-such-query", 404, ("no-such-query",)),
        ("/v1/queries/how-are-request-decided", 404, ("how-are-requests-decided",)),
        ("/v1/queries/how-are-requests-decided?region=Kneee", 400, ("region", "Knee")),
        ("/v1/queries/how-are-requests-decided?region=", 400, ("region",)),
        ("/v1/queries/how-are-requests-decided?reg=Knee", 400, ("reg", "region")),
        ("/v1/queries/how-are-requests-decided?region=Knee&region=Hip", 400, ("region",)),
        ("/v1/queries/which-provisions-are-in-force-on-a-day?day=today", 400, ("YYYY-MM-DD",)),
        ("/v1/queries/which-provisions-are-in-force-on-a-day?day=2014-02-30", 400, ("day",)),
        ("/v1/queries/which-rules-decide-most-often?least=many", 400, ("whole number",)),
        ("/v1/queries/which-determinations-hinge-on-a-rule?rule=OUT-999", 400, ("OUT-99",)),
        ("/v1/queries/which-rules-cite-a-provision?words=" + "x" * 300, 400, ("200",)),
        ("/v1/queries/which-records-are-held?day=2014-01-01", 400, ("day",)),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(
    address: str, status: int, words: tuple[str, ...], library: FlaskClient
) -> None:
    """The message names the parameter, its value, and values like it that are allowed."""
    answer = library.get(address)

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert all(word in answer.text for word in words), answer.text


def test_a_value_is_never_read_as_sparql(library: FlaskClient) -> None:
    """A text that would close its place in the query is a text."""
    words = 'x" } SELECT * { ?s ?p ?o } #'
    answer = library.get("/v1/queries/which-rules-cite-a-provision", query_string={"words": words})

    assert answer.get_json()["rows"] == []


def test_the_pages_are_valid_and_link_to_each_other(library: FlaskClient) -> None:
    """The list and each answer are pages that a browser and a screen reader can read."""
    html = {"Accept": "text/html"}
    listed = library.get("/v1/queries", headers=html)
    one = library.get("/v1/queries/how-are-requests-decided?region=Knee", headers=html)

    read(listed.text)
    read(one.text)
    assert 'href="/v1/queries/how-are-requests-decided"' in listed.text
    assert 'value="Knee"' in one.text


def run(*arguments: str) -> str:
    done = CliRunner().invoke(commands, ["query", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_line_answers_as_the_service_does(records: Path) -> None:
    """`mednec query NAME --region Knee` prints the answer as CSV."""
    found = run("how-are-requests-decided", "--region", "Knee", "--records", str(records))
    golden = ANSWERS / "how-are-requests-decided--region-Knee.csv"

    assert found == golden.read_text(encoding="utf-8")


def test_the_command_line_lists_the_library(knowledge: Knowledge) -> None:
    """Each query is listed with its question and its parameters."""
    listed = run("--list")

    assert all(name in listed for name in named_queries(knowledge))
    assert "--region: concept mn:Region." in listed


def test_a_query_of_knowledge_needs_no_records() -> None:
    """The library answers from the knowledge base alone where it can."""
    found = run("which-provisions-are-in-force-on-a-day", "--day=2008-01-01")
    golden = ANSWERS / "which-provisions-are-in-force-on-a-day--day-2008-01-01.csv"

    assert found == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("#+ summary: x\n#+ reads: knowledge\n#+ column: a | b", "title"),
        ("#+ title: x\n#+ summary: x\n#+ reads: all\n#+ column: a | b", "reads"),
        ("#+ title: x\n#+ summary: x\n#+ reads: knowledge\n#+ column: a", "column"),
        (f"{WHOLE}#+ parameter: day | date | The day.", "VALUES ?day"),
        (f"{WHOLE}#+ parameter: day | time | The day.", "type"),
    ],
)
def test_a_query_without_a_whole_head_is_refused(head: str, message: str, tmp_path: Path) -> None:
    """The author learns which line is missing."""
    path = tmp_path / "queries" / "x.rq"
    path.parent.mkdir()
    path.write_text(f"{head}\nSELECT ?a {{}}\n")

    with pytest.raises(KnowledgeUnreadable, match=message.replace("?", r"\?")):
        read_named_query(path, tmp_path)
