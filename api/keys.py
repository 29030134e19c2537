"""API keys: made once, shown once, kept as hashes in the database of the records."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from reasoner import Physician, errors

from .roles import PERMISSIONS, ROLES, Caller, permissions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner import Ledger

METADATA: Final = sa.MetaData()
KEYS: Final = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text, nullable=False),
    sa.Column("physician", sa.JSON),
)
SHAPE: Final = re.compile(r"mednec_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
NEVER: Final = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """
    What is known of a key; the key itself is not kept.

    Attributes:
        id: Its public part.
        label: What it is for, in the words of the operator.
        roles: Its roles.
        scopes: The permissions to which it is narrowed; empty for all of its roles.
        created_at: When it was made, in UTC.
        expires_at: When it expires, in UTC, or `never`.
        revoked_at: When it was revoked, in UTC; empty if it was not.
        physician: Whose key it is, for a key that signs; None for another.
    """

    id: str
    label: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str
    revoked_at: str
    physician: Physician | None

    def is_active(self, now: str) -> bool:
        """Return True if the key is neither revoked nor expired."""
        return not self.revoked_at and (self.expires_at == NEVER or now < self.expires_at)


class Keys:
    """
    The keys of the database of a ledger.

    Args:
        ledger: The ledger; the table is made in its database if it is missing.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.engine = ledger.database.engine
        with ledger.database.writing() as connection:
            METADATA.create_all(connection, checkfirst=True)

    def create(
        self,
        *,
        label: str,
        roles: Sequence[str],
        scopes: Sequence[str] = (),
        expires_at: datetime | None = None,
        physician: Physician | None = None,
    ) -> tuple[ApiKey, str]:
        """
        Make a key.

        Args:
            label: What it is for.
            roles: Its roles, at least one.
            scopes: The permissions to which it is narrowed; empty for all of its roles.
            expires_at: When it expires; None for never.
            physician: Whose key it is; required for, and only for, the role physician.

        Returns:
            What is known of it, and the key, which cannot be shown again.

        Raises:
            KeyRefused: A role or scope is unknown, or the physician is missing.
        """
        _check(roles, scopes, physician)
        secret = secrets.token_urlsafe(32)
        found = ApiKey(
            id=secrets.token_hex(6),
            label=label,
            roles=tuple(sorted(set(roles))),
            scopes=tuple(sorted(set(scopes))),
            created_at=_stamp(datetime.now(UTC)),
            expires_at=_stamp(expires_at) if expires_at else NEVER,
            revoked_at="",
            physician=physician,
        )
        row = {
            "id": found.id,
            "hash": _hash(secret),
            "label": label,
            "roles": " ".join(found.roles),
            "scopes": " ".join(found.scopes),
            "created_at": found.created_at,
            "expires_at": found.expires_at,
            "revoked_at": "",
            "physician": _written(physician),
        }
        with self.engine.begin() as connection:
            connection.execute(KEYS.insert(), row)
        return found, f"mednec_{found.id}_{secret}"

    def all(self) -> list[ApiKey]:
        """List the keys, oldest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(KEYS).order_by(KEYS.c.created_at, KEYS.c.id))
            return [_key(row) for row in rows]

    def revoke(self, key_id: str) -> None:
        """
        Revoke a key: it is refused from now on.

        Raises:
            KeyRefused: It does not exist.
        """
        with self.engine.begin() as connection:
            done = connection.execute(
                KEYS.update()
                .where(KEYS.c.id == key_id, KEYS.c.revoked_at == "")
                .values(revoked_at=_stamp(datetime.now(UTC)))
            )
        if not done.rowcount:
            raise errors.KeyRefused(
                f"The key '{key_id}' does not exist, or is revoked already.",
                hint="'mednec keys list' lists the keys.",
            )

    def identify(self, credential: str) -> Caller | None:
        """Return whose key a credential is; None if it is not a key in use."""
        parts = SHAPE.fullmatch(credential)
        if parts is None:
            return None
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(KEYS).where(KEYS.c.id == parts[1])).first()
        kept = row.hash if row is not None else _hash("")
        if not hmac.compare_digest(kept, _hash(parts[2])) or row is None:
            return None
        key = _key(row)
        if not key.is_active(_stamp(datetime.now(UTC))):
            return None
        return Caller(
            id=f"keys/{key.id}",
            permissions=permissions_of(key.roles, key.scopes),
            roles=key.roles,
            physician=key.physician,
        )

    def has_admin(self) -> bool:
        """Return True if a key with the role admin is in use."""
        now = _stamp(datetime.now(UTC))
        return any("admin" in key.roles and key.is_active(now) for key in self.all())


def _check(roles: Sequence[str], scopes: Sequence[str], physician: Physician | None) -> None:
    for name, given, known in (("role", roles, ROLES), ("scope", scopes, PERMISSIONS)):
        if unknown := sorted(set(given) - set(known)):
            raise errors.KeyRefused(
                f"'{unknown[0]}' is not a {name}.", hint=f"Write one of {', '.join(sorted(known))}."
            )
    if not roles:
        raise errors.KeyRefused("A key has at least one role.")
    if ("physician" in roles) != (physician is not None):
        raise errors.KeyRefused(
            "The role physician and the name, licence and specialty of a physician go together.",
            hint="Give --physician, --licence and --specialty with --role physician.",
        )


def _hash(secret: str) -> str:
    """Hash a secret of 256 random bits; a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(physician: Physician | None) -> dict[str, str] | None:
    if physician is None:
        return None
    return {
        "name": physician.name,
        "licence": physician.licence,
        "specialty": physician.specialty,
        "hours": physician.hours,
    }


def _key(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    values = row._mapping  # noqa: SLF001 - the public way to read a row by name
    physician = values["physician"]
    return ApiKey(
        id=values["id"],
        label=values["label"],
        roles=tuple(values["roles"].split()),
        scopes=tuple(values["scopes"].split()),
        created_at=values["created_at"],
        expires_at=values["expires_at"],
        revoked_at=values["revoked_at"],
        physician=Physician(**physician) if physician else None,
    )
