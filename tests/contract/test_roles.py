"""Who may do what: keys, tokens, roles, and a signature that only a physician gives."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from api import Records, Settings, create_app
from api.access import needed_for
from api.roles import PERMISSIONS, ROLES
from reasoner import Physician, errors

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from reasoner import Knowledge

SEED = Path(__file__).parents[2] / "fixtures" / "cases" / "seed-2014-spine-12-visits"
TURTLE = (SEED / "case.ttl").read_bytes()
ANA = Physician(name="Ana Reyes, MD", licence="Massachusetts 123456", specialty="Pain Medicine")


class Service:
    """An application with records, and a key for each role."""

    def __init__(self, knowledge: Knowledge, folder: Path, **settings: Any) -> None:
        """Make the keys before the application, as an operator does."""
        self.settings = Settings(database=str(folder / "records.db"), **settings)
        records = Records.open(self.settings)
        assert records is not None
        self.records = records
        self.keys = {
            role: records.keys.create(
                label=role, roles=[role], physician=ANA if role == "physician" else None
            )[1]
            for role in ROLES
        }
        self.app: Flask = create_app(knowledge, self.settings)
        self.client: FlaskClient = self.app.test_client()

    def ask(self, key: str, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request with the credential of a role, or with any other text."""
        headers = {"Authorization": f"Bearer {self.keys.get(key, key)}"} if key else {}
        return self.client.open(path, method=method, headers=headers, **options)


@pytest.fixture(scope="module")
def service(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Service:
    return Service(knowledge, tmp_path_factory.mktemp("roles"))


def test_each_route_states_who_may_use_it(service: Service) -> None:
    """A route that nobody thought of is refused to all."""
    unstated = [
        rule.endpoint
        for rule in service.app.url_map.iter_rules()
        if needed_for(rule.endpoint) is None
    ]

    assert unstated == []
    assert needed_for("nothing.known") is None


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_reaches_its_routes_and_no_others(service: Service, role: str) -> None:
    """Each cell of roles and routes: an answer, or a refusal that names who may."""
    for rule in service.app.url_map.iter_rules():
        permission = needed_for(rule.endpoint)
        assert permission is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = rule.rule.replace("<path:", "<").replace("<int:", "<")
            answer = service.ask(role, method, path.replace("<", "x").replace(">", "x"))
            allowed = not permission or permission in ROLES[role]
            assert (answer.status_code == 403) == (not allowed), (role, method, path)
            nobody = service.ask("", method, path.replace("<", "x").replace(">", "x"))
            assert (nobody.status_code == 401) == bool(permission), (method, path)


def test_a_body_is_not_read_before_the_caller_is_known(service: Service) -> None:
    """A malformed body without a credential is 401, not 400."""
    answer = service.ask("", "POST", "/v1/determinations", data=b"{", content_type="text/turtle")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "credential",
    ["", "x", "mednec_000000000000_" + "a" * 43, "mednec_zz", "é", "eyJhbGciOiJub25lIn0.e30."],
)
def test_an_unknown_credential_is_refused(service: Service, credential: str) -> None:
    """A wrong credential is refused even where none is needed."""
    headers = {"Authorization": f"Bearer {credential}".encode("latin-1").decode("latin-1")}
    answer = service.client.get("/v1/health", headers=headers)

    assert answer.status_code == 401
    assert credential not in answer.text or not credential or credential == "x"


def test_a_key_ends_when_it_expires_or_is_revoked(service: Service) -> None:
    """An old key opens nothing, from the next request on."""
    now = datetime.now(UTC)
    _, late = service.records.keys.create(
        label="late", roles=["reviewer"], expires_at=now - timedelta(seconds=1)
    )
    key, good = service.records.keys.create(
        label="good", roles=["reviewer"], expires_at=now + timedelta(hours=1)
    )
    asked = {"data": TURTLE, "content_type": "text/turtle"}

    assert service.ask(late, "POST", "/v1/determinations", **asked).status_code == 401
    assert service.ask(good, "POST", "/v1/determinations", **asked).status_code == 200
    service.records.keys.revoke(key.id)
    assert service.ask(good, "POST", "/v1/determinations", **asked).status_code == 401
    with pytest.raises(errors.KeyRefused, match="revoked already"):
        service.records.keys.revoke(key.id)


