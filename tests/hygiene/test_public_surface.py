"""The names that `reasoner` promises to others."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import reasoner


def kind_and_name(name: str) -> tuple[bool, bool, str]:
    """Sort constants first, then classes, then functions, each by name, as ruff does."""
    return (not name.isupper(), not name[0].isupper(), name)


def said(thing: object) -> bool:
    """Tell whether a docstring was written: not inherited, nor made by `dataclass`."""
    text = thing.__doc__ or ""
    return bool(text) and not text.startswith(f"{getattr(thing, '__name__', '')}(")


def test_the_public_names_are_sorted_and_unique() -> None:
    """A name is added in one place, and the diff shows it as one line."""
    assert list(reasoner.__all__) == sorted(set(reasoner.__all__), key=kind_and_name)


def test_the_public_names_are_all_there_is() -> None:
    """What is not promised is not visible: no helper or library becomes public by accident."""
    modules = {name for name, value in vars(reasoner).items() if inspect.ismodule(value)}
    visible = {name for name in vars(reasoner) if not name.startswith("_")} - {"TYPE_CHECKING"}

    assert visible - modules <= set(reasoner.__all__)
    assert dir(reasoner) == sorted(reasoner.__all__)


def test_a_name_is_found_at_run_time_where_a_type_checker_finds_it() -> None:
    """The names that are imported when first used are those of the block for type checkers."""
    tree = ast.parse(Path(reasoner.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    static = {
        node.module: tuple(alias.name for alias in node.names)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
    }

    assert static == reasoner._MODULES


def test_an_unknown_name_is_refused() -> None:
    """A misspelled import fails where it stands."""
    with pytest.raises(AttributeError, match="no_such_name"):
        reasoner.no_such_name  # noqa: B018


@pytest.mark.parametrize("name", reasoner.__all__)
def test_a_public_name_exists_and_says_what_it_is_for(name: str) -> None:
    """A reader learns the public surface from `help(reasoner)` alone."""
    thing = getattr(reasoner, name)

    assert name.isupper() or said(thing)


def classes_by_name() -> dict[str, list[str]]:
    """List the modules that define each public class; the verifier shares nothing by design."""
    root = Path(reasoner.__file__).parent
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("*.py")):
        module = path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
        if not module.startswith("verifier."):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found.setdefault(node.name, []).append(module)
    return found


# Names that two modules still share. The list may only become shorter.
SHARED = {"Group", "Iri"}


def test_no_two_classes_have_one_name() -> None:
    """A reader who meets a name knows what it is, whatever the room."""
    shared = {name for name, modules in classes_by_name().items() if len(modules) > 1}

    assert shared == SHARED


def test_no_public_name_hides_a_module() -> None:
    """`import reasoner.x` gives the module, and never a function of that name."""
    modules = {path.stem for path in Path(reasoner.__file__).parent.iterdir()}

    assert modules & set(reasoner.__all__) == {"errors"}
