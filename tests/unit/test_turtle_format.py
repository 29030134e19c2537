"""The Turtle formatter writes one form and keeps all triples and comments."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoner.authoring import turtle_format
from reasoner.authoring.turtle_format import format_turtle, read_prefixes
from reasoner.authoring.turtle_text import tokenize
from reasoner.errors import EngineError, KnowledgeUnreadable
from reasoner.kernel.terms import XSD

if TYPE_CHECKING:
    from random import Random

ROOT: Final = Path(__file__).parents[2]
FILES: Final = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("ontology", "shapes", "fixtures")
    for path in (ROOT / folder).rglob("*.ttl")
    if path.parent.name != "generated"
)
PREFIXES: Final = {
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": XSD,
}
HEAD: Final = "@prefix : <http://example.org/> .\n"
OWL_LINE: Final = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"


def neat(text: str) -> str:
    """Format a text; check that the graph is the same and a second run changes nothing."""
    once = format_turtle(text, PREFIXES)
    assert format_turtle(once, PREFIXES) == once
    assert graph(once) == graph(text)
    assert comments(once) == comments(text)
    return once


def body(text: str) -> str:
    """Format what follows an empty prefix, and leave out the lines of the prefixes."""
    lines = neat(HEAD + text).split("\n")
    return "\n".join(line for line in lines if not line.startswith("@prefix")).lstrip("\n")


def graph(text: str) -> ox.Dataset:
    dataset = ox.Dataset(
        ox.parse(input=text.removeprefix("\ufeff").encode(), format=ox.RdfFormat.TURTLE)
    )
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def comments(text: str) -> list[str]:
    found = tokenize(text.removeprefix("\ufeff"))
    return sorted(token.text.rstrip() for token in found if token.kind == "comment")


@pytest.fixture(scope="module")
def declared() -> dict[str, str]:
    return read_prefixes(ROOT / "ontology/prefixes.ttl")


def test_the_prefixes_are_those_that_the_project_declares(declared: dict[str, str]) -> None:
    """The formatter uses the prefixes that `prefixes.ttl` declares."""
    assert declared["mn"] == "https://w3id.org/mednec/ns#"
    assert list(declared) == sorted(declared)


@pytest.mark.parametrize("name", FILES)
def test_each_file_keeps_meaning_and_comments(name: str, declared: dict[str, str]) -> None:
    """Formatting keeps the graph and the comments, and a second run changes nothing."""
    text = (ROOT / name).read_text(encoding="utf-8")
    once = format_turtle(text, declared)
    assert format_turtle(once, declared) == once
    assert graph(once) == graph(text)
    assert {c.strip() for c in text.split("\n") if c.startswith("#")} <= set(once.split("\n"))
    assert comments(once) == comments(text)


def test_a_subject_is_written_one_property_a_line() -> None:
    """Types come first, then generic properties, then others by name, with sorted values."""
    assert body(f'{RDFS}:s :b 2, 1 ; :a "x"@en ; rdfs:label "s" ; a :T, :R .') == (
        dedent("""\
            :s a :R, :T ;
                rdfs:label "s" ;
                :a "x"@en ;
                :b 1, 2 .
            """)
    )


RDFS: Final = "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"


def test_a_subject_without_type_is_on_a_line_of_its_own() -> None:
    """A new first property does not change the line of the subject."""
    assert body(":s :p :o .") == ":s\n    :p :o .\n"


def test_many_values_are_written_one_per_line() -> None:
    """Values wider than 100 columns get one line each, so that adding one adds a line."""
    values = [f":value-number-{n}" for n in range(10, 20)]
    assert body(f":s a :T ; :p {', '.join(reversed(values))} .") == (
        ":s a :T ;\n    :p\n" + ",\n".join(f"        {v}" for v in values) + " .\n"
    )


def test_a_class_expression_keeps_its_look() -> None:
    """An OWL expression opens on one line and has one line for each part."""
    parts = " ".join(f"[ a owl:Restriction ; :on :p{n} ; :some :VeryLongClass ]" for n in range(3))
    assert body(f"{OWL_LINE}:s a owl:Class ; :eq [ a owl:Class ; :of ( :A {parts} ) ] .") == (
        dedent("""\
            :s a owl:Class ;
                :eq [ a owl:Class ; :of (
                    :A
                    [ a owl:Restriction ; :on :p0 ; :some :VeryLongClass ]
                    [ a owl:Restriction ; :on :p1 ; :some :VeryLongClass ]
                    [ a owl:Restriction ; :on :p2 ; :some :VeryLongClass ]
                ) ] .
            """)
    )


def test_a_node_that_is_too_wide_is_broken() -> None:
    """A bracketed node wider than 120 columns has one property per line."""
    long = "x" * 70
    assert body(f':s :p [ :b "{long}" ; :a "{long}" ] .') == (
        f':s\n    :p [\n        :a "{long}" ;\n        :b "{long}"\n    ] .\n'
    )


def test_nodes_without_names_are_written_where_they_are_used() -> None:
    """Blank nodes get labels only if they are shared or part of a cycle."""
    text = ":s :p _:x ; :q ( _:l ( ) ) . _:x :p 1 . _:l :p 2 ; :q [] ."
    assert body(text) == ":s\n    :p [ :p 1 ] ;\n    :q ( [ :p 2 ; :q [] ] () ) .\n"
    assert body(":s :p _:x . :t :p _:x . _:x :p 1 .") == (
        ":s\n    :p _:b1 .\n\n:t\n    :p _:b1 .\n\n_:b1\n    :p 1 .\n"
    )
    assert body("_:x :p _:y . _:y :q _:x .").count("_:b1") == 2
    assert body("_:x :p _:x .") == "_:b1\n    :p _:b1 .\n"
    assert body("[ :p 1 ] . ( 1 2 ) :q 3 .").count("\n\n[]\n") == 1


def test_what_only_resembles_a_list_is_not_written_as_one() -> None:
    """A list with another property, two ends or a shared tail is not written in parentheses."""
    rdf = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    for cell in (
        "[ rdf:first 1 ; rdf:rest ( 2 ) ; :p 3 ]",
        "[ rdf:first 1, 2 ; rdf:rest () ]",
        "[ rdf:first 1 ; rdf:rest :s ]",
        "[ rdf:first 1 ; rdf:rest _:x ], [ rdf:first 2 ; rdf:rest _:x ]",
    ):
        assert "rdf:first" in body(f"{rdf}:s :p {cell} .")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"3"^^xsd:integer', "3"),
        ("+03", "+03"),
        ('"-1.50"^^xsd:decimal', "-1.50"),
        ('"3"^^xsd:decimal', '"3"^^xsd:decimal'),
        ('"3."^^xsd:decimal', '"3."^^xsd:decimal'),
        ("1e0", "1e0"),
        ('"true"^^xsd:boolean', "true"),
        ('"1"^^xsd:boolean', '"1"^^xsd:boolean'),
        ('" 1"^^xsd:integer', '" 1"^^xsd:integer'),
        ('"x"^^xsd:string', '"x"'),
        ("'it\"s'", '"it\\"s"'),
        ('"2014-05-09"^^xsd:date', '"2014-05-09"^^xsd:date'),
        ('"colour"@en-GB', '"colour"@en-GB'),
        ('"a\\tb\\\\c"', '"a\\tb\\\\c"'),
        ('"""one "line" too"""', '"one \\"line\\" too"'),
        ('"<#no> # comment"', '"<#no> # comment"'),
        ("<http://example.org/x#y>", "<http://example.org/x#y>"),
        ("<http://example.org/x>", ":x"),
        ("<http://example.org/>", "<http://example.org/>"),
        (":a\\/b", "<http://example.org/a/b>"),
        (":Ménière.x", ":Ménière.x"),
    ],
)
def test_each_value_keeps_its_form(written: str, kept: str) -> None:
    """Values are written as given and never normalized."""
    text = f"@prefix xsd: <{XSD}> .\n:s :p {written} ."
    assert body(text) == f":s\n    :p {kept} .\n"


def test_a_query_keeps_its_lines() -> None:
    """A multiline query in a shape keeps its bytes and quotes."""
    query = (
        '"""\n\tSELECT $this WHERE {  # why "x"\n        FILTER(?x = \\"\\\\d\\")\n    }\n    """'
    )
    assert f":select {query.replace(chr(92) + chr(34), chr(34))} ." in body(
        f":s a :T ; :select {query} ."
    )


