"""The six commands of the README, as a newcomer types them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from tests.served import end, start

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[str]:
    """Return the commands of the section, one a line."""
    section = README.partition("**Keep records, in six commands**")[2]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return block[1].strip().splitlines()


def test_a_newcomer_keeps_signs_asks_and_verifies_in_six_commands(tmp_path: Path) -> None:
    """Store the seed, read its determination, sign it, ask a named query, verify the record."""
    lines = commands()
    assert len(lines) == 6
    served = start(tmp_path)
    script = "set -e\n" + "\n".join(f"{line}\necho; echo =====" for line in lines)
    for found, here in {  # The folder first: the path of the command may contain its name.
        "/tmp/": f"{tmp_path}/",  # noqa: S108 - the README's, replaced
        "http://127.0.0.1:8080": f"http://127.0.0.1:{served.port}",
        ".venv/bin/mednec": str(served.command),
        "curl -sS": "curl -sS --fail-with-body",
    }.items():
        script = script.replace(found, here)
    try:
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "MEDNEC_DATABASE": str(tmp_path / "records.db"),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        end(served)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    parts = done.stdout.split("=====")
    assert json.loads(parts[1])["outcomes"] == ["NotMedicallyNecessary"]
    determination = json.loads((tmp_path / "determination.json").read_text("utf-8"))
    decision = json.loads((tmp_path / "decision.json").read_text("utf-8"))
    assert decision["recommendation"]["digest"] == determination["digest"]
    assert decision["decisions"][0]["physician"]["name"] == "Ana Reyes, MD"
    assert "MTUS Chronic Pain Medical Treatment Guidelines, 2009" in parts[4]
    assert "REJECTED" not in parts[5]
    assert parts[5].strip()
