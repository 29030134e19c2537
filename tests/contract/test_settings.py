"""The settings of the service: one table, and nothing in it that is not understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api import Settings, read_settings, settings_table
from reasoner import errors

if TYPE_CHECKING:
    from pathlib import Path


def test_the_environment_overrides_the_file_and_the_file_the_defaults(tmp_path: Path) -> None:
    """An operator can change one value of a shared file for one machine."""
    file = tmp_path / "mednec.toml"
    file.write_text('threads = 7\nhosts = ["mednec.example"]\nqueue = 3\n', encoding="utf-8")

    found = read_settings({"MEDNEC_THREADS": "9"}, file, queue=5, workers=2)

    assert (found.threads, found.hosts, found.queue, found.workers) == (
        9,
        ("mednec.example",),
        3,
        2,
    )


def test_a_list_in_the_environment_is_separated_by_commas() -> None:
    """The environment has only text."""
    assert read_settings({"MEDNEC_HOSTS": "a.example, b.example"}).hosts == (
        "a.example",
        "b.example",
    )


def test_an_unknown_setting_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    """A misspelled limit must not be a limit that is silently missing."""
    file = tmp_path / "mednec.toml"
    file.write_text("case_byte = 1\n", encoding="utf-8")

    with pytest.raises(errors.SettingRefused, match=r"MEDNEC_THREDS.*'threads'"):
        read_settings({"MEDNEC_THREDS": "1"})
    with pytest.raises(errors.SettingRefused, match=r"case_byte.*'case_bytes'"):
        read_settings({}, file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THREADS", "0"),
        ("THREADS", "many"),
        ("HTTPS", "perhaps"),
        ("DATES", "day"),
        ("QUEUE", "-1"),
        ("BODY_SECONDS", "0"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(name: str, value: str) -> None:
    """The message names the setting."""
    with pytest.raises(errors.SettingRefused, match=name.lower()):
        read_settings({f"MEDNEC_{name}": value})


def test_variables_of_the_command_line_are_not_settings() -> None:
    """The command line has variables of its own, and a machine has many others."""
    assert read_settings({"MEDNEC_CACHE": "/x", "MEDNEC_TRACEBACK": "1", "HOME": "/y"})


def test_each_setting_says_what_it_is() -> None:
    """`mednec doctor --settings` and the settings are one table."""
    table = settings_table(Settings())

    assert all(about for _, __, about in table)
    assert ("threads", "64", "requests that are read or answered at the same time") in table
