"""Make knowledge with one fault from the sound knowledge, without loading all of it again."""

from __future__ import annotations

import ast
import gc
import importlib
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from reasoner.kernel.rules import read_rule
from reasoner.knowledge.base import load_knowledge
from reasoner.knowledge.files import read_written
from reasoner.knowledge.plain_populations import expand_populations
from reasoner.knowledge.populations import compile_populations
from reasoner.knowledge.rule_form import FORM
from reasoner.knowledge.shapes import ShapeSet
from reasoner.knowledge.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner import Knowledge
    from tests.mutants.operators import Mutant


OF_FACTS: Final = ("described", "working_facts", "editions", "index")


class World:
    """
    A checkout whose knowledge is loaded once.

    Args:
        home: The folder that holds `ontology`, `shapes` and `reasoner`.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.sound = load_knowledge(home)
        self.written = read_written(home)
        _ = self.sound.program, *(getattr(self.sound, name) for name in OF_FACTS)
        gc.collect()
        gc.freeze()  # processes that are forked share it, and no collection looks at it again

    @contextmanager
    def fault(self, mutant: Mutant) -> Iterator[Knowledge]:
        """
        Seed a fault, yield the resulting knowledge, and remove the fault again.

        Raises:
            MednecError: The loader rejects the fault.
        """
        path = self.home / mutant.file
        text = mutant.apply(path.read_text(encoding="utf-8"))
        if path.suffix == ".py":
            with _engine(path.relative_to(self.home), text, mutant):
                yield replace(self.sound)  # what a faulty engine does to it is thrown away
        elif path.suffix == ".rq":
            yield self._with_rule(path, text)
        elif path.parent.name == "shapes":
            yield self._with_shapes(path, text)
        elif path.parent.name == "generated":
            yield replace(self.sound, entailed=tuple(parse(text)))
        else:
            yield self._with_facts(path, text)

    def _with_rule(self, path: Path, text: str) -> Knowledge:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.parent.name / path.name
            copy.parent.mkdir()
            copy.write_text(text, encoding="utf-8")
            rule = replace(
                read_rule(copy, Path(folder), FORM),
                path=path.relative_to(self.home / "ontology").as_posix(),
            )
        rules = [rule if one.path == rule.path else one for one in self.sound.rules]
        return self._sharing(self.sound.with_rules(rules))

    def _with_shapes(self, path: Path, text: str) -> Knowledge:
        shapes = ShapeSet.read(parse(text))
        if path.stem == "case":
            return self._sharing(replace(self.sound, shapes=shapes))
        others = {**self.sound.other_shapes, path.stem: shapes}
        return self._sharing(replace(self.sound, other_shapes=others))

    def _sharing(self, faulty: Knowledge) -> Knowledge:
        """Reuse what was computed from the facts alone, which are the same."""
        for name in OF_FACTS:
            vars(faulty)[name] = getattr(self.sound, name)
        return faulty

    def _with_facts(self, path: Path, text: str) -> Knowledge:
        parsed = expand_populations({**self.written, path: parse(text)})
        facts = tuple(t for triples in parsed.values() for t in triples)
        return replace(
            self.sound,
            facts=facts,
            populations=compile_populations(facts),
            vocabulary=Vocabulary.read(facts),
        )


def parse(text: str) -> list[ox.Triple]:
    """Read Turtle; its blank nodes keep apart from those of other files."""
    quads = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    return [ox.Triple(q.subject, q.predicate, q.object) for q in quads]


@contextmanager
def _engine(path: Path, text: str, mutant: Mutant) -> Iterator[None]:
    """Replace the code of the one function that contains a fault."""
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    name = function_at(text, mutant.start)
    names = dict(vars(module))
    exec(compile(text, str(path), "exec"), names)  # noqa: S102 - our own file, with one change
    function: Any = getattr(module, name)
    sound = function.__code__
    function.__code__ = names[name].__code__
    try:
        yield
    finally:
        function.__code__ = sound


def function_at(text: str, start: int) -> str:
    """Return the name of the function that contains a position of a module's text."""
    line = text.count("\n", 0, start) + 1
    return next(
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    )
