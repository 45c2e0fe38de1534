"""A mailing through a real Postfix into real mailboxes, and its log as the proof of what was in doubt."""

import email
import json
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
from holding_proxy import Hold, holding
from postfix_instance import Postfix, running_postfix

READERS = ["ada", "grace", "lin", *(f"p{number:02}" for number in range(17))]
PASSED = re.compile(rb"Return-Path: .*\nX-Original-To: .*\nDelivered-To: .*\nReceived: .*\n(?:\t.*\n)+")
"""What virtual(8) and smtpd(8) put before a message."""

PARTS = ["multipart/alternative", "text/plain", "text/html"]


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    with running_postfix(READERS) as server:
        yield server


@pytest.fixture
def crowd(sample):
    """The sample newsletter with twenty readers."""
    rows = "".join(f"{user}@example.com\n" for user in READERS[3:])
    sample.path("more.csv").write_text("email\n" + rows)
    sample.ok("subscribers", "import", "more.csv", "--consent", "confirmed", "--basis", "asked")
    return sample


def through(desk, port: int) -> None:
    """Configure the mail server on *port* of this machine."""
    profile = f'[smtp.test]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    desk.path("newsletter.local.toml").write_text(profile)


def killed(desk, postfix: Postfix, hold: Hold, after: int, *words: str) -> None:
    """Run a command, and kill it when the message number *after* is held up."""
    with holding(postfix.port, hold, after) as proxy:
        through(desk, proxy.port)
        process = desk.start(*words)
        try:
            assert proxy.held.wait(60)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
    through(desk, postfix.port)


def settled(desk, code: int, *words: str) -> dict:
    """Settle by a log, and return what it says for a program."""
    done = desk.run("settle", "1", *words, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_twenty_readers_get_what_we_sent_byte_for_byte(crowd, postfix):
    through(crowd, postfix.port)
    assert "20 planned = 20 accepted" in crowd.ok("send", "1", "--really", "--yes")
    crowd.ok("send", "1", "--rehearse", "rehearsed")
    files = crowd.path("rehearsed").glob("*.eml")
    rehearsed = {path.name.partition("-")[2]: path.read_bytes().replace(b"\r\n", b"\n") for path in files}
    postfix.idle()
    for user in READERS:
        (mail,) = postfix.mail(user)
        sent = mail[PASSED.match(mail).end() :]
        date = re.search(rb"^Date: .*$", sent, re.M)[0]  # a rehearsal has the issue's own
        assert sent == re.sub(rb"^Date: .*$", date, rehearsed[f"{user}@example.com.eml"], flags=re.M)
        message = email.message_from_bytes(mail, policy=policy.default)
        assert [part.defects for part in message.walk() if part.defects] == []
        assert message["Delivered-To"] == message["To"].addresses[0].addr_spec == f"{user}@example.com"
        assert [part.get_content_type() for part in message.walk()] == PARTS


def test_the_log_settles_a_mailing_that_was_killed_twice(crowd, postfix):
    killed(crowd, postfix, Hold.ANSWER, 5, "send", "1", "--really", "--yes")
    killed(crowd, postfix, Hold.BODY, 4, "resume", "1")
    postfix.logged("lost connection after DATA")
    postfix.idle()
    postfix.all_logged()
    had = {f"{user}@example.com" for user in READERS if postfix.mail(user)}

    first = settled(crowd, 5, "--log", str(postfix.log))
    states = {person["address"]: person["state"] for person in first["deliveries"]}
    assert states == {address: "accepted" if address in had else "in_doubt" for address in states}
    assert set(states.values()) == {"accepted", "in_doubt"}
    left = [person for person in first["deliveries"] if person["state"] == "in_doubt"]
    assert "Postfix began to read it, and its connection ended" in {person["why"] for person in left}
    begun = re.findall(r"cleanup\[\d+\]: (\w+): message-id=", postfix.all_logged())
    assert {person["queue_id"] for person in left} - {""} <= set(begun)

    for ending, words in ((timedelta(days=-1), "the log ends at"), (timedelta(minutes=1), "the log begins at")):
        stamp = f"{datetime.now(UTC) + ending:%Y-%m-%dT%H:%M:%SZ}"
        crowd.path("part.log").write_text(f"{stamp} mx postfix/master[1]: daemon started -- version 3.7.11\n")
        assert words in crowd.fails(2, "settle", "1", "--log", "part.log", "--complete")

    assert crowd.run("resume", "1").returncode == 5
    second = settled(crowd, 0, "--log", str(postfix.log), "--complete")
    assert [person["address"] for person in second["deliveries"]] == [person["address"] for person in left]
    assert {person["state"] for person in second["deliveries"]} == {"queued"}
    assert "20 planned = 20 accepted" in crowd.ok("resume", "1")
    postfix.idle()
    assert {user: len(postfix.mail(user)) for user in READERS} == dict.fromkeys(READERS, 1)
