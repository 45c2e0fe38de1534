"""What is read in mail that came back, in whatever style it is written."""

import base64

import pytest
from returned_mail import BOUNCES, LEFT_ALONE, OURS, complaint, exchange, postfix, unsubscribing

from newsletter.returning.delivery_status import MOST_RECIPIENTS
from newsletter.returning.mark import Place
from newsletter.returning.mime import MOST_HEADERS, MOST_PARTS, read_part
from newsletter.returning.reading import read_returned
from newsletter.returning.report import Kind

ENCODED = base64.b64encode(b"unsubscribe " + OURS.ticket.encode()).decode()


@pytest.mark.parametrize("style", BOUNCES)
def test_a_bounce_of_each_style_says_whom_it_is_about_and_why_and_has_our_mark(style):
    returned = read_returned(BOUNCES[style]())
    assert returned.kind is Kind.BOUNCE
    (report,) = returned.reports
    assert report.address == "ada@example.com"
    assert report.status == ("5.1.10" if style == "Exchange" else "5.1.1")
    assert report.marks[0].place is Place.RETURN_PATH
    assert (report.marks[0].issue, report.marks[0].subscriber) == (42, 7)
    assert report.marks[0].proved_by(OURS.key, "Ada@Example.com")
    assert "\n" not in report.words


def test_a_bounce_of_a_mail_without_a_return_path_of_its_own_has_our_message_id():
    (report,) = read_returned(postfix(to="news@news.example.org")).reports
    places = [mark.place for mark in report.marks]
    assert places == [Place.RETURN_PATH, Place.MESSAGE_ID]  # the returned mail's headers have both
    without = postfix(to="news@news.example.org").replace(b"Return-Path: <bounces", b"X-Was: <bounces")
    (report,) = read_returned(without).reports
    (mark,) = report.marks
    assert (mark.place, mark.subscriber) == (Place.MESSAGE_ID, None)
    assert mark.proved_by(OURS.key, report.address)


def test_the_envelope_says_where_a_report_came_to_when_no_header_does():
    data = postfix(to="undisclosed@x.example", returned=False)
    assert read_returned(data).reports[0].marks == ()
    assert read_returned(data, came_to=[OURS.return_path.upper()]).reports[0].marks[0].subscriber == 7


def test_several_recipients_are_several_reports_and_one_who_got_it_makes_the_rest_partial():
    block = (
        b"Final-Recipient: rfc822; bob@example.com\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 451 busy\n\n"
        b"Final-Recipient: rfc822; eve@example.com\nAction: relayed\nStatus: 2.0.0\n\n--B\nContent-Type: text/rfc822-h"
    )
    data = postfix().replace(b"--B\nContent-Type: text/rfc822-h", block, 1)
    returned = read_returned(data)
    assert returned.kind is Kind.BOUNCE
    assert [(r.kind, r.address, r.status) for r in returned.reports] == [
        (Kind.BOUNCE, "ada@example.com", "5.1.1"), (Kind.DELAY, "bob@example.com", "4.4.1"),
    ]  # fmt: skip
    assert all(report.partial for report in returned.reports)
    assert len({report.id for report in returned.reports}) == 2


def test_a_delay_is_no_bounce_and_a_delivery_is_nothing_at_all():
    returned = read_returned(postfix(action="delayed", status="4.4.1"))
    assert (returned.kind, returned.reports[0].kind) == (Kind.DELAY, Kind.DELAY)
    returned = read_returned(postfix(action="delivered", status="2.0.0", words="250 ok"))
    assert (returned.kind, returned.reports) == (Kind.DELIVERED, ())


@pytest.mark.parametrize("redacted", [False, True])
def test_a_complaint_is_known_by_our_own_headers_even_when_it_hides_the_reader(redacted):
    returned = read_returned(complaint(redacted=redacted))
    (report,) = returned.reports
    assert returned.kind is report.kind is Kind.COMPLAINT
    assert report.words == "abuse, by SomeISP/1.0"
    assert any(mark.proved_by(OURS.key, OURS.address) for mark in report.marks)
    assert (Place.RETURN_PATH in {mark.place for mark in report.marks}) != redacted
    assert report.at.isoformat() == "2026-11-27T10:30:00+00:00"


@pytest.mark.parametrize("meant", ["not-spam", "virus", "auth-failure", "nonsense"])
def test_feedback_that_no_reader_meant_for_us_is_no_complaint(meant):
    assert read_returned(complaint(meant=meant)).kind is Kind.OTHER


