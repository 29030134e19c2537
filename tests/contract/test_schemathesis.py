"""Every operation of the contract, with inputs that somebody else thought of: all checks."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api import Records, Settings, create_app
from reasoner import Physician

if TYPE_CHECKING:
    from schemathesis import Case

    from reasoner import Knowledge

PARTS = Path(__file__).parents[2] / "api" / "contract"
OPERATIONS = sorted(
    (path, method)
    for part in PARTS.glob("*.json")
    for path, methods in json.loads(part.read_text("utf-8"))["paths"].items()
    for method in methods
)
EXAMPLES = int(os.environ.get("MEDNEC_TEST_EXAMPLES", "1"))
"""Examples of each operation and kind of input; `make contract` asks for more."""
MODES = {"good": GenerationMode.POSITIVE, "bad": GenerationMode.NEGATIVE}


BEYOND = {
    ("/cases/new", "post"): "the answers must make a case",
    ("/graph-store", "delete"): "the contract lists the method to say that it is refused",
    ("/graph-store", "get"): "one of two parameters is required",
    ("/graph-store", "patch"): "as for delete",
    ("/graph-store", "post"): "as for delete",
    ("/graph-store", "put"): "as for delete",
    ("/sparql", "get"): "the text must be a query",
    ("/sparql", "post"): "the text must be a query",
    ("/v1/analysis/determinations", "get"): "a property may be named once",
    ("/v1/bulk", "post"): "the files must have the name or the type of a case",
    ("/v1/cases", "post"): "the case must satisfy the shapes",
    ("/v1/cases/{name}", "put"): "the case must satisfy the shapes, and the version be current",
    ("/v1/changes", "post"): "the paths must be those of knowledge files",
    ("/v1/comments", "post"): "the reason must be one of the determination",
    ("/v1/decisions", "post"): "the digest must be that of the determination",
    ("/v1/determinations", "post"): "the case must satisfy the shapes",
    ("/v1/determinations/{name}/decisions", "post"): "the ruling must fit the recommendation",
    ("/v1/explanations", "post"): "one of two parameters is required",
    ("/v1/knowledge-versions", "post"): "the change must be examined",
    ("/v1/letters", "post"): "the venue must have a form of a letter",
    ("/v1/proofs", "post"): "the case must satisfy the shapes",
    ("/v1/reviews", "post"): "the venue must be one of the case",
    ("/v1/reviews/{name}", "put"): "the version must be current",
    ("/v1/what-ifs", "post"): "the changed case must satisfy the shapes",
}
"""What a JSON Schema cannot say: such input may be refused although it fits the schema."""
LOOSE = {("/graph-store", "get"): "the value of 'default' is ignored, as the protocol says"}
"""Where input that does not fit the schema is accepted."""


class Fuzzed:
    """The contract of an application, and the credential of a caller who has every role."""

    def __init__(self, knowledge: Knowledge, folder: Path) -> None:
        """Make the application and load its contract."""
        limits = Settings(database=str(folder / "records.db"), rate="", rate_refused="")
        app = create_app(knowledge, limits)
        records = Records.open(limits)
        assert records is not None
        who = Physician(name="Ana Reyes, MD", licence="MA 1", specialty="Pain Medicine")
        roles = ["reviewer", "physician", "analyst", "author", "admin"]
        _, key = records.keys.create(label="fuzz", roles=roles, physician=who)
        self.headers = {"Authorization": f"Bearer {key}"}
        self.schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app, headers=self.headers)


@pytest.fixture(scope="module")
def fuzzed(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Fuzzed:
    return Fuzzed(knowledge, tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_service_keeps_its_contract(fuzzed: Fuzzed, path: str, method: str, mode: str) -> None:
    """Status, media type, headers and schema of each answer are those of the contract."""
    operation = fuzzed.schema[path][method]

    @given(case=operation.as_strategy(generation_mode=MODES[mode]))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def keeps(case: Case) -> None:
        left_out = [positive_data_acceptance] if (path, method) in BEYOND else []
        left_out += [negative_data_rejection] if (path, method) in LOOSE else []
        case.call_and_validate(headers=fuzzed.headers, excluded_checks=left_out)

    run: Any = keeps
    try:
        run()
    except Exception as error:
        if type(error).__name__ in {"Unsatisfiable", "InvalidArgument"} and mode == "bad":
            pytest.skip("Nothing that could be wrong: the operation takes no input.")
        raise


def test_what_is_left_out_exists() -> None:
    """The exceptions name operations of the contract, and the registry has all checks."""
    assert {*BEYOND, *LOOSE} <= set(OPERATIONS)
    assert len(CHECKS.get_all()) >= 10
