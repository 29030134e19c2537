"""
A pytest plugin: run the collected checks on the sound knowledge, then on the faults that matter.

`python -m tests.mutants` starts pytest with it. The checks then load the knowledge with the fault.
All collected checks take part, so a new property does not have to be listed.

Each check runs once on the sound knowledge. Its generated examples are kept, each with the faults
that can affect it (`watch.py`), and the same examples are tried on those faults only.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis.errors import UnsatisfiedAssumption

import reasoner
from reasoner.cases import intake
from reasoner.errors import MednecError
from reasoner.knowledge import base as knowledge
from reasoner.knowledge.base import Knowledge
from tests.mutants.operators import Mutant
from tests.mutants.watch import Watch
from tests.mutants.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

HOME = Path(__file__).parents[2]
LEFT_OUT = ("both_validators", "refused", "reports_its_search")
"""Words in the names of checks that read no knowledge, repeat others, or notice few faults."""
"""Words in the names of checks that do not take part."""
FIRST = 12
"""The number of faults in knowledge that are tried on a property before those in the engine."""
CURRENT: dict[str, Knowledge] = {}
Example = tuple[dict[str, Any], frozenset[int]]
_load = knowledge.load_knowledge


def load_current(folder: Path | None = None, **options: Any) -> Knowledge:
    """Return the knowledge with the fault in place of that of this checkout."""
    if CURRENT and not options and folder in {None, HOME}:
        return CURRENT["knowledge"]
    return _load(folder, **options)


# Replaced before the checks are imported, so that they load the current knowledge, and skip the
# second validator, which would take minutes for each fault.
reasoner.load_knowledge = load_current
intake.check_data_with_referee = intake.check_data


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that `python -m tests.mutants` passes."""
    parser.addoption("--mutants", help="a file of faults, one JSON object a line")
    parser.addoption("--mutants-out", help="where to write what noticed each, one a line")
    parser.addoption("--mutants-share", help="of the properties only the n-th of m, as n/m")
    parser.addoption(
        "--mutants-enough",
        type=int,
        default=0,
        help="the number of faults after which a property rests",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run all checks on the sound knowledge and on the faults."""
    config = session.config
    if not config.getoption("--mutants"):
        return None
    lines = Path(config.getoption("--mutants")).read_text(encoding="utf-8").splitlines()
    mutants = [Mutant(**json.loads(line)) for line in lines]
    with Path(config.getoption("--mutants-out")).open("a", encoding="utf-8") as out:

        def note(**said: object) -> None:
            out.write(json.dumps(said) + "\n")
            out.flush()

        loop = Loop(World(HOME), mutants, config.getoption("--mutants-enough"))
        note(refused={lines[number]: why for number, why in loop.refused.items()})
        items = chosen(session.items, config.getoption("--mutants-share"))
        note(checks=sorted({name_of(item) for item in items}))
        for done, item in enumerate(items, 1):
            said: dict[str, Any] = {"caught": [], "sound": True}
            if loop.may_notice(item):
                said = loop.run(item, every=bool(config.getoption("--mutants-share")))
            said["caught"] = [lines[number] for number in said["caught"]]
            note(check=name_of(item), done=done, of=len(items), **said)
            if not loop.open and not config.getoption("--mutants-share"):
                break
    return True


def chosen(found: list[pytest.Item], share: str | None) -> list[pytest.Item]:
    """
    Choose the checks that take part: all, the quick ones first, or a share of properties.

    Tests of proofs are left out, since they seed their own faults in proofs.
    """
    items = [
        item
        for item in found
        if not any(word in item.name for word in LEFT_OUT)
        and item.get_closest_marker("slow") is None
    ]
    if not share:
        return sorted(items, key=is_property)
    first, step = map(int, share.split("/"))
    kept = {name_of(i) for i in items if is_property(i) and "/test_proofs.py" not in i.nodeid}
    names = sorted(kept)[first::step]
    return [item for item in items if name_of(item) in names]


class Loop:
    """
    Checks to be run on faults, one check after the other.

    Args:
        world: The knowledge.
        mutants: The faults.
        enough: The number of faults after which a property is not tried again; 0 for no limit.

    Attributes:
        open: The numbers of the faults not noticed so far.
        refused: The messages for faults that were rejected at load.
    """

    def __init__(self, world: World, mutants: list[Mutant], enough: int = 0) -> None:
        self.world, self.mutants, self.enough = world, mutants, enough
        self.faults: dict[int, Knowledge] = {}
        self.refused: dict[int, str] = {}
        for number, mutant in enumerate(mutants):
            try:
                with world.fault(mutant) as found:
                    if not mutant.file.endswith(".py"):
                        self.faults[number] = found
            except (MednecError, SyntaxError, ValueError) as error:
                self.refused[number] = f"{type(error).__name__}: {error}"
        kept = {n: m for n, m in enumerate(mutants) if n not in self.refused}
        self.open = set(kept)
        self.noticed: set[tuple[str, int]] = set()
        CURRENT["knowledge"] = world.sound
        self.watch = Watch(world.sound, self.faults, mutants, frozenset(self.refused))

    def run(self, item: pytest.Item, *, every: bool) -> dict[str, Any]:
        """Run a check on the sound knowledge, then on each fault that it may and should notice."""
        handle = getattr(getattr(item, "obj", None), "hypothesis", None)
        examples: list[Example] = []
        self.watch.begin()
        if handle is None:
            sound = passes(item, self.world.sound)
        else:
            inner = handle.inner_test
            handle.inner_test = self._keeping(inner, examples)
            try:
                sound = passes(item, self.world.sound)
            finally:
                handle.inner_test = inner
        touched = Counter(n for _, ns in examples for n in ns)
        if handle is None:
            touched = Counter(self.watch.touched())
        caught: list[int] = []
        for number in self._in_order(touched) if sound else ():
            if not self._asked(item, number, every=every) or self._rests(item, caught):
                continue
            with self._fault(number) as faulty:
                tried = examples if handle else None
                if self._fails(item, faulty, number, tried, inner if handle else None):
                    caught.append(number)
        self.open -= set(caught)
        self.noticed |= {(name_of(item), number) for number in caught}
        return {"caught": caught, "sound": sound, "examples": len(examples)}

    def _in_order(self, touched: Counter[int]) -> list[int]:
        """Put first what matters to most examples; faults in the engine after a dozen in rules."""
        engine = [n for n in touched if self.mutants[n].file.endswith(".py")]
        others = sorted(set(touched) - set(engine), key=lambda n: (-touched[n], n))
        return [*others[:FIRST], *sorted(engine), *others[FIRST:]]

    def _rests(self, item: pytest.Item, caught: list[int]) -> bool:
        before = sum(name == name_of(item) for name, _ in self.noticed)
        return bool(self.enough) and before + len(caught) >= self.enough

    def may_notice(self, item: pytest.Item) -> bool:
        """Return True if a check is of a kind that can notice one of the remaining faults."""
        return any(self._of_kind(item, number) for number in self.open)

    def _of_kind(self, item: pytest.Item, number: int) -> bool:
        """Return True if a check looks at shapes and so does the fault, or if neither does."""
        shapes = self.mutants[number].file.startswith("shapes/")
        return shapes == ("/test_shapes.py" in item.nodeid or "each_shape" in item.name)

    def _asked(self, item: pytest.Item, number: int, *, every: bool) -> bool:
        if number in self.refused or not self._of_kind(item, number):
            return False
        return (name_of(item), number) not in self.noticed if every else number in self.open

    def _fault(self, number: int) -> AbstractContextManager[Knowledge]:
        if number in self.faults:
            return nullcontext(self.faults[number])
        return self.world.fault(self.mutants[number])

    def _keeping(self, inner: Callable[..., Any], examples: list[Example]) -> Callable[..., Any]:
        def run(**given: Any) -> None:
            kept = {k: deepcopy(v) if isinstance(v, dict | list) else v for k, v in given.items()}
            self.watch.begin()
            inner(**given)
            examples.append((kept, self.watch.touched()))

        return run

    def _fails(
        self,
        item: pytest.Item,
        faulty: Knowledge,
        number: int,
        examples: list[Example] | None,
        inner: Callable[..., Any] | None,
    ) -> bool:
        if examples is None or inner is None:
            return not passes(item, faulty)
        CURRENT["knowledge"] = faulty
        forget(item)
        tried = (given for given, touched in examples if number in touched)
        return any(breaks(inner, given, faulty) for given in tried)


def breaks(inner: Callable[..., Any], given: dict[str, Any], faulty: Knowledge) -> bool:
    """Return True if a property fails on an example under a fault."""
    values = {
        k: faulty if isinstance(v, Knowledge) else deepcopy(v) if isinstance(v, dict | list) else v
        for k, v in given.items()
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that `assume` is used outside of hypothesis
            inner(**values)
    except UnsatisfiedAssumption:
        return False
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - an error of any kind is noticed
        return True
    return False


def passes(item: pytest.Item, found: Knowledge) -> bool:
    """Run a check with pytest and its own fixtures; return True if it passes."""
    CURRENT["knowledge"] = found
    forget(item)
    reports = runtestprotocol(item, nextitem=None, log=False)
    return not any(report.failed for report in reports)


def forget(item: pytest.Item) -> None:
    """Empty what the module of a check keeps between calls."""
    for value in vars(item.module).values() if isinstance(item, pytest.Function) else ():
        if hasattr(value, "cache_clear") and value.__module__ == item.module.__name__:
            value.cache_clear()


def name_of(item: pytest.Item) -> str:
    """Name a check by its file and function, without what it is parametrized with."""
    return item.nodeid.partition("[")[0].removeprefix("tests/")


def is_property(item: pytest.Item) -> bool:
    """Return True if a check is one of the properties."""
    return "/properties/" in item.nodeid
