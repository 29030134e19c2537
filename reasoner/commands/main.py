"""The command line of mednec: the list of commands, and what becomes of an error."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Final

import click

from reasoner.errors import CaseRejected, MednecError
from reasoner.version import VERSION

from .lazy import CommandEntry, LazyGroup
from .settings import Settings, user_cache, wants_traceback


def _entry(module: str, attribute: str, summary: str) -> CommandEntry:
    return CommandEntry(module=module, attribute=attribute, summary=summary)


COMMANDS: Final = {
    "audit": _entry(
        "audit",
        "audit_command",
        "Audit DOCUMENT: a letter (text or PDF) or a case (.ttl, .json, .jsonld).",
    ),
    "check": _entry(
        "check",
        "check_command",
        "Check the knowledge base; with FILES, report only what concerns them.",
    ),
    "corpus": _entry("corpus", "corpus", "Read, audit and report on a folder of letters."),
    "coverage": _entry(
        "coverage",
        "coverage_command",
        "Show which treatments the sources cover for which conditions, and count the gaps.",
    ),
    "decide": _entry(
        "cases",
        "decide_command",
        "Decide CASE (.ttl, .json or .jsonld) and print the determination.",
    ),
    "diff": _entry(
        "changes",
        "diff_command",
        "Show what changed from OLD to NEW, in the terms of the guidelines.",
    ),
    "docs": _entry(
        "docs",
        "docs_command",
        "Write the pages of the knowledge base as HTML and Turtle into the folder OUT.",
    ),
    "doctor": _entry("doctor", "doctor_command", "Check what the service needs on this machine."),
    "explain": _entry(
        "proofs",
        "explain_command",
        "Explain how CASE was decided, step by step, down to the lines of the files.",
    ),
    "fmt": _entry(
        "fmt",
        "fmt_command",
        "Format Turtle FILES, so that a diff of two versions shows only changes of meaning.",
    ),
    "generate": _entry(
        "generate",
        "generate_command",
        "Classify the ontology with HermiT; run it after each change of an axiom.",
    ),
    "impact": _entry(
        "changes",
        "impact_command",
        "Decide cases under OLD and under NEW, and list the determinations that differ.",
    ),
    "keys": _entry("keys", "keys_group", "Make, list and revoke the API keys of the service."),
    "ledger": _entry(
        "ledger", "ledger_group", "Begin, read, check, back up and restore the ledger of records."
    ),
    "letter": _entry("letter", "letter_command", "Write the determination of CASE as a letter."),
    "new": _entry(
        "new", "new_group", "Begin a case, an edition, a recommendation, a concept or a rule."
    ),
    "prove": _entry(
        "proofs",
        "prove_command",
        "Decide CASE and write the proof, which 'mednec verify' checks independently.",
    ),
    "query": _entry(
        "query",
        "query_command",
        "Run a SPARQL QUERY (a file, or - for standard input) on the knowledge base.",
    ),
    "read": _entry(
        "read",
        "read_command",
        "Read LETTER (text or PDF) and print the facts found, and what was not understood.",
    ),
    "release": _entry(
        "release",
        "release_command",
        "Write the ontology into OUT as one versioned file, in Turtle and OWL functional syntax.",
    ),
    "replay": _entry(
        "proofs",
        "replay_command",
        "Decide again what a recorded DETERMINATION (JSON, Turtle or JSON-LD) decided.",
    ),
    "schema": _entry("schema", "schema_command", "Write the JSON Schema of DOCUMENT: case."),
    "serve": _entry("serve", "serve_command", "Serve the HTTP API and the web pages."),
    "sign": _entry(
        "letter",
        "sign_command",
        "Record a physician's decision on DETERMINATION ('mednec decide CASE --format json').",
    ),
    "test": _entry(
        "tests",
        "test_command",
        "Run the authors' tests (*.tests.yaml) and compare the queries with their answers.",
    ),
    "validate": _entry(
        "cases", "validate_command", "Check CASE and print what is wrong or missing."
    ),
    "verify": _entry(
        "proofs",
        "verify_command",
        "Check PROOF with the independent verifier; exit code 1 if it is rejected.",
    ),
    "verify-rows": _entry(
        "verify_rows",
        "verify_rows_command",
        "Compare the rows of GUIDELINE with its text, and record who verified them.",
    ),
}


def _keep_settings(ctx: click.Context, _: click.Parameter, cache: Path | None) -> None:
    ctx.obj = Settings(cache=cache or user_cache())


commands: Final = LazyGroup(
    "mednec",
    entries=COMMANDS,
    help="Decide from guidelines and law whether a requested treatment is medically necessary.",
    params=[
        click.Option(
            ["--cache"],
            type=click.Path(path_type=Path, file_okay=False),
            envvar="MEDNEC_CACHE",
            expose_value=False,
            is_eager=True,
            callback=_keep_settings,
            help="Folder for what is kept between runs. Default: the cache folder of the user.",
        ),
    ],
)
click.version_option(VERSION, prog_name="mednec")(commands)


def main() -> None:
    """
    Run the command line.

    Exit codes: 0 for success, 1 for a finding of the command (such as a case that cannot be
    decided), 2 for an error in what was given, 3 for a fault of mednec, 130 if it was interrupted.
    """
    try:
        commands(prog_name="mednec", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except Exception as error:
        if not isinstance(error, MednecError | OSError | UnicodeDecodeError) and wants_traceback():
            raise
        message, code = _failure(error)
        click.echo(f"mednec: {message}", err=True)
        sys.exit(code)


def _failure(error: Exception) -> tuple[str, int]:
    """Return what a person reads of an error, and the exit code."""
    if isinstance(error, CaseRejected):
        return f"{error}\nRun 'mednec validate' for the warnings too.", 2
    if isinstance(error, MednecError):
        return f"{error.code}: {error}", 2
    if isinstance(error, UnicodeDecodeError):
        return f"file: the text is not UTF-8 at byte {error.start}. Save the file as UTF-8.", 2
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"file: {place}{error.strerror or error}.", 2
    raised = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"unforeseen: {type(error).__name__}: {error} "
        f"({Path(raised.filename).name}, line {raised.lineno}).\n"
        "This is a fault of mednec, not of what you gave it. Nothing was decided. "
        "Set MEDNEC_TRACEBACK=1 for a report that its developers can use."
    ), 3
