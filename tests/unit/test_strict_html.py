"""The strict HTML reader finds each kind of fault."""

from __future__ import annotations

import pytest

from tests.strict_html import read


@pytest.mark.parametrize(
    "text",
    [
        "<div><p>a</div></p>",
        "<p>a",
        "</p>",
        "<p><div>a</div></p>",
        "<li>a</li>",
        "<div><tr><td>a</td></tr></div>",
        "<a href='x'><a href='y'>a</a></a>",
        "<p id='a'>a</p><p id='a'>b</p>",
        "<p class='a' class='b'>a</p>",
        "<div/>",
    ],
)
def test_what_a_browser_would_silently_correct_is_a_fault(text: str) -> None:
    """The reader reports each kind of fault."""
    assert read(text).faults != []


def test_a_sound_page_has_no_fault() -> None:
    """The reader reports no fault for a sound page."""
    page = read(
        "<!doctype html><html><body><ul><li>a &lt;b&gt;</li></ul><br><svg><line x1='1'/></svg>"
        "<table><tbody><tr><td>1</td></tr></tbody></table></body></html>"
    )

    assert page.faults == []
    assert page.all("li")[0].text == "a <b>"
