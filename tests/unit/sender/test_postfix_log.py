"""What a log of Postfix proves, and what it does not; the logs in tests/data are those of a real one (3.7.11)."""

import re
import string
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sender.log_line import LogLine, moment, stamp_of
from newsletter.sender.postfix_log import Trace, read_log

DATA = Path(__file__).parents[2] / "data"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WANTED = {
    "<1.aaa@example.org>": "Ada@example.com",
    "<1.ccc@example.org>": "bob@example.com",
    "<1.ddd@example.org>": "bob@example.com",
    "<1.eee@example.org>": "x@127.0.0.1.invalid",
    "<1.fff@example.org>": "eve@example.com",
    "<1.zzz@example.org>": "zoe@example.com",
}
TRUTH = {
    "<1.aaa@example.org>": Trace.QUEUED,  # and delivered
    "<1.ccc@example.org>": Trace.HELD,
    "<1.ddd@example.org>": Trace.BROKEN,  # its header was refused
    "<1.eee@example.org>": Trace.QUEUED,  # and bounced
    "<1.fff@example.org>": Trace.BROKEN,  # the sender was killed within the body
    "<1.zzz@example.org>": Trace.ABSENT,
}


def real(name: str) -> list[str]:
    return (DATA / name).read_text(encoding="utf-8").splitlines(keepends=True)


SHORT, LONG = real("postfix-short-ids.log"), real("postfix-out-long-ids.log")


def lines(*words: str) -> list[str]:
    """Return a log with *words* of daemons in it: ``qmgr: 4F2A81C02D: removed``."""
    stamped = (text.partition(": ") for text in words)
    return [f"Nov 23 22:05:59 mx postfix/{daemon}[7]: {rest}\n" for daemon, _, rest in stamped]


def trace(*words: str, to: str = "ada@example.com") -> Trace:
    return read_log(lines(*words), {"<1.a@x>": to}, now=NOW).traces["<1.a@x>"]


READ = ("smtpd: 4F2A81C02D: client=unknown[127.0.0.1]", "cleanup: 4F2A81C02D: message-id=<1.a@x>")
QUEUED = "qmgr: 4F2A81C02D: from=<news@x>, size=311, nrcpt=1 (queue active)"


@pytest.mark.parametrize("log", [SHORT, LONG])
def test_a_real_log_proves_what_was_queued_and_nothing_else(log):
    evidence = read_log(log, WANTED, now=NOW)
    assert evidence.traces == TRUTH
    assert evidence.proven == {"<1.aaa@example.org>", "<1.eee@example.org>"}
    assert f": {evidence.queue_ids['<1.aaa@example.org>']}: removed\n" in "".join(log)
    assert (evidence.first, evidence.last) == (here(2026, 11, 23, log[0]), here(2026, 11, 23, log[-1]))


def here(year: int, month: int, day: int, line: str) -> datetime:
    clock = datetime.strptime(line[7:15], "%H:%M:%S").time()
    return datetime.combine(datetime(year, month, day), clock).astimezone()


