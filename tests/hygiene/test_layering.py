"""Check imports against `LAYERS`, which ARCHITECTURE.md draws."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import reasoner

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

# The rooms of `reasoner`, lowest layer first. A room imports only from layers below its own.
LAYERS = (
    {"verifier"},
    {"errors", "version"},
    {"containment"},
    {"kernel"},
    {"knowledge"},
    {"cases"},
    {"determinations"},
    {"letters", "proofs"},
    {"audits", "records"},
    {"authoring"},
    {"pages"},
    {"commands"},
    {"__init__"},
)
RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}

# Only this room may import the verifier, which is otherwise reached as a command.
MAY_VERIFY = {"commands"}

# `mednec serve` starts the service: the command line alone may import it, inside that command.
STARTS_THE_SERVICE = "commands"

# The one module that reads the environment, for the commands.
READS_THE_ENVIRONMENT = "commands.settings"


@dataclass(frozen=True, kw_only=True)
class Import:
    """
    One name that a module imports.

    Attributes:
        module: The absolute name of the module imported from.
        name: The name taken from it; None for `import module`.
        deferred: True if the import is inside a function.
    """

    module: str
    name: str | None
    deferred: bool

    @property
    def package(self) -> str:
        """The top-level package imported from."""
        return self.module.split(".")[0]


def imports_of(tree: ast.AST, package: str, *, deferred: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module=alias.name, name=None, deferred=deferred)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: -node.level + 1 or None] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(module=module, name=alias.name, deferred=deferred)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports_of(node, package, deferred=deferred or inside)


def room_of(module: str) -> str:
    """Return the room of a module of `reasoner`, or the name of a module outside any room."""
    return module.split(".", maxsplit=1)[0]


def rooms_used(module: str, source: str) -> set[str]:
    """Return the other rooms that a module of `reasoner` imports from."""
    found = set()
    package = ".".join(["reasoner", *module.split(".")[:-1]])
    for imported in imports_of(ast.parse(source), package):
        if imported.package != "reasoner":
            continue
        path = [*imported.module.split(".")[1:], imported.name or ""]
        found.add(path[0] if path[0] in RANK else "__init__")
    return found - {room_of(module)}


def upward(module: str, source: str) -> list[str]:
    """List the imports of a module of `reasoner` that do not go down."""
    return sorted(
        f"{module} imports {room}"
        for room in rooms_used(module, source)
        if RANK[room] >= RANK[room_of(module)]
    )


def imports_within(room: str) -> dict[str, set[str]]:
    """Return the modules of a room with the modules of the same room that each imports."""
    modules = {name: text for name, text in sources("reasoner").items() if room_of(name) == room}
    found: dict[str, set[str]] = {}
    for module, text in modules.items():
        package = ".".join(["reasoner", *module.split(".")[:-1]])
        names = {
            candidate.removeprefix("reasoner.")
            for imported in imports_of(ast.parse(text), package)
            for candidate in (imported.module, f"{imported.module}.{imported.name}")
        }
        found[module] = (names & set(modules)) - {module}
    return found


def outward(module: str, source: str) -> list[str]:
    """List the imports of a module of `reasoner` that belong to the service."""
    return [
        f"{module} imports {imported.module}"
        for imported in imports_of(ast.parse(source), "reasoner")
        if imported.package in {"api", "flask", "gunicorn", "werkzeug"}
        and not (room_of(module) == STARTS_THE_SERVICE and imported.deferred)
    ]


def environment_reads(module: str, source: str) -> list[str]:
    """List the places where a module reads its environment."""
    names = {"environ", "environb", "getenv"}
    return [
        f"{module}, line {node.lineno}"
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & names)
    ]


def private_reaches(module: str, source: str) -> list[str]:
    """List what a module of `api` takes from `reasoner` that `reasoner` does not export."""
    tree = ast.parse(source)
    found = [
        f"{module} imports {imported.module}" + (f".{imported.name}" if imported.name else "")
        for imported in imports_of(tree, "api")
        if imported.package == "reasoner"
        and (
            imported.module != "reasoner"
            or (imported.name is not None and imported.name not in reasoner.__all__)
        )
    ]
    return found + [
        f"{module} uses reasoner.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "reasoner"
        and node.attr not in reasoner.__all__
    ]


OURS = re.compile(r"w3id\.org/mednec|\bmn[a-z]{0,2}:")


def domain_terms(module: str, source: str) -> list[str]:
    """List the places where a module of the kernel names a term or a namespace of the project."""
    return [
        f"{module}, line {node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and OURS.search(node.value)
    ]


STANDS_ALONE = "verifier"


def strangers(module: str, source: str) -> list[str]:
    """List what a module of the checker imports that is neither its own nor of the library."""
    return [
        f"{module} imports {imported.module}"
        for imported in imports_of(ast.parse(source), f"reasoner.{STANDS_ALONE}")
        if not imported.module.startswith(f"reasoner.{STANDS_ALONE}")
        and imported.package not in sys.stdlib_module_names
    ]


def sources(package: str) -> dict[str, str]:
    """Return the text of each module of a package by its name in the package."""
    return {
        ".".join(path.relative_to(ROOT / package).with_suffix("").parts): path.read_text("utf-8")
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def test_the_layers_name_every_room_once() -> None:
    """Each room has one layer, and the table has no room that was removed."""
    listed = sorted(room for layer in LAYERS for room in layer)

    assert listed == sorted({room_of(module) for module in sources("reasoner")})


def test_imports_between_rooms_go_down() -> None:
    """A room depends only on the rooms below it."""
    found = [line for module, text in sources("reasoner").items() for line in upward(module, text)]

    assert found == []


@pytest.mark.parametrize("room", sorted(RANK))
def test_modules_of_a_room_import_in_one_direction(room: str) -> None:
    """The modules of a room have no import cycle."""
    assert list(TopologicalSorter(imports_within(room)).static_order())


def test_only_the_command_imports_the_verifier() -> None:
    """The verifier shares no code with the proof writer."""
    users = {
        room_of(module)
        for module, text in sources("reasoner").items()
        if "verifier" in rooms_used(module, text)
    }

    assert users <= MAY_VERIFY


def test_the_engine_knows_no_service() -> None:
    """`reasoner` works without a web framework; only the command line starts one."""
    found = [line for module, text in sources("reasoner").items() for line in outward(module, text)]

    assert found == []


def test_the_engine_reads_no_environment() -> None:
    """Everything that a decision depends on is an argument, so that it can be repeated."""
    found = [
        line
        for module, text in sources("reasoner").items()
        if module != READS_THE_ENVIRONMENT
        for line in environment_reads(module, text)
    ]

    assert found == []


def test_the_kernel_names_no_term_of_the_project() -> None:
    """The kernel runs rules of any domain: terms and namespaces are passed in."""
    found = [
        line
        for module, text in sources("reasoner").items()
        if room_of(module) == "kernel"
        for line in domain_terms(module, text)
    ]

    assert found == []


def test_the_service_uses_only_public_names() -> None:
    """`reasoner` can change internally without a change in `api`."""
    found = [
        line for module, text in sources("api").items() for line in private_reaches(module, text)
    ]

    assert found == []


def test_the_checker_of_proofs_uses_no_reasoner() -> None:
    """The verifier uses neither the engine nor its libraries."""
    found = [
        line
        for module, text in sources("reasoner").items()
        if module.split(".")[0] == STANDS_ALONE
        for line in strangers(module, text)
    ]

    assert found == []


@pytest.mark.parametrize(
    "line", ["from reasoner.matcher import solve", "from ..rules import Rule", "import pyoxigraph"]
)
def test_a_use_of_the_reasoner_is_seen(line: str) -> None:
    """The check fails for a verifier that imports the reasoner."""
    assert strangers("verifier.verify", line) != []


@pytest.mark.parametrize(
    "line",
    [
        "from reasoner.commands.main import main",
        "from reasoner.commands import main",
        "import reasoner.commands.main",
        "import reasoner",
    ],
)
def test_an_upward_import_is_seen(line: str) -> None:
    """The check fails for each way to write an upward import."""
    assert upward("kernel.terms", line) != []


def test_a_circle_of_imports_is_seen() -> None:
    """The check fails for an import cycle."""
    with pytest.raises(CycleError):
        list(TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())


@pytest.mark.parametrize("line", ["import flask", "from api import create_app"])
def test_an_import_of_the_service_is_seen(line: str) -> None:
    """The check fails outside of commands, where importing the service is allowed."""
    assert outward("kernel.terms", line) != []
    assert outward("commands.main", line) != []
    assert outward("commands.main", f"def serve():\n    {line}") == []


@pytest.mark.parametrize(
    "line", ["'mn:request'", "NS = 'https://w3id.org/mednec/ns#'", "f'mnc:{x}'"]
)
def test_a_term_of_the_project_is_seen(line: str) -> None:
    """The check fails for a prefixed name and for a namespace."""
    assert domain_terms("kernel.terms", line) != []


@pytest.mark.parametrize("line", ["import os; os.environ['A']", "from os import getenv"])
def test_a_read_of_the_environment_is_seen(line: str) -> None:
    """The check fails for a module that reads the environment."""
    assert environment_reads("terms", line) != []


@pytest.mark.parametrize(
    "line",
    ["from reasoner.engine import run", "import reasoner.engine", "import reasoner; reasoner._x"],
)
def test_a_reach_into_the_engine_is_seen(line: str) -> None:
    """The check fails for a private name of the engine."""
    assert private_reaches("cases", line) != []
