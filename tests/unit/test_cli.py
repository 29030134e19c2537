"""The command line: pages, exit codes and one clear paragraph for an error."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from reasoner.commands import main as cli

ROOT = Path(__file__).parents[2]
SEED = "fixtures/cases/seed-2014-spine-12-visits/case.ttl"


def run(
    *arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["mednec", *arguments])
    try:
        cli.main()
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


ODG = "https://w3id.org/mednec/guideline/odg-2014/"
SEEN = ["--visits", "0", "--confirm", f"{ODG}lumbar-sprain", "--confirm", f"{ODG}neck-sprain"]
"""What a signer of the seed states of its interval and of the texts that were not seen."""


@pytest.fixture
def mednec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201
    """Run the command in this process; give its exit code, output and errors."""
    return lambda *arguments: run(*arguments, capsys=capsys, monkeypatch=monkeypatch)


def test_a_page_has_the_four_parts_of_the_letter_and_the_audit(mednec) -> None:  # noqa: ANN001
    """The whole page has the worksheet, both guidelines, the reasons and the audit."""
    code, page, errors = mednec("decide", SEED, "--full")

    places = [
        page.index(f"\n{title}")
        for title in (
            "IMR: UPHOLD",
            "Limit",
            "Reasons",
            "Administrator guideline",
            "Governing guideline",
            "All reasons",
            "Audit of the earlier decision",
        )
    ]
    assert (code, errors) == (0, "")
    assert places == sorted(places)
    assert "awaits a physician's decision" in page.splitlines()[0]


@pytest.mark.parametrize("form", ["json", "turtle", "jsonld"])
def test_a_determination_is_written_in_each_form(form: str, mednec) -> None:  # noqa: ANN001
    """Each format is written as a valid document."""
    code, page, _ = mednec("decide", SEED, "--format", form)

    assert code == 0
    assert "NotMedicallyNecessary" in page
    if form != "turtle":
        json.loads(page)


def test_a_case_with_warnings_is_valid_and_its_report_shows_the_targets(mednec) -> None:  # noqa: ANN001
    """A report lists the number of targets, so that an empty check is visible."""
    code, page, _ = mednec("validate", SEED)

    assert code == 0
    assert "The case can be decided. 6 warnings name what" in page
    assert "RequestShape: 1" in page


def test_a_case_that_cannot_be_decided_fails_validation(mednec, tmp_path: Path) -> None:  # noqa: ANN001
    """The exit code is 1 if the case was read and something blocks a decision."""
    path = tmp_path / "case.ttl"
    path.write_text((ROOT / SEED).read_text().replace("mn:weeks 6", "mn:weeks 5"))

    code, page, _ = mednec("validate", str(path))

    assert code == 1
    assert "The case cannot be decided until 1 fault is corrected; 6 warnings name" in page
    assert "Fault: " in page
    assert "times weeks" in page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.ttl", None, "No such file"),
        ("case.xml", b"<x/>", "is not that of a case"),
        ("case.ttl", b"@prefix", "not Turtle"),
        ("case.json", b"{", "not JSON at line 1"),
        ("empty.ttl", b"", "empty"),
        ("large.ttl", b"#" * 1_000_001, "at most 1,000,000"),
        ("bare.json", b"{}", "Give the injury"),
    ],
)
def test_a_bad_file_gets_one_paragraph_and_exit_code_2(
    name: str,
    content: bytes | None,
    words: str,
    mednec,  # noqa: ANN001
    tmp_path: Path,
) -> None:
    """The error states what is wrong, where, and what to do, without a traceback."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    code, page, errors = mednec("decide", str(path))

    assert (code, page) == (2, "")
    assert words in errors
    assert errors.count("\n\n") == 0
    assert "Traceback" not in errors