def test_a_scope_narrows_a_key(service: Service) -> None:
    """A key for one job cannot do another, whatever its role may."""
    _, narrow = service.records.keys.create(label="job", roles=["reviewer"], scopes=["query"])

    answer = service.ask(
        narrow, "POST", "/v1/determinations", data=TURTLE, content_type="text/turtle"
    )

    assert answer.status_code == 403
    assert service.ask(narrow, "GET", "/sparql?query=ASK+{}").status_code == 200


@pytest.mark.parametrize(
    ("roles", "scopes", "physician"),
    [
        (["reviwer"], [], None),
        ([], [], None),
        (["reviewer"], ["everything"], None),
        (["physician"], [], None),
        (["reviewer"], [], ANA),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    service: Service, roles: list[str], scopes: list[str], physician: Physician | None
) -> None:
    """A physician's key names the physician, and no other key does."""
    with pytest.raises(errors.KeyRefused):
        service.records.keys.create(label="x", roles=roles, scopes=scopes, physician=physician)


def test_the_database_holds_no_key(service: Service) -> None:
    """A stolen database opens nothing."""
    folder = Path(service.settings.database).parent
    written = b"".join(path.read_bytes() for path in folder.iterdir())

    for key in service.keys.values():
        assert key.rpartition("_")[2].encode() not in written


def test_too_many_wrong_credentials_of_one_address_are_refused(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """Keys cannot be guessed; even the right one waits then."""
    service = Service(knowledge, tmp_path, rate_refused="3/minute")
    found = [service.ask("wrong", "GET", "/v1/health").status_code for _ in range(5)]

    assert found == [401, 401, 401, 429, 429]


def accepted(service: Service) -> dict[str, Any]:
    determination = service.ask(
        "physician", "POST", "/v1/determinations", data=TURTLE, content_type="text/turtle"
    ).get_json()
    unseen = [
        source["iri"]
        for source in determination["determinations"][0]["sources"]
        if source["iri"].endswith(("/lumbar-sprain", "/neck-sprain"))
    ]
    return {
        "determination": determination,
        "decision": "accept",
        "decidedOn": "2014-08-20",
        "visits": 0,
        "confirmed": unseen,
    }


def test_only_a_physicians_own_credential_signs(service: Service) -> None:
    """The name on the decision is that of the credential; nobody signs for another."""
    sent = accepted(service)
    other = {**sent, "physician": {"name": "Ben Ito, MD", "licence": "x", "specialty": "y"}}

    signed = service.ask("physician", "POST", "/v1/decisions", json=sent)
    assert signed.status_code == 200, signed.text
    assert signed.get_json()["decisions"][0]["physician"]["name"] == ANA.name
    assert service.ask("physician", "POST", "/v1/decisions", json=other).status_code == 403
    for role in sorted(set(ROLES) - {"physician"}):
        assert service.ask(role, "POST", "/v1/decisions", json=sent).status_code == 403


def test_a_fresh_service_needs_no_key_on_loopback_alone(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """Without an admin, a laptop works at once; the network, a proxy and a signature do not."""
    app = create_app(knowledge, Settings(database=str(tmp_path / "records.db")))
    client = app.test_client()
    asked: dict[str, Any] = {"data": TURTLE, "content_type": "text/turtle"}
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}

    assert client.post("/v1/determinations", **asked).status_code == 200
    assert client.post("/v1/decisions", json={}).status_code == 401
    assert client.post("/v1/determinations", **asked, headers=forwarded).status_code == 401
    assert client.post("/v1/determinations", **asked, environ_base=elsewhere).status_code == 401
    assert client.get("/livez", environ_base=elsewhere).status_code == 200


def test_the_first_admin_ends_the_service_without_keys(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """Keys of other roles do not; `open = false` ends it from the beginning."""
    settings = Settings(database=str(tmp_path / "records.db"))
    client = create_app(knowledge, settings).test_client()
    records = Records.open(settings)
    assert records is not None

    records.keys.create(label="r", roles=["reviewer"])
    before = client.get("/sparql?query=ASK+{}").status_code
    records.keys.create(label="a", roles=["admin"])
    after = client.get("/sparql?query=ASK+{}").status_code
    closed = create_app(knowledge, Settings(open=False)).test_client()

    assert (before, after) == (200, 401)
    assert closed.get("/sparql?query=ASK+{}").status_code == 401


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ECKey]:
    """Make the keys of an issuer; nothing is asked over the network."""
    key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
    path = tmp_path_factory.mktemp("issuer") / "jwks.json"
    path.write_text(json.dumps(KeySet([key]).as_dict(private=False)), encoding="utf-8")
    return path, key


CLAIMS = {
    "iss": "https://id.example",
    "aud": "mednec",
    "sub": "ana.reyes@hospital.example",
    "roles": ["physician"],
    "name": ANA.name,
    "licence": ANA.licence,
    "specialty": ANA.specialty,
}


def token(key: ECKey, changes: dict[str, Any], alg: str = "ES256") -> str:
    claims = {**CLAIMS, "exp": int(time.time()) + 300, **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "one"}, kept, key)


@pytest.fixture(scope="module")
def federated(
    knowledge: Knowledge, issuer: tuple[Path, ECKey], tmp_path_factory: pytest.TempPathFactory
) -> Service:
    return Service(
        knowledge,
        tmp_path_factory.mktemp("federated"),
        issuer="https://id.example",
        audience="mednec",
        jwks=str(issuer[0]),
    )


def test_a_token_of_the_issuer_is_a_credential(
    federated: Service, issuer: tuple[Path, ECKey]
) -> None:
    """A physician signs under the name in the token; the id in the ledger shows no address."""
    sent = accepted(federated)

    signed = federated.ask(token(issuer[1], {}), "POST", "/v1/decisions", json=sent)

    assert signed.status_code == 200, signed.text
    assert signed.get_json()["decisions"][0]["physician"]["licence"] == ANA.licence
    reviewer = token(issuer[1], {"roles": "reviewer other"})
    assert federated.ask(reviewer, "POST", "/v1/decisions", json=sent).status_code == 403
    nameless = token(issuer[1], {"licence": None})
    assert federated.ask(nameless, "POST", "/v1/decisions", json=sent).status_code == 403
    assert federated.ask("", "GET", "/sparql?query=ASK+{}").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"exp": 1_400_000_000},
        {"exp": None},
        {"sub": None},
        {"nbf": 4_000_000_000},
    ],
)
def test_a_token_of_somebody_else_is_refused(
    federated: Service, issuer: tuple[Path, ECKey], changes: dict[str, Any]
) -> None:
    """Issuer, audience, subject and time are all checked."""
    answer = federated.ask(token(issuer[1], changes), "GET", "/v1/health")

    assert answer.status_code == 401


