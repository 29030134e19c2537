"""A letter as PDF, made by typst: tagged for screen readers, and reproducible."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import typst

from reasoner.pages.environment import TEMPLATES
from reasoner.pages.style import COLORS

if TYPE_CHECKING:
    from .page import LetterPage

LAYOUT: Final = TEMPLATES / "letter.typ"


def letter_pdf(letter: LetterPage) -> bytes:
    """
    Write a letter as PDF/UA-1.

    Only the fonts inside typst are used, and no date is written, so that the same letter
    gives the same bytes on every machine. The colors are those of the stylesheet.
    """
    return bytes(
        typst.compile(
            LAYOUT.read_bytes(),
            sys_inputs={
                "letter": json.dumps(asdict(letter), ensure_ascii=False),
                "colors": json.dumps(COLORS),
            },
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
        )
    )
