"""What is kept between runs is used only if it is ours, whole, and of the same files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner import load_case_file, load_knowledge
from reasoner.kernel.engine import derive
from reasoner.knowledge.cache import KEPT, Cache
from reasoner.knowledge.kept import key_of

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits" / "case.ttl"


def only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_was_kept_is_read_back(tmp_path: Path) -> None:
    """By its name and its key, and by no other."""
    cache = Cache(tmp_path / "new" / "cache")
    cache.write("rules", "key", b"content")

    assert cache.read("rules", "key") == b"content"
    assert cache.read("rules", "other") is None
    assert cache.read("others", "key") is None
    assert only(tmp_path / "new" / "cache").stat().st_mode & 0o077 == 0


def test_nothing_is_kept_without_a_folder() -> None:
    """The library keeps nothing unless a command says where."""
    cache = Cache(None)
    cache.write("rules", "key", b"content")

    assert cache.read("rules", "key") is None


@pytest.mark.parametrize("spoil", [b"", b"short", b"x" * 200])
def test_a_damaged_file_is_not_used(spoil: bytes, tmp_path: Path) -> None:
    """Bytes that are not those that were written are never executed."""
    cache = Cache(tmp_path)
    cache.write("rules", "key", b"content")
    only(tmp_path).write_bytes(spoil)

    assert cache.read("rules", "key") is None


def test_a_file_moved_to_another_key_is_not_used(tmp_path: Path) -> None:
    """The seal covers the key: code of other rules is not run in place of these."""
    cache = Cache(tmp_path)
    cache.write("rules", "key", b"content")
    old = only(tmp_path)
    cache.write("rules", "other", b"of others")
    (new,) = (path for path in tmp_path.iterdir() if path != old)
    old.replace(new)

    assert cache.read("rules", "other") is None


@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_what_others_can_write_to_is_not_used(mode: int, tmp_path: Path) -> None:
    """Neither a file nor a folder that another user could have filled."""
    cache = Cache(tmp_path / "cache")
    cache.write("rules", "key", b"content")
    path = only(tmp_path / "cache")

    path.chmod(mode - 0o100)
    assert cache.read("rules", "key") is None
    path.chmod(0o600)
    (tmp_path / "cache").chmod(mode)
    assert cache.read("rules", "key") is None
    (tmp_path / "cache").chmod(0o700)
    assert cache.read("rules", "key") == b"content"


def test_a_folder_that_cannot_be_made_is_passed_over(tmp_path: Path) -> None:
    """Everything is computed again, silently."""
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file" / "cache")
    cache.write("rules", "key", b"content")

    assert cache.read("rules", "key") is None


def test_old_files_go(tmp_path: Path) -> None:
    """A cache does not grow with every change of a rule."""
    cache = Cache(tmp_path)
    for number in range(KEPT + 3):
        cache.write("rules", str(number), b"content")

    assert len(list(tmp_path.iterdir())) == KEPT
    assert cache.read("rules", str(KEPT + 2)) == b"content"


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    """Knowledge that is read between the changes of other copies is not compiled again."""
    cache = Cache(tmp_path)
    cache.write("rules", "used", b"content")
    os.utime(only(tmp_path), (0, 0))
    for number in range(KEPT - 1):
        cache.write("rules", str(number), b"content")
    cache.read("rules", "used")
    cache.write("rules", "last", b"content")

    assert cache.read("rules", "used") == b"content"
    assert len(list(tmp_path.iterdir())) == KEPT


def test_the_key_changes_with_any_file() -> None:
    """A byte of a rule, a name, or a file more: what was kept is of other knowledge."""
    keys = {
        key_of(sources)
        for sources in ({"a": b"1"}, {"a": b"2"}, {"b": b"1"}, {"a": b"1", "b": b"1"}, {})
    }

    assert len(keys) == 5


def test_kept_knowledge_derives_the_same(knowledge: Knowledge, tmp_path: Path) -> None:
    """Loaded, kept, and loaded again: one knowledge base."""
    first, second = (load_knowledge(ROOT, cache=tmp_path) for _ in range(2))
    case = load_case_file(SEED, knowledge)

    assert only(tmp_path).name.startswith("knowledge-")
    assert first.digest == second.digest == knowledge.digest
    assert second.folder == ROOT
    derived = [
        [(f.name, f.row, f.concluded) for f in derive(k, case.triples).firings]
        for k in (knowledge, first, second)
    ]
    assert derived[0] == derived[1] == derived[2]
