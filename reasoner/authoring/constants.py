"""Conditions of rules that no facts can make true."""

from __future__ import annotations

from typing import Final

from reasoner.kernel.evaluate import holds
from reasoner.kernel.syntax import And, Call, Comparison, Expression, Or, Variable
from reasoner.kernel.tree import walk

NEVER_TRUE: Final = frozenset({"!=", "<", ">"})
"""The relations that nothing has to itself."""


def is_false(condition: Expression) -> bool:
    """Return True if a condition is false, or an error, whatever the facts are."""
    if isinstance(condition, And):
        return any(is_false(part) for part in condition.parts)
    if isinstance(condition, Or):
        return all(is_false(part) for part in condition.parts)
    if isinstance(condition, Comparison) and condition.left == condition.right:
        simple = isinstance(condition.left, Variable)
        return simple and condition.operator in NEVER_TRUE
    if any(isinstance(part, Variable | Call) for part in walk(condition)):
        return False
    return holds(condition, {}) is not True
