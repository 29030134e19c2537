"""A running service reloads sound changes to its knowledge and rejects others."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api import create_app
from api.state import State
from reasoner import load_knowledge

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".pytest_cache" / "mednec"
RULE = "ontology/core/rules/why/no-fading.rq"
LINES = (
    "@prefix : <https://w3id.org/mednec/guideline/none/> .\n:a :b",
    "this is not Turtle",
    "<http://example.org/a> a <https://w3id.org/mednec/ns#NoSuchClass> .\n",
)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    for folder in ("ontology", "shapes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return create_app(load_knowledge(tmp_path, cache=CACHE))


def home(app: Flask) -> Path:
    folder: Path = State.of(app).knowledge.folder
    return folder


def edit(app: Flask, name: str, old: str, new: str) -> None:
    path = home(app) / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_sound_change_is_taken_up(app: Flask) -> None:
    """A reworded rule is in use at once, and the health page names the new knowledge."""
    before = app.test_client().get("/v1/health").get_json()["knowledge"]
    edit(app, RULE, "calls for the frequency", "wants the frequency")

    assert State.of(app).renew()
    after = app.test_client().get("/v1/health").get_json()
    assert (after["knowledge"] != before, after["refused"]) == (True, None)


@pytest.mark.parametrize("text", LINES)
def test_a_broken_file_leaves_the_last_good_knowledge(app: Flask, text: str) -> None:
    """After a bad change, the service keeps the last good knowledge and names the bad file."""
    client = app.test_client()
    before = client.get("/v1/health").get_json()["knowledge"]
    (home(app) / "ontology/jurisdictions/us-ca/guidelines/broken.ttl").write_text(
        text, encoding="utf-8"
    )
    case = (ROOT / "fixtures/cases/lumbar-strain-no-improvement/case.ttl").read_bytes()

    assert not State.of(app).renew()
    health = client.get("/v1/health").get_json()
    answer = client.post("/v1/determinations", data=case, content_type="text/turtle")
    assert health["knowledge"] == before
    assert "broken.ttl" in health["refused"]["detail"]
    assert answer.status_code == 200


def test_a_change_that_is_not_classified_waits(app: Flask) -> None:
    """A changed population is not used until the classification was generated again."""
    name = "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl"
    edit(app, name, "mn:covers mnc:Myalgia", "mn:covers mnc:Arthritis")

    assert not State.of(app).renew()
    refusal = State.of(app).refused
    assert refusal is not None
    assert refusal.code == "knowledge-stale"
    edit(app, name, "mn:covers mnc:Arthritis", "mn:covers mnc:Myalgia")
    assert State.of(app).renew()


def test_a_folder_that_vanishes_changes_nothing(app: Flask) -> None:
    """The service works from memory after its files are gone."""
    shutil.rmtree(home(app) / "ontology")

    assert not State.of(app).renew()
    assert app.test_client().get("/v1/health").status_code == 200


@pytest.mark.slow
def test_the_watch_sees_a_change_by_itself(app: Flask) -> None:
    """The service notices a saved file by itself."""
    before = State.of(app).knowledge.digest
    ends = State.of(app).watch(seconds=0.1)
    edit(app, RULE, "calls for the frequency", "wants the frequency")

    for _ in range(300):
        if State.of(app).knowledge.digest != before:
            break
        time.sleep(0.1)
    ends.set()
    assert State.of(app).knowledge.digest != before