def test_a_token_with_another_signature_is_refused(
    federated: Service, issuer: tuple[Path, ECKey]
) -> None:
    """Neither another key nor a token without signature is accepted."""
    other = ECKey.generate_key("P-256", {"kid": "one"})
    good = token(issuer[1], {})
    unsigned = f"eyJhbGciOiJub25lIn0.{good.split('.')[1]}."

    assert federated.ask(token(other, {}), "GET", "/v1/health").status_code == 401
    assert federated.ask(unsigned, "GET", "/v1/health").status_code == 401
    assert federated.ask(good, "GET", "/v1/health").status_code == 200


def test_the_settings_of_an_issuer_go_together(tmp_path: Path, knowledge: Knowledge) -> None:
    """An issuer without an audience would accept the tokens of other services."""
    with pytest.raises(errors.SettingRefused, match="audience, jwks"):
        create_app(knowledge, Settings(issuer="https://id.example"))
    missing = Settings(issuer="x", audience="y", jwks=str(tmp_path / "none.json"))
    with pytest.raises(errors.SettingRefused, match="cannot be read"):
        create_app(knowledge, missing)


def test_every_permission_belongs_to_a_role() -> None:
    """A permission that no role has would be a route that nobody can use."""
    assert all(any(one in allowed for allowed in ROLES.values()) for one in PERMISSIONS)
