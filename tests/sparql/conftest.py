"""A service over a small dataset, in this process and on a port of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from api import create_app
from api.asking import NAME, Asking
from reasoner import WorkLimits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from reasoner import Knowledge

DATA = "http://kasei.us/2009/09/sparql/data"
FOAF = "http://xmlns.com/foaf/0.1/"
QUICK = WorkLimits(seconds=1, memory=1 << 30, answer=1 << 20, rows=5_000, wait=3)
"""Limits that a hostile query meets soon."""


class Silent(WSGIRequestHandler):
    """Serves without a log."""

    def log(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="session")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of N-Quads: a default graph, and the graphs that the W3C tests name."""
    path = tmp_path_factory.mktemp("graphs") / "graphs.nq"
    lines = ['<http://example.org/s> <http://example.org/p> "the default graph" .\n']
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    for number in range(4):
        name = f"{DATA}/data{number}.rdf"
        lines.append(f"<{name}> <{kind}> <{FOAF}Document> <{name}> .\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def asked(knowledge: Knowledge, graphs: Path) -> Iterator[Flask]:
    """Return an application whose queries read the small dataset."""
    app = create_app(knowledge)
    asking = Asking(limits=QUICK)
    app.extensions[NAME] = asking
    with app.app_context():
        asking.serve(str(graphs))
    yield app
    asking.close()


@pytest.fixture(scope="session")
def client(asked: Flask) -> FlaskClient:
    """Return a client of the application."""
    return asked.test_client()


@pytest.fixture(scope="session")
def address(asked: Flask) -> Iterator[str]:
    """Return the address of a server of the application on this machine."""
    server = make_server("127.0.0.1", 0, asked, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
