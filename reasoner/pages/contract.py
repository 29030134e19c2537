"""The page of the contract of the service: each operation, for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from .environment import render

METHODS: Final = ("get", "post", "put", "delete", "patch")


def contract_html(contract: Mapping[str, object]) -> str:
    """
    Write an OpenAPI description as a page without scripts.

    Args:
        contract: The description.
    """
    paths = _object(contract.get("paths"))
    operations = [
        {
            "path": path,
            "method": method.upper(),
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "permission": operation.get("x-permission", ""),
            "id": operation.get("operationId", ""),
            "parameters": [_named(one, contract) for one in _list(operation.get("parameters"))],
            "sends": _sends(operation),
            "answers": [
                {"status": status, **_answer(found, contract)}
                for status, found in sorted(_object(operation.get("responses")).items())
            ],
        }
        for path, methods in sorted(paths.items())
        for method, operation in sorted(_object(methods).items())
        if method in METHODS and isinstance(operation, dict)
    ]
    return render("contract.html", operations=operations, info=_object(contract.get("info")))


def _sends(operation: Mapping[str, object]) -> list[dict[str, str]]:
    content = _object(_object(operation.get("requestBody")).get("content"))
    return [
        {
            "type": kind,
            "example": json.dumps(found["example"], indent=2) if "example" in found else "",
        }
        for kind, found in content.items()
        if isinstance(found, dict)
    ]


def _answer(found: object, contract: Mapping[str, object]) -> dict[str, object]:
    answer = _named(found, contract)
    return {
        "description": answer.get("description", ""),
        "types": sorted(_object(answer.get("content"))),
    }


def _named(value: object, contract: Mapping[str, object]) -> Mapping[str, object]:
    """Return an object, or the one that a reference in it leads to."""
    found = _object(value)
    place = found.get("$ref")
    if not isinstance(place, str):
        return found
    target: object = contract
    for part in place.removeprefix("#/").split("/"):
        target = _object(target).get(part)
    return _object(target)


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
