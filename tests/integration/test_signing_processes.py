"""Signatures of a large mailing are made by processes beside the loop; whatever happens to those, each one verifies."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from needs import missing
from paper_ledger import PaperLedger
from scripted_server import mail, profile, serving

from newsletter.model.delivery import State
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender.dkim import Signer
from newsletter.sender.dkim_key import Algorithm, SigningKey, make_key
from newsletter.sender.mailing import run_mailing
from newsletter.sender.signing import LOTS, MANY, Signing
from newsletter.sender.signing_process import framed, unframed

DOMAIN = "example.org"
PROC = Path("/proc")


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> list[SigningKey]:
    folder = tmp_path_factory.mktemp("keys")
    return [make_key(folder / "ed.pem", Algorithm.ED25519), make_key(folder / "news.pem", Algorithm.RSA)]


@pytest.fixture
def signer(keys) -> Signer:
    return Signer(DOMAIN, keys, clock=lambda: 1767268800.0)


def addressed(subscriber: Subscriber) -> Message:
    if subscriber.address.address.startswith("reader3@"):
        return mail(subscriber.address.address, parts=(b"Subject: from nobody\r\n\r\nHello.\r\n",))
    return mail(subscriber.address.address)


def mails(count: int) -> list[Message]:
    return [mail(f"reader{number}@example.com") for number in range(count)]


def helpers(parent: int) -> list[int]:
    """Return the processes that sign for *parent* and have not ended."""
    if not PROC.is_dir():
        missing("/proc", "Linux")
    found = []
    for place in PROC.glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
            state, ppid = (place / "stat").read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"newsletter.sender.signing_process" in words and int(ppid) == parent and state != "Z":
            found.append(int(place.name))
    return found


def heeds_no_signals(pid: int) -> bool:
    """Return whether it ignores SIGINT and SIGTERM."""
    (ignored,) = re.findall(r"^SigIgn:\s*([0-9a-f]+)", (PROC / str(pid) / "status").read_text(), re.M)
    wanted = 1 << (signal.SIGINT - 1) | 1 << (signal.SIGTERM - 1)
    return int(ignored, 16) & wanted == wanted


def signed_beside(signer: Signer, messages: list[Message], lot: int = 32, each=lambda: None) -> list[Message]:
    """Return *messages* as :class:`Signing` gives them back, in lots; *each* happens before each comes."""
    made: list[Message] = []

    async def run() -> None:
        over = asyncio.Event()

        def done(some: list[Message]) -> None:
            each()
            made.extend(some)
            if len(made) == len(messages):
                over.set()

        beside = Signing(signer)
        try:
            for at in range(0, len(messages), lot):
                beside.begin([beside.draft(one) for one in messages[at : at + lot]], done)
            async with asyncio.timeout(60):
                await over.wait()
        finally:
            beside.close()

    asyncio.run(run())
    return made


def as_signed_here(signer: Signer, messages: list[Message]) -> Counter[bytes]:
    """Return what *messages* are, signed; RSA and Ed25519 make the same signature of the same octets each time."""
    return Counter(signer.sign(one).data for one in messages)


def test_a_large_mailing_is_signed_by_processes_that_end_with_it(signer, keys):
    ledger = PaperLedger.of(*(f"reader{number}@example.com" for number in range(MANY)))
    seen: set[int] = set()
    with serving(pipelining=True) as server:
        balance = run_mailing(
            ledger,
            addressed,
            [profile(server, connections=8)],
            signer=signer,
            progress=lambda outcomes: seen or seen.update(helpers(os.getpid())),
        )
    assert balance.counts == {State.ACCEPTED: MANY - 1, State.REFUSED: 1}
    assert ledger.deliveries[4].reply.startswith("not sent: a message without From")
    assert as_signed_here(signer, [m for m in mails(MANY) if "reader3@" not in m.envelope_to]) == Counter(
        server.messages
    )
    assert seen
    assert helpers(os.getpid()) == []


def test_a_small_one_is_signed_where_it_is_sent(signer):
    ledger = PaperLedger.of(*(f"reader{number}@example.com" for number in range(6)))
    seen: set[int] = set()
    with serving(pipelining=True) as server:
        balance = run_mailing(
            ledger,
            addressed,
            [profile(server)],
            signer=signer,
            progress=lambda outcomes: seen or seen.update(helpers(os.getpid())),
        )
    assert balance.counts == {State.ACCEPTED: 5, State.REFUSED: 1}
    assert as_signed_here(signer, [m for m in mails(6) if "reader3@" not in m.envelope_to]) == Counter(server.messages)
    assert not seen


def test_more_than_a_pipe_holds_comes_back_in_order(signer):
    long = [mail(f"{'x' * 60}{number}@{'y' * 60}.{'z' * 60}.example.com") for number in range(700)]
    for lot in (1, 64, 700):
        made = signed_beside(signer, long, lot)
        assert Counter(one.data for one in made) == as_signed_here(signer, long)


@pytest.mark.parametrize("killed", [1, 9])
def test_what_killed_processes_had_in_hand_is_signed_all_the_same(signer, killed):
    gone: list[int] = []

    def kill() -> None:
        if not gone:
            gone.extend(helpers(os.getpid())[:killed])
            for pid in gone:
                os.kill(pid, signal.SIGKILL)

    messages = mails(32 * LOTS * 8)
    made = signed_beside(signer, messages, each=kill)
    assert gone
    assert Counter(one.data for one in made) == as_signed_here(signer, messages)


def test_the_signals_that_end_a_mailing_leave_its_processes_to_it(signer):
    before, after = set(), set()

    def interrupt() -> None:
        if before:
            after.update(helpers(os.getpid()))
            return
        while not before or not all(heeds_no_signals(pid) for pid in before):  # one may be starting still
            before.update(helpers(os.getpid()))
        for pid in before:
            os.kill(pid, signal.SIGINT)
            os.kill(pid, signal.SIGTERM)

    messages = mails(32 * LOTS * 8)
    made = signed_beside(signer, messages, each=interrupt)
    assert Counter(one.data for one in made) == as_signed_here(signer, messages)
    assert before <= after


def test_where_the_system_has_no_process_to_give_it_is_done_here(signer, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    messages = mails(70)
    made = signed_beside(signer, messages)
    assert [one.data for one in made] == [signer.sign(one).data for one in messages]


def test_none_outlives_a_sender_that_was_killed(tmp_path, keys):
    script = f"""
