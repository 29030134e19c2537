"""A request of the SPARQL 1.1 protocol: GET, a form, or the query as the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from reasoner import errors

from .bodies import given_once
from .state import current

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
FIELDS: Final = 200
ONCE: Final = frozenset(("query",))
"""Clients add parameters of their own, some of them twice; the protocol speaks of this one."""
UPDATES: Final = frozenset(("update", "using-graph-uri", "using-named-graph-uri"))
ENCODINGS: Final = frozenset(("utf-8", "utf8", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolRequest:
    """
    What the protocol says.

    Attributes:
        query: The query.
        default: The graphs of the default graph; None if none is named.
        named: The named graphs; None if none is named.
    """

    query: str
    default: tuple[str, ...] | None
    named: tuple[str, ...] | None


def protocol_request() -> ProtocolRequest | None:
    """
    Read the present request; None for a GET without a query, which asks for the description.

    Raises:
        QueryUnreadable: Without a query, or not UTF-8.
        QueryForbidden: An update.
        QueryTooCostly: The body is longer than a query may be.
        BadRequest: A parameter that may be given once is given twice.
        UnsupportedMediaType: The body is not a query.
    """
    pairs, text = _sent()
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    if UPDATES & set(given):
        raise _no_updates()
    given_once({name: values for name, values in given.items() if name in ONCE})
    if text is not None and "query" in given:
        raise BadRequest("The query is in the address and in the body; send it once.")
    if text is None and "query" not in given:
        if request.method in {"GET", "HEAD"} and not given:
            return None
        raise errors.QueryUnreadable("The parameter 'query' is missing.", hint="Send a query.")
    return ProtocolRequest(
        query=given["query"][0] if text is None else text,
        default=_graphs(given, "default-graph-uri"),
        named=_graphs(given, "named-graph-uri"),
    )


def _sent() -> tuple[list[tuple[str, str]], str | None]:
    """Return the parameters of the address and the form, and the query if it is the body."""
    pairs = _pairs(request.query_string)
    if request.method != "POST":
        return pairs, None
    if request.mimetype == UPDATE:
        raise _no_updates()
    if request.mimetype not in {FORM, DIRECT}:
        raise UnsupportedMediaType(f"Send {DIRECT}, or a form ({FORM}) with 'query'.")
    if request.mimetype_params.get("charset", "").lower() not in ENCODINGS:
        raise UnsupportedMediaType("Send the query as UTF-8.")
    body = _body()
    return (pairs + _pairs(body), None) if request.mimetype == FORM else (pairs, _decoded(body))


def _graphs(given: dict[str, list[str]], name: str) -> tuple[str, ...] | None:
    return tuple(given[name]) if name in given else None


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS
        )
    except UnicodeDecodeError as error:
        raise errors.QueryUnreadable("The parameters are not UTF-8.") from error
    except ValueError as error:
        raise BadRequest(f"The request has more than {FIELDS} parameters.") from error


def _body() -> bytes:
    limit = current().settings.query_bytes
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise errors.QueryTooCostly(
            f"The query is longer than {limit:,} bytes.", hint="Send a shorter query."
        )
    return data


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.QueryUnreadable("The query is not UTF-8.") from error


def _no_updates() -> errors.QueryForbidden:
    return errors.QueryForbidden("Updates are not offered: queries only read.")
