"""Refuse commits that contain addresses of package registries or paths of one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Assembled from parts, so that this file passes its own check.
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in [
            ("pypi", "org"),
            ("files", "pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("registry", "yarnpkg", "com"),
        ]
    )
)
MACHINE_PATHS = re.compile(r"(?:(?<![\w./<*~}-])|(?<=file://))/(?:work|root|home|farm)(?![\w-])")


def committed_texts() -> dict[str, str]:
    """Return the text of each file that is committed or could be by `git add`, by path."""
    listing = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("Not a git checkout: nothing says which files are committed.")
    texts = {}
    for name in filter(None, listing.stdout.split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in content:
            texts[name] = content.decode("utf-8", errors="replace")
    return texts


def found_in(texts: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_committed_file_names_a_registry() -> None:
    """The registry is configured on the machine, not in the repository."""
    found = found_in(committed_texts(), REGISTRIES)

    assert found == []


def test_no_committed_file_names_a_path_of_a_machine() -> None:
    """The repository works in any folder."""
    found = found_in(committed_texts(), MACHINE_PATHS)

    assert found == []


def test_every_committed_text_is_utf8() -> None:
    """Each committed text is UTF-8."""
    found = [name for name, text in committed_texts().items() if "\ufffd" in text]

    assert found == []


@pytest.mark.parametrize("address", ["https://pypi{}org/simple", "https://registry.npmjs{}org/x"])
def test_an_address_of_a_registry_is_seen(address: str) -> None:
    """The check fails for the address of a registry."""
    assert found_in({"a.txt": address.format(".")}, REGISTRIES) != []


@pytest.mark.parametrize(
    "text", ["{}work/main", "see '{}root/.cache'", "cd {}home", "x={}farm/a", "file://{}work/a"]
)
def test_a_path_of_a_machine_is_seen(text: str) -> None:
    """The check fails for a path of a machine."""
    assert found_in({"a.txt": text.format("/")}, MACHINE_PATHS) != []


@pytest.mark.parametrize(
    "text", ["https://example.test{}work/1", "../{}work", "day{}work-up", "docs{}home/"]
)
def test_a_path_inside_something_else_is_let_pass(text: str) -> None:
    """An address on the web or a relative path is not a path of a machine."""
    assert found_in({"a.txt": text.format("/")}, MACHINE_PATHS) == []
