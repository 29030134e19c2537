"""The head of a rule: `#+ key: value` lines above its query, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reasoner.errors import RuleMalformed

from .syntax import Entry, Head
from .words import date_fault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

REQUIRED: Final = ("id", "title", "because", "role")
GROUNDS: Final = frozenset({"source", "rationale"})
"""Of these a rule has one or both."""
KNOWN: Final = (
    *REQUIRED,
    *GROUNDS,
    "from",
    "until",
    "order",
    "about",
    "list",
    "prefers",
    "monotone",
    "reads",
    "brief",
    "covered",
    "weight",
    "topic",
    "argues",
    "kind",
)
LAST: Final = "500"
"""The place of a rule that states none."""
LIGHT: Final = "1"
"""The weight of a rule that states none."""
LINE: Final = re.compile(r"#\+\s*([a-z]+):\s*(.*?)\s*")
ORDER: Final = re.compile(r"-?\d{1,6}")
WEIGHT: Final = re.compile(r"\d{1,3}")
ID: Final = re.compile(r"[A-Z]+-\d+")
TOPIC: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")
NAME: Final = re.compile(r"\w+")
PREFERS: Final = re.compile(r"\?(\w+) over \?(\w+)")
DIRECTION: Final = re.compile(r"(rises|falls|turns) with (\?\w+(?:, \?\w+)*)")
PLACE: Final = re.compile(r"\{\?(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")
"""A place in a sentence: a variable, and its words for one and for several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    What the rules of one knowledge base share.

    Attributes:
        roles: What a firing can be to a reader; empty for any.
        silent: The roles whose rules need not bind what they are about.
        sides: What a firing can argue; empty for any.
        kinds: Each role whose rules have to state a kind, with the kinds that they can state.
        about: The variable that names what a firing is about, where the head does not say.
        dated_by: The IRI of the property whose day decides whether a dated rule holds; None where
            rules have no dates.
        prefixes: Prefixes that a rule may bind to this namespace and to no other.
    """

    roles: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    kinds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    about: str = "subject"
    dated_by: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict, hash=False)


def parse_head(text: str, path: str, form: Form) -> Head:
    """
    Read the head of a rule text.

    Raises:
        RuleMalformed: A line, key or value breaks the form of a head.
    """
    entries = _entries(text, path)
    missing = [key for key in REQUIRED if key not in entries]
    if missing:
        raise RuleMalformed(
            f"{path}:1: the head is missing {', '.join(missing)}.",
            hint="Write each as a line '#+ key: value' above the query.",
        )
    if not GROUNDS & set(entries):
        raise RuleMalformed(
            f"{path}:1: the head has neither source nor rationale.",
            hint="Name the source that the rule applies, or say why the rule holds.",
        )
    role = entries["role"]
    if form.roles and role.value not in form.roles:
        raise _fault(path, role, f"one of {', '.join(form.roles)}", "See rules/README.md.")
    starts, ends = _dates(entries, path, form)
    argues = entries.get("argues")
    if argues and form.sides and argues.value not in form.sides and not _variable(argues.value):
        raise _fault(path, argues, f"one of {', '.join(form.sides)}", "See rules/README.md.")
    _check_kind(entries, path, form)
    reads = entries.get("reads")
    if reads and reads.value != "asserted":
        raise _fault(path, reads, "'asserted'", "Remove the line, or write 'reads: asserted'.")

    def value_of(key: str) -> str | None:
        return entries[key].value if key in entries else None

    return Head(
        entries=entries,
        id=entries["id"].value,
        title=entries["title"].value,
        because=entries["because"].value,
        brief=value_of("brief") or "",
        covered=_covered(entries, path),
        role=role.value,
        source=value_of("source"),
        rationale=value_of("rationale"),
        order=_order(entries, path),
        weight=_weight(entries, path),
        topic=_topic(entries, path),
        argues=value_of("argues") or "",
        kind=value_of("kind") or "",
        about=_about(entries, path, form),
        listed=_listed(entries, path),
        prefers=_prefers(entries, path),
        monotone=_monotone(entries, path),
        starts=starts,
        ends=ends,
        asserted=reads is not None,
    )


def _check_kind(entries: Mapping[str, Entry], path: str, form: Form) -> None:
    """Require the kind of a rule whose role has kinds, and of no other rule."""
    role, kind = entries["role"], entries.get("kind")
    allowed = dict(form.kinds).get(role.value, ())
    if allowed and kind is None:
        raise _fault(
            path, role, f"a line 'kind' next to 'role: {role.value}'", "See rules/README.md."
        )
    if kind and kind.value not in allowed:
        expected = f"one of {', '.join(allowed)}" if allowed else "no kind"
        raise _fault(path, kind, expected, "See rules/README.md.")


def check_head(head: Head, bound: Collection[str], path: str, form: Form) -> None:
    """
    Check that a head names only variables that its query binds.

    Args:
        head: The head.
        bound: The variables that have a value in some solution.
        path: The file, as messages name it.
        form: What the rules share.

    Raises:
        RuleMalformed: It names another one.
    """
    named = [
        ("because", [m[1] for m in PLACE.finditer(head.because)]),
        ("brief", [m[1] for m in PLACE.finditer(head.brief)]),
        ("list", list(head.listed)),
        ("prefers", list(head.prefers or ())),
        ("monotone", list(head.monotone)),
        ("argues", [name] if (name := _variable(head.argues)) else []),
        ("about", [] if head.role in form.silent and "about" not in head.entries else [head.about]),
    ]
    for key, names in named:
        for name in names:
            if name not in bound:
                entry = head.entries.get(key, head.entries["role"])
                raise RuleMalformed(
                    f"{path}:{entry.line}: '{key}' names ?{name}, which the query never binds.",
                    hint=f"Bind ?{name} in WHERE, or use one of: {', '.join(sorted(bound))}.",
                )


def _entries(text: str, path: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    query = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#+"):
            query = query or not (line.startswith("#") or not line.strip())
            continue
        match = LINE.fullmatch(line)
        if match is None or not match[2].strip('"'):
            raise RuleMalformed(
                f"{path}:{number}: expected '#+ key: value', found '{line[:60]}'.",
                hint="A key is in lower case; a comment begins with '#' alone.",
            )
        key = match[1]
        if key not in KNOWN:
            raise RuleMalformed(
                f"{path}:{number}: the key '{key}' is unknown.",
                hint=f"The keys are: {', '.join(sorted(KNOWN))}.",
            )
        if key in found:
            raise RuleMalformed(
                f"{path}:{number}: the key '{key}' is already in line {found[key].line}.",
                hint="Keep one of the two lines.",
            )
        if query:
            raise RuleMalformed(
                f"{path}:{number}: the head continues inside the query.",
                hint="Move the line above the query.",
            )
        found[key] = Entry(key=key, value=match[2].strip('"'), line=number)
    return found


def _fault(path: str, entry: Entry, expected: str, hint: str) -> RuleMalformed:
    return RuleMalformed(
        f"{path}:{entry.line}: expected {expected} for '{entry.key}', found '{entry.value}'.",
        hint=hint,
    )


def _order(entries: Mapping[str, Entry], path: str) -> int:
    entry = entries.get("order")
    if entry and not ORDER.fullmatch(entry.value):
        raise _fault(
            path, entry, "a whole number", "Lower numbers come first; leave it out for 500."
        )
    return int(entry.value if entry else LAST)


def _variable(value: str) -> str:
    """Return the name of a variable that is written with its question mark; empty for a word."""
    return value[1:] if value.startswith("?") and NAME.fullmatch(value[1:]) else ""


def _weight(entries: Mapping[str, Entry], path: str) -> int:
    entry = entries.get("weight")
    if entry and not WEIGHT.fullmatch(entry.value):
        raise _fault(
            path, entry, "a whole number from 0 to 999", "Higher numbers are stronger; 0 is last."
        )
    return int(entry.value if entry else LIGHT)


def _topic(entries: Mapping[str, Entry], path: str) -> str:
    entry = entries.get("topic")
    if entry and not TOPIC.fullmatch(entry.value):
        raise _fault(path, entry, "words in lower case joined by hyphens", "Write 'topic: limit'.")
    return entry.value if entry else entries["id"].value


def _covered(entries: Mapping[str, Entry], path: str) -> tuple[str, ...]:
    entry = entries.get("covered")
    ids = tuple(entry.value.split()) if entry else ()
    if entry and not all(ID.fullmatch(name) for name in ids):
        raise _fault(
            path, entry, "ids of rules", "Separate them by spaces, as in 'covered: LIM-02 LIM-60'."
        )
    return ids


def _about(entries: Mapping[str, Entry], path: str, form: Form) -> str:
    entry = entries.get("about")
    if entry and not NAME.fullmatch(entry.value):
        raise _fault(path, entry, "the name of a variable", "Write it without a question mark.")
    return entry.value if entry else form.about


def _listed(entries: Mapping[str, Entry], path: str) -> tuple[str, ...]:
    entry = entries.get("list")
    names = tuple(entry.value.split()) if entry else ()
    if entry and not all(NAME.fullmatch(name) for name in names):
        raise _fault(
            path, entry, "names of variables", "Separate them by spaces, as in 'list: x y'."
        )
    return names


def _prefers(entries: Mapping[str, Entry], path: str) -> tuple[str, str] | None:
    entry = entries.get("prefers")
    if entry is None:
        return None
    match = PREFERS.fullmatch(entry.value)
    if match is None:
        raise _fault(path, entry, "two variables", "Write 'prefers: ?stronger over ?weaker'.")
    return match[1], match[2]


def _monotone(entries: Mapping[str, Entry], path: str) -> dict[str, str]:
    entry = entries.get("monotone")
    found: dict[str, str] = {}
    for part in entry.value.split("; ") if entry else ():
        match = DIRECTION.fullmatch(part)
        if match is None and entry:
            raise _fault(
                path,
                entry,
                "directions of change",
                "Write 'rises with ?x, ?y; falls with ?z'; 'turns with' for neither.",
            )
        if match:
            found |= dict.fromkeys((name[1:] for name in match[2].split(", ")), match[1])
    return found


def _dates(entries: Mapping[str, Entry], path: str, form: Form) -> tuple[str | None, str | None]:
    starts, ends = entries.get("from"), entries.get("until")
    for entry in (starts, ends):
        if entry is None:
            continue
        if form.dated_by is None:
            raise _fault(path, entry, "no date", "Rules of this knowledge base have no dates.")
        if fault := date_fault(entry.value):
            raise _fault(path, entry, f"a date ({fault})", "Write YYYY-MM-DD.")
    if starts and ends and starts.value >= ends.value:
        raise _fault(
            path,
            ends,
            f"a day after 'from', which is {starts.value},",
            "'until' is the first day on which the rule no longer holds.",
        )
    return (starts.value if starts else None, ends.value if ends else None)
