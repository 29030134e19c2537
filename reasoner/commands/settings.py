"""The settings of the command line: the only module of `reasoner` that reads the environment."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What a command uses apart from its arguments.

    Attributes:
        cache: The folder in which work is kept between runs; it can be deleted at any time. None
            to keep nothing.
    """

    cache: Path | None


class _Places(NamedTuple):
    """Where each system keeps one kind of a user's files: below a home or in a variable."""

    windows: str
    mac: str
    variable: str
    xdg: str


CACHE: Final = _Places("cache", "Library/Caches", "XDG_CACHE_HOME", ".cache")
DATA: Final = _Places("data", "Library/Application Support", "XDG_DATA_HOME", ".local/share")


def default_cache(environment: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """
    Return the cache folder of mednec for this user; None where the system does not name one.

    Linux follows the XDG base directory specification, macOS and Windows their own conventions.

    Args:
        environment: The environment variables.
        platform: The operating system, as in `sys.platform`.
    """
    return _user_folder(environment, platform, CACHE)


def user_cache() -> Path | None:
    """Return the cache folder of mednec for the user who runs this process, if there is one."""
    return default_cache(os.environ)


def default_data(environment: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """
    Return the folder of what a user keeps; None where the system does not name one.

    Args:
        environment: The environment variables.
        platform: The operating system, as in `sys.platform`.
    """
    return _user_folder(environment, platform, DATA)


def _user_folder(environment: Mapping[str, str], platform: str, places: _Places) -> Path | None:
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) / "mednec" / places.windows if local else None
    home = environment.get("HOME", "")
    if platform == "darwin":
        return Path(home) / places.mac / "mednec" if home else None
    named = environment.get(places.variable, "")
    if Path(named).is_absolute():
        return Path(named) / "mednec"
    return Path(home) / places.xdg / "mednec" if home else None


def user_data() -> Path | None:
    """Return the folder in which the user who runs this process keeps records, if there is one."""
    return default_data(os.environ)


def environment() -> Mapping[str, str]:
    """Return the environment, for the settings of the service."""
    return dict(os.environ)


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def wants_traceback() -> bool:
    """Return True if a fault of mednec is to be shown with its traceback."""
    return os.environ.get("MEDNEC_TRACEBACK", "") not in {"", "0"}