def test_a_long_string_may_hold_and_end_in_quotes() -> None:
    """Only quotes that would end a long string are escaped."""
    assert body(':s :p "a \\"b\\"\\n\\"\\"\\" \\"" .') == (
        ':s\n    :p """a "b"\n\\"\\"\\" \\"""" .\n'
    )


def test_the_version_of_a_file_is_written_in_full() -> None:
    """A version IRI is written without a prefix."""
    full = "<http://example.org/2026-11-24>"
    assert f"owl:versionIRI {full} ." in body(f"{OWL_LINE}:s owl:versionIRI {full} .")


def test_only_used_prefixes_and_the_own_one_are_bound() -> None:
    """Only used prefixes are bound, and the file's own; comments and strings do not count."""
    text = (
        "@prefix b: <http://b.example/> .\n@prefix a: <http://a.example/> .\n"
        "@prefix c: <http://c.example/> .\n@prefix : <http://own.example/> .\n"
        '# c:x\na:s b:p "c:x" .\n'
    )
    assert neat(text) == (
        "@prefix : <http://own.example/> .\n@prefix a: <http://a.example/> .\n"
        '@prefix b: <http://b.example/> .\n\n# c:x\na:s\n    b:p "c:x" .\n'
    )


def test_the_prefixes_of_the_project_win() -> None:
    """Project prefixes replace those of a file, with the same terms."""
    text = "@prefix owl: <http://other.example/> .\nowl:s a <http://www.w3.org/2002/07/owl#Class> ."
    assert neat(text) == f"{OWL_LINE}\n<http://other.example/s> a owl:Class .\n"


