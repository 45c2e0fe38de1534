"""The files of a log as one stream of lines."""

import bz2
import gzip
import io
import lzma
import sys
import tracemalloc
from datetime import UTC, datetime

import pytest

from newsletter.app.log_files import LONGEST, TELL_EVERY, log_lines
from newsletter.errors import InputError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def read(*paths) -> list[str]:
    return list(log_lines([str(path) for path in paths], lambda done, total: None, now=NOW))


def entry(day: int) -> bytes:
    return b"Nov %2d 10:00:00 mx postfix/qmgr[7]: 4F2A81C02D: removed\n" % day


def test_rotated_files_come_in_the_order_of_their_times(tmp_path):
    (tmp_path / "mail.log").write_bytes(entry(23))
    (tmp_path / "mail.log.1").write_bytes(b"no time\n" + entry(22))
    (tmp_path / "mail.log.2.gz").write_bytes(gzip.compress(entry(3)))
    (tmp_path / "mail.log.3.xz").write_bytes(lzma.compress(entry(2)))
    (tmp_path / "mail.log.4.bz2").write_bytes(bz2.compress(entry(1)))
    (tmp_path / "mail.log.5").write_bytes(b"")
    found = read(*sorted(tmp_path.iterdir()))
    assert [line[4:6] for line in found if line.startswith("Nov")] == [" 1", " 2", " 3", "22", "23"]


def test_the_standard_input_keeps_its_place(tmp_path, monkeypatch):
    class Standard:
        buffer = io.BytesIO(entry(1))

    monkeypatch.setattr(sys, "stdin", Standard)
    (tmp_path / "mail.log").write_bytes(entry(23))
    assert [line[4:6] for line in read(tmp_path / "mail.log", "-")] == ["23", " 1"]


def test_broken_letters_and_endless_lines_are_harmless(tmp_path):
    path = tmp_path / "mail.log"
    path.write_bytes(b"\xff\xfe\n" + b"x" * LONGEST + entry(1) + b"y" * 3 * LONGEST + b"\n" + entry(2) + b"no end")
    found = read(path)
    assert [line[:6] for line in found] == ["\ufffd\ufffd\n", "xxxxxx", "yyyyyy", "Nov  2", "no end"]


def test_the_progress_is_told_in_bytes_of_the_files(tmp_path):
    (tmp_path / "mail.log").write_bytes(entry(23) * TELL_EVERY * 3)
    (tmp_path / "mail.log.1").write_bytes(gzip.compress(entry(22) * TELL_EVERY))
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    told: list[tuple[int, int]] = []
    names = [str(path) for path in tmp_path.iterdir()]
    assert sum(1 for _ in log_lines(names, lambda *words: told.append(words), now=NOW)) == 4 * TELL_EVERY
    assert told == sorted(told)
    assert {of for _, of in told} == {total}
    assert told[-1] == (total, total)
    assert len(told) == 5


def test_a_log_is_read_in_bounded_memory(tmp_path):
    path = tmp_path / "mail.log.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(200):
            file.write(entry(22) * 1000)
        file.write(b"z" * 20_000_000)
    tracemalloc.start()
    assert sum(1 for _ in log_lines([str(path)], lambda *words: None, now=NOW)) == 200_001
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "data", [gzip.compress(entry(1) * 9, mtime=0)[:-9], b"\x1f\x8bno gzip", b"BZnothing", b"\xfd7zXZ\0"]
)
def test_a_packed_file_that_is_broken_is_said(tmp_path, data):
    path = tmp_path / "mail.log.gz"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"mail\.log\.gz: it cannot be read .*nothing was settled"):
        read(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "mail.log")