FORMS = {
    "syslog with its priority": lambda line: f"<22>{line}",
    "ISO with microseconds": lambda line: line.replace("Nov 23 22:05:59", "2026-11-23T22:05:59.123456+00:00"),
    "ISO without a colon": lambda line: line.replace("Nov 23 22:05:59", "2026-11-23T22:05:59+0000"),
    "journalctl -o short-precise": lambda line: line.replace("22:05:59", "22:05:59.123456"),
    "journalctl -o short-full": lambda line: line.replace("Nov 23 22:05:59", "Mon 2026-11-23 22:05:59 UTC"),
    "RFC 5424": lambda line: re.sub(
        r"^Nov 23 22:05:59 mx (\S+)\[(\d+)\]: ", r'<22>1 2026-11-23T22:05:59Z mx \1 \2 - [a@1 b="\]"] ', line
    ),
    "journalctl -o export": lambda line: re.sub(
        r"^Nov 23 22:05:59 mx (\S+)\[(\d+)\]: (.*)\n",
        r"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795471559123456\n_HOSTNAME=mx\nMESSAGE=\3\n"
        r"SYSLOG_IDENTIFIER=\1\nSYSLOG_PID=\2\n_PID=1\n\n",
        line,
    ),
    "a service with a name of its own": lambda line: line.replace("postfix/smtpd", "postfix/submission/smtpd"),
    "another instance": lambda line: line.replace("postfix/", "postfix-out/smtp/"),
    "Windows line ends": lambda line: line.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_log_in_the_form(form):
    text = "".join(FORMS[form](line) for line in SHORT)
    evidence = read_log(text.splitlines(keepends=True), WANTED, now=NOW)
    assert evidence.traces == TRUTH
    assert evidence.lines == len([line for line in SHORT if LogLine.read(line)])
    assert evidence.first.replace(microsecond=0) == here(2026, 11, 23, SHORT[0])


@pytest.mark.parametrize(
    "proof",
    [
        QUEUED,
        "qmgr: 4F2A81C02D: removed",
        "qmgr: 4F2A81C02D: from=<news@x>, status=expired, returned to sender",
        "smtp: 4F2A81C02D: to=<ada@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=1, status=deferred (later)",
        "lmtp: 4F2A81C02D: to=<ADA@EXAMPLE.COM>, relay=dovecot, status=sent (250 2.0.0 saved)",
        "local: 4F2A81C02D: to=<ada@mail.example.com>, orig_to=<ada@example.com>, relay=local, status=sent (mailbox)",
        "error: 4F2A81C02D: to=<ada@example.com>, relay=none, status=bounced (no)",
    ],
)
def test_a_line_after_the_queue_is_proof(proof):
    assert trace(*READ, proof) is Trace.QUEUED


@pytest.mark.parametrize(
    "line",
    [
        "cleanup: 4F2A81C02D: warning: header Subject: from=<a>, nrcpt=1 (queue active)",
        "cleanup: 4F2A81C02D: to=<ada@example.com>, relay=none, status=bounced (a milter said so)",
        "cleanup: 4F2A81C02D: milter-reject: END-OF-MESSAGE from unknown: 5.7.1 no; to=<ada@example.com>, status=sent",
        "smtpd: 4F2A81C02D: reject: RCPT from unknown[192.0.2.1]: 554; from=<a> to=<ada@example.com>, status=sent",
        "postsuper: 4F2A81C02D: removed",
        "qmgr: 4F2A81C02E: removed",
        "qmgr: warning: 4F2A81C02D: removed",
        "bounce: 4F2A81C02D: sender non-delivery notification: 5F2A81C02D",
        "qmgr: 4F2A81C02D: remov",
    ],
)
def test_other_lines_are_none(line):
    assert trace(*READ, line) is Trace.OPEN


def test_a_queue_id_that_is_used_again_proves_nothing_of_the_message_before():
    gone = "smtpd: lost connection after DATA (512 bytes) from unknown[127.0.0.1]"
    again = "smtpd: 4F2A81C02D: client=unknown[127.0.0.1]"
    assert trace(*READ, gone, again, "cleanup: 4F2A81C02D: message-id=<2.b@x>", QUEUED) is Trace.BROKEN
    assert trace(*READ, gone, "pickup: 4F2A81C02D: uid=0 from=<root>", QUEUED) is Trace.BROKEN
    assert trace(*READ, gone, "cleanup: 4F2A81C02D: message-id=<>", QUEUED) is Trace.BROKEN
    assert trace(*READ, QUEUED, again, "cleanup: 4F2A81C02D: message-id=<2.b@x>") is Trace.QUEUED


def test_queue_ids_of_another_instance_or_host_prove_nothing():
    for other in ("mx postfix-out/qmgr", "mx2 postfix/qmgr"):
        proof = lines(QUEUED)[0].replace("mx postfix/qmgr", other)
        assert read_log([*lines(*READ), proof], {"<1.a@x>": "ada@example.com"}, now=NOW).proven == set()


def test_a_message_that_went_to_another_address_is_not_proven():
    delivered = "virtual: 4F2A81C02D: to=<eve@example.com>, relay=virtual, status=sent (delivered)"
    assert trace(*READ, QUEUED, delivered) is Trace.ELSEWHERE
    own = "virtual: 4F2A81C02D: to=<ada@example.com>, relay=virtual, status=sent (delivered)"
    assert trace(*READ, QUEUED, delivered, own) is Trace.QUEUED
    assert trace(*READ, QUEUED, own, to="Ada@Example.Com") is Trace.QUEUED


def test_the_strongest_of_several_passages_counts():
    second = [words.replace("4F2A81C02D", "5F2A81C02D") for words in (*READ, QUEUED)]
    assert trace(*READ, *second) is Trace.QUEUED  # a content filter, or a second attempt
    assert trace(*second, *READ) is Trace.QUEUED


def test_the_ends_of_lines_do_not_count():
    windows = [line.replace("\n", "\r\n") for line in lines(*READ, "qmgr: 4F2A81C02D: removed")]
    assert read_log(windows, {"<1.a@x>": "ada@example.com"}, now=NOW).proven == {"<1.a@x>"}


def test_whose_connection_ended_is_told_from_who_may_still_be_on_the_line():
    assert trace(*READ) is Trace.OPEN
    assert trace(*READ, "smtpd: timeout after DATA (1 bytes) from unknown[127.0.0.1]") is Trace.BROKEN
    assert trace(*READ, "smtpd: 5F2A81C02D: client=unknown[127.0.0.1]") is Trace.BROKEN  # the next of that connection
    assert trace(READ[0], "smtpd: disconnect from unknown[127.0.0.1]", READ[1]) is Trace.BROKEN


def test_lines_of_other_programs_are_skipped():
    strange = [
        "", "\n", "\x00\x01\n", "kernel: panic\n", "Nov 23 22:05:59 mx dovecot: 4F2A81C02D: removed\n",
        "Nov 23 22:05:59 mx app[1]: Nov 23 22:05:59 mx postfix/qmgr[7]: 4F2A81C02D: removed\n",
        "Nov 23 22:05:59 mx app[1]: mx postfix/qmgr[7]: 4F2A81C02D: removed\n", "\udcff\ufffd\n",
        "__REALTIME_TIMESTAMP=x\nMESSAGE=4F2A81C02D: removed\n", "\n",
    ]  # fmt: skip
    evidence = read_log([*lines(*READ), *strange], {"<1.a@x>": "ada@example.com"}, now=NOW)
    assert evidence.proven == set()
    assert evidence.lines == 2


@pytest.mark.parametrize(
    "stamp, at",
    [
        ("2026-11-23T22:05:59Z", datetime(2026, 11, 23, 22, 5, 59, tzinfo=UTC)),
        ("2026-11-23T22:05:59,5+01:00", datetime(2026, 11, 23, 21, 5, 59, 500000, tzinfo=UTC)),
        ("Mon 2026-11-23 22:05:59 UTC", datetime(2026, 11, 23, 22, 5, 59, tzinfo=UTC)),
        ("Mon 2026-11-23 22:05:59 CET", datetime(2026, 11, 23, 22, 5, 59).astimezone()),
        ("Nov  3 22:05:59", datetime(2026, 11, 3, 22, 5, 59).astimezone()),
        ("Dec 31 22:05:59", datetime(2025, 12, 31, 22, 5, 59).astimezone()),
        ("Feb 29 22:05:59", datetime(2024, 2, 29, 22, 5, 59).astimezone()),
        ("Feb 30 22:05:59", None),
        ("Xyz 23 22:05:59", None),
        ("Nov 23 25:05:59", None),
        ("2026-13-23T22:05:59Z", None),
        ("", None),
    ],
)
def test_a_time_is_read(stamp, at):
    assert moment(stamp, NOW) == at
    assert stamp_of(f"{stamp} mx postfix/qmgr[7]: x") == stamp


@given(st.datetimes(NOW.replace(tzinfo=None) - timedelta(days=300), NOW.replace(tzinfo=None)))
def test_a_time_without_a_year_comes_back(at):
    at = at.replace(microsecond=0)
    stamp = f"{at:%b} {at.day:2} {at:%H:%M:%S}"
    assert moment(stamp, NOW) == at.astimezone()


@given(st.text())
def test_no_text_is_too_strange(text):
    moment(stamp_of(text), NOW)
    read_log([text], WANTED, now=NOW)
    moment(text, NOW)


# Any log: messages on their way through Postfix, their lines shuffled into each other, cut anywhere.

USED_AGAIN = [f"4F2A81C0{letter}D" for letter in "ABC"]


@st.composite
def passages(draw):
    """Return the lines of one message that was or was not queued, and its Message-ID if it was."""
    number = draw(st.integers(0, 5))
    name, queue_id = f"<{number}.a@x>", draw(st.sampled_from(USED_AGAIN))
    pid = draw(st.sampled_from(["7", "8"]))
    head = [f"smtpd[{pid}]: {queue_id}: client=c[192.0.2.1]", f"cleanup[9]: {queue_id}: message-id={name}"]
    rest = [
        f"qmgr[9]: {queue_id}: from=<news@x>, size=1, nrcpt=1 (queue active)",
        f"smtp[9]: {queue_id}: to=<r{number}@x>, relay=y, status=sent (250)",
        f"qmgr[9]: {queue_id}: removed",
    ]
    queued = draw(st.booleans())
    middle = [] if queued else [f"smtpd[{pid}]: lost connection after DATA (1 bytes) from c[192.0.2.1]"]
    return [*head, *(rest if queued else middle)], (name if queued else None)


@st.composite
def logs(draw):
    """Return a log and how many lines of it stand before the line that queues each Message-ID."""
    written: list[str] = []
    queued_at: dict[str, int] = {}
    for words, name in draw(st.lists(passages(), max_size=8)):
        noise = draw(
            st.lists(st.sampled_from(["kernel: x", "postfix/qmgr[9]: 4F2A81C0ZD: removed", "\ufffd"]), max_size=2)
        )
        if name:
            queued_at.setdefault(name, len(written) + 2)
        written += [*(f"Nov 23 22:05:59 mx postfix/{text}" for text in words), *noise]
    return written, queued_at


@given(logs(), st.data())
def test_no_part_of_a_log_proves_what_was_not_queued_in_it(log, data):
    written, queued_at = log
    cut = data.draw(st.integers(0, len(written)))
    wanted = {f"<{number}.a@x>": f"r{number}@x" for number in range(6)}
    proven = read_log(written[:cut], wanted, now=NOW).proven
    assert proven == {name for name, at in queued_at.items() if at < cut}
    late = read_log(written[cut:], wanted, now=NOW).proven  # a log whose beginning is lost
    assert late <= set(queued_at)


@given(st.data(), st.text(string.printable, max_size=5))
def test_broken_and_lost_lines_prove_no_more_than_the_whole(data, scrap):
    kept = [line for line in SHORT if data.draw(st.booleans())]
    broken = [line[: data.draw(st.integers(0, len(line)))] + scrap for line in kept]
    whole = {name for name, trace in TRUTH.items() if trace is Trace.QUEUED}
    assert read_log(kept, WANTED, now=NOW).proven <= whole
    assert read_log(broken, WANTED, now=NOW).proven <= whole


def test_a_zone_of_the_log_is_kept():
    assert moment("2026-11-23T22:05:59-05:00", NOW).utcoffset() == timezone(timedelta(hours=-5)).utcoffset(None)
