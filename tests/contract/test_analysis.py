"""What analysts see: counts and a graph without persons, and nothing else of the records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api import Records, Settings, create_app
from reasoner import DeidentifiedRow, counts, decide, load_case, withheld
from reasoner.records.deidentified import rows_of
from reasoner.records.documents import assessment_data

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from reasoner import Knowledge

SEED = Path(__file__).parents[2] / "fixtures" / "cases" / "seed-2014-spine-12-visits"
JSON: dict[str, Any] = json.loads((SEED / "case.json").read_bytes())
CANARY = "Zebedee Quux"


def rare() -> dict[str, Any]:
    """Return the seed as a case of another region, age and number of visits."""
    case = json.loads(json.dumps(JSON))
    case["age"], case["request"]["region"] = 93, "Knee"
    case["request"]["requestedVisits"] = 4
    case["request"].update(visitsPerWeek=2, weeks=2)
    return dict(case)


def marked(number: int) -> dict[str, Any]:
    """Return the seed with the name of a person where text may be."""
    case = json.loads(json.dumps(JSON))
    case["id"] = f"{CANARY.replace(' ', '-')}-{number}"
    for one in case["finding"]:
        one["quote"] = f"{CANARY} reports pain."
    return dict(case)


@pytest.fixture(scope="module")
def clients(
    knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, FlaskClient]:
    """Keep eleven cases of one kind and one of another; return a client for each of two roles."""
    settings = Settings(database=str(tmp_path_factory.mktemp("analysis") / "records.db"))
    app = create_app(knowledge, settings)
    records = Records.open(settings)
    assert records is not None
    found = {}
    for role in ("reviewer", "analyst"):
        _, key = records.keys.create(label=role, roles=[role])
        found[role] = app.test_client()
        found[role].environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    for case in (*(marked(number) for number in range(11)), rare()):
        assert found["reviewer"].post("/v1/cases", json=case).status_code == 201
    return found


def test_counts_of_small_groups_are_withheld(clients: dict[str, FlaskClient]) -> None:
    """Eleven are shown; one is not, nor is it found by a finer question."""
    answer = clients["analyst"].get("/v1/analysis/determinations?by=region")
    rows = {row["values"]["region"]: row["count"] for row in answer.get_json()["rows"]}
    ages = clients["analyst"].get("/v1/analysis/determinations?by=age,sex").get_json()["rows"]

    assert rows["CervicalSpine"] == 11
    assert "Knee" not in rows
    assert [row["count"] for row in ages] == [None, 11]
    assert ages[1]["values"] == {"age": "40-49", "sex": "Male"}
    for query in ("by=name", "by=region,region", "by=", "by=region,outcome,age,sex", "x=1"):
        status = clients["analyst"].get(f"/v1/analysis/determinations?{query}").status_code
        assert status == 400, query


def test_the_graph_holds_no_person(clients: dict[str, FlaskClient]) -> None:
    """No name, no text, no exact date and no identifier; another release has other names."""
    first = clients["analyst"].get("/v1/analysis/graph").text
    second = clients["analyst"].get("/v1/analysis/graph").text

    assert first.count("ns#outcome") == 12
    for secret in ("Zebedee", "Quux", "quote", "2014-05-09", "2013-08-07", "seed", "/case/", '"9'):
        assert secret not in first
    names = {line.split()[0] for line in first.splitlines()}
    assert names.isdisjoint({line.split()[0] for line in second.splitlines()})


def test_an_analyst_asks_the_same_in_sparql(clients: dict[str, FlaskClient]) -> None:
    """SPARQL sees the knowledge and the rows without persons, and nothing of the cases."""
    prefix = "PREFIX mn: <https://w3id.org/mednec/ns#> "
    count = prefix + "SELECT (COUNT(*) AS ?n) { ?d a mn:Determination ; mn:outcome ?o }"
    every = 'SELECT ?s { ?s ?p ?o FILTER(CONTAINS(STR(?o), "Zebedee")) } LIMIT 1'
    graphs = 'SELECT ?s { GRAPH ?g { ?s ?p ?o FILTER(CONTAINS(STR(?s), "Zebedee")) } } LIMIT 1'

    def rows(query: str) -> list[dict[str, Any]]:
        answer = clients["analyst"].get("/sparql", query_string={"query": query})
        assert answer.status_code == 200, answer.text
        return list(answer.get_json(force=True)["results"]["bindings"])

    assert rows(count)[0]["n"]["value"] == "12"
    assert rows(every) == []
    assert rows(graphs) == []


def test_an_analyst_reads_no_record(clients: dict[str, FlaskClient]) -> None:
    """And a reviewer, who does, has no use of the view for analysts."""
    for path in ("/v1/cases", "/v1/determinations", "/v1/accesses", "/v1/decisions"):
        assert clients["analyst"].get(path).status_code == 403
    assert clients["reviewer"].get("/v1/analysis/graph").status_code == 403


@pytest.mark.parametrize(
    ("dates", "period"),
    [("month", "2014-05"), ("quarter", "2014-Q2"), ("year", "2014"), ("none", "")],
)
def test_dates_are_as_exact_as_configured(knowledge: Knowledge, dates: str, period: str) -> None:
    """The time since the injury is a step of six months."""
    case = load_case(json.dumps(JSON).encode(), knowledge, form="json")
    (row,) = rows_of(assessment_data(decide(case, knowledge), knowledge), dates)

    assert (row.period, row.months, row.age, row.sex) == (period, "6", "40-49", "Male")
    assert row.region == ("CervicalSpine", "LumbarSpine", "ThoracicSpine")
    assert "mtus-chronic-pain-2009" in row.guideline


def row(**changes: Any) -> DeidentifiedRow:
    base = {"outcome": "A", "region": ("Knee",), "treatment": "T", "period": "2014-05"}
    return DeidentifiedRow(**{**base, **changes})


def test_details_are_withheld_step_by_step() -> None:
    """At the limit a group is shown whole; one fewer, and it loses what makes it small."""
    three = [row(age="40-49")] * 3
    two = [row(age="50-59")] * 2
    other = [row(region=("Hip",))]
    lone = [row(treatment="U")]

    found = withheld([*three, *two, *other, *lone], 3)

    assert found[:3] == three
    assert all(one.age == "" and one.region == ("Knee",) for one in found[3:5])
    assert (found[5].region, found[5].treatment) == ((), "T")
    assert found[6] == DeidentifiedRow(outcome="A")


def test_a_count_at_the_limit_is_shown_and_one_below_is_not() -> None:
    """A row with two regions counts for each."""
    rows = [row(region=("Knee", "Hip")), row(), row()]

    assert counts(rows, ["region"], 2) == [(("Hip",), None), (("Knee",), 3)]
    assert counts(rows, ["region"], 4) == [(("Hip",), None), (("Knee",), None)]
