"""The pages of the library of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .environment import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner.knowledge.named_queries import NamedQuery
    from reasoner.knowledge.query_answers import NamedAnswer


def named_queries_html(queries: Sequence[NamedQuery]) -> str:
    """Write the page that lists the library, queries over knowledge first."""
    return render(
        "named_queries.html",
        groups=[
            (title, [query for query in queries if query.reads == reads])
            for title, reads in (("Knowledge", "knowledge"), ("Records", "records"))
        ],
    )


def named_answer_html(answer: NamedAnswer) -> str:
    """Write the page of one query, with a form for its parameters and its answer as a table."""
    return render("named_answer.html", answer=answer, query=answer.query)
