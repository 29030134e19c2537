"""Set algebra finds the situations that the compiled populations find one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reasoner.authoring.membership import (
    ClassExpression,
    Membership,
    numbers_of,
    parse_expression,
)
from reasoner.authoring.space import Space
from reasoner.errors import AxiomUnsupported

if TYPE_CHECKING:
    from reasoner import Knowledge

MN = "https://w3id.org/mednec/ns#"
MNC = "https://w3id.org/mednec/concept/"


def test_an_expression_is_parsed_with_its_names_expanded() -> None:
    """The functional style that people and proofs read."""
    text = "And(mn:Situation Some(mn:treatment Or(mnc:Massage <urn:x>)))"
    massage, other = ClassExpression(f"{MNC}Massage"), ClassExpression("urn:x")

    assert parse_expression(text) == ClassExpression(
        "And",
        (
            ClassExpression(f"{MN}Situation"),
            ClassExpression(
                "Some",
                (ClassExpression(f"{MN}treatment"), ClassExpression("Or", (massage, other))),
            ),
        ),
    )


@pytest.mark.parametrize("text", ["And(mn:Situation", "And)", "", "mn:A mn:B"])
def test_brackets_that_do_not_match_are_refused(text: str) -> None:
    """A population that is read wrong would be reported as unreachable."""
    with pytest.raises(AxiomUnsupported):
        parse_expression(text)


def test_sets_are_the_members_one_by_one(knowledge: Knowledge) -> None:
    """Each population over all situations, against its own expression read point by point."""
    space = Space(knowledge)
    membership = Membership(knowledge, space.points)
    massage = membership.of(parse_expression("Some(mn:treatment mnc:Massage)"))
    knee = membership.of(
        parse_expression("Some(mn:treatsDiagnosis Some(mn:condition Value(mn:region mnc:Knee)))")
    )
    both = membership.of(
        parse_expression(
            "And(Some(mn:treatment mnc:Massage) "
            "Some(mn:treatsDiagnosis Some(mn:condition Value(mn:region mnc:Knee))))"
        )
    )

    assert numbers_of(massage) == {
        n for n, p in enumerate(space.points) if p.treatment == f"{MNC}Massage"
    }
    assert numbers_of(knee) >= {
        n for n, p in enumerate(space.points) if p.condition == f"{MNC}KneeArthritis"
    }
    assert both == massage & knee
    assert 0 < len(numbers_of(both)) < len(numbers_of(massage))
    assert all(space.populations.values())
