"""The reader for proofs and the verifier agree on the line of each fact."""

from __future__ import annotations

import pytest

from reasoner.knowledge.places import places_in
from reasoner.verifier.turtle import read_turtle

HEAD = """@prefix : <urn:> .
PREFIX x: <urn:x#>
@base <urn:base/> .
"""
TEXTS = {
    "one line": ":a :b :c .",
    "objects on lines of their own": ":a :b\n:c ,\n:d ; :e\n\n:f .",
    "a text at the end of its line": ':a :b "text"\n; :c "other"\n.',
    "a language on the next line": ':a :b "text"\n@EN , "x"@en-US .',
    "a datatype on the next line": ':a :b "1"\n^^\nx:type .',
    "a long text": ':a :b """one\n"two"\n""" , \'\'\'three\'\'\' ; :c :d .',
    "escapes": r':a :b "a\"\n\u00e9\\" ; :c x:a\,b , <urn:\u00e9> .',
    "numbers and truth values": ":a :b 1 , -2.50 , .5 , 1e3 , +4 , true , false .",
    "dots in names": ":a.b :c.d :e.f.",
    "a comment with marks": ":a :b # . ; , [ (\n:c .",
    "a mark in a text": ':a :b "[ ( # ;" , :c .',
    "relative IRIs": "<#a> <b> <../c> .",
    "empty list": ":a :b () .",
    "trailing semicolons": ":a :b :c ;; :d :e ; .",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_each_fact_is_on_the_line_where_its_object_begins(text: str) -> None:
    """The line of a fact is correct in any layout of Turtle."""
    found = dict(reversed(read_turtle(HEAD + text, "text")))

    assert found
    assert places_in(HEAD + text) == found


NESTED = """:a :b [ :c
:d ; :e [ :f "g" ] ] ;
:h ( :i
[ :j :k ] ) .
[] :l _:m .
[ :n
:o ] .
_:m :p :q ."""


def test_parts_without_names_keep_their_lines() -> None:
    """Facts about blank nodes keep their lines, although their names change."""

    def plain(term: str) -> str:
        return "_:" if term.startswith("_:") else term

    mine = sorted((*map(plain, fact), line) for fact, line in places_in(HEAD + NESTED).items())
    theirs = sorted((*map(plain, fact), line) for fact, line in read_turtle(HEAD + NESTED, "t"))

    assert mine == theirs
