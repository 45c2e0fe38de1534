"""What was derived is kept in a file of its own: a damaged one begins anew, one that cannot be written stays."""

from contextlib import closing

import pytest

from newsletter.errors import FileError
from newsletter.store.derived import Derived


@pytest.fixture
def path(tmp_path):
    path = tmp_path / ".newsletter" / "derived.sqlite3"
    with closing(Derived(path)) as derived:
        derived.put("draft", {"a": b"paid for"})
    return path


def test_where_nothing_can_be_written_beside_it_the_file_is_read_and_stays(path):
    path.with_name("derived.sqlite3-shm").mkdir()  # SQLite must write there, as it must on a full or read-only disk
    with closing(Derived(path)) as derived:
        assert derived.get("draft", "a") == b"paid for"
        with pytest.raises(FileError, match="cannot be written"):
            derived.put("draft", {"b": b"another"})
        derived.keep("vector", {"c": b"quickly made again"})
        assert derived.get_many("draft", ["a", "b"]) == {"a": b"paid for"}
    path.with_name("derived.sqlite3-shm").rmdir()
    with closing(Derived(path)) as derived:
        derived.put("draft", {"b": b"another"})
        assert set(derived.get_many("draft", ["a", "b"])) == {"a", "b"}


@pytest.mark.parametrize("damage", [b"no database at all" * 99, b"SQLite format 3\0" + bytes(4096)])
def test_a_damaged_file_begins_anew(path, damage):
    path.write_bytes(damage)
    with closing(Derived(path)) as derived:
        assert derived.get("draft", "a") is None
        derived.put("draft", {"b": b"another"})
        assert derived.get("draft", "b") == b"another"
