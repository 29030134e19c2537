"""What a change of the knowledge would do, before anybody publishes it; and its publication."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api import Settings, create_app
from api.publication import is_knowledge_file
from api.resources import changes

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits"
ROWS = "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        (ROWS, True),
        ("shapes/case.ttl", True),
        ("ontology/core/rules/why/x.rq", True),
        ("ontology/generated/classified.ttl", False),
        ("../ontology/x.ttl", False),
        ("ontology/../../x.ttl", False),
        ("/ontology/x.ttl", False),
        ("ontology//x.ttl", False),
        ("ontology/x.py", False),
        ("reasoner/x.ttl", False),
        ("ontology", False),
        ("ontology/a b.ttl", False),
    ],
)
def test_only_files_of_a_knowledge_base_are_taken(name: str, good: bool) -> None:  # noqa: FBT001
    """A path cannot lead elsewhere, and what is generated is not edited."""
    assert is_knowledge_file(name) == good


def examined(client: FlaskClient, files: dict[str, str | None]) -> dict[str, Any]:
    made = client.post("/v1/changes", json={"files": files})
    assert made.status_code == 202, made.text
    for _ in range(600):
        state = dict(client.get(made.headers["Location"]).get_json())
        if state["status"] == "done":
            return state
        time.sleep(0.1)
    raise AssertionError("the change was not examined")


def test_a_change_is_examined_over_the_kept_cases_and_published_apart(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The limit of the seed's row is raised: check, diff and flips first, then an admin's act.

    The check, which takes a minute for the reasoner, has tests of its own.
    """
    really = changes._run
    monkeypatch.setattr(
        changes,
        "_run",
        lambda *words: (
            {"exit": 0, "report": {}, "error": ""} if words[0] == "check" else really(*words)
        ),
    )
    settings = Settings(database=str(tmp_path / "records.db"), cache=tmp_path / "cache")
    client = create_app(knowledge, settings).test_client()
    case = json.loads((SEED / "case.json").read_bytes())
    assert client.put("/v1/cases/seed", json=case).status_code == 201
    text = (ROOT / ROWS).read_text("utf-8")
    head, _, tail = text.partition("\n:myalgia ")
    changed = f"{head}\n:myalgia {tail.replace('mn:maximumVisits 10', 'mn:maximumVisits 11', 1)}"
    assert changed != text

    state = examined(client, {ROWS: changed})
    before = client.get("/v1/health").get_json()["knowledge"]
    answer = client.post("/v1/knowledge-versions", json={"change": state["id"]})

    assert "11" in json.dumps(state["diff"]["report"])
    assert state["impact"]["exit"] in {0, 1}, state["impact"]["error"]
    assert state["impact"]["report"] is not None
    assert before == knowledge.digest
    assert answer.status_code == 201, answer.text
    after = client.get("/v1/health").get_json()["knowledge"]
    assert after == answer.get_json()["digest"] != before
    assert client.post("/v1/cases/seed/determinations").status_code == 201
    restarted = create_app(knowledge, settings).test_client()
    assert restarted.get("/v1/health").get_json()["knowledge"] == after


def test_a_file_that_is_not_turtle_is_found_and_not_published(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """The check names the file; the service goes on with what it has."""
    settings = Settings(database=str(tmp_path / "records.db"))
    client = create_app(knowledge, settings).test_client()

    state = examined(client, {"ontology/core/concepts/broken.ttl": "this is not Turtle"})
    answer = client.post("/v1/knowledge-versions", json={"change": state["id"]})

    assert state["check"]["exit"] != 0
    assert "broken.ttl" in json.dumps(state["check"])
    assert answer.status_code == 422
    assert client.get("/v1/health").get_json()["knowledge"] == knowledge.digest
    for files in ({}, {"x": "y"}, {ROWS: 7}, []):
        assert client.post("/v1/changes", json={"files": files}).status_code == 400
