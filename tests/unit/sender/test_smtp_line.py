"""What goes over a line and what is read from it, with a socket pair in place of a network."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sender.line import Line, LineLost, own_name
from newsletter.sender.options import Timeouts
from newsletter.sender.reply import legible
from newsletter.sender.transparency import stuffed, whole

PATIENT = Timeouts(connect=20, reply=20, data=20, write=20, dot=20)
lines = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"x.", b" .", b"From x", b"\x00\xff", b"MAIL FROM:<>"]))


def heard(octets: bytes):
    """Return what a line makes of *octets* and the end behind them."""

    async def listen(line: Line):
        return await line.hear()

    return on_a_line(listen, octets)


def on_a_line(talk, octets: bytes = b""):
    """Return what *talk* makes of a line whose other side says *octets* and no more."""

    async def run():
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            theirs.sendall(octets)
            theirs.shutdown(socket.SHUT_WR)
            line = Line(ours, PATIENT)
            try:
                return await talk(line)
            finally:
                line.close()

    return asyncio.run(run())


@given(lines)
def test_dots_are_stuffed_so_that_the_server_reads_what_was_written(parts):
    data = b"".join(part + b"\r\n" for part in parts)
    wire = stuffed(data) + b".\r\n"
    received = []
    for row in wire.split(b"\r\n"):  # as RFC 5321 §4.5.2 tells a server to
        if row == b".":
            break
        received.append(row.removeprefix(b".") + b"\r\n")
    assert b"".join(received) == data
    assert wire.count(b"\r\n.\r\n") <= 1


@given(st.lists(st.sampled_from([b"a", b".", b"\r", b"\n", b"\r\n"])).map(b"".join))
def test_whole_is_what_has_no_bare_cr_or_lf_and_an_end(data):
    rest = data.replace(b"\r\n", b"")
    assert whole(data) is (data.endswith(b"\r\n") and b"\r" not in rest and b"\n" not in rest)


@given(st.binary(max_size=60))
def test_whatever_a_server_says_is_a_reply_or_none_or_a_lost_line(octets):
    try:
        reply = heard(octets)
    except LineLost:
        assert b"\n" not in octets or octets[:1] in b"2345"
        return
    assert reply.code == 0 or 200 <= reply.code < 600
    assert "\r" not in str(reply)
    assert "\n" not in str(reply)


@given(st.integers(200, 599), st.lists(st.text("abc .-", max_size=10), min_size=1, max_size=5))
def test_a_reply_of_any_number_of_lines_is_read(code, texts):
    octets = b"".join(f"{code}-{text}\r\n".encode() for text in texts[:-1]) + f"{code} {texts[-1]}\r\n".encode()
    reply = heard(octets)
    assert reply.code == code
    assert reply.lines == tuple(legible(text.encode()) for text in texts)


@pytest.mark.parametrize("octets", [b"", b"250", b"250 fine", b"250 fine\r", b"250-fine\r\n", b"250-fine\r\n250 and"])
def test_a_reply_without_its_end_is_a_lost_line(octets):
    with pytest.raises(LineLost, match="the server closed the line"):
        heard(octets)


@pytest.mark.parametrize("command", ["MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>", "NOOP\n", "NOOP\r", "NO\0OP"])
def test_a_command_is_one_line(command):
    async def ask(line: Line):
        return await line.ask(command)

    with pytest.raises(ValueError, match="more than one line"):
        on_a_line(ask)


def test_a_closed_line_is_lost_and_stays_so():
    async def close(line: Line):
        line.close()
        line.close()
        assert not line.open
        line.write(b"x")
        assert (line.queued, line.sent) == (0, 0)
        for _ in range(2):
            with pytest.raises(LineLost, match="the line is closed"):
                await line.ask("NOOP")

    on_a_line(close)


@given(st.binary())
def test_the_server_s_words_move_no_cursor(words):
    assert not [character for character in legible(words) if ord(character) < 32 or 127 <= ord(character) < 160]


@pytest.mark.parametrize(
    "name, said",
    [
        ("desk.example.org", "desk.example.org"),
        ("desk", "[127.0.0.1]"),
        ("my desk.local\r\n", "[127.0.0.1]"),
        (UnicodeError("label too long"), "[127.0.0.1]"),
    ],
)
def test_this_machine_is_named_so_that_a_server_takes_it(monkeypatch, name, said):
    def getfqdn() -> str:
        if isinstance(name, Exception):
            raise name
        return name

    monkeypatch.setattr(socket, "getfqdn", getfqdn)
    own_name.cache_clear()
    assert own_name() == said
    own_name.cache_clear()
