"""A stage that did not run, or looked at nothing, keeps a check from passing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reasoner.authoring.check import Report
from reasoner.authoring.check_output import as_json, as_sarif, as_text
from reasoner.authoring.check_shapes import contents
from reasoner.authoring.places import Places
from reasoner.authoring.stages import Memory, Stage, Stages

from .seeding import HOME

if TYPE_CHECKING:
    from pathlib import Path


def test_a_stage_that_did_not_run_is_not_a_pass() -> None:
    """No finding is not the same as nothing to find."""
    ran = Stage(name="rules", looked_at=(("rules", 3),))
    skipped = Stage(name="logic", skipped="the reasoner gave no answer")

    assert Report(findings=(), stages=(ran,)).passed
    assert not Report(findings=(), stages=(ran, skipped)).passed


def test_a_stage_that_looked_at_nothing_is_an_error() -> None:
    """An empty folder conforms to everything."""
    stages = Stages(lambda _: None)
    stages.end("rules", {"rules": 0, "ids": 2}, ())

    assert [(f.kind, f.severity) for f in stages.findings] == [("nothing-looked-at", "error")]
    assert "rules" in stages.findings[0].message


def test_what_a_knowledge_base_must_hold_is_counted() -> None:
    """Guidelines, law, concepts and the lexicon: without one of them much is decided wrong."""
    assert all(contents(Places(HOME)).values())


def test_an_empty_base_holds_nothing(tmp_path: Path) -> None:
    """It passed before, with 0 errors."""
    for name in ("ontology", "shapes"):
        (tmp_path / name).mkdir()

    assert not any(contents(Places(tmp_path)).values())


def test_a_report_lists_what_each_stage_checked() -> None:
    """In text, in JSON and in SARIF, people and programs see what was checked and what was not."""
    report = Report(
        findings=(),
        stages=(
            Stage(name="rules", looked_at=(("rules", 1234),)),
            Stage(name="logic", skipped="the reasoner gave no answer"),
        ),
    )
    text = as_text(report)
    data = json.loads(as_json(report))
    ran = json.loads(as_sarif(report, "1"))["runs"][0]["invocations"][0]

    assert "checked rules: 1,234 rules" in text
    assert "NOT CHECKED: logic: the reasoner gave no answer" in text
    assert "1 stages did not run" in text
    assert data["passed"] is False
    assert data["stages"][0]["lookedAt"] == {"rules": 1234}
    assert ran["executionSuccessful"] is False


def test_a_result_is_kept_while_what_it_depends_on_is_the_same(tmp_path: Path) -> None:
    """Code tables and the reasoner are asked again only for other codes and axioms."""
    asked: list[str] = []

    def compute(answer: str) -> list[str]:
        asked.append(answer)
        return [answer]

    memory = Memory(tmp_path)
    assert memory.recall("codes", ["a", "b"], lambda: compute("first")) == ["first"]
    assert memory.recall("codes", ["a", "b"], lambda: compute("second")) == ["first"]
    assert memory.recall("codes", ["ab"], lambda: compute("third")) == ["third"]
    assert Memory(tmp_path, fresh=True).recall("codes", ["ab"], lambda: compute("4")) == ["4"]
    assert asked == ["first", "third", "4"]


def test_a_failure_is_never_kept(tmp_path: Path) -> None:
    """A reasoner that was stopped once is asked again the next time."""

    def fail() -> list[str]:
        raise TimeoutError

    memory = Memory(tmp_path)
    with pytest.raises(TimeoutError):
        memory.recall("logic", ["axioms"], fail)

    assert memory.recall("logic", ["axioms"], lambda: ["answer"]) == ["answer"]


def test_a_damaged_or_unwritable_memory_is_no_memory(tmp_path: Path) -> None:
    """A cache can be deleted, cut off or read-only; the check runs all the same."""
    (tmp_path / "codes.json").write_text('{"digest": ', encoding="utf-8")
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")

    assert Memory(tmp_path).recall("codes", ["a"], lambda: ["new"]) == ["new"]
    assert Memory(file / "below").recall("codes", ["a"], lambda: ["new"]) == ["new"]
