"""The engine and the service name no guideline, law or section; those are in `ontology/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAW = re.compile(r"mtus|odg|acoem|4604|9792", re.IGNORECASE)


@pytest.mark.parametrize("package", ["reasoner", "api"])
def test_python_names_no_law(package: str) -> None:
    """A change of law changes data, and a new field of medicine adds a folder."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if LAW.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("folder", ["ontology", "shapes"])
def test_knowledge_holds_no_python(folder: str) -> None:
    """Authors can read everything that they review."""
    found = sorted((ROOT / folder).rglob("*.py"))

    assert found == []


def test_a_named_law_is_seen() -> None:
    """The check fails for a seeded violation."""
    assert LAW.search('rank = 1 if guideline.startswith("MTUS") else 2')
