"""The head of a rule states the strength, the topic and the side of its sentence."""

from __future__ import annotations

import pytest

from reasoner.errors import RuleMalformed
from reasoner.kernel.head import Form
from reasoner.kernel.rule_texts import parse_rule

FORM = Form(sides=("for", "against"))
HEAD = "#+ id: A-01\n#+ title: t\n#+ because: b\n#+ role: step\n#+ rationale: w\n"
QUERY = "CONSTRUCT { ?subject a ?kind } WHERE { ?subject a ?kind }"


def test_a_head_that_states_none_is_light_and_its_own_topic() -> None:
    """A new rule is never left out of a page in silence."""
    head = parse_rule(f"{HEAD}{QUERY}", "a.rq", FORM).head

    assert (head.weight, head.topic, head.argues) == (1, "A-01", "")


def test_a_head_states_all_three() -> None:
    """Authors control what a short page shows."""
    more = "#+ weight: 85\n#+ topic: request-alone\n#+ argues: against\n"
    head = parse_rule(f"{HEAD}{more}{QUERY}", "a.rq", FORM).head

    assert (head.weight, head.topic, head.argues) == (85, "request-alone", "against")


def test_a_side_may_be_the_value_of_a_variable() -> None:
    """One rule states both that something is documented and that it is not."""
    query = (
        'CONSTRUCT { ?subject a ?kind } WHERE { VALUES ?side { "for" "against" } ?subject a ?kind }'
    )
    head = parse_rule(f"{HEAD}#+ argues: ?side\n{query}", "a.rq", FORM).head

    assert head.argues == "?side"
    with pytest.raises(RuleMalformed, match="'argues' names \\?side, which the query never binds"):
        parse_rule(f"{HEAD}#+ argues: ?side\n{QUERY}", "a.rq", FORM)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("weight: heavy", "expected a whole number from 0 to 999 for 'weight', found 'heavy'"),
        ("weight: -1", "found '-1'"),
        ("topic: The Limit", "expected words in lower case joined by hyphens for 'topic'"),
        ("covered: the limit", "expected ids of rules for .covered., found .the limit."),
        ("argues: perhaps", "expected one of for, against for 'argues', found 'perhaps'"),
    ],
)
def test_another_value_is_refused(line: str, words: str) -> None:
    """The message names the line, the value and what is expected."""
    with pytest.raises(RuleMalformed, match=words):
        parse_rule(f"{HEAD}#+ {line}\n{QUERY}", "a.rq", FORM)


def test_a_head_may_state_the_sentence_in_few_words_and_what_covers_it() -> None:
    """A short page has one line for a finding, and states nothing twice."""
    more = '#+ brief: "{?kind}"\n#+ covered: A-02 A-03\n'
    head = parse_rule(f"{HEAD}{more}{QUERY}", "a.rq", FORM).head

    assert (head.brief, head.covered) == ("{?kind}", ("A-02", "A-03"))
    with pytest.raises(RuleMalformed, match="'brief' names \\?other, which the query never binds"):
        parse_rule(f'{HEAD}#+ brief: "{{?other}}"\n{QUERY}', "a.rq", FORM)