def test_a_folder_without_knowledge_is_named(mednec, tmp_path: Path) -> None:  # noqa: ANN001
    """The error names the folder and what it should contain."""
    code, _, errors = mednec("decide", SEED, "--knowledge", str(tmp_path))

    assert code == 2
    assert str(tmp_path) in errors


def test_knowledge_that_changed_since_it_was_classified_is_refused(
    mednec,  # noqa: ANN001
    tmp_path: Path,
) -> None:
    """A classification of other axioms is refused."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(ROOT / "shapes", tmp_path / "shapes")
    path = tmp_path / "ontology/jurisdictions/us-ca/guidelines/odg-2016.ttl"
    path.write_text(path.read_text() + "\n:row a mn:Recommendation ; mn:covers mnc:Myalgia .\n")

    code, _, errors = mednec("decide", SEED, "--knowledge", str(tmp_path))

    assert code == 2
    assert "mednec generate" in errors


def test_a_finding_is_proved_down_to_the_files(mednec) -> None:  # noqa: ANN001
    """The explanation of a finding shows the number 10 with its file."""
    code, page, _ = mednec("explain", SEED, "--why", "lim-02")

    assert code == 0
    assert "maximum visits: 10" in page
    assert "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl" in page


def test_an_unknown_rule_is_reported_with_suggestions(mednec) -> None:  # noqa: ANN001
    """A mistake in the id gives an error that suggests similar ids."""
    code, _, errors = mednec("explain", SEED, "--why", "LIM-99")

    assert code == 2
    assert "Nothing is called 'LIM-99'" in errors
    assert "LIM-09" in errors
    assert "mnr:" not in errors


def test_why_not_begins_with_the_outcome(mednec) -> None:  # noqa: ANN001
    """The explanation starts with the outcome, followed by what prevents the others."""
    code, page, errors = mednec("explain", SEED, "--why-not", "MedicallyNecessary")

    assert (code, errors) == (0, "")
    assert page.startswith("NOT MEDICALLY NECESSARY AS REQUESTED")
    assert "In short:" in page


def test_an_explanation_can_be_had_as_json(mednec) -> None:  # noqa: ANN001
    """One JSON document answers both questions."""
    questions = ("--why", "LIM-02", "--why-not", "LIM-08")
    code, page, _ = mednec("explain", SEED, *questions, "--format", "json")

    assert code == 0
    assert set(json.loads(page)) == {"case", "determinations", "why", "whyNot"}


def test_a_proof_is_verified_and_a_changed_one_rejected(mednec, tmp_path: Path) -> None:  # noqa: ANN001
    """The exit code is 0 for a valid proof, 1 for an invalid one, 2 for a missing file."""
    _, proof, _ = mednec("prove", SEED)
    path = tmp_path / "proof.json"
    path.write_text(proof, encoding="utf-8")
    sources = ("--case", SEED, "--knowledge", str(ROOT))

    good = mednec("verify", str(path), *sources)
    path.write_text(proof.replace("NotImproved", "Improved"), encoding="utf-8")
    bad = mednec("verify", str(path), *sources)

    assert (good[0], good[1].splitlines()[0]) == (0, "ACCEPTED")
    assert (bad[0], bad[1].splitlines()[0]) == (1, "REJECTED")
    assert mednec("verify", str(tmp_path / "none.json"))[0] == 2
    assert mednec("verify", str(path), "--case", "none.ttl")[0] == 2
    assert mednec("verify", str(path), "--knowledge", str(tmp_path))[0] == 2
    assert mednec("decide", SEED, "--format", "proof")[1] == proof


def test_a_determination_is_replayed(mednec, tmp_path: Path) -> None:  # noqa: ANN001
    """The exit code is 0 for the same bytes, 1 for a difference, 2 for another document."""
    _, record, _ = mednec("decide", SEED, "--format", "json")
    path = tmp_path / "determination.json"
    path.write_text(record, encoding="utf-8")

    same = mednec("replay", str(path))
    path.write_text(record.replace('"total": 21', '"total": 20'), encoding="utf-8")
    other = mednec("replay", str(path))

    assert same[:2] == (0, "SAME BYTES\n")
    assert other[0] == 1
    assert "visits.total: 20 then, 21 now" in other[1]
    assert mednec("replay", SEED)[0] == 2
    assert mednec("replay", str(tmp_path / "none.json"))[0] == 2


def test_a_determination_that_a_physician_decided_on_is_replayed(mednec, tmp_path: Path) -> None:  # noqa: ANN001
    """The decision document, which contains the recommendation, can be replayed."""
    made, signed = tmp_path / "determination.json", tmp_path / "decision.json"
    made.write_text(mednec("decide", SEED, "--format", "json")[1], encoding="utf-8")
    who = ["--physician", "Ana", "--licence", "California A 1", "--specialty", "PM&R"]
    mednec(
        "sign",
        str(made),
        *who,
        "--decision",
        "accept",
        "--on",
        "2014-08-20",
        *SEEN,
        "-o",
        str(signed),
    )

    code, output, _ = mednec("replay", str(signed))

    assert (code, output.splitlines()[-1]) == (0, "SAME BYTES")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("replay", SEED), "neither a determination nor a decision document"),
        (("coverage", "--condition", "lumbar strian"), "No label of a condition or a treatment"),
        (("letter", SEED, "-o", "letter.docx"), "no letter is written as '.docx'"),
        (("decide", "fixtures/cases"), "fixtures/cases is a folder. Name one case file."),
        (("decide", SEED, "--as-of", "2015-04-31"), "'2015-04-31' is not a date"),
        (("new", "guideline", "a-b-2027", "--from", "2027-13-01"), "'2027-13-01' is not a date"),
        (
            ("new", "guideline", "a-b-2008", "--from", "2008-01-01", "--replaces", "odg-2014"),
            "odg-2014 began on 2013-01-01",
        ),
        (
            (
                "new",
                "recommendation",
                "odg-2014",
                "x",
                "--treatment",
                "PhysicalTherapy",
                "--condition",
                "LumbarStrain",
                "--visits",
                "0",
            ),
            "0 is not in the range",
        ),
    ],
)
def test_a_mistake_is_refused_and_writes_nothing(
    words: tuple[str, ...],
    message: str,
    mednec,  # noqa: ANN001
) -> None:
    """A wrong file, an unknown name and a malformed date are errors."""
    before = sorted((ROOT / "ontology" / "jurisdictions" / "us-ca" / "guidelines").iterdir())

    code, _, errors = mednec(*words)

    assert (code, message in errors) == (2, True)
    assert (
        sorted((ROOT / "ontology" / "jurisdictions" / "us-ca" / "guidelines").iterdir()) == before
    )
    assert not (ROOT / "letter.docx").exists()


def test_a_question_is_asked_over_determinations(mednec, tmp_path: Path) -> None:  # noqa: ANN001
    """`query --over` adds a folder of determinations to what is asked."""
    case = "fixtures/cases/acupuncture-first-6-treatments/case.ttl"
    _, record, _ = mednec("decide", case, "--format", "turtle")
    (tmp_path / "one.ttl").write_text(record, encoding="utf-8")
    question = (
        "ontology/jurisdictions/us-ca/queries/which-determinations-hinge-on-a-six-visit-trial.rq"
    )

    code, page, _ = mednec("query", question, "--over", str(tmp_path))

    assert code == 0
    assert "acupuncture-first-6-treatments" in page


def test_a_closed_pipe_gives_no_traceback() -> None:
    """`mednec decide … | head -1` ends quietly."""
    program = "from reasoner.commands.main import main; main()"
    command = f"{sys.executable} -c '{program}' explain {SEED} | head -1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, check=False)  # noqa: S602 - a pipe is the point

    assert done.stderr == b""


def test_the_service_starts_answers_and_ends() -> None:
    """`mednec serve` starts quickly and stops on a signal."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from reasoner.commands.main import main; main()", "serve"]
    server = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        answer = wait_for(f"http://127.0.0.1:{port}/v1/health")
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=20)

    assert answer["status"] == "ready"


