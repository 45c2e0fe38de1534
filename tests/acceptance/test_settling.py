"""Settling who is in doubt by a log: what is said, what is refused."""

import json
import re
import signal
from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def doubted(sending, inbox):
    """A mailing to one reader, killed at the message, and the words of a log that would prove it, a line each."""
    for address in ("grace@example.com", "lin@example.com"):
        sending.ok("subscribers", "unsubscribe", address)
    process = sending.start("send", "1", "--really", "--yes")
    inbox.on_message = lambda address: process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    inbox.on_message = lambda address: None
    ((address, data),) = inbox.messages
    message_id = re.search(rb"^Message-ID: (.*)\r\n", data, re.M)[1].decode()
    sending.words = [
        "smtpd[7]: 4F2A81C02D: client=unknown[127.0.0.1]",
        f"cleanup[8]: 4F2A81C02D: message-id={message_id}",
        "qmgr[9]: 4F2A81C02D: from=<news@example.com>, size=311, nrcpt=1 (queue active)",
        f"smtp[6]: 4F2A81C02D: to=<{address}>, relay=mx.example.com[192.0.2.1]:25, status=sent (250 ok)",
    ]
    sending.address = address
    return sending


def log(words, *, begins: int = -60, ends: int = 60) -> str:
    """Return *words* as a log from and to so many minutes from now."""
    times = [datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (begins, ends)]
    first, last = (f"{at:%Y-%m-%dT%H:%M:%S.%f+00:00} mx postfix" for at in times)
    return "".join(
        [f"{first}/master[1]: daemon started\n", *(f"{last}/{text}\n" for text in [*words, "smtpd[3]: connect from x"])]
    )


def test_a_log_through_a_pipe_says_person_by_person_what_it_proves(doubted):
    said = doubted.ok("settle", "1", "--log", "-", typed=log(doubted.words))
    assert f"  accepted      {doubted.address}  Postfix queued it (4F2A81C02D)\n" in said
    assert "1 delivery settled; issue 1: 1 planned" in said
    assert "1 planned = 1 accepted" in doubted.ok("resume", "1")
    assert "nothing is in doubt" in doubted.fails(2, "settle", "1", "--log", "-", typed=log(doubted.words))


def test_what_the_log_does_not_have_stays_in_doubt_unless_it_is_complete(doubted):
    done = doubted.run("settle", "1", "--log", "-", typed=log([]))
    assert done.returncode == 5
    assert f"  in doubt      {doubted.address}  the log does not have it\n" in done.stdout
    assert "newsletter settle 1 --accepted ADDRESS, or --resend ADDRESS" in done.stdout
    said = doubted.ok(
        "settle", "1", "--log", "-", "--complete", typed=log([*doubted.words[:2], "smtpd[7]: disconnect from x"])
    )
    assert (
        f"  queued again  {doubted.address}  Postfix began to read it, and its connection ended (4F2A81C02D)\n" in said
    )
    assert said.endswith("Next: newsletter resume 1\n")
    assert "1 planned = 1 accepted" in doubted.ok("resume", "1")


def test_a_log_that_leaves_it_open_settles_nothing_however_complete(doubted):
    elsewhere = [*doubted.words[:3], doubted.words[3].replace(doubted.address, "other@example.org")]
    aside = [*doubted.words[:2], "cleanup[8]: 4F2A81C02D: hold: header X: y from z"]
    for words in (doubted.words[:2], elsewhere, aside):
        done = doubted.run("settle", "1", "--log", "-", "--complete", "--json", typed=log(words))
        told = json.loads(done.stdout)
        assert (done.returncode, told["settled"], told["in_doubt"]) == (5, 0, 1)
        assert [(person["address"], person["state"]) for person in told["deliveries"]] == [
            (doubted.address, "in_doubt")
        ]


def test_a_log_that_cannot_be_what_it_should_be_is_refused(doubted):
    for text, what in (
        (log([], begins=5), "the log begins at"),
        (log([], ends=-5), "the log ends at"),
        (re.sub("^2026", "x", log([]), flags=re.M).replace("2026-", "26-"), "Postfix wrote no line of it"),
        ("\xff\n" * 9, "Postfix wrote no line of it"),
        ("", "Postfix wrote no line of it"),
    ):
        said = doubted.fails(2, "settle", "1", "--log", "-", "--complete", typed=text)
        assert what in said
        assert "nothing was settled" in said
    for words in (
        ["--log", "-", "--accepted"], ["--log", "-", "--resend"], ["--complete"], ["--resend", "--complete"],
        ["--log", "-", doubted.address], ["--log", "missing.log"], ["--log", "."],
    ):  # fmt: skip
        doubted.fails(2, "settle", "1", *words)
    assert "in doubt" in doubted.run("status", "1").stdout or "sending" in doubted.run("status", "1").stdout
