"""The lights go out: what the disk has then never says "to be sent" of somebody who may have got it."""

import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from trace import COMMAND, Event, read_trace, trace_of

import pytest
from needs import missing
from ordeal import Ordeal, prepared, recording
from test_torture import KILLS, SEED

from newsletter.model.delivery import State
from newsletter.store.database import open_database
from newsletter.store.ledger import LedgerStore

READERS = 60
CUTS = 10 * KILLS
DOT = b"\r\n.\r\n"
RECIPIENT = re.compile(rb"RCPT TO:<([^>]*)>")


@pytest.fixture(scope="module")
def traced(tmp_path_factory) -> Iterator[tuple[Ordeal, Path, list[Event]]]:
    """A mailing as strace saw it, and the data folder as it was before."""
    if not shutil.which("strace"):
        missing("strace", "apt-get install strace")
    base = tmp_path_factory.mktemp("traced")
    with recording(base / "record.tsv", delay=0.001) as port:
        ordeal = prepared(base, port, READERS, SEED)
        shutil.copytree(ordeal.data_folder, base / "before")
        ordeal.done(*ordeal.start_words(READERS), prefix=(*COMMAND, str(base / "trace")))
        assert ordeal.records.total() == READERS
        yield ordeal, base / "before", trace_of(base / "trace")


def test_every_final_dot_follows_an_fdatasync_of_its_intent(traced):
    _, _, events = traced
    written: dict[
        str, bool | None
    ] = {}  # by connection: since its 354, None no intent, False written, True on the disk
    dots = 0
    for event in events:
        if event.is_log and event.call == "pwrite64":
            written = {connection: False if state is None else state for connection, state in written.items()}
        elif event.is_log and event.is_sync:
            written = {connection: None if state is None else True for connection, state in written.items()}
        elif event.is_mail and event.call == "recvfrom" and re.search(rb"^354 ", event.octets, re.M):
            written[event.on] = None
        elif event.is_mail and DOT in event.octets and event.call != "recvfrom":
            assert written.pop(event.on, None) is True, f"message {dots + 1} left before its intent was on the disk"
            dots += 1
    assert dots == READERS


def test_after_a_power_cut_nobody_who_may_have_got_it_waits_to_be_sent_it(traced, tmp_path):
    _, before, events = traced
    begun = next(number for number, event in enumerate(events) if event.is_mail and DOT in event.octets)
    chance = random.Random(SEED)
    print(f"TORTURE_SEED={SEED}")
    gone = {State.QUEUED: 0, State.ACCEPTED: 0, State.IN_DOUBT: 0}
    for number in range(CUTS):
        cut = chance.randrange(begun, len(events) + 1)
        folder = tmp_path / f"cut-{number}"
        rebuilt(before, events[:cut], folder, chance)
        with open_database(folder) as database:
            ledger = LedgerStore(database)
            ledger.recover()
            standing = {each.address: each.state for each in ledger.deliveries(1)}
        shutil.rmtree(folder)
        assert len(standing) == READERS
        waiting = {address for address, state in standing.items() if state in (State.QUEUED, State.DEFERRED)}
        assert not waiting & sent(events[:cut]), f"after {cut} of {len(events)} events"
        for state in standing.values():
            gone[state] += 1
    assert all(gone.values()), "the cuts lie before, within and after the sending"
    print(f"{CUTS} cuts: { ({state.value: count for state, count in gone.items()}) }")


def sent(events: list[Event]) -> set[str]:
    """Return to whom a final dot has left by then: the server may have accepted their messages."""
    offered: dict[str, str] = {}
    gone = set()
    for event in events:
        if event.is_mail and event.call != "recvfrom":
            _, dot, envelope = event.octets.rpartition(DOT)
            if dot:
                gone.add(offered[event.on])
            if found := RECIPIENT.search(envelope):
                offered[event.on] = found[1].decode()
    return gone


def rebuilt(before: Path, events: list[Event], folder: Path, chance: random.Random) -> None:
    """Put into *folder* what the disk may have after a power cut behind *events*.

    All that was written to a file before its last fsync is there; of what was written later any part may be.
    """
    shutil.copytree(before, folder)
    for name in {event.on for event in events if event.is_database and "/backups/" not in event.on}:
        path = folder / Path(name).name
        content = bytearray(path.read_bytes() if path.exists() else b"")
        own = [event for event in events if event.on == name]
        synced = max((number for number, event in enumerate(own) if event.is_sync), default=-1)
        for number, event in enumerate(own):
            if number <= synced or chance.random() < 0.5:
                applied(event, content)
        path.write_bytes(content)


def applied(event: Event, content: bytearray) -> None:
    if event.call == "unlink":
        content.clear()
    elif event.call == "ftruncate":
        del content[event.at :]
        content.extend(bytes(event.at - len(content)))
    elif event.call == "pwrite64":
        content.extend(bytes(max(0, event.at - len(content))))
        content[event.at : event.at + len(event.octets)] = event.octets


def test_a_trace_is_read_in_the_order_in_which_calls_ended():
    lines = [
        r'7     pwrite64(5<\x2f\x61\x2e\x73\x71\x6c\x69\x74\x65\x33\x2d\x77\x61\x6c>, "\x01\x02\x03", 3, 4096) = 2',
        r"7 recvfrom(9<TCP:[127.0.0.1:4->127.0.0.1:2]>,  <unfinished ...>",
        r"8 fdatasync(5<\x2f\x61\x2e\x73\x71\x6c\x69\x74\x65\x33\x2d\x77\x61\x6c>) = 0",
        r'7 <... recvfrom resumed>"\x33\x35\x34", 65536, 0, NULL, NULL) = 3',
        r'7 sendmsg(9<TCP:[127.0.0.1:4->127.0.0.1:2]>, {msg_iov=[{iov_base="\x61", iov_len=1}, '
        r'{iov_base="\x62\x63", iov_len=2}], msg_iovlen=2}, 0) = 2',
        r"7 recvfrom(9<TCP:[127.0.0.1:4->127.0.0.1:2]>, 0x7f, 65536, 0, NULL, NULL) = -1 EAGAIN (no)",
    ]
    wal, line = "/a.sqlite3-wal", "TCP:[127.0.0.1:4->127.0.0.1:2]"
    assert list(read_trace(iter(lines))) == [
        Event(call="pwrite64", on=wal, octets=b"\x01\x02", at=4096),
        Event(call="fdatasync", on=wal),
        Event(call="recvfrom", on=line, octets=b"354"),
        Event(call="sendmsg", on=line, octets=b"ab"),
    ]
