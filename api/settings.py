"""The settings of the service: one table, read from a TOML file and from the environment."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, get_type_hints

import msgspec
from msgspec import Meta

from reasoner import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "MEDNEC_"
OTHERS: Final = frozenset({"CACHE", "KNOWLEDGE", "TRACEBACK", "SETTINGS"})
"""Names in the environment that the command line reads itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What the operator of the service may set.

    In the environment, a name is written in capitals after `MEDNEC_`, and the values of a list are
    separated by commas. The environment overrides the file.
    """

    cache: Annotated[
        Path | None, Meta(description="folder in which compiled knowledge is kept between runs")
    ] = None
    database: Annotated[
        str,
        Meta(
            description="records and keys: a path, or a URL of SQLite or PostgreSQL; empty for none"
        ),
    ] = ""
    store: Annotated[
        str,
        Meta(description="graphs that SPARQL reads: a folder, or the URL of a SPARQL 1.1 endpoint"),
    ] = ""
    signing_key: Annotated[
        Path | None,
        Meta(
            description="file of the Ed25519 key of checkpoints; empty for one next to the database"
        ),
    ] = None
    hosts: Annotated[
        tuple[str, ...],
        Meta(description="names under which the service is reached; others are refused; * for any"),
    ] = ("localhost", "127.0.0.1", "[::1]")
    origins: Annotated[
        tuple[str, ...],
        Meta(description="origins of other sites whose pages may call the service (CORS)"),
    ] = ()
    https: Annotated[
        bool, Meta(description="true if clients reach the service by HTTPS: answers carry HSTS")
    ] = False
    proxies: Annotated[
        int,
        Meta(
            ge=0, description="how many trusted proxies add X-Forwarded-For in front of the service"
        ),
    ] = 0
    open: Annotated[
        bool,
        Meta(description="true to serve without keys on loopback, as long as no admin key exists"),
    ] = True
    issuer: Annotated[str, Meta(description="OIDC: the issuer of tokens; empty for none")] = ""
    audience: Annotated[str, Meta(description="OIDC: the audience that a token must name")] = ""
    jwks: Annotated[
        str, Meta(description="OIDC: file or https address of the keys of the issuer")
    ] = ""
    roles_claim: Annotated[str, Meta(description="OIDC: the claim that lists the roles")] = "roles"
    case_bytes: Annotated[int, Meta(ge=1, description="largest case, in bytes")] = 1_000_000
    document_bytes: Annotated[
        int, Meta(ge=1, description="largest determination or decision, in bytes")
    ] = 4_000_000
    query_bytes: Annotated[int, Meta(ge=1, description="longest SPARQL query, in bytes")] = 64_000
    bulk_bytes: Annotated[
        int, Meta(ge=1, description="largest bulk intake or upload, in bytes")
    ] = 64_000_000
    body_seconds: Annotated[
        float, Meta(gt=0, description="longest time in which a body arrives, in seconds")
    ] = 30
    threads: Annotated[
        int, Meta(ge=1, description="requests that are read or answered at the same time")
    ] = 64
    workers: Annotated[
        int,
        Meta(
            ge=0,
            description="processes that decide cases; 0 to decide in the process of the service",
        ),
    ] = 0
    decision_seconds: Annotated[
        float, Meta(gt=0, description="longest time that a case is decided, in seconds")
    ] = 20
    decision_bytes: Annotated[
        int, Meta(ge=1, description="memory of a process that decides cases, in bytes")
    ] = 3_000_000_000
    queue: Annotated[
        int, Meta(ge=0, description="cases that wait for a process before others get a 503")
    ] = 64
    grace_seconds: Annotated[
        int, Meta(ge=1, description="time for requests in flight after a signal to end, in seconds")
    ] = 30
    rate: Annotated[
        str, Meta(description="requests of one caller, such as 100/second; empty for no limit")
    ] = "6000/minute"
    rate_refused: Annotated[
        str, Meta(description="refused credentials of one address; empty for no limit")
    ] = "30/minute"
    rate_storage: Annotated[
        str,
        Meta(
            description="where rates are counted: memory:// or a store shared by several processes"
        ),
    ] = "memory://"
    log: Annotated[
        bool, Meta(description="true to write one line of JSON for each request to stderr")
    ] = False
    otlp: Annotated[
        str, Meta(description="OpenTelemetry: address that takes OTLP over HTTP; empty for none")
    ] = ""
    small_cell: Annotated[
        int,
        Meta(
            ge=1,
            description="analysts: the smallest group of determinations that is shown",
        ),
    ] = 11
    dates: Annotated[
        str, Meta(description="analysts: how exact dates are: month, quarter, year or none")
    ] = "month"


def read_settings(
    environment: Mapping[str, str], file: Path | None = None, **given: object
) -> Settings:
    """
    Read the settings of the service.

    Args:
        environment: The environment variables.
        file: A TOML file with settings by name; None for none.
        given: Defaults by name, such as those of `mednec serve`.

    Raises:
        SettingRefused: A name is unknown, or a value is not of the type of the setting.
    """
    known = {one.name: one for one in fields(Settings)}
    values: dict[str, object] = dict(given)
    if file is not None:
        values |= _of_file(file, set(known))
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable.removeprefix(PREFIX) in OTHERS:
            continue
        name = _known(variable.removeprefix(PREFIX).lower(), set(known), variable)
        values[name] = _listed(text) if isinstance(known[name].default, tuple) else text
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_decoded)
    except msgspec.ValidationError as error:
        raise errors.SettingRefused(f"A setting has a wrong value: {error}.", hint=HINT) from error
    if settings.dates not in DATES:
        raise errors.SettingRefused(f"dates is '{settings.dates}'; expected {', '.join(DATES)}.")
    return settings


DATES: Final = ("month", "quarter", "year", "none")
HINT: Final = "'mednec doctor --settings' lists all settings with their defaults."


def settings_table(settings: Settings) -> list[tuple[str, str, str]]:
    """Return the name, the value and the meaning of each setting, in the order of the table."""
    hints = get_type_hints(Settings, include_extras=True)
    return [
        (
            one.name,
            _written(getattr(settings, one.name)),
            hints[one.name].__metadata__[0].description,
        )
        for one in fields(Settings)
    ]


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _of_file(file: Path, known: set[str]) -> dict[str, object]:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.SettingRefused(f"{file}: {error.strerror}.") from error
    except ValueError as error:
        raise errors.SettingRefused(f"{file}: not TOML: {error}.") from error
    return {_known(name, known, f"{file}: {name}"): value for name, value in found.items()}


def _known(name: str, known: set[str], place: str) -> str:
    if name in known:
        return name
    near = get_close_matches(name, sorted(known), n=1, cutoff=0)
    raise errors.SettingRefused(f"{place} is not a setting; the nearest is '{near[0]}'.", hint=HINT)


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _decoded(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise NotImplementedError
