from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reasoner.letters.marked.mark import mark
from reasoner.letters.marked.model import Kind
from reasoner.letters.text import plain_text

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.marked.model import MarkedText


def marked(lexicon: Lexicon, words: str) -> MarkedText:
    text = plain_text(words, ())
    return mark(text, lexicon, 0, len(text.flat))


def reached(lexicon: Lexicon, words: str, code: str) -> list[str]:
    """Return the conditions that a cue with this code reaches."""
    text = marked(lexicon, words)
    found = [
        text.text.flat[m.start : m.end]
        for s in text.sentences
        for m in s.of(Kind.CONDITION)
        if s.modified(m.start, code)
    ]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("words", "code", "conditions"),
    [
        ("An X-ray shows no fracture and no contusion.", "negated", ["fracture", "contusion"]),
        (
            "He denied headache, sprain or contusion.",
            "negated",
            ["headache", "sprain", "contusion"],
        ),
        ("An X-ray shows no fracture, but a contusion is noted.", "negated", ["fracture"]),
        ("A fracture was ruled out.", "negated", ["fracture"]),
        ("An X-ray revealed a fracture.", "negated", []),
        ("Left knee sprain, rule out fracture.", "excluded", ["fracture"]),
        ("An X-ray of the wrist revealed a fracture.", "imaging", ["fracture"]),
        ("She complained of headache.", "complaint", ["headache"]),
        ("A contusion, likely a sprain.", "doubted", ["sprain"]),
    ],
)
def test_a_cue_reaches_the_words_in_its_scope(
    words: str, code: str, conditions: list[str], lexicon: Lexicon
) -> None:
    """A cue modifies a list as a whole, up to a word that turns the sentence."""
    assert reached(lexicon, words, code) == conditions


def test_a_mention_keeps_its_place(lexicon: Lexicon) -> None:
    """Offsets of mentions point at their words, in any sentence."""
    text = marked(lexicon, "Seen on 11/02/2016. Diagnosis: lumbar strain (S39.012A).")

    named = [(m.kind, text.text.flat[m.start : m.end]) for s in text.sentences for m in s.mentions]

    assert (Kind.DATE, "11/02/2016") in named
    assert (Kind.REGION, "lumbar") in named
    assert (Kind.CONDITION, "lumbar strain") in named


def test_a_pattern_is_skipped_only_where_it_cannot_match(lexicon: Lexicon) -> None:
    """The word that a pattern needs is part of each of its matches."""
    words = " ".join(e.label for e in lexicon.entries.values())

    for entry in lexicon.entries.values():
        for pattern, needed in entry.searches:
            assert all(needed in m[0].lower() for m in pattern.finditer(words)), pattern.pattern
