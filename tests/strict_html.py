"""Read HTML strictly: what a browser would silently correct is a fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "br", "hr", "img", "input", "link", "meta"}
DRAWN = {"line", "rect", "path", "circle"}
PHRASING_ONLY = {"p", "h1", "h2", "h3", "summary", "dt", "caption"}
BLOCKS = {"p", "div", "ul", "ol", "dl", "table", "section", "article", "h1", "h2", "h3", "pre"}
PARENTS = {
    "li": {"ul", "ol"},
    "tr": {"thead", "tbody"},
    "td": {"tr"},
    "th": {"tr"},
    "thead": {"table"},
    "tbody": {"table"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "option": {"select"},
}


@dataclass(kw_only=True, repr=False)
class Element:
    """An element with its attributes, text and position."""

    tag: str
    attributes: dict[str, str]
    parents: tuple[Element, ...]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of the element and its descendants."""
        return "".join(self.parts)

    def within(self, other: Element) -> bool:
        """Return True if the element is inside another."""
        return any(parent is other for parent in self.parents)


@dataclass(kw_only=True, repr=False)
class Page:
    """A page with its elements in order and its faults."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements of a kind whose attributes have these values."""
        return [
            e
            for e in self.elements
            if e.tag == tag
            and all(e.attributes.get(k.strip("_")) == v for k, v in attributes.items())
        ]

    @property
    def ids(self) -> set[str]:
        """Return all anchors."""
        return {e.attributes["id"] for e in self.elements if "id" in e.attributes}

    @property
    def addresses(self) -> list[str]:
        """Return all links of the page."""
        names = ("href", "src", "action")
        return [e.attributes[n] for e in self.elements for n in names if n in e.attributes]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[Element] = []
        self.seen: set[str] = set()

    def fault(self, what: str) -> None:
        self.page.faults.append(f"line {self.getpos()[0]}: {what}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.fault(f"<{tag}> has an attribute twice")
        element = Element(
            tag=tag, attributes={k: v or "" for k, v in attrs}, parents=tuple(self.open)
        )
        within = self.open[-1].tag if self.open else ""
        if within not in PARENTS.get(tag, {within}):
            self.fault(f"<{tag}> in <{within}>")
        if tag in BLOCKS and any(e.tag in PHRASING_ONLY for e in self.open):
            self.fault(f"<{tag}> inside <{within}>")
        if tag == "a" and any(e.tag == "a" for e in self.open):
            self.fault("a link in a link")
        name = element.attributes.get("id", "")
        if name in self.seen:
            self.fault(f"the id {name} twice")
        self.seen |= {name} - {""}
        self.page.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in DRAWN:
            self.fault(f"<{tag}/> closes itself")
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.fault(f"</{tag}> where {[e.tag for e in self.open][-1:]} is open")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.parts.append(data)


def read(text: str) -> Page:
    """Read a page, with all its faults listed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if reader.open:
        reader.fault(f"left open: {[e.tag for e in reader.open]}")
    return reader.page
