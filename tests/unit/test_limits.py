"""A case at a size limit is read; one more is refused with the limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoner import CaseGraph, check_case, errors, load_case
from reasoner.cases.limits import LIMITS

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
SEED = (ROOT / "fixtures/cases/seed-2014-spine-12-visits/case.ttl").read_bytes()
JSON = (ROOT / "fixtures/cases/seed-2014-spine-12-visits/case.json").read_bytes()
HEAD = (
    "@prefix mn: <https://w3id.org/mednec/ns#> .\n"
    "@prefix mnc: <https://w3id.org/mednec/concept/> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
)


def turtle(facts: str, knowledge: Knowledge) -> CaseGraph:
    """Read a case with these facts."""
    return load_case(f"{HEAD}<urn:case> a mn:Case ; {facts} .".encode(), knowledge, form="turtle")


def days(count: int) -> str:
    dates = (f'"2014-{1 + n // 28:02}-{1 + n % 28:02}"^^xsd:date' for n in range(count))
    return f"mn:request [ mn:requestedOn {', '.join(dates)} ]"


def courses(count: int) -> str:
    return f"mn:course {', '.join('[ mn:attendedVisits 1 ]' for _ in range(count))}"


def nested(depth: int) -> str:
    return "mn:record " + "[ mn:recordedIn " * (depth - 1) + "[]" + " ]" * (depth - 1)


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (lambda n: f'mn:finding [ mn:quote "{"a" * n}" ]', LIMITS.text),
        (lambda n: f"mn:injury <urn:{'a' * (n - 4)}>", LIMITS.name),
        (days, LIMITS.values),
        (courses, LIMITS.parts),
    ],
    ids=["text", "name", "dates", "parts"],
)
def test_a_case_is_read_at_the_limit_and_refused_beyond_it(make, limit: int, knowledge) -> None:  # noqa: ANN001
    """The error names the limit, the place and what to do."""
    assert turtle(make(limit), knowledge).triples

    with pytest.raises(errors.CaseTooLarge, match=f"at most {limit:,}") as refused:
        turtle(make(limit + 1), knowledge)
    assert refused.value.hint
    assert len(str(refused.value)) < 500


def test_a_long_text_in_json_is_refused_with_its_line(knowledge: Knowledge) -> None:
    """The length of keys is limited as well, before names are compared."""
    fits = json.dumps({"finding": {"quote": "a" * LIMITS.text}}).encode()
    assert load_case(fits, knowledge, form="json").triples

    for value in ({"finding": {"quote": "a" * (LIMITS.text + 1)}}, {"a" * (LIMITS.text + 1): 1}):
        with pytest.raises(errors.CaseUnreadable, match=f"line 1: .* at most {LIMITS.text:,}"):
            load_case(json.dumps(value).encode(), knowledge, form="json")


def test_parts_lie_no_deeper_than_the_limit(knowledge: Knowledge) -> None:
    """Nesting deeper than the limit is refused."""
    assert turtle(nested(LIMITS.depth), knowledge).triples

    with pytest.raises(errors.CaseUnreadable, match=f"more than {LIMITS.depth} levels deep"):
        turtle(nested(LIMITS.depth + 1), knowledge)


def test_an_unknown_long_name_is_refused_without_a_search(knowledge: Knowledge) -> None:
    """Similar names are searched only for short names."""
    with pytest.raises(errors.CaseUnreadable, match="not a property") as refused:
        turtle(f"mn:{'a' * 900} 1", knowledge)
    assert refused.value.hint == ""


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int", "2147483647", "2147483648"),
        ("byte", "-128", "-129"),
        ("positiveInteger", "1", "0"),
        ("nonNegativeInteger", "0", "-1"),
        ("unsignedByte", "255", "256"),
        ("nonPositiveInteger", "0", "1"),
        ("integer", "9" * LIMITS.digits, "9" * (LIMITS.digits + 1)),
    ],
)
def test_a_derived_integer_type_is_an_integer_of_its_range(
    kind: str, good: str, bad: str, knowledge: Knowledge
) -> None:
    """Derived integer types are read as xsd:integer within their range."""
    plain = turtle(f'mn:age "{int(good)}"^^xsd:integer', knowledge)

    assert turtle(f'mn:age "{good}"^^xsd:{kind}', knowledge).digest == plain.digest
    with pytest.raises(errors.CaseUnreadable, match=f"not an xsd:{kind}"):
        turtle(f'mn:age "{bad}"^^xsd:{kind}', knowledge)


@pytest.mark.parametrize(("data", "form"), [(SEED, "turtle"), (JSON, "json")])
def test_a_byte_order_mark_is_accepted(data: bytes, form: str, knowledge: Knowledge) -> None:
    """A byte order mark, which Windows editors write, is ignored."""
    marked = load_case(b"\xef\xbb\xbf" + data, knowledge, form=form)

    assert marked.digest == load_case(data, knowledge, form=form).digest


def refused_or_read(data: bytes, form: str, knowledge: Knowledge) -> None:
    """Read a document; the only error allowed is a case error."""
    try:
        check_case(load_case(data, knowledge, form=form), knowledge)
    except errors.CaseError as error:
        refused = error
    else:
        return
    assert 0 < len(refused.message) < 2_000


@given(data=st.binary(max_size=200), form=st.sampled_from(["turtle", "json", "jsonld"]))
def test_any_bytes_are_a_case_or_a_case_error(data: bytes, form: str, knowledge) -> None:  # noqa: ANN001
    """Any bytes give a case or a case error."""
    refused_or_read(data, form, knowledge)


@given(
    document=st.sampled_from([(SEED, "turtle"), (JSON, "json")]),
    start=st.integers(0, 3_000),
    length=st.integers(0, 40),
    put=st.sampled_from([b"", b"\x00", b'"', b"[", b"}", b"\\ud800", b"\xff", b"<", b"1e9", b"@"]),
)
def test_any_damaged_case_is_a_case_or_a_case_error(
    document: tuple[bytes, str],
    start: int,
    length: int,
    put: bytes,
    knowledge,  # noqa: ANN001
) -> None:
    """A case with a piece removed or replaced gives a case or a case error."""
    data, form = document
    refused_or_read(data[:start] + put + data[start + length :], form, knowledge)


@given(document=st.sampled_from([(SEED, "turtle"), (JSON, "json")]), end=st.integers(0, 3_000))
def test_any_truncated_case_is_a_case_or_a_case_error(
    document: tuple[bytes, str],
    end: int,
    knowledge,  # noqa: ANN001
) -> None:
    """A truncated case is refused at the point of truncation."""
    refused_or_read(document[0][:end], document[1], knowledge)


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"[" * 300_000, "json"),
        (b'{"a":' * 100_000, "json"),
        (b"[] " * 1_000, "turtle"),
        (f"{HEAD}<urn:a> mn:injury {'[ mn:injury ' * 20_000}".encode(), "turtle"),
        (f"{HEAD}<urn:a> mn:injury {'(' * 20_000}".encode(), "turtle"),
        (b'{"id":"http://x/#c","injury":{"injuredOn":"2013-08-07"}}', "json"),
        (b'{"sex":{"@value":"a","@language":"en","@direction":"ltr"}}', "jsonld"),
        (b'{"finding":{"quote":{"@value":"a","@language":"en--ltr"}}}', "jsonld"),
        (b'@prefix mn: <https://w3id.org/mednec/ns#> . <urn:a> mn:quote "a"@en--ltr .', "turtle"),
        (b"<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> .", "turtle"),
    ],
)
def test_a_hostile_case_is_a_case_or_a_case_error(data: bytes, form: str, knowledge) -> None:  # noqa: ANN001
    """Unusual input, such as deep nesting and quoted triples, gives a case or a case error."""
    refused_or_read(data, form, knowledge)


@pytest.mark.parametrize(("name", "most"), [("request", 50), ("injury", 12)])
def test_the_shapes_limit_the_parts_of_a_kind(name: str, most: int, knowledge: Knowledge) -> None:
    """As many parts as the limit pass; one more is a violation that names the limit."""

    def said(count: int) -> list[str]:
        parts = ", ".join(f"<urn:{n}>" for n in range(count))
        case = turtle(f"mn:{name} {parts}", knowledge)
        shape = f"Case-{name}AtMost"
        return [r.message for r in check_case(case, knowledge).results if r.shape == shape]

    assert said(most) == []
    assert [f"at most {most} " in message for message in said(most + 1)] == [True]
