"""Who may import whom. `LAYERS` is the one place that says it; ARCHITECTURE.md draws it."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import reasoner

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

# The modules of `reasoner`, lowest layer first. A module imports only from layers below its own.
LAYERS = (
    {"verifier.faults"},
    {"verifier.turtle"},
    {"verifier.form", "verifier.rule_terms", "verifier.values"},
    {"verifier.rule_text"},
    {"verifier.view"},
    {"verifier.classes", "verifier.matching"},
    {"verifier.sources"},
    {"verifier.layout"},
    {"verifier.verify"},
    {"verifier.report"},
    {"verifier.__init__"},
    {"verifier.__main__"},
    {"algebra", "errors", "options", "query_worker", "terms"},
    {"classify", "expressions", "facts", "parsed_queries", "vocabulary"},
    {"blank_nodes", "json_case", "matcher"},
    {"case", "populations", "rules"},
    {"canonical", "derivation", "shapes"},
    {"knowledge"},
    {"engine", "explain", "intake", "query"},
    {"judgement"},
    {"arithmetic"},
    {"determination", "reference", "variants"},
    {"comparison_data", "decide", "proof_graph"},
    {"as_data", "as_rdf"},
    {"as_text", "proofs.__init__", "proofs.build"},
    {"docs.__init__", "docs.book", "docs.links"},
    {"docs.describe", "docs.expressions", "docs.rules", "docs.usage"},
    {"docs.concepts", "docs.recommendations", "docs.things"},
    {"docs.guidelines"},
    {"docs.law", "docs.limits", "docs.timeline"},
    {"docs.catalogue"},
    {"docs.finding"},
    {"docs.contents"},
    {"docs.render"},
    {"docs.documentation"},
    {"docs.site"},
    {"docs.commands"},
    {"letter.__init__", "letter.document", "letter.form", "letter.page"},
    {"letter.as_html", "letter.as_pdf", "letter.as_rdf", "letter.as_text", "letter.lines"},
    {"letter.items", "letter.signing"},
    {"letter.compose"},
    {"letter.write"},
    {"letter.commands"},
    {"proofs.following", "proofs.goals", "proofs.speech"},
    {"proofs.why", "proofs.why_not"},
    {"proofs.explanation", "proofs.explanation_text"},
    {"proofs.replay"},
    {"__init__"},
    {"reading.__init__", "reading.values"},
    {"reading.dispute", "reading.numbers"},
    {"reading.model"},
    {"reading.lexicon", "reading.text"},
    {
        "reading.dosage",
        "reading.files",
        "reading.form",
        "reading.outline",
        "reading.person",
        "reading.regions",
        "reading.sentences",
        "reading.show",
    },
    {"reading.measures"},
    {
        "reading.as_json",
        "reading.as_text",
        "reading.citations",
        "reading.courses",
        "reading.diagnoses",
        "reading.response",
        "reading.surgeries",
    },
    {"reading.facts", "reading.items"},
    {
        "reading.case_nodes",
        "reading.read",
        "reading.reference_form",
        "reading.statements",
    },
    {"reading.audit_data", "reading.case_graph"},
    {"reading.audit", "reading.audit_text"},
    {"reading.audit_html"},
    {"reading.audit_commands", "reading.commands"},
    {"corpus.__init__", "corpus.charts", "corpus.counts", "corpus.rows"},
    {"corpus.store"},
    {"corpus.report"},
    {"corpus.commands"},
    {
        "workbench.__init__",
        "workbench.author_tests",
        "workbench.case_sources",
        "workbench.changes",
        "workbench.finding",
        "workbench.owl_worker",
        "workbench.revisions",
        "workbench.space",
        "workbench.turtle_nodes",
        "workbench.turtle_text",
    },
    {"workbench.coverage", "workbench.impact", "workbench.places", "workbench.turtle_page"},
    {
        "workbench.check_files",
        "workbench.check_logic",
        "workbench.check_meaning",
        "workbench.turtle_format",
    },
    {"workbench.check_rules"},
    {"workbench.check", "workbench.formatting", "workbench.scaffold"},
    {"workbench.change_commands", "workbench.check_output", "workbench.coverage_page"},
    {"workbench.commands"},
    {"proofs.commands"},
    {"cli"},
)
RANK = {module: rank for rank, layer in enumerate(LAYERS) for module in layer}

# `mednec serve` starts the service: the command line alone may import it, inside that command.
STARTS_THE_SERVICE = "cli"


@dataclass(frozen=True, kw_only=True)
class Import:
    """
    One name that a module imports.

    Attributes:
        module: The absolute name of the module imported from.
        name: The name taken from it; None for `import module`.
        deferred: Whether it stands inside a function.
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


