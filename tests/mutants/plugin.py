"""
A pytest plugin: run the collected checks once for each fault instead of once.

`python -m tests.mutants` starts pytest with it. The knowledge that the checks ask for is then the
knowledge with the fault; which checks there are is a matter of collection alone, so a property that
is written later takes part without being named anywhere.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

import reasoner
from reasoner import intake, knowledge
from reasoner.errors import MednecError
from tests.mutants.operators import Mutant
from tests.mutants.world import World

if TYPE_CHECKING:
    from reasoner import Knowledge

HOME = Path(__file__).parents[2]
SLOW_TO_REPEAT = ("texts_of_the_rules", "both_validators", "order_of_rules", "refused")
"""Words in the names of checks that do not read the knowledge of the day, or read it twice."""
CURRENT: dict[str, Knowledge] = {}
_load = knowledge.load_knowledge


def load_current(folder: Path | None = None, **options: Any) -> Knowledge:
    """Return the knowledge with the fault where that of this checkout is asked for."""
    if CURRENT and not options and folder in {None, HOME}:
        return CURRENT["knowledge"]
    return _load(folder, **options)


# Before the checks are imported, so that each gets these by whatever name it imports: the knowledge
# of the moment, and no second opinion on shapes, which would cost minutes for each fault.
reasoner.load_knowledge = load_current
intake.check_data_with_referee = intake.check_data


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what `python -m tests.mutants` hands over."""
    parser.addoption("--mutants", help="a file of faults, one JSON object a line")
    parser.addoption("--mutants-out", help="where to write what noticed each, one a line")
    parser.addoption("--mutants-full", action="store_true", help="run every check on every fault")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run all checks on the sound knowledge, then on each fault."""
    config = session.config
    if not config.getoption("--mutants"):
        return None
    lines = Path(config.getoption("--mutants")).read_text(encoding="utf-8").splitlines()
    world = World(HOME)
    loop = Loop(session, full=bool(config.getoption("--mutants-full")))
    with Path(config.getoption("--mutants-out")).open("a", encoding="utf-8") as out:

        def note(**said: object) -> None:
            out.write(json.dumps(said) + "\n")
            out.flush()

        note(sound=loop.baseline(world.sound), checks=loop.names())
        for line in lines:
            mutant, began = Mutant(**json.loads(line)), time.monotonic()
            try:
                with world.fault(mutant) as found:
                    caught, refused = loop.run(found, mutant), ""
            except (MednecError, SyntaxError, ValueError) as error:
                caught, refused = [], f"{type(error).__name__}: {error}"
            spent = round(time.monotonic() - began, 1)
            note(mutant=line, caught=caught, refused=refused, seconds=spent)
    return True


class Loop:
    """
    The checks of a session, to be run again and again.

    Args:
        session: The session that collected them.
        full: Whether every check runs on every fault. Otherwise a fault that was noticed is tried
            only on the properties that have not noticed any fault yet.
    """

    def __init__(self, session: pytest.Session, *, full: bool) -> None:
        self.full = full
        self.items = [
            item
            for item in session.items
            if not any(word in item.name for word in SLOW_TO_REPEAT)
            and item.get_closest_marker("slow") is None
        ]
        self.seen: set[str] = set()

    def names(self) -> list[str]:
        """Name the checks, without what they are parametrized with."""
        return sorted({_name(item) for item in self.items})

    def baseline(self, sound: Knowledge) -> list[str]:
        """Run all checks on sound knowledge, put the quick ones first; return what fails."""
        spent: dict[str, float] = {}
        failed = self._run(sound, self.items, spent, until=False)
        self.items.sort(key=lambda item: (_is_property(item), spent[item.nodeid]))
        self.items = [item for item in self.items if item.nodeid not in failed]
        return sorted(failed)

    def run(self, faulty: Knowledge, mutant: Mutant) -> list[str]:
        """Return the names of the checks that notice a fault."""
        of_shapes = mutant.file.startswith("shapes/")
        items = [i for i in self.items if not (of_shapes and _is_property(i))]
        if self.full:
            failed = self._run(faulty, items, {}, until=False)
        else:
            fresh = [i for i in items if _is_property(i) and _name(i) not in self.seen]
            others = [i for i in items if i not in fresh]
            failed = self._run(faulty, others, {}, until=True)
            failed |= self._run(faulty, fresh, {}, until=False)
        caught = {_name(item) for item in items if item.nodeid in failed}
        self.seen |= caught
        return sorted(caught)

    def _run(
        self, found: Knowledge, items: list[pytest.Item], spent: dict[str, float], *, until: bool
    ) -> set[str]:
        """Run checks, all of them or until one fails; return the ids of those that fail."""
        CURRENT["knowledge"] = found
        for module in {getattr(item, "module", None) for item in items} - {None}:
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
        failed: set[str] = set()
        for place, item in enumerate(items):
            began = time.process_time()
            after = items[place + 1] if place + 1 < len(items) else None
            reports = runtestprotocol(item, nextitem=after, log=False)
            spent[item.nodeid] = time.process_time() - began
            if any(report.failed for report in reports):
                failed.add(item.nodeid)
                if until:
                    item.session._setupstate.teardown_exact(None)
                    break
        return failed


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0].removeprefix("tests/")


def _is_property(item: pytest.Item) -> bool:
    return "/properties/" in item.nodeid
