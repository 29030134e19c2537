"""Bar charts as SVG, without a script or a network request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLOURS: Final = ("#1f5fa8", "#d98324", "#7a8594", "#1b6e3c", "#8a4fa3", "#b3261e")
WIDTH: Final = 640
LABELS: Final = 250
NUMBER: Final = 44
BAR: Final = 18
STEP: Final = 26
HEAD: Final = 30
LONGEST: Final = 36


def stacked_bars(title: str, bars: Sequence[tuple[str, Mapping[str, int]]]) -> Markup:
    """
    Draw one bar for each group, with its parts next to each other.

    Args:
        title: What the chart shows, for screen readers.
        bars: The groups in order, each with the counts of its parts by name.
    """
    names = sorted({name for _, parts in bars for name in parts})
    colour = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    most = max((sum(parts.values()) for _, parts in bars), default=1) or 1
    scale = (WIDTH - LABELS - NUMBER) / most
    body = [_legend(names, colour)]
    for row, (label, parts) in enumerate(bars):
        body.append(_bar(label, parts, colour, HEAD + row * STEP, scale))
    height = HEAD + len(bars) * STEP + 6
    return Markup(  # noqa: S704 - every word in it is escaped above
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" width="100%" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>{"".join(body)}</svg>'
    )


def _legend(names: Sequence[str], colour: Mapping[str, str]) -> str:
    at, parts = 0, []
    for name in names:
        parts.append(
            f'<rect x="{at}" y="4" width="12" height="12" fill="{colour[name]}"/>'
            f'<text x="{at + 17}" y="14">{escape(name)}</text>'
        )
        at += 30 + 7 * len(name)
    return "".join(parts)


def _bar(
    label: str, parts: Mapping[str, int], colour: Mapping[str, str], top: int, scale: float
) -> str:
    short = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
    text = top + BAR - 5
    name_at = f'x="{LABELS - 8}" y="{text}" text-anchor="end"'
    made = [f"<text {name_at}>{escape(short)}<title>{escape(label)}</title></text>"]
    at = float(LABELS)
    for name in sorted(parts):
        width = parts[name] * scale
        made.append(
            f'<rect x="{at:.1f}" y="{top}" width="{width:.1f}" height="{BAR}" '
            f'fill="{colour[name]}"><title>{escape(label)}: {parts[name]} {escape(name)}'
            "</title></rect>"
        )
        at += width
    made.append(f'<text x="{at + 6:.1f}" y="{text}">{sum(parts.values())}</text>')
    return "".join(made)