def wait_for(address: str) -> dict[str, object]:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return dict(json.load(response))
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


@pytest.mark.parametrize(
    "words",
    [
        ("decide", "."),
        ("decide", "README.md"),
        ("decide", SEED, "--as-of", "2014-02-30"),
        ("decide", SEED, "--format", "xml"),
        ("decide", SEED, SEED),
        ("validate", "fixtures"),
        ("query", "."),
        ("query", "fixtures/binary.bin"),
        ("verify", "fixtures/binary.bin"),
        ("replay", "."),
        ("sign", "."),
        ("letter", SEED, "--venue", "moon"),
        ("letter", SEED, "-o", "README.md/letter.txt"),
        ("read", "."),
        ("read", "fixtures/binary.bin"),
        ("audit", "fixtures/binary.bin"),
        ("docs", "README.md/docs"),
        ("fmt", "fixtures/binary.bin"),
        ("fmt", "no-such-file.ttl"),
        ("diff", "no-such-revision"),
        ("impact", "HEAD", "no-such-revision", "--cases", "fixtures/invalid/Case-age"),
        ("corpus", "read", "shapes"),
        ("corpus", "report", "--store", "shapes", "--out", "README.md/report"),
        ("explain", SEED, "--why", ""),
        ("new", "rule", "X", "23-reasons", "../../x"),
        ("no-such-command",),
        ("--cache",),
    ],
)
def test_misuse_ends_with_a_message(
    words: tuple[str, ...],
    mednec,  # noqa: ANN001
    tmp_path: Path,
) -> None:
    """A folder, a wrong file or binary data gives exit code 2, without a traceback."""
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)))
    given = [str(tmp_path / "binary.bin") if "binary" in word else word for word in words]

    code, page, errors = mednec(*given)

    assert code == 2
    assert errors.strip()
    assert "Traceback" not in page + errors
    assert "unforeseen" not in errors


