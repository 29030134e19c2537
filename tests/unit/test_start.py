"""Which packages a command imports, and where it writes its cache."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reasoner.commands.main import COMMANDS, commands
from reasoner.commands.settings import default_cache

ROOT = Path(__file__).parents[2]
SEED = "fixtures/cases/seed-2014-spine-12-visits/case.ttl"
SLOW = {"flask", "jinja2", "owlready2", "pypdf", "pyshacl", "rdflib", "shifty", "typst", "yaml"}
PROGRAM = [sys.executable, "-B", "-c", "from reasoner.commands.main import main; main()"]
PROBE = """
import json, sys
from reasoner.commands.main import main
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> set[str]:
    """Run a command in its own process and return the packages that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("--help",), ("fmt", "--check", "ontology/prefixes.ttl")],
)
def test_a_command_that_decides_nothing_loads_no_engine(arguments: tuple[str, ...]) -> None:
    """`--version`, `--help` and `fmt` do not import the engine."""
    assert loaded_by(*arguments) & SLOW == set()


def test_a_decision_loads_no_tool_that_it_does_not_use() -> None:
    """Referee, classifier, service, PDF and templates are imported only where used."""
    unused = SLOW - {"shifty"}

    assert loaded_by("decide", SEED, "--format", "json") & unused == set()
    assert loaded_by("decide", SEED) & unused == {"jinja2"}  # the text page is a template


def test_the_probe_sees_what_is_loaded() -> None:
    """The check reports a package that is imported."""
    assert "shifty" in loaded_by("validate", SEED)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_list_of_commands_agrees_with_each_command(name: str) -> None:
    """The list of commands agrees with the help of each command."""
    command = commands.get_command(click.Context(commands), name)

    assert command is not None
    assert command.name == name
    assert COMMANDS[name].summary == command.get_short_help_str(limit=100)


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"HOME": "/h/a"}, "linux", Path("/h/a/.cache/mednec")),
        ({"HOME": "/h/a", "XDG_CACHE_HOME": "/c"}, "linux", Path("/c/mednec")),
        ({"HOME": "/h/a", "XDG_CACHE_HOME": "c"}, "linux", Path("/h/a/.cache/mednec")),
        ({"HOME": "/h/a"}, "darwin", Path("/h/a/Library/Caches/mednec")),
        ({"LOCALAPPDATA": "/l"}, "win32", Path("/l/mednec/cache")),
        ({}, "linux", None),
        ({}, "darwin", None),
        ({}, "win32", None),
    ],
)
def test_each_system_has_its_own_cache_folder(
    environment: dict[str, str], platform: str, expected: Path | None
) -> None:
    """A relative XDG_CACHE_HOME is ignored, as its specification says."""
    assert default_cache(environment, platform) == expected


def test_a_decision_writes_into_its_cache_folder_and_nowhere_else(tmp_path: Path) -> None:
    """A decision writes only into its cache folder, so the installation can be read-only."""
    installed = tmp_path / "installed"
    for name in ("reasoner", "ontology", "shapes"):
        shutil.copytree(ROOT / name, installed / name, ignore=shutil.ignore_patterns("__pycache__"))
    before = {p for p in installed.rglob("*") if p.is_file()}

    subprocess.run(
        [*PROGRAM, "--cache", str(tmp_path / "cache"), "decide", str(ROOT / SEED)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed), "HOME": str(tmp_path / "home")},
        capture_output=True,
        check=True,
    )

    assert {p for p in installed.rglob("*") if p.is_file()} == before
    assert any((tmp_path / "cache").rglob("*"))
    assert not (tmp_path / "home").exists()


def test_a_cache_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """Without a writable cache, a decision gives the same result more slowly."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    pages = [
        subprocess.run(
            [*PROGRAM, "decide", SEED],
            cwd=ROOT,
            env={"MEDNEC_CACHE": cache, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for cache in (str(tmp_path / "file" / "below"), str(tmp_path / "kept"))
    ]

    assert pages[0] == pages[1]


@pytest.mark.parametrize("inside", [".", "ontology", "ontology/guidelines"])
def test_every_command_uses_the_knowledge_around_the_current_folder(
    inside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command in a checkout uses the knowledge of that checkout."""
    (tmp_path / "shapes").mkdir()
    (tmp_path / "ontology" / "guidelines").mkdir(parents=True)
    shutil.copy(ROOT / "ontology" / "prefixes.ttl", tmp_path / "ontology" / "prefixes.ttl")
    monkeypatch.chdir(tmp_path / inside)

    with pytest.raises(SystemExit):
        commands(["fmt", "--check"], standalone_mode=False)

    assert capsys.readouterr().out.startswith("1 files,")
