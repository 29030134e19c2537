"""The wheel contains the engine and the knowledge, and works without the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits" / "case.ttl"


def run(command: Sequence[str | Path], folder: Path) -> str:
    """Run a command with no environment of the checkout, and return what it printed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={"HOME": str(folder), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of an environment with the wheel and the libraries alone."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], home)
    # A folder that is added by a .pth file has its own .pth files passed over: the libraries of
    # this environment are there, the editable checkout is not.
    packages = next(home.glob("lib/python*/site-packages"))
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("\n".join(sorted(libraries)), encoding="utf-8")
    return home / "bin"


def test_the_wheel_holds_the_knowledge_and_no_tests(wheel: Path) -> None:
    """The wheel contains the ontology and the shapes, but not the tests and examples."""
    names = set(zipfile.ZipFile(wheel).namelist())
    knowledge = {
        f"reasoner/_data/{path.relative_to(ROOT).as_posix()}"
        for folder in ("ontology", "shapes")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}

    assert knowledge <= names
    assert tops == {"reasoner", "api"}
    assert {"reasoner/py.typed", "reasoner/commands/main.py", "api/__init__.py"} <= names


def test_the_wheel_does_not_fall_back_on_the_checkout(installed: Path, tmp_path: Path) -> None:
    """The tests below use the wheel, not the checkout."""
    where = "import reasoner, api; print(reasoner.__file__, api.__file__, sep='\\n')"
    files = run([installed / "python", "-c", where], tmp_path).split()

    assert all(Path(file).is_relative_to(installed.parent) for file in files)


def test_the_wheel_decides_as_the_checkout_does(installed: Path, tmp_path: Path) -> None:
    """The wheel gives the same determination as the checkout."""
    case = shutil.copy(SEED, tmp_path / "case.ttl")
    command = Path(sys.executable).parent / "mednec"
    here = run([command, "decide", case], ROOT)
    there = run([installed / "mednec", "decide", case], tmp_path)

    assert there.strip()
    assert there == here


def test_the_wheel_writes_the_pages(installed: Path, tmp_path: Path) -> None:
    """The wheel contains the templates and the stylesheet."""
    run([installed / "mednec", "docs", tmp_path / "site"], tmp_path)

    for name in ("index.html", "docs/mednec.css", "docs/docs.js", "guideline.html", "ns/Case.ttl"):
        assert (tmp_path / "site" / name).stat().st_size > 200