@pytest.mark.parametrize("form", ["json", "turtle", "jsonld"])
@pytest.mark.parametrize("command", ["decide", "explain", "validate"])
def test_a_recorded_determination_is_not_taken_for_a_case(
    mednec,  # noqa: ANN001
    tmp_path: Path,
    command: str,
    form: str,
) -> None:
    """The message names the command that decides it again, not a limit that it exceeds."""
    ending = {"json": "json", "turtle": "ttl", "jsonld": "jsonld"}[form]
    path = tmp_path / f"determination.{ending}"
    path.write_text(mednec("decide", SEED, "--format", form)[1], encoding="utf-8")
    code, _, errors = mednec(command, str(path))

    assert code == 2
    assert "is a recorded determination, not a case" in errors
    assert f"'mednec replay {path}'" in errors


def test_the_verifier_states_that_a_case_differs(mednec, tmp_path: Path) -> None:  # noqa: ANN001
    """Another case is one fault, and a changed case its counts with the first facts."""
    proof, changed = tmp_path / "proof.json", tmp_path / "changed.ttl"
    proof.write_text(mednec("prove", SEED)[1], encoding="utf-8")
    text = (ROOT / SEED).read_text("utf-8")
    changed.write_text(text.replace("mn:attendedVisits 9", "mn:attendedVisits 8"), encoding="utf-8")
    other = "fixtures/cases/lumbar-strain-8-visits-within-limit/case.ttl"
    another = mednec("verify", str(proof), "--case", other)[1]
    edited = mednec("verify", str(proof), "--case", str(changed))[1]

    assert "the proof is of the case" in another
    assert "the proof does not" not in another
    assert "1 of its facts are not in the proof, and 1 of the proof are not in the file" in edited
    assert edited.count("attendedVisits") == 2