def upward(module: str, source: str) -> list[str]:
    """List the imports of a module of `reasoner` that do not go down."""
    found = set()
    package = ".".join(["reasoner", *module.split(".")[:-1]])
    for imported in imports_of(ast.parse(source), package):
        if imported.package != "reasoner":
            continue
        path = [*imported.module.split(".")[1:], imported.name or ""]
        names = (".".join(path[:2]), path[0], f"{path[0]}.__init__")
        target = next((name for name in names if name in RANK), "__init__")
        if RANK[target] >= RANK[module]:
            found.add(f"{module} imports {target}")
    return sorted(found)


def outward(module: str, source: str) -> list[str]:
    """List the imports of a module of `reasoner` that belong to the service."""
    return [
        f"{module} imports {imported.module}"
        for imported in imports_of(ast.parse(source), "reasoner")
        if imported.package in {"api", "flask", "waitress", "werkzeug"}
        and not (module == STARTS_THE_SERVICE and imported.deferred)
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


def test_the_layers_name_every_module_once() -> None:
    """A new module gets its layer when it is written; a removed one leaves the table."""
    listed = sorted(module for layer in LAYERS for module in layer)

    assert listed == sorted(sources("reasoner"))


def test_imports_inside_the_engine_go_down() -> None:
    """A module can be read, tested and replaced with only the layers below it in mind."""
    found = [
        line
        for module, text in sources("reasoner").items()
        if module in RANK
        for line in upward(module, text)
    ]

    assert found == []


def test_the_engine_knows_no_service() -> None:
    """`reasoner` can be used without a web framework; the command line alone starts one."""
    found = [line for module, text in sources("reasoner").items() for line in outward(module, text)]

    assert found == []


def test_the_engine_reads_no_environment() -> None:
    """What a decision depends on is an argument, so that a decision can be repeated."""
    found = [
        line
        for module, text in sources("reasoner").items()
        for line in environment_reads(module, text)
    ]

    assert found == []


def test_the_service_uses_only_public_names() -> None:
    """The inside of `reasoner` may change without a look at `api`."""
    found = [
        line for module, text in sources("api").items() for line in private_reaches(module, text)
    ]

    assert found == []


def test_the_checker_of_proofs_uses_no_reasoner() -> None:
    """Who checks a proof trusts neither the engine nor its libraries."""
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
    """The check of the checker has been seen failing."""
    assert strangers("verifier.verify", line) != []


@pytest.mark.parametrize(
    "line", ["from .cli import main", "from . import cli", "import reasoner.cli", "import reasoner"]
)
def test_an_upward_import_is_seen(line: str) -> None:
    """The check of layers has been seen failing, for each way to write an import."""
    assert upward("terms", line) != []


@pytest.mark.parametrize("line", ["import flask", "from api import create_app"])
def test_an_import_of_the_service_is_seen(line: str) -> None:
    """The check of independence has been seen failing; inside a command the import may stand."""
    assert outward("terms", line) != []
    assert outward("cli", line) != []
    assert outward("cli", f"def serve():\n    {line}") == []


@pytest.mark.parametrize("line", ["import os; os.environ['A']", "from os import getenv"])
def test_a_read_of_the_environment_is_seen(line: str) -> None:
    """The check of purity has been seen failing."""
    assert environment_reads("terms", line) != []


@pytest.mark.parametrize(
    "line",
    ["from reasoner.engine import run", "import reasoner.engine", "import reasoner; reasoner._x"],
)
def test_a_reach_into_the_engine_is_seen(line: str) -> None:
    """The check of the service has been seen failing."""
    assert private_reaches("cases", line) != []
