"""Fixtures and command line options shared by all tests."""

from __future__ import annotations

import gc
import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.vendor import pretty

from tests.postgres import ServerUnavailable, run_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from reasoner import Knowledge
    from tests.postgres import Server

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".pytest_cache" / "mednec"
# Commands, in this process or in their own, share what the fixtures keep.
os.environ["MEDNEC_CACHE"] = str(CACHE)

# Properties have no settings: the profile sets the number of cases.
settings.register_profile(
    "ci",
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=300)
settings.register_profile(
    "mutants",
    settings.get_profile("ci"),
    max_examples=8,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)
settings.load_profile("ci")
# Print a counterexample with its case, but without the whole knowledge base.
pretty.for_type_by_name(
    "reasoner.knowledge.base", "Knowledge", lambda _, printer, __: printer.text("knowledge")
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--bless`, which `make bless` uses."""
    parser.addoption(
        "--bless",
        action="store_true",
        help="rewrite the golden files instead of comparing with them; review the diff",
    )
    parser.addoption(
        "--sweep",
        action="store_true",
        help="also run the tests marked 'sweep': each case through each engine (make laws)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the sweeps without `--sweep`; a sample of each always runs."""
    if config.getoption("--sweep"):
        return
    sweeps = [item for item in items if item.get_closest_marker("sweep")]
    config.hook.pytest_deselected(items=sweeps)
    items[:] = [item for item in items if not item.get_closest_marker("sweep")]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Fill the cache once, before the workers start, so that none of them compiles the rules."""
    with suppress(Exception):  # knowledge that cannot be loaded is reported by the tests
        from reasoner import load_knowledge

        load_knowledge(ROOT, cache=CACHE)


@pytest.fixture(scope="session")
def bless(request: pytest.FixtureRequest) -> bool:
    """Return True if golden files are to be rewritten."""
    return bool(request.config.getoption("--bless"))


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """Load the knowledge of this checkout; immutable, so all tests share it."""
    from reasoner import load_knowledge  # here, so that hygiene is tested of an engine that fails

    found = load_knowledge(ROOT, cache=CACHE)
    _ = found.program, found.described
    gc.collect()
    gc.freeze()  # it lives as long as the tests; no collection has to look at it again
    return found


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Return the folder of source material next to the checkout, which is not in the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(
            "The source letters are missing: the checkout has no folder 'shared' next to it."
        )
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a PostgreSQL server, started when a test first asks for it."""
    running = run_server()
    try:
        server = next(running)
    except ServerUnavailable as error:
        pytest.skip(f"PostgreSQL cannot run here: {error}")
    yield server
    running.close()


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """Return the URL of an empty schema of its own."""
    import psycopg

    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("public")) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return postgres.url(schema)


@pytest.fixture(scope="module")
def physician(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client that sends the credential of a physician, Ana Reyes, with each request."""
    from api import Records, Settings, create_app
    from reasoner import Physician

    settings = Settings(database=str(tmp_path_factory.mktemp("records") / "records.db"))
    records = Records.open(settings)
    assert records is not None
    who = Physician(name="Ana Reyes, MD", licence="Massachusetts 123456", specialty="Pain Medicine")
    _, key = records.keys.create(label="test", roles=["physician"], physician=who)
    records.close()
    client = create_app(knowledge, settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client
