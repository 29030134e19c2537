"""A decision as a page of plain text, laid out for a person; the words come from the rules."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from .as_data import Data

WIDTH: Final = 96
INDENT: Final = 4
RULER: Final = 56


def assessment_text(data: Data) -> str:
    """Lay out the plain data of a decision as a page of text."""
    parts = [f"Determination · {data['status']}"]
    for determination in cast("list[Data]", data["determinations"]):
        parts.append(_determination(determination, str(data["name"])))
    provenance = cast("dict[str, str]", data["provenance"])
    parts.append(
        f"{provenance['engine']} · knowledge {provenance['knowledgeVersion']} "
        f"({provenance['knowledgeDigest'][:12]}) · "
        f"case {provenance['caseDigest'][:12]}"
    )
    return "\n\n".join(parts) + "\n"


def _determination(d: Data, name: str) -> str:
    recommended = cast("dict[str, str]", d["recommended"])
    label = str(d["label"]).upper()
    venue = (
        f"recommended at UR: {recommended['utilizationReview']}, "
        f"at IMR: {recommended['independentMedicalReview']}"
    )
    head = [
        f"{name} · decided under the law of {d['lawOf']}",
        str(d["datedBy"]) + ".",
        "",
        asked_text(cast("Data", d["asked"])),
        f"{label}{venue:>{max(len(venue) + 3, WIDTH - len(label))}}",
        *_wrapped(str(d["robustness"]), "", ""),
        "",
        *_ruler(cast("Data", d["visits"])),
    ]
    sections = [
        ("Administrator guideline", _plain(d["administrator"])),
        ("Governing guideline", _governing(d)),
        ("Recommendation", _recommended(d)),
        ("Rationale", _numbered(d["reasons"])),
        ("Legal findings, apart from medical necessity", _plain(d["legal"])),
        ("Which date governs", _plain(d["governingDates"])),
        ("By date: the outcome as the law and the guidelines change", _timeline(d["timeline"])),
        ("Which source decides", _alone(d["sourcesAlone"])),
        ("By counting policy", _policies(d["policies"])),
        ("Under another policy or date", _plain(d["otherwise"])),
        ("Missing", _plain(d["missing"])),
        ("What would change it", _plain(d["changes"])),
        ("For a person to judge", _slots(d)),
        (
            f"Audit of the earlier decision: {len(cast('list[Data]', d['audit']))} findings",
            _marked(d["audit"]),
        ),
        ("How the governing recommendation was found", _plain(d["search"])),
        ("Sources", _sources(cast("list[Data]", d["sources"]))),
    ]
    body = ["\n".join([title, *lines]) for title, lines in sections if lines]
    return "\n\n".join(["\n".join(head), *body])


def asked_text(asked: Data) -> str:
    """Write what was asked for, as one line."""
    visits = asked["visits"]
    rate = (
        f" ({asked['visitsPerWeek']} a week for {asked['weeks']} weeks)"
        if asked["visitsPerWeek"] is not None
        else ""
    )
    regions = cast("list[str]", asked["regions"])
    where = ", ".join(regions[:-1]) + (" and " if len(regions) > 1 else "") + regions[-1]
    noun = "visit" if visits == 1 else "visits"
    return f"{str(asked['treatment']).capitalize()}, {visits} {noun}{rate}, {where}"


def _ruler(visits: Data) -> list[str]:
    """Draw earlier and requested visits against the limit and the cap, to scale."""
    prior, total = cast("int", visits["prior"]), cast("int", visits["total"])
    marks = {
        "limit": cast("int | None", visits["limit"]),
        "cap": cast("int | None", visits["cap"]),
    }
    top = max(total, *(m for m in marks.values() if m is not None), 1)

    def place(n: int) -> int:
        return round(n / top * RULER)

    bar = "".join(
        "█" if i < place(prior) else "▒" if i < place(total) else "·" for i in range(RULER)
    )
    below = [" "] * (RULER + 12)
    for name, mark in marks.items():
        if mark is not None:
            text = f"^{mark} {name}"
            start = place(mark) - 1
            if "".join(below[max(0, start - 1) : start + len(text)]).strip():
                continue
            below[start : start + len(text)] = text
    approved = cast("int", visits["authorized"])
    most = cast("int | None", visits["priorMost"])

    def upwards(least: int) -> str:
        """Say how far a number may go that begins at the sure visits."""
        if most is not None:
            return f"{least} to {least + most - prior}"
        return f"{least} or more" if visits["priorOpen"] else f"{least}"

    facts = [
        f"{upwards(prior - approved)} earlier{f' and {approved} approved' if approved else ''} █",
        f"{visits['requested']} requested ▒",
        f"together {upwards(total)}",
    ]
    if visits["limit"] is not None:
        facts.append(f"{visits['remaining']} left under the limit")
    return [
        f"Visits  0 {bar} {top}",
        "          " + "".join(below).rstrip(),
        "        " + ", ".join(facts),
        f"        counted: {visits['policy']}",
    ]


def amount_text(g: Data) -> str:
    """Write what a governing recommendation is called, and its figures."""
    figures = cast("dict[str, int]", g["figures"])
    low, high = figures.get("minimumVisits"), figures.get("maximumVisits")
    amount = f"{low}-{high} visits" if low and low != high else f"at most {high} visits"
    amount = amount if high is not None else "no maximum of its own"
    weeks = f" over {figures['withinWeeks']} weeks" if "withinWeeks" in figures else ""
    weeks += f", at most {figures['maximumPerWeek']} a week" if "maximumPerWeek" in figures else ""
    trial = f", reassessment after {figures['trialVisits']}" if "trialVisits" in figures else ""
    return f"{g['label']}; {amount}{weeks}{trial}"


def _governing(d: Data) -> list[str]:
    lines: list[str] = []
    for g in cast("list[Data]", d["governing"]):
        numbers = [n for n in (g["source"], g["borrowedFrom"]) if n]
        mark = "" if g["verified"] else "  PROVISIONAL"
        text = f"{g['guideline']}: {amount_text(g)} {_cite(numbers)}{mark}"
        lines += _wrapped(text, "  ", "  ")
        lines += _wrapped(f"for: {g['populationLabel']}", "    ", "         ")
    return lines or ["  None in this knowledge base."]


def _recommended(d: Data) -> list[str]:
    recommended = cast("dict[str, str]", d["recommended"])
    supported = cast("dict[str, int]", cast("Data", d["visits"])["supported"])
    least, most = supported["least"], supported["most"]
    amount = str(most) if least == most else f"{least} to {most}, by what the record leaves open"
    rate = cast("Data", d["visits"])["supportedPerWeek"]
    amount += f", at most {rate} a week" if rate is not None and most else ""
    label = str(d["label"])
    text = (
        f"{label[:1].upper()}{label[1:]}: {d['meaning']}. "
        f"Visits supported: {amount}. "
        f"Recommended at utilization review: {recommended['utilizationReview']}; "
        f"at independent medical review: {recommended['independentMedicalReview']}. "
        "This is no decision: a named physician decides."
    )
    return _wrapped(text, "  ", "  ")


def _timeline(steps: object) -> list[str]:
    """List the stretches of time; a mark shows where the outcome flips, another the one used."""
    lines: list[str] = []
    for s in cast("list[Data]", steps):
        span = f"{s['from']} to before {s['until']}" if s["until"] else f"from {s['from']} on"
        mark = ">" if s["used"] else "!" if s["flips"] else " "
        lines += _wrapped(f"{span}: {_decided_alike(s)}", f"  {mark} ", "      ")
    return [*lines, "  > holds the date used; ! the outcome flips here"] if lines else []


def _alone(variants: object) -> list[str]:
    lines: list[str] = []
    for v in cast("list[Data]", variants):
        name = str(v["name"]) or "the legal order"
        lines += _wrapped(f"{name}: {_decided_alike(v)}", "  ", "    ")
        for why in cast("list[Data]", v["why"]):
            lines += _wrapped(f"{why['text']} ({why['rule']})", "      ", "      ")
    return lines


def _policies(variants: object) -> list[str]:
    lines: list[str] = []
    for n, v in enumerate(cast("list[Data]", variants)):
        prior = f"{v['prior']}{' or more' if v['priorOpen'] else ''} earlier"
        default = " (default)" if n == 0 else ""
        lines += _wrapped(f"{v['name']}{default}: {prior}; {_supported(v)}", "  ", "    ")
        lines += _wrapped(str(v["note"]), "      ", "      ")
    return lines


def _decided_alike(v: Data) -> str:
    limit = "no limit stated" if v["limit"] is None else f"limit {v['limit']}"
    rows = "; ".join(cast("list[str]", v["governing"])) or "nothing governs"
    return f"{_supported(v)}; {limit} ({rows})"


def _supported(v: Data) -> str:
    supported = cast("dict[str, int]", v["supported"])
    least, most = supported["least"], supported["most"]
    amount = str(most) if least == most else f"{least} to {most}"
    return f"{v['label']}, {amount} supported"


def _slots(d: Data) -> list[str]:
    lines: list[str] = []
    for slot in cast("list[Data]", d["slots"]):
        lines += _wrapped(f"{slot['question']} {_cite(slot['sources'])}", "  ", "  ")
        roles = " / ".join(cast("list[str]", slot["filledBy"]))
        lines += _wrapped(f"{roles}: {slot['evidence']}", "    ", "    ")
        for answer in cast("list[Data]", slot["answers"]):
            mark = "●" if answer["given"] else "○"
            lines += _wrapped(
                f"{mark} {answer['label']}: {answer['outcomeLabel']}", "    ", "        "
            )
    return lines


def _cite(numbers: object) -> str:
    return "".join(f"[{n}]" for n in cast("list[int]", numbers))


def _tail(item: Data) -> str:
    mark = " · provisional" if item["provisional"] else ""
    return f"{item['text']} {_cite(item['sources'])} ({item['rule']}{mark})".replace("  ", " ")


def _plain(items: object) -> list[str]:
    return [
        line for item in cast("list[Data]", items) for line in _wrapped(_tail(item), "  ", "    ")
    ]


def _marked(items: object) -> list[str]:
    found = cast("list[Data]", items)
    return [line for item in found for line in _wrapped(_tail(item), "  ! ", "    ")]


def _numbered(items: object) -> list[str]:
    found = enumerate(cast("list[Data]", items), start=1)
    return [line for n, item in found for line in _wrapped(_tail(item), f"  {n:>2}  ", "      ")]


def _sources(sources: list[Data]) -> list[str]:
    lines: list[str] = []
    for s in sources:
        mark = "verified" if s["verified"] else "PROVISIONAL: text not seen, or a judgement"
        lines += _wrapped(
            f"{s['citation']}: {s['title']} · {mark}", f"  [{s['number']}] ", "      "
        )
        row = f" · row {', '.join(cast('list[str]', s['row']))}" if s["row"] else ""
        lines += _wrapped(f"{s['file']}{row}", "      ", "      ")
    return lines


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def report_text(report: Data) -> str:
    """Lay out the report of the shapes as text."""
    results = cast("list[Data]", report["results"])
    verdict = "Conforms" if report["conforms"] else "Does not conform: the case cannot be decided"
    lines = [f"{verdict}. {len(results)} complaints."]
    for r in results:
        where = " ".join(p for p in (str(r["focus"]), str(r["path"]), str(r["value"])) if p)
        lines += ["", *_wrapped(f"{r['severity']}  {r['message']}", "", "    ")]
        lines += _wrapped(f"{r['shape']}: {where}", "    ", "    ")
    lines += ["", "Looked at (shape: nodes)"]
    targets = cast("dict[str, int]", report["targets"])
    lines += [f"    {name}: {count}" for name, count in targets.items()]
    return "\n".join(lines) + "\n"
