"""Several processes that send one mailing side by side: each recipient is claimed by one of them alone."""

import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from scripted_server import serving
from store_press import ACCEPTED, IN_DOUBT, Press

PROGRAM = [sys.executable, str(Path(__file__).with_name("store_shard.py"))]
PEOPLE = [f"p{number}@example.com" for number in range(120)]


@pytest.fixture
def press(tmp_path, url):
    made = Press(tmp_path / "data", url)
    made.confirm(*PEOPLE)
    made.start()
    yield made
    made.close()


def go_on(shard):
    shard.stdin.write("\n")
    shard.stdin.flush()


def shards(stack, press, server):
    """Start two processes, let them go when both have claimed, and return them when both have sent a part and wait."""
    words = [*PROGRAM, str(press.database.folder), press.url, str(server.port)]
    both = [
        stack.enter_context(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        for _ in range(2)
    ]
    assert [shard.stdout.readline() for shard in both] == ["claimed\n"] * 2
    for shard in both:
        go_on(shard)
    assert [shard.stdout.readline() for shard in both] == ["sent\n"] * 2
    return both


def received(server):
    return Counter(message.split(b"To: ")[1].split(b"\r\n")[0].decode() for message in server.messages)


def test_two_processes_share_a_mailing_and_everybody_gets_it_once(press):
    with serving(pipelining=True) as server, press.database.coordinator_lock(), ExitStack() as stack:
        both = shards(stack, press, server)
        for shard in both:
            go_on(shard)
        assert [shard.stdout.readline() for shard in both] == ["ended\n"] * 2
    assert received(server) == Counter(PEOPLE)
    assert press.counts() == {ACCEPTED: len(PEOPLE)}
    assert press.ledger.finish(42, "weekly")


def test_when_one_of_two_is_killed_the_others_work_stands_and_a_later_run_sends_the_rest(press):
    with serving(pipelining=True) as server:
        with press.database.coordinator_lock(), ExitStack() as stack:
            killed, other = shards(stack, press, server)
            killed.kill()
            go_on(other)
            assert other.stdout.readline() == "ended\n"
        with press.database.coordinator_lock(), ExitStack() as stack:
            in_doubt = press.ledger.recover()
            rest = stack.enter_context(
                subprocess.Popen(
                    [*PROGRAM, str(press.database.folder), press.url, str(server.port)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                )
            )  # fmt: skip
            assert rest.communicate()[0] == "claimed\nsent\nended\n"
    doubtful = set(press.addresses(IN_DOUBT))
    assert len(doubtful) == in_doubt <= 3, "one for each connection of the killed one"
    assert press.counts() == Counter({ACCEPTED: len(PEOPLE) - in_doubt}) + Counter({IN_DOUBT: in_doubt})
    assert received(server) + Counter(doubtful - received(server).keys()) == Counter(PEOPLE)
