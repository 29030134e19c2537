from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from reasoner.commands.main import commands
from reasoner.letters.readers.facts import parts_of

from .test_phrases import item

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon

KNEE = Path(__file__).parents[2] / "fixtures" / "letters" / "knee-sprain-first-visits.txt"


def asked(heading: str, lexicon: Lexicon) -> list[tuple[str, int | None, list[str]]]:
    """Return treatment, visits and regions of each part of an item."""
    return [
        (
            p.facts.treatment.value.label,
            p.facts.visits_disputed.value if p.facts.visits_disputed else None,
            [r.value.code for r in p.facts.regions],
        )
        for p in parts_of(item(lexicon, heading=heading))
        if p.facts
    ]


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        (
            "Physical therapy x 8 and acupuncture x 6, lumbar spine",
            [("physical therapy", 8, ["low_back"]), ("acupuncture", 6, ["low_back"])],
        ),
        (
            (
                "Chiropractic treatment, 6 visits for the neck and physical therapy, "
                "8 visits for the low back"
            ),
            [("chiropractic care", 6, ["neck"]), ("physical therapy", 8, ["low_back"])],
        ),
    ],
)
def test_two_treatments_in_one_item_are_two_requests(
    heading: str, parts: list[tuple[str, int, list[str]]], lexicon: Lexicon
) -> None:
    """Each treatment keeps its own number of visits and its own regions."""
    assert asked(heading, lexicon) == parts


def test_two_ways_of_one_treatment_are_one_request(lexicon: Lexicon) -> None:
    """A quantity that is said twice is not asked for twice."""
    found = asked("Physical therapy 2 times a week for 4 weeks, 8 visits, lumbar spine", lexicon)

    assert found == [("physical therapy", 8, ["low_back"])]


def test_an_audit_lists_the_items_that_it_does_not_cover(tmp_path: Path) -> None:
    """An item of another field is listed with its outcome, and nothing is decided on it."""
    source = KNEE.read_text("utf-8").replace("Knee brace (purchase)", "MRI of the right knee")
    path = tmp_path / "letter.txt"
    path.write_text(source, "utf-8")
    done = CliRunner().invoke(commands, ["audit", str(path)])

    assert done.exit_code == 0
    assert "2. MRI of the right knee: Upheld" in " ".join(done.stdout.split())
    assert "brace" not in done.stdout
