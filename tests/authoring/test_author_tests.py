"""The authors' tests, which are next to the knowledge, run as part of this suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reasoner.authoring.author_tests import run_author_tests

if TYPE_CHECKING:
    from reasoner import Knowledge


@pytest.mark.slow
def test_every_case_and_question_of_the_authors_has_the_answer_they_expect(
    knowledge: Knowledge,
) -> None:
    """A changed rule or row that alters an author's answer fails here as well."""
    tried = list(run_author_tests(knowledge))

    assert [(t.path, t.name, t.wrong) for t in tried if t.wrong] == []
    assert {t.path.rsplit(".", 1)[-1] for t in tried} == {"rq", "yaml"}
