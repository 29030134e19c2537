"""The commands `mednec keys create`, `list` and `revoke`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from .serve import SETTINGS_FILE, service_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

from contextlib import contextmanager


@contextmanager
def _keys(settings_file: Path | None) -> Iterator[Any]:
    records = import_module("api").Records.open(service_settings(settings_file))
    if records is None:
        raise click.UsageError("The setting 'database' is empty: keys have no place.")
    try:
        yield records.keys
    finally:
        records.close()


@click.group("keys")
def keys_group() -> None:
    """Make, list and revoke the API keys of the service."""


@keys_group.command("create")
@click.argument("label")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    help="reviewer, physician, analyst, author or admin; several times for several.",
)
@click.option("--scope", "scopes", multiple=True, help="Narrow the key to this permission.")
@click.option("--days", type=click.IntRange(min=1), help="Days until it expires; else never.")
@click.option("--physician", "name", help="Role physician: the name on the license.")
@click.option("--licence", help="Role physician: state and number of the license.")
@click.option("--specialty", help="Role physician: certification or specialty.")
@click.option("--hours", default="", help="Role physician: when the physician can be reached.")
@SETTINGS_FILE
def create_command(  # noqa: PLR0913, PLR0917 - one argument for each option
    label: str,
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    days: int | None,
    name: str | None,
    licence: str | None,
    specialty: str | None,
    hours: str,
    settings_file: Path | None,
) -> None:
    """
    Make a key for what LABEL says, and print it: it cannot be shown again.

    With the first key of an admin, callers without a key are no longer served.
    """
    from reasoner.records.signing import Physician  # noqa: PLC0415 - loads the engine

    physician = None
    if name and licence and specialty:
        physician = Physician(name=name, licence=licence, specialty=specialty, hours=hours)
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    with _keys(settings_file) as keys:
        key, credential = keys.create(
            label=label, roles=roles, scopes=scopes, expires_at=expires, physician=physician
        )
    click.echo(f"key {key.id}: {', '.join(key.roles)}, expires {key.expires_at}", err=True)
    click.echo(credential)


@keys_group.command("list")
@SETTINGS_FILE
def list_command(settings_file: Path | None) -> None:
    """List the keys: id, state, roles, scopes, expiry and label."""
    with _keys(settings_file) as keys:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for key in keys.all():
            state = "active" if key.is_active(now) else "revoked" if key.revoked_at else "expired"
            what = ",".join(key.roles) + (f" ({','.join(key.scopes)})" if key.scopes else "")
            click.echo(f"{key.id}  {state:<8} {what:<24} {key.expires_at:<21} {key.label}")


@keys_group.command("revoke")
@click.argument("key_id", metavar="ID")
@SETTINGS_FILE
def revoke_command(key_id: str, settings_file: Path | None) -> None:
    """Revoke the key ID; it is refused from now on."""
    with _keys(settings_file) as keys:
        keys.revoke(key_id)
    click.echo(f"revoked {key_id}")
