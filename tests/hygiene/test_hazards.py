"""The table of hazards in README.md names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_each_hazard_names_a_test_that_exists() -> None:
    """A hazard whose test was renamed or removed is not guarded any more."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Hazards")[2]
    named = NAMED.findall(table)
    missing = [
        f"{file}::{name}"
        for file, name in named
        if name
        not in {
            node.name
            for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
    ]

    assert len(named) >= 19
    assert missing == []
