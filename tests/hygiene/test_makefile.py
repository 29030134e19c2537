"""The commands of the project."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
INTERNAL = {"static"}


def test_make_alone_lists_the_commands() -> None:
    """`make` without a target lists the commands."""
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    listing = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^  make ([\w-]+) +\S", listing, re.MULTILINE))

    assert targets is not None
    assert listed == set(targets[1].split()) - INTERNAL


def test_continuous_integration_runs_make_test() -> None:
    """CI runs the same checks as `make test`."""
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert script.read_text("utf-8").rstrip().endswith("exec make test")
