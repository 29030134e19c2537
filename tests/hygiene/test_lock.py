"""`constraints.txt` pins all that `pyproject.toml` asks for, with hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = {
    canonicalize_name(m["name"]): (m["version"], m["rest"])
    for m in PIN.finditer((ROOT / "constraints.txt").read_text("utf-8"))
}


def requirements() -> list[Requirement]:
    project = PROJECT["project"]
    lines = [
        *PROJECT["build-system"]["requires"],
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    asked = [Requirement(line) for line in lines]
    return [one for one in asked if one.name != project["name"]]


def test_the_lock_meets_every_requirement() -> None:
    """`constraints.txt` was made from the present `pyproject.toml`."""
    unmet = [
        str(one)
        for one in requirements()
        if (name := canonicalize_name(one.name)) not in LOCK
        or not one.specifier.contains(LOCK[name][0])
    ]

    assert unmet == []


def test_every_pin_has_a_hash() -> None:
    """Hashes guarantee that the reviewed packages are installed."""
    bare = [name for name, (_, rest) in LOCK.items() if "--hash=sha256:" not in rest]

    assert LOCK
    assert bare == []