import asyncio, pathlib, time
from newsletter.sender.dkim import Signer
from newsletter.sender.dkim_key import Algorithm, read_key
from newsletter.sender.signing import Signing
async def main():
    signing = Signing(Signer("example.org", [read_key(pathlib.Path({str(tmp_path / "a.pem")!r}), Algorithm.RSA)]))
    print("there", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    make_key(tmp_path / "a.pem", Algorithm.RSA)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as sender:
        assert sender.stdout.readline() == b"there\n"
        theirs = helpers(sender.pid)
        assert theirs
        sender.kill()
    until = time.monotonic() + 30
    while any(signs(pid) for pid in theirs):
        assert time.monotonic() < until
        time.sleep(0.02)


def signs(pid: int) -> bool:
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return b"newsletter.sender.signing_process" in words  # empty once it has ended and nobody has asked how


def test_no_key_is_where_others_can_read_it(signer, keys):
    told = []

    def look() -> None:
        for pid in helpers(os.getpid()):
            told.extend((PROC / str(pid) / name).read_bytes() for name in ("cmdline", "environ"))

    signed_beside(signer, mails(64), each=look)
    assert told
    secret = keys[1].pem.split(b"\n")[1]
    assert not any(secret in words for words in told)


@given(st.lists(st.lists(st.binary(max_size=300), max_size=5), max_size=5), st.data())
def test_what_is_told_in_pieces_is_heard_as_it_was_told(lots, data):
    told = b"".join(map(framed, lots))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(told)), max_size=8)))
    heard, rest = [], b""
    for begin, end in zip([0, *cuts], [*cuts, len(told)], strict=True):
        items, rest = unframed(rest + told[begin:end])
        while items is not None:
            heard.append(items)
            items, rest = unframed(rest)
    assert heard == lots
    assert rest == b""