@pytest.mark.parametrize(
    "subject",
    [
        "", f"Re: UNSUBSCRIBE  {OURS.ticket}", f"=?utf-8?b?{ENCODED}?=",
        f"unsubscribe\n {OURS.ticket}",
    ],
)  # fmt: skip
def test_a_mail_that_says_unsubscribe_has_the_ticket_in_its_subject(subject):
    (report,) = read_returned(unsubscribing(subject=subject)).reports
    assert (report.kind, report.address) == (Kind.UNSUBSCRIBE, "ada@example.com")
    assert report.marks[0].proved_by(OURS.key, OURS.address)


def test_unsubscribe_without_a_ticket_proves_nothing_and_a_sentence_about_it_is_a_letter():
    (report,) = read_returned(unsubscribing(subject="Unsubscribe")).reports
    assert report.marks == ()
    assert read_returned(unsubscribing(subject="How do I unsubscribe from this?")).kind is Kind.MAIL
    assert read_returned(unsubscribing(subject="unsubscribe rates of newsletters")).kind is Kind.MAIL


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_people_and_their_machines_write_is_no_report(name):
    returned = read_returned(LEFT_ALONE[name]())
    assert returned.reports == ()
    assert returned.kind is (Kind.AUTO_REPLY if name == "vacation" else Kind.MAIL)


def test_a_bounce_in_words_of_its_own_counts_by_its_return_path_and_its_code():
    text = (
        f"From: Mailer-Daemon@x.example\nTo: {OURS.return_path}\nSubject: Zustellung fehlgeschlagen\n\n"
        "Leider ging es nicht.\nGrund: 552 5.2.2 Postfach voll\n"
    )
    (report,) = read_returned(text.encode()).reports
    assert (report.kind, report.status, report.address) == (Kind.BOUNCE, "5.2.2", "")
    assert report.words == "Grund: 552 5.2.2 Postfach voll"
    assert read_returned(text.replace("552 5.2.2", "").encode()).kind is Kind.AUTO_REPLY
    assert read_returned(text.replace("bounces+", "news").encode()).reports == ()


def test_the_same_report_has_the_same_id_whatever_servers_put_before_it():
    data = postfix()
    moved = b"From MAILER-DAEMON Fri Nov 27 10:00:00 2026\nX-Spam: no\nReceived: by x\n" + data
    assert read_returned(data).reports[0].id == read_returned(moved).reports[0].id
    assert read_returned(data).reports[0].id == read_returned(data.replace(b"\n", b"\r\n")).reports[0].id
    assert read_returned(data).reports[0].id != read_returned(postfix(name="2")).reports[0].id
    nameless = data.replace(b"Message-Id:", b"X-Id:")
    assert read_returned(nameless).reports[0].id == read_returned(b"X-Way: a\n" + nameless).reports[0].id


def test_no_octet_that_is_left_out_or_flipped_makes_it_raise():
    for data in (postfix(), complaint(), exchange()):
        for at in range(0, len(data), 7):
            read_returned(data[:at] + data[at + 5 :])
            read_returned(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])


BLOCK = b"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n"


@pytest.mark.parametrize(
    "data",
    [
        b"".join(b'Content-Type: multipart/report; boundary="%d"\n\n--%d\n' % (n, n) for n in range(20_000)),
        b"Content-Type: multipart/report; boundary=a\n\n" + b"--a\n\nx\n" * 200_000,
        b"".join(b"X-%d: y\n" % n for n in range(200_000)),
        b"Subject: " + b"=?utf-8?q?a?= " * 200_000,
        b"To: a" + b"\n b@c.example," * 300_000,
        b"From: mailer-daemon@x\n\n" + b"<ada@example.com>:\n550 5.1.1 no\n" * 60_000,
        b"From: mailer-daemon@x\n" + b"Content-Type: message/rfc822\n\n" * 20_000,
        b"Content-Type: multipart/report" + b';a="\\' * 300_000,
        b"From: mailer-daemon@x\n\n" + b"<" * 500_000,
        postfix().replace(b"Final-Recipient", BLOCK * 50_000 + b"Final-Recipient"),
    ],
    ids=["deep", "many", "headers", "one header", "folded", "daemon", "mails", "parameters", "angles", "blocks"],
)
def test_a_hostile_mail_is_read_no_further_than_a_report_goes(data):
    """What grows with the square of its size, or goes as deep as it does, would take minutes here, or end."""
    returned = read_returned(data)
    assert len(returned.reports) <= MOST_RECIPIENTS
    parts = list(read_part(data).leaves())
    assert len(parts) <= MOST_PARTS
    assert all(len(part.headers) <= MOST_HEADERS for part in parts)
