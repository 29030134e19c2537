"""The command `mednec fmt`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reasoner.authoring.formatting import format_files, turtle_files, write_whole
from reasoner.authoring.turtle_format import format_turtle, read_prefixes

from .options import FOLDER


@click.command("fmt")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help="Change nothing; exit with 1 if a file is not formatted.",
)
@click.option("--diff", "show", is_flag=True, help="Change nothing; show what would change.")
@FOLDER
def fmt_command(files: tuple[Path, ...], *, only_check: bool, show: bool, folder: Path) -> None:
    """
    Format Turtle FILES, so that a diff of two versions shows only changes of meaning.

    FILES are files or folders, or - to format standard input to standard output; the default is
    all knowledge files that authors write. The facts never change, comments stay above their
    subject, and a file that cannot be parsed is not changed. Exit code 0; with --check or --diff 1
    if a file is not formatted; 2 if a file cannot be parsed.
    """
    prefixes = read_prefixes(folder / "ontology" / "prefixes.ttl")
    if [str(f) for f in files] == ["-"]:
        click.echo(format_turtle(sys.stdin.buffer.read().decode(), prefixes), nl=False)
        return
    for path in files:
        if not path.exists():
            raise click.UsageError(f"{path} does not exist.")
    changed = failed = count = 0
    for one in format_files(turtle_files(folder, files), prefixes):
        count += 1
        failed += bool(one.problem)
        changed += one.changed
        if one.problem:
            click.echo(f"{one.path}: {one.problem}", err=True)
        elif show:
            click.echo(one.difference(), nl=False)
        elif one.changed:
            click.echo(f"{'would change' if only_check else 'formatted'}: {one.path}")
            if not only_check:
                write_whole(one.path, one.after)
    dry = only_check or show
    verb = "would change" if dry else "changed"
    click.echo(f"{count} files, {changed} {verb}, {failed} not readable", err=show)
    sys.exit(2 if failed else 1 if dry and changed else 0)
