"""OIDC: whose token it is, checked against the keys of the issuer."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.request import urlopen

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from reasoner import Physician, errors

from .roles import ROLES, Caller, opaque, permissions_of

if TYPE_CHECKING:
    from .settings import Settings

ALGORITHMS: Final = ["RS256", "RS384", "ES256", "ES384", "PS256", "EdDSA"]
"""The signatures that are accepted: asymmetric ones alone, so that no public key is a secret."""
KEPT_SECONDS: Final = 300.0
LEEWAY: Final = 30
PHYSICIAN: Final = {"name": "name", "licence": "licence", "specialty": "specialty"}
"""The claims that name the physician whose token it is."""


@dataclass(slots=True, kw_only=True)
class Issuer:
    """
    The issuer of tokens that the settings name.

    Attributes:
        issuer: What a token must name as its issuer.
        audience: What a token must name as its audience.
        address: The file or https address of the keys.
        roles_claim: The claim that lists the roles.
    """

    issuer: str
    audience: str
    address: str
    roles_claim: str
    _keys: KeySet | None = None
    _read_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    def of(settings: Settings) -> Issuer | None:
        """
        Return the issuer of the settings; None if there is none.

        Raises:
            SettingRefused: Some of its settings are missing, or its keys cannot be read.
        """
        parts = {name: getattr(settings, name) for name in ("issuer", "audience", "jwks")}
        if not any(parts.values()):
            return None
        if missing := sorted(name for name, value in parts.items() if not value):
            raise errors.SettingRefused(f"OIDC needs the settings {', '.join(missing)} too.")
        found = Issuer(
            issuer=settings.issuer,
            audience=settings.audience,
            address=settings.jwks,
            roles_claim=settings.roles_claim,
        )
        found.keys()
        return found

    def keys(self) -> KeySet:
        """
        Return the keys of the issuer, read again after some minutes.

        Raises:
            SettingRefused: They cannot be read.
        """
        with self._lock:
            if self._keys is None or time.monotonic() - self._read_at > KEPT_SECONDS:
                try:
                    self._keys = KeySet.import_key_set(json.loads(self._text()))
                except (OSError, ValueError, KeyError, JoseError) as error:
                    if self._keys is None:
                        raise errors.SettingRefused(
                            f"jwks: the keys of the issuer cannot be read from {self.address}."
                        ) from error
                self._read_at = time.monotonic()
            return self._keys

    def _text(self) -> bytes:
        if self.address.startswith("https://"):
            with urlopen(self.address, timeout=5) as answer:  # noqa: S310 - https alone, configured
                return bytes(answer.read(1_000_000))
        return Path(self.address).read_bytes()

    def identify(self, credential: str) -> Caller | None:
        """Return whose token a credential is; None if it is not a valid token of the issuer."""
        try:
            token = jwt.decode(credential, self.keys(), algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.audience},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(token.claims)
        except (JoseError, ValueError, errors.SettingRefused):
            return None
        return self._caller(token.claims)

    def _caller(self, claims: dict[str, Any]) -> Caller:
        listed = claims.get(self.roles_claim, [])
        named = listed.split() if isinstance(listed, str) else listed
        roles = [role for role in named if role in ROLES] if isinstance(named, list) else []
        who = {name: claims.get(claim) for name, claim in PHYSICIAN.items()}
        named_in_full = all(isinstance(value, str) and value for value in who.values())
        physician = None
        if "physician" in roles and named_in_full:
            physician = Physician(
                name=str(who["name"]),
                licence=str(who["licence"]),
                specialty=str(who["specialty"]),
            )
        elif "physician" in roles:
            roles.remove("physician")  # a physician without a name and a license signs nothing
        return Caller(
            id=f"oidc/{opaque(self.issuer, str(claims['sub']))}",
            permissions=permissions_of(tuple(roles), ()),
            roles=tuple(sorted(set(roles))),
            physician=physician,
        )
