"""Who calls, and what a caller may do: roles, permissions and the route that asks for each."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from .roles import (
    ANALYZE,
    AUDIT,
    CHANGE,
    DECIDE,
    NOBODY,
    OPERATE,
    PUBLIC,
    PUBLISH,
    QUERY,
    READ,
    ROLES,
    SIGN,
    WITHOUT_KEY,
    WRITE,
    Caller,
)
from .state import current

if TYPE_CHECKING:
    from flask import Flask

NEEDED: Final = {
    "analysis": ANALYZE,
    "bulk": WRITE,
    "comments": WRITE,
    "knowledge": QUERY,
    "publishing": PUBLISH,
    "records": READ,
    "records.create_case": WRITE,
    "records.replace_case": WRITE,
    "records.decide_again": WRITE,
    "reviews": WRITE,
    "rulings": READ,
    "rulings.sign_determination": SIGN,
    "what_ifs": WRITE,
    "accesses": AUDIT,
    "cases.answer": DECIDE,
    "cases.begin": PUBLIC,
    "changes": CHANGE,
    "decisions": SIGN,
    "determinations": DECIDE,
    "documentation": PUBLIC,
    "explanations": DECIDE,
    "home": PUBLIC,
    "letters": DECIDE,
    "queries": QUERY,
    "service": PUBLIC,
    "service.metrics": OPERATE,
    "sparql": QUERY,
}
"""The permission for an endpoint, else for its blueprint. What is not listed is refused to all."""
REALM: Final = "mednec"
OPEN: Final = "open/loopback"
"""The caller on loopback who needs no key yet."""


def register(app: Flask) -> None:
    """Authenticate each request of an application before its body is read."""
    app.before_request(_admit)


def caller() -> Caller:
    """Return who sent the present request."""
    found: object = g.get("caller")
    return found if isinstance(found, Caller) else NOBODY


def needed_for(endpoint: str) -> str | None:
    """Return the permission that an endpoint asks for; empty for none, None if nobody may."""
    return NEEDED.get(endpoint, NEEDED.get(endpoint.partition(".")[0]))


def _admit() -> None:
    if request.endpoint is None:
        return  # the answer is that there is nothing
    g.caller = _authenticated()
    g.caller_id = g.caller.id
    if request.endpoint not in UNCOUNTED:
        current().rates.count(g.caller.id if g.caller is not NOBODY else _address())
    permission = needed_for(request.endpoint)
    if permission == PUBLIC:
        return
    if permission is None:
        raise Forbidden("Nobody may do this.")
    require(permission)


UNCOUNTED: Final = frozenset({"service.live", "service.ready"})
"""The endpoints that those who watch the service ask often."""


def require(permission: str) -> None:
    """
    Refuse the present request unless its caller has a permission.

    Raises:
        Unauthorized: The credential is missing.
        Forbidden: The credential is that of another role.
    """
    found = caller()
    if found.may(permission):
        return
    roles = sorted(role for role, allowed in ROLES.items() if permission in allowed)
    if found.id in {NOBODY.id, OPEN}:
        raise _unauthorized(f"This needs a credential with the role {' or '.join(roles)}.")
    raise Forbidden(
        f"This needs the role {' or '.join(roles)}, and a scope that includes '{permission}'."
    )


def _authenticated() -> Caller:
    state = current()
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return _keyless()
    state.rates.check_refusals(_address())
    credential = value.strip()
    if scheme.lower() == "basic" and request.authorization is not None:
        credential = request.authorization.password or ""
    found = None
    if scheme.lower() in {"basic", "bearer"}:
        found = state.identify(credential)
    if found is None:
        state.rates.count_refusal(_address())
        state.metrics.refused.labels("credential").inc()
        raise _unauthorized("The credential is unknown, expired or revoked.")
    return found


def _keyless() -> Caller:
    state = current()
    if state.is_open() and _is_loopback():
        return Caller(id=OPEN, permissions=WITHOUT_KEY)
    return NOBODY


def _is_loopback() -> bool:
    """Return True if the request came over loopback, and not through a proxy."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _address() -> str:
    """Return the address of the caller, as the trusted proxies state it."""
    proxies = current().settings.proxies
    hops = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    return hops[-proxies] if 0 < proxies <= len(hops) else request.remote_addr or ""


def _unauthorized(text: str) -> Unauthorized:
    offered = WWWAuthenticate("bearer", {"realm": REALM})
    hint = "Send 'Authorization: Bearer KEY'; 'mednec keys create' makes a key."
    return Unauthorized(f"{text} {hint}", www_authenticate=offered)