def test_base_and_sparql_prefixes_are_resolved() -> None:
    """Bases and SPARQL prefixes are rewritten as @prefix and full IRIs."""
    text = (
        "# top\nBASE <http://base.example/a/>\nPREFIX ex: <b#>  # why\n"
        "@base <c/> .\n<s> ex:p <> .\nprefix : <#>\n:t :p <../u> ."
    )
    assert neat(text) == dedent("""\
        # top

        # why
        @prefix : <http://base.example/a/c/#> .
        @prefix ex: <http://base.example/a/b#> .

        :t
            :p <http://base.example/a/u> .

        <http://base.example/a/c/s>
            ex:p <http://base.example/a/c/> .
        """)


def test_comments_have_four_places() -> None:
    """Comments are at the top, in a heading or above a subject; others move above their subject."""
    text = dedent("""\
        # top
        @prefix : <http://example.org/> .  # of the prefix

        # a heading
        # in two lines

        # of z
        :z a :T ; # inside z
           :p <http://example.org/#no> , # in its values
              "# no" . # after z
        # of a
        :a a :T .
        # below a, and a heading

        :c a :T .
        :b a :T .
        # the end
        """)
    assert neat(text) == dedent("""\
        # top

        # of the prefix
        @prefix : <http://example.org/> .

        # a heading
        # in two lines

        # of a
        :a a :T .

        # of z
        # inside z
        # in its values
        # after z
        :z a :T ;
            :p <http://example.org/#no>, "# no" .

        # below a, and a heading

        :b a :T .

        :c a :T .

        # the end
        """)


def test_the_header_comes_first() -> None:
    """The ontology header comes before all sections, except for a first heading."""
    rest = "# one\n\n:b a :T .\n\n# two\n\n:a a :T .\n"
    header = "# mine\n:x a owl:Ontology .\n"
    assert body(f"{OWL_LINE}{rest}\n{header}") == f"{header}\n{rest}"
    assert body(f"{OWL_LINE}\n# one\n\n:b a :T .\n:x a owl:Ontology .\n") == (
        "# one\n\n:x a owl:Ontology .\n\n:b a :T .\n"
    )


def test_a_subject_in_two_places_is_merged_at_the_first() -> None:
    """The blocks of a subject are merged at the first, with both comments."""
    text = "# one\n\n# a\n:s :p 1 .\n\n# two\n\n:t :p 1 .\n# b\n:s :p 2 .\n"
    assert body(text) == ("# one\n\n# a\n# b\n:s\n    :p 1, 2 .\n\n# two\n\n:t\n    :p 1 .\n")


def test_a_comment_on_a_blank_node_moves_to_its_subject() -> None:
    """A blank node described separately moves into its subject, and its comment above it."""
    assert body(":s :p _:x .\n:t :p 1 .\n# of x\n_:x :p 1 .\n") == (
        "# of x\n:s\n    :p [ :p 1 ] .\n\n:t\n    :p 1 .\n"
    )


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("", ""),
        ("\n \n", ""),
        ("\ufeff", ""),
        ("# a\n# b\n\n\n  # c", "# a\n# b\n\n# c\n"),
        ("@prefix unused: <http://u.example/> .\n# a", "# a\n"),
        ("# a\n@prefix unused: <http://u.example/> .\n# b\n", "# a\n\n# b\n"),
        (
            "\ufeff# a\r\n\r\n<http://s.example> a <http://t.example> . # b",
            "# a\n\n# b\n<http://s.example> a <http://t.example> .\n",
        ),
        (
            '@prefix : <http://e.example/> .\r\n\r\n:s :p """a\r\nb""" .\r\n\r\n# c\r\n\r\n:t :p 1.',  # noqa: E501
            (
                "@prefix : <http://e.example/> .\n\n"
                ':s\n    :p """a\\r\nb""" .\n\n# c\n\n:t\n    :p 1 .\n'
            ),
        ),
    ],
    ids=["empty", "space", "mark", "comments", "prefix", "no-statement", "bom", "crlf"],
)
def test_odd_files_are_formatted_too(text: str, formatted: str) -> None:
    """Windows line ends, a byte order mark and an empty file are accepted."""
    assert neat(text) == formatted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@prefix : <http://e.example/> .\n\n:s :p :o\n:t :p :o .", "Line 4"),
        ("\n:s :p 1 .", "Line 2"),
        ('<http://s.example> <http://p.example> "open .', "Line 1"),
        ("<s> <p> <o> .", "Line 1"),
        ("# c\n<http://s.example> <http://p.example> <<( <a:b> <a:c> <a:d> )>> .", "Line 2"),
        ('VERSION "1.2"\n<a:s> <a:p> <a:o> .', "Line 1"),
    ],
)
def test_invalid_turtle_is_refused_with_its_line(text: str, said: str) -> None:
    """The error names the line, and nothing is written."""
    with pytest.raises(KnowledgeUnreadable, match=said) as error:
        format_turtle(text, PREFIXES)
    assert error.value.hint


