"""A letter as PDF: set by typst, tagged for screen readers, the same bytes each time."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typst

if TYPE_CHECKING:
    from .page import Letter

LAYOUT: Final = Path(__file__).with_name("templates") / "letter.typ"


def letter_pdf(letter: Letter) -> bytes:
    """
    Set a letter as PDF/UA-1.

    Only the fonts that typst carries are used, and no date is written, so that the same letter is
    the same bytes on every machine.
    """
    return bytes(
        typst.compile(
            LAYOUT.read_bytes(),
            sys_inputs={"letter": json.dumps(asdict(letter), ensure_ascii=False)},
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
        )
    )
