"""Sources of third parties, in a wheel of their own that is put on the path: the good, and those that are not."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from source_wheel import make_wheel

from newsletter.errors import InputError
from newsletter.sources.context import Context
from newsletter.sources.plugins import MEMORY, _faults, adapter, handler_of, names, run_aside


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return make_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(autouse=True)
def installed(wheel, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(wheel))
    monkeypatch.syspath_prepend(str(wheel))


CONTEXT = Context(name="list.acme", now=datetime(2026, 11, 27, tzinfo=UTC))
DATA = b"Queues\x07 moved|https://acme.example/q\nBare|javascript:alert(1)\n"


def test_a_source_of_others_is_found_and_run():
    assert "acme" in names()
    reading = run_aside("acme", DATA, CONTEXT)
    first, second = (one.article for one in reading.collected)
    assert (first.title, first.link, first.source, first.found) == (
        "Queues moved",
        "https://acme.example/q",
        "Acme",
        "acme:list.acme",
    )
    assert reading.collected[0].text == "All of Queues� moved"
    assert (first.id, second.link) == (adapter("acme")(DATA, CONTEXT).collected[0].article.id, "")
    assert (reading.collected[1].first_line, reading.collected[1].last_line) == (2, 2)


@pytest.mark.parametrize(
    "name, words",
    [
        ("raising", r'list\.acme: the source "raising" failed: KeyError.*no such thing.*remove acme-source'),
        ("refusing", r"list\.acme: this is none of mine; give another"),
        ("exiting", r'"exiting" ended without an answer \(exit code 0\)'),
        ("dying", r'"dying" ended without an answer \(exit code 3\)'),
        ("greedy", r'"greedy" (failed: MemoryError|ended without)'),
        ("mistaken", r'"mistaken" failed: AttributeError'),
        ("number", r'"number" is no function; mend or remove acme-source'),
        ("gone", r'"gone" cannot be loaded: ModuleNotFoundError'),
        ("none", r'no source "none"; sources of others: acme, '),
    ],
)
def test_one_that_fails_is_named_and_stops_nobody(name, words):
    with pytest.raises(InputError, match=words) as told:
        run_aside(name, DATA, CONTEXT)
    assert "\x1b" not in str(told.value)


def test_one_that_hangs_is_stopped_with_all_that_it_started():
    with pytest.raises(InputError, match=r'"hanging" did not finish within 1 seconds, and was stopped'):
        run_aside("hanging", DATA, CONTEXT, seconds=1)


def test_one_that_hangs_is_stopped_when_somebody_wants_it_to_end():
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(InputError, match="ended without an answer"):
        run_aside("hanging", b"more than a pipe holds" * 100_000, CONTEXT, seconds=600, stop=stop)
    assert stop.is_set()


def test_one_that_hangs_ends_by_itself_when_whoever_asked_was_killed():
    question = {"do": "read", "source": "hanging", "memory": MEMORY, "seconds": 0, "name": "x", "address": ""}
    question |= {"headers": {}, "now": datetime.now(UTC).isoformat()}
    command = [sys.executable, "-P", "-m", "newsletter.sources.aside"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.close()
            assert process.wait(60) == -signal.SIGALRM
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # the other process that it started


def test_one_that_is_waited_for_with_patience_is_told_and_heard_whole():
    lines = b"".join(b"Number %d|https://acme.example/%d\n" % (n, n) for n in range(5000))
    assert len(run_aside("acme", lines, CONTEXT, stop=threading.Event()).collected) == 5000


def test_what_one_prints_reaches_nobody(capfd):
    assert len(run_aside("printing", DATA, CONTEXT).collected) == 2
    assert capfd.readouterr() == ("", "")


def test_a_file_finds_the_source_that_says_it_can_read_it(tmp_path, monkeypatch):
    monkeypatch.setenv("STALLED", str(tmp_path / "asked"))
    assert handler_of("list.acme", DATA) == "acme"
    assert handler_of("LIST.ACME", DATA) == "acme"
    assert handler_of("list.txt", b"TELLING that it is mine") == "telling"
    assert handler_of("list.txt", b"not mine") == ""


def test_a_source_that_fails_at_being_asked_about_files_is_asked_no_more(tmp_path, monkeypatch):
    monkeypatch.setenv("STALLED", str(tmp_path / "asked"))
    _faults.clear()
    assert [handler_of(f"{number}.txt", b"TELLING") for number in range(6)] == ["telling"] * 6
    assert (tmp_path / "asked").read_text().split() == ["0.txt", "1.txt", "2.txt"]