def test_a_text_with_another_meaning_is_never_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The formatter compares its output with its input and raises an error if they differ."""
    monkeypatch.setattr(turtle_format, "_body", lambda *_: "<a:s> <a:p> <a:other> .")
    with pytest.raises(EngineError, match="not say the same"):
        format_turtle("<a:s> <a:p> <a:o> .", PREFIXES)


def test_prefixes_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    """Unreadable project prefixes are an error."""
    with pytest.raises(KnowledgeUnreadable, match=r"none\.ttl"):
        read_prefixes(tmp_path / "none.ttl")
    (tmp_path / "empty.ttl").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(KnowledgeUnreadable, match="declares no prefix"):
        read_prefixes(tmp_path / "empty.ttl")


IRIS: Final = st.sampled_from(
    [":a", ":b-c", "<http://example.org/x/y>", "owl:Ontology", "<tag:x>", ":é.1"]
)
LITERALS: Final = st.builds(
    lambda value, ending: str(ox.Literal(value)) + ending,
    st.text(
        st.one_of(st.sampled_from("\"\\'\n\r\t #@.;\x00é"), st.characters()), max_size=8
    ).filter(lambda value: value.isprintable() or value.encode(errors="ignore").decode() == value),
    st.sampled_from(["", "@en", "@de-AT", "^^:t", f"^^<{XSD}integer>"]),
)
LABELS: Final = st.sampled_from([f"_:x{n}" for n in range(5)])
COMMENTS: Final = st.sampled_from(["\n", " ", "\n# one\n", "\n\n# two\n\n", " # three\n", "\n\n"])


def _node(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(inner, max_size=4).map(lambda items: f"({' '.join(items)})")
    pairs = st.lists(st.tuples(IRIS, inner, COMMENTS), max_size=3)
    return st.one_of(lists, pairs.map(lambda ps: f"[{';'.join(f'{p} {o}{c}' for p, o, c in ps)}]"))


OBJECTS: Final = st.recursive(
    st.one_of(IRIS, LITERALS, LABELS, st.sampled_from(["1", "-2.5", "true"])), _node, max_leaves=8
)
SUBJECTS: Final = st.one_of(IRIS, LABELS)
ROWS: Final = st.tuples(SUBJECTS, st.one_of(IRIS, st.just("a")), OBJECTS)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(ROWS, COMMENTS), max_size=8))
def test_any_text_keeps_meaning_and_comments(rows: list[tuple[tuple[str, str, str], str]]) -> None:
    """Any nested, shared or cyclic graph keeps its triples and comments."""
    text = "".join(f"{s} {p} {o} .{c}" for (s, p, o), c in rows)
    neat(f"{HEAD}{OWL_LINE}{text}")


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, max_size=8), st.randoms(use_true_random=False))
def test_order_makes_no_difference(rows: list[tuple[str, str, str]], random: Random) -> None:
    """The same statements in any order, under any labels, give the same text."""
    shuffled = random.sample(rows, len(rows))
    names = random.sample(range(5), 5)
    texts = []
    for order, label in ((rows, "_:x{}"), (shuffled, "_:y{}")):
        text = "".join(f"{s} {p} {o} .\n" for s, p, o in order if "#" not in o)
        for n, name in enumerate(names):
            if label != "_:x{}":
                text = text.replace(f"_:x{n}", label.format(name))
        texts.append(neat(f"{HEAD}{OWL_LINE}{text}"))
    assert texts[0] == texts[1]
