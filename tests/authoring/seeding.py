"""Seed faults into a copy of the knowledge base, and read what a check reports."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from reasoner.authoring.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.authoring.finding import Finding

HOME = Path(__file__).parents[2]
HEAD = "PREFIX mn: <https://w3id.org/mednec/ns#>\nPREFIX mnc: <https://w3id.org/mednec/concept/>\n"


def copy_knowledge(folder: Path) -> Path:
    for name in ("ontology", "shapes"):
        shutil.copytree(HOME / name, folder / name)
    return folder


def find_file(home: Path, name: str) -> Path:
    """Find a file by its name, wherever the knowledge base keeps it."""
    found = [path for path in home.rglob(name) if path.parent.name != "generated"]
    assert len(found) == 1, found
    return found[0]


def append(path: Path, text: str) -> int:
    """Append a block and return the line on which it begins."""
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{text}", encoding="utf-8")
    return before.count("\n") + 2


def edit(path: Path, old: str, new: str) -> int:
    """Replace a text and return its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} does not hold {old}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def rule_text(
    body: str, *, identifier: str = "ZZZ-01", role: str = "step", more: str = "", head: str = HEAD
) -> str:
    lines = [f"#+ id:      {identifier}", "#+ title:   a fault", "#+ rationale: a test"]
    lines += [f"#+ role:    {role}", *([more] if more else []), '#+ because: "Said."']
    return "\n".join(lines) + "\n" + head + body + "\n"


def add_rule(home: Path, text: str, name: str = "seeded.rq") -> Path:
    """Write a rule into the folder of the rules that find reasons."""
    folder = find_file(home, "no-fading.rq").parent
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def places_of(home: Path) -> Places:
    return Places(home)


def kinds(findings: Iterable[Finding]) -> list[str]:
    return sorted(f.kind for f in findings)
