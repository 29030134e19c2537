"""Check the English of the project for phrases that read as translated."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SUFFIXES: Final = {
    ".css", ".html", ".json", ".md", ".py", ".rq", ".toml", ".ttl", ".txt", ".typ", ".yaml"
}  # fmt: skip
# Quotations: real and synthetic letters, words of letters, the history, licenses.
QUOTED: Final = (
    "CHANGELOG.md",
    "LICENSE",
    "constraints.txt",
    "fixtures/letters/",
    "ontology/jurisdictions/us-ca/letters/lexicon/",
    "tests/hygiene/test_english.py",
)
INSTEAD: Final = {
    r"tells?|telling|told": "return, describe, report, state, asserted",
    r"reckon(s|ed|ing)?": "compute, count",
    r"beside": "next to, in addition to",
    r"mend(s|ed|ing)?": "fix, correct",
    r"slips?": "mistake",
    r"lack(s|ed|ing)?": "is missing, without",
    r"so many": "n",
    r"of which": "whose, for which",
    r"st(ands?|ood) in": "is in, replaces",
    r"says? whether": "return True if, state whether",
    r"(is|are) no (?!longer\b|more\b|less\b|fewer\b|later\b|earlier\b|greater\b|sooner\b)[a-z]+":
        "is not a, does not exist",
}  # fmt: skip
PHRASES: Final = re.compile("|".join(rf"\b(?:{phrase})\b" for phrase in INSTEAD), re.IGNORECASE)


def findings(text: str) -> list[str]:
    """List the refused phrases of a text, each with its line and what to write."""
    return [
        f"line {number}: '{match[0]}'; write {instead_of(match[0])}"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in PHRASES.finditer(line)
    ]


def instead_of(phrase: str) -> str:
    """Return what to write in place of a phrase."""
    return next(
        better
        for pattern, better in INSTEAD.items()
        if re.fullmatch(pattern, phrase, re.IGNORECASE)
    )


def written() -> list[Path]:
    """List the committed files whose text is written by the project."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [
        ROOT / name
        for name in listed.stdout.splitlines()
        if Path(name).suffix in SUFFIXES and not name.startswith(QUOTED) and (ROOT / name).exists()
    ]


def test_no_file_uses_a_phrase_that_reads_as_translated() -> None:
    """Users read this English in every determination, and authors in every message."""
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in written()
        if (lines := findings(path.read_text(encoding="utf-8")))
    }

    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "The file tells the date.",
        "as reckoned beside it",
        "'x' is no date",
        "Mend the file.",
        "the figure that stands in the row",
        "so many visits, of which nine were attended",
        "say whether it lacks a slip",
    ],
)
def test_a_refused_phrase_is_seen(text: str) -> None:
    """The check fails for each kind of phrase."""
    assert findings(text) != []


@pytest.mark.parametrize(
    "text",
    ["It is no longer in force.", "at most nine, and no fewer", "The date is missing.", "black"],
)
def test_plain_english_passes(text: str) -> None:
    """The check refuses phrases, not words that contain them."""
    assert findings(text) == []
