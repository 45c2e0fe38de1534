"""What this machine's Postfix logs of messages that end in every way, and what we read in it."""

import smtplib
from datetime import UTC, datetime

import pytest
from postfix_instance import Postfix, running_postfix

from newsletter.sender.postfix_log import Trace, read_log

ENDS = {
    "ada@example.com": ("", Trace.QUEUED),
    "bob@example.com": ("X-Test: hold", Trace.HELD),
    "eve@example.com": ("X-Test: discard", Trace.HELD),
    "joe@example.com": ("X-Test: reject", Trace.BROKEN),
    "zoe@example.org": ("", Trace.QUEUED),  # of another host
    "killed@example.com": ("", Trace.BROKEN),
    "nobody@example.com": ("", Trace.ABSENT),  # refused at RCPT
}


def message(to: str, header: str) -> bytes:
    head = [f"From: <news@example.net>\r\nTo: <{to}>\r\nMessage-ID: <{to}>", *([header] if header else [])]
    return ("\r\n".join(head) + "\r\n\r\n" + "a line\r\n" * 2000).encode()


def send(postfix: Postfix, to: str, header: str) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port) as line:
        try:
            line.sendmail("news@example.net", to, message(to, header))
        except (smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused):
            assert "reject" in header or to.startswith("nobody")


def die_within_the_body(postfix: Postfix, to: str) -> None:
    line = smtplib.SMTP("127.0.0.1", postfix.port)
    line.ehlo()
    line.mail("news@example.net")
    line.rcpt(to)
    assert line.docmd("DATA")[0] == 354
    line.send(message(to, ""))
    line.close()
    postfix.logged("lost connection after DATA")


@pytest.mark.parametrize("name, long_ids", [("postfix-test", False), ("postfix-out", True)])
def test_how_each_message_ended(name, long_ids):
    with running_postfix(["ada", "bob", "eve", "joe", "killed"], name=name, long_ids=long_ids) as postfix:
        for to, (header, _) in ENDS.items():
            if to.startswith("killed"):
                die_within_the_body(postfix, to)
            else:
                send(postfix, to, header)
        postfix.idle()
        log = postfix.all_logged()
    evidence = read_log(log.splitlines(keepends=True), {f"<{to}>": to for to in ENDS}, now=datetime.now(UTC))
    assert evidence.traces == {f"<{to}>": trace for to, (_, trace) in ENDS.items()}
    queue_id = evidence.queue_ids["<ada@example.com>"]
    assert f"{name}/qmgr[" in log
    assert f": {queue_id}: removed\n" in log
    assert (len(queue_id) > 12) is long_ids
