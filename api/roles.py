"""Roles, what each may do, and who a caller is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reasoner import Physician

PUBLIC: Final = ""
DECIDE: Final = "decide"
READ: Final = "case:read"
WRITE: Final = "case:write"
SIGN: Final = "sign"
QUERY: Final = "query"
ANALYZE: Final = "analyze"
CHANGE: Final = "change"
PUBLISH: Final = "publish"
OPERATE: Final = "operate"
AUDIT: Final = "audit"

ROLES: Final = {
    "reviewer": frozenset({DECIDE, READ, WRITE, QUERY}),
    "physician": frozenset({DECIDE, READ, WRITE, QUERY, SIGN}),
    "analyst": frozenset({DECIDE, QUERY, ANALYZE}),
    "author": frozenset({DECIDE, QUERY, CHANGE}),
    "admin": frozenset({QUERY, PUBLISH, OPERATE, AUDIT}),
}
PERMISSIONS: Final = frozenset().union(*ROLES.values())
WITHOUT_KEY: Final = PERMISSIONS - {SIGN}
"""What a caller on loopback may do without a key: everything but sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """
    Who sent a request.

    Attributes:
        id: An identifier without a name in it, as the ledger records it.
        permissions: What the caller may do.
        roles: The roles of the caller, sorted; empty for a caller without a key.
        physician: The physician whose credential this is; None for anybody else.
    """

    id: str
    permissions: frozenset[str]
    roles: tuple[str, ...] = ()
    physician: Physician | None = None

    def may(self, permission: str) -> bool:
        """Return True if the caller has a permission."""
        return permission in self.permissions


NOBODY: Final = Caller(id="nobody", permissions=frozenset())


def permissions_of(roles: tuple[str, ...], scopes: tuple[str, ...]) -> frozenset[str]:
    """Return what roles allow, narrowed to the scopes if there are any."""
    allowed = frozenset().union(*(ROLES[role] for role in roles if role in ROLES))
    return allowed & set(scopes) if scopes else allowed


def opaque(*texts: str) -> str:
    """Return an identifier that stays the same and does not show what it is made of."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:24]
