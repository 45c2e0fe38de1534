"""Two streams of octets, cut anywhere, tell the same story."""

from itertools import pairwise

import pytest
from dialogue import Moment, Step, moments
from hypothesis import given
from hypothesis import strategies as st
from syscalls import Call

HERE, THERE = "TCP:[127.0.0.1:4->127.0.0.1:2]", "TCP:[127.0.0.1:5->127.0.0.1:2]"
ENVELOPE = b"MAIL FROM:<n@example.com>\r\nRCPT TO:<%b@example.com>\r\nDATA\r\n"
BODY = b"Subject: x\r\n\r\nRCPT TO:<nobody@example.com>\r\n..\r\n.\r\n"
TAKEN = b"250 2.1.0 fine\r\n250 2.1.5 fine\r\n354 go on\r\n"
ADA, BOB = "ada@example.com", "bob@example.com"


def out(octets: bytes, on: str = HERE, name: str = "sendmsg") -> Call:
    return Call(name=name, on=on, octets=octets)


def back(octets: bytes, on: str = HERE) -> Call:
    return Call(name="recvfrom", on=on, octets=octets)


@pytest.mark.parametrize("name", ["write", "writev", "sendto", "sendmsg"])
def test_the_next_envelope_may_stand_behind_a_body(name):
    calls = [
        back(b"220 hello\r\n"),
        out(ENVELOPE % b"ada", name=name),
        back(TAKEN),
        out(BODY + ENVELOPE % b"bob", name=name),
        back(b"250 2.0.0 taken\r\n" + TAKEN),
        out(BODY + b"QUIT\r\n", name=name),
    ]
    assert list(moments(calls)) == [
        Moment(call=2, step=Step.ASKED_FOR, recipient=ADA),
        Moment(call=3, step=Step.GONE, recipient=ADA),
        Moment(call=4, step=Step.ASKED_FOR, recipient=BOB),
        Moment(call=5, step=Step.GONE, recipient=BOB),
    ]


def test_connections_are_kept_apart_and_files_are_none():
    calls = [
        out(ENVELOPE % b"ada", HERE),
        out(ENVELOPE % b"bob", THERE),
        Call(name="pwrite64", on="/a-wal", octets=b"354\r\n"),
        back(TAKEN, THERE),
        back(TAKEN, HERE),
    ]
    assert [moment.recipient for moment in moments(calls)] == [BOB, ADA]


@given(cuts=st.lists(st.integers(0, 200), max_size=12))
def test_where_a_stream_is_cut_changes_nothing(cuts):
    said = ENVELOPE % b"ada" + BODY + ENVELOPE % b"bob" + b".\r\nQUIT\r\n"
    places = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
    calls = [out(said[start:end]) for start, end in pairwise(places)]
    assert [moment.recipient for moment in moments(calls)] == [ADA, BOB]
