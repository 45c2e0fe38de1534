"""Every phase times every fault: what becomes of the message, of the next one, and of the run stands in one table.

``fault_matrix.md`` is that table; each of its cells is tried here on a real line, with and without pipelining.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from paper_ledger import PaperLedger
from scripted_server import CLOSE, RESET, SILENCE, Fault, ScriptedServer, mail, profile, says, serving
from smtp_server import certified

from newsletter.errors import ServerError
from newsletter.sender.mailing import run_mailing
from newsletter.sender.opening import ServerUnavailable
from newsletter.sender.options import SmtpProfile, Timeouts

TABLE = Path(__file__).with_name("fault_matrix.md")
PHASES = ("connect", "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "dot", "QUIT")
FAULTS = {
    "421": says("421 4.3.2 closing", "close"),
    "4xx": says("451 4.3.0 not now"),
    "5xx": says("554 5.0.0 no"),
    "garbage": Fault(says=b"HTTP/1.1 400 \x00what?\r\n"),
    "100 KB reply": Fault(says=b"250 " + b"x" * 100_000 + b"\r\n"),
    "hang": SILENCE,
    "reset": RESET,
    "half a line": Fault(says=b"25", then="close"),
    "TLS stripped": says("250-scripted.example\n250 SIZE 99000000"),
    "STARTTLS injection": says("220 go on\n250 injected"),
}
HASTY = Timeouts(connect=0.75, reply=0.75, data=0.75, write=0.75, dot=0.75)
LONG = b"A long line of a long mail.\r\n" * 800_000
"""More octets than the buffers of both ends hold, so that the final dot has not left when the body meets its fault."""

IMPOSSIBLE = "–"


def rows() -> dict[tuple[str, str], list[str]]:
    """Return the cells of the table by phase and fault: message, next message, run, connections."""
    found = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 6 and cells[0] in PHASES:
            found[cells[0], cells[1]] = cells[2:6]
    return found


def cells() -> list[tuple[str, str, bool]]:
    """Return what is to be tried."""
    tried = []
    for (phase, fault), said in rows().items():
        if said[0] != IMPOSSIBLE:
            both = phase in ("MAIL", "RCPT", "DATA", "body", "dot", "QUIT")
            tried += [(phase, fault, pipelining) for pipelining in ((False, True) if both else (False,))]
    return tried


def test_the_table_has_every_cell_and_a_reason_for_each_that_cannot_be():
    table = rows()
    assert set(table) == {(phase, fault) for phase in PHASES for fault in FAULTS}
    for said in table.values():
        assert (said[0] == IMPOSSIBLE) == (len(said[3]) > 8), "a reason stands in the last column"


@pytest.mark.parametrize("phase, fault, pipelining", cells())
def test_what_becomes_of_a_cell_is_what_the_table_says(phase, fault, pipelining, authority, ca_file, monkeypatch):
    monkeypatch.setenv("SECRET", "correct horse battery")
    assert happened(phase, fault, pipelining, authority, ca_file) == rows()[phase, fault]


def happened(phase: str, fault: str, pipelining: bool, authority, ca_file) -> list[str]:
    """Try a cell with two messages over one connection at a time, and return its row."""
    ledger = PaperLedger.of("ada", "bob")
    with faulty(phase, fault, pipelining, authority) as server:
        settings = profile(server, timeouts=HASTY)
        if phase in ("EHLO", "STARTTLS"):
            settings = replace(settings, host="localhost", security="starttls", ca_file=ca_file)
        if phase == "AUTH":
            settings = replace(settings, username="editor", password_env="SECRET")
        ending = run(ledger, settings, LONG if phase == "body" else b"Hello.\r\n")
        connections = str(server.connections) if phase != "connect" else "0"
    first, second = [f"{each.state.value}{attempts(each)}" for each in ledger.deliveries.values()]
    return [first, second, ending, connections]


def attempts(delivery) -> str:
    """Whether an attempt was counted: whatever was recorded without having been accepted is one."""
    return "" if delivery.state.value in ("queued", "accepted") else ", counted"


def run(ledger: PaperLedger, settings: SmtpProfile, body: bytes) -> str:
    mails = {1: mail("ada@example.com", body), 2: mail("bob@example.com")}
    try:
        run_mailing(ledger, lambda reader: mails[reader.number], [settings], pauses=())
    except ServerUnavailable:
        return "stops, may be tried again"
    except ServerError:
        return "stops at once"
    return "goes on"


@contextmanager
def faulty(phase: str, fault: str, pipelining: bool, authority) -> Iterator[ScriptedServer]:
    """Run a server with the fault, once; in the opening each time, since what it shows is whether all are spared."""
    if phase == "connect":
        with unreachable(fault) as server:
            yield server
        return
    opening = phase in ("greeting", "EHLO", "STARTTLS", "AUTH")
    does = FAULTS[fault]
    if phase == "body" and does.says:
        does = replace(does, then="close")
    tls = certified(authority) if phase in ("EHLO", "STARTTLS") and fault != "TLS stripped" else None
    script = {"within" if phase == "body" else phase: [does] * (9 if opening else 1)}
    with serving(script, tls=tls, pipelining=pipelining) as server:
        yield server


@contextmanager
def unreachable(fault: str) -> Iterator[ScriptedServer]:
    """Give a port where nobody listens, or one whose queue is full, so that a connection is never answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = ScriptedServer(port=listener.getsockname()[1])
        if fault == "reset":
            yield server
            return
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for sock in waiting:
                sock.setblocking(False)
                sock.connect_ex(("127.0.0.1", server.port))
            yield server
        finally:
            for sock in waiting:
                sock.close()


def test_the_faults_are_those_of_the_table():
    assert CLOSE.then == "close"
    assert re.search("HTTP", FAULTS["garbage"].says.decode())
