"""What the service needs on this machine, looked at one by one."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner import VERSION, errors, load_knowledge

from .rates import Rates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .settings import Settings

SPACE: Final = 1_000_000_000
"""Bytes that should be free where records are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    What was found about one need of the service.

    Attributes:
        need: What the service needs.
        state: `good`, `note` for something that works in part, or `bad`.
        detail: What was found, and what to do.
    """

    need: str
    state: str
    detail: str


def examine(folder: Path, settings: Settings) -> Iterator[Finding]:
    """
    Look at each need of the service, without changing anything and without the network.

    Args:
        folder: The folder of the knowledge base.
        settings: The settings of the service.
    """
    yield Finding(need="version", state="good", detail=f"mednec {VERSION}, Python {_python()}")
    yield _found("knowledge", lambda: _knowledge(folder, settings))
    yield _found("rates", lambda: _rates(settings))
    yield _cache(settings)
    yield _processors(settings)
    yield _libraries("containment of queries", "pyseccomp", "the network is not taken from them")
    if settings.database.startswith("postgresql"):
        yield _libraries("PostgreSQL", "psycopg", "install mednec[postgresql]", needed=True)
    if settings.otlp:
        yield _libraries("OpenTelemetry", "opentelemetry.sdk", "install mednec[telemetry]", True)
    if settings.jwks and not settings.jwks.startswith("https://"):
        yield _file("keys of the issuer", Path(settings.jwks))
    if settings.database and "://" not in settings.database:
        yield _space(Path(settings.database))


def _python() -> str:
    return ".".join(str(part) for part in sys.version_info[:3])


def _found(need: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(need=need, state="good", detail=look())
    except errors.MednecError as error:
        return Finding(need=need, state="bad", detail=str(error))


def _knowledge(folder: Path, settings: Settings) -> str:
    found = load_knowledge(folder, cache=settings.cache)
    return f"{len(found.rules)} rules, digest {found.digest[:12]}, in {folder}"


def _rates(settings: Settings) -> str:
    Rates.of(settings)
    return settings.rate or "no limit"


def _cache(settings: Settings) -> Finding:
    if settings.cache is None:
        return Finding(need="cache", state="note", detail="none: each start compiles the rules")
    place = next(one for one in (settings.cache, *settings.cache.parents) if one.exists())
    state = "good" if os.access(place, os.W_OK) else "bad"
    return Finding(need="cache", state=state, detail=str(settings.cache))


def _processors(settings: Settings) -> Finding:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    detail = f"{settings.workers} that decide, {count} processors"
    if not settings.workers:
        return Finding(need="processes", state="note", detail=f"{detail}: no limit of time")
    return Finding(need="processes", state="good", detail=detail)


def _libraries(need: str, name: str, without: str, needed: bool = False) -> Finding:  # noqa: FBT001, FBT002
    try:
        there = find_spec(name) is not None
    except ModuleNotFoundError:
        there = False
    if there:
        return Finding(need=need, state="good", detail=f"{name} is installed")
    state = "bad" if needed else "note"
    return Finding(need=need, state=state, detail=f"{name} is not installed: {without}")


def _file(need: str, path: Path) -> Finding:
    good = path.is_file() and os.access(path, os.R_OK)
    return Finding(need=need, state="good" if good else "bad", detail=str(path))


def _space(path: Path) -> Finding:
    place = next(one for one in path.absolute().parents if one.exists())
    free = shutil.disk_usage(place).free
    good = free >= SPACE and os.access(place, os.W_OK)
    detail = f"{path}, {free / 1e9:.1f} GB free"
    return Finding(need="records", state="good" if good else "bad", detail=detail)
