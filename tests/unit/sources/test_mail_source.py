"""Newsletters in a mailbox: what they link to, without their own business."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from newsletter.sources.mail_links import MailLink, is_business, unwrapped
from newsletter.sources.reader import kind_of, read_source

NOW = datetime(2026, 11, 27, tzinfo=UTC)
HTML = """<html><head><style>a{}</style></head><body>
<p><a href="https://news.example/view/37">View this email in your browser</a></p>
<h2>Moving the queue</h2>
<p>They did it at night, and nobody noticed. <a href="https://acme.example/queue?utm_source=weekly">Read more →</a></p>
<ul><li><a href="https://acme.example/logs">Logs that last</a> (Acme)</li></ul>
<p><a href="https://click.weekly.example/f/a/AbCdEfGhIjKlMnOpQrStUvWxYz012345">A post behind a counter</a>
<a
href="https://tracking.tldr.example/CL0/https:%2F%2Facme.example%2Fses/1/0100019a-aaaa-bbbb-cccc-dddddddddddd-000000/k=1"
>Told by its address</a>
<a href="https://acme.example/logs"><img src="l.png" alt=""></a></p>
<p style="display:none"><a href="https://trap.example/">Hidden preheader link</a></p>
<p><a href="https://twitter.com/intent/tweet?url=x">Tweet</a> <a href="https://www.linkedin.com/company/acme">LinkedIn</a>
<a href="https://weekly.example/unsubscribe?u=1">Unsubscribe</a> <a href="mailto:a@b.example">Write us</a>
<a href="https://weekly.example/p">Privacy policy</a></p></body></html>"""


def message(html="", text="", subject="Weekly №37"):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Weekly <w@weekly.example>", "me@example.org", subject
    mail["Date"] = "Tue, 03 Nov 2026 10:00:00 +0000"
    mail.set_content(text or "plain")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def read(data, name="weekly.eml"):
    return read_source(data, name, now=NOW)


def test_each_link_with_words_is_an_article():
    reading = read(message(HTML))
    found = {one.article.link: one.article for one in reading.collected}
    assert {link: article.title for link, article in found.items()} == {
        "https://acme.example/queue?utm_source=weekly": "They did it at night, and nobody noticed.",
        "https://acme.example/logs": "Logs that last",
        "https://click.weekly.example/f/a/AbCdEfGhIjKlMnOpQrStUvWxYz012345": "A post behind a counter",
        "https://acme.example/ses": "Told by its address",
    }
    tags = {article.title: article.tags for article in found.values()}
    assert tags["A post behind a counter"] == ("link-unresolved",)
    assert not any(tags[title] for title in tags if title != "A post behind a counter")
    first = found["https://acme.example/logs"]
    assert (first.note, first.saved, first.found) == ("in “Weekly №37”", "2026-11-03", "mail:weekly.eml")
    (remark,) = reading.remarks
    assert (remark.harmless, remark.what) == (True, "5 links of “Weekly №37” are its own business")


def test_a_plain_mail_gives_the_words_before_each_link_or_the_line_above():
    text = "Moving the queue\nhttps://acme.example/queue\n\n* Logs that last: https://acme.example/logs.\n"
    text += "\n-- \nUnsubscribe: https://w.example/u\n"
    found = [(one.article.title, one.article.link) for one in read(message(text=text)).collected]
    assert found == [
        ("Moving the queue", "https://acme.example/queue"),
        ("Logs that last", "https://acme.example/logs"),
    ]


def test_a_read_more_below_a_heading_is_about_that_however_much_stands_around_both():
    story = '<h2><a href="{0}/q">Moving {1}</a></h2>Words about {1} at night. <a href="{0}/q">Read more</a>'
    other = '<h2>Logs that last</h2><img src="x.png"> They do. <a href="{0}/logs">Read more</a>'
    html = f'<table><tr><td><a href="https://w.example/v">View in browser</a>{story}{other}</td></tr></table>'
    found = [one.article for one in read(message(html.format("https://acme.example", "the queue"))).collected]
    assert [(one.title, one.link) for one in found] == [
        ("Moving the queue", "https://acme.example/q"),
        ("Logs that last", "https://acme.example/logs"),
    ]


def test_a_message_of_parts_in_parts_without_end_is_told_and_stops_no_other():
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    good = message('<a href="https://acme.example/1">One</a>')
    box = b"".join(b"From w@weekly.example Tue Nov  3 10:00:00 2026\n" + one + b"\n" for one in (deep, good))
    reading = read(box, "box.mbox")
    assert [one.article.title for one in reading.collected] == ["One"]
    assert [(remark.line, remark.what) for remark in reading.remarks] == [
        (1, "the parts of this message are nested too deeply")
    ]


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_an_mbox_has_each_link_once_with_the_line_of_its_message(ends):
    first = message('<a href="https://acme.example/1">One</a>')
    second = message('<a href="https://acme.example/1">One, and longer</a> <a href="https://acme.example/2">Two</a>')
    box = b"".join(b"From w@weekly.example Tue Nov  3 10:00:00 2026\n" + one + b"\n" for one in (first, second))
    reading = read(box.replace(b"\n", ends), "box.mbox")
    assert [one.article.title for one in reading.collected] == ["One, and longer", "Two"]
    assert reading.collected[1].first_line == first.count(b"\n") + 3


def test_a_message_without_a_link_says_so():
    reading = read(message("<p>Hello</p>"))
    assert not reading.collected
    assert [(remark.what, remark.harmless) for remark in reading.remarks] == [
        ("no link of “Weekly №37” has words", True)
    ]


def test_mail_is_known_by_how_it_begins():
    assert kind_of(message("x"), "-") == "mail"
    assert kind_of(b"From me@x.example Tue Nov  3 10:00:00 2026\n" + message("x"), "saved") == "mail"
    assert kind_of(b"Subject: a note\n\nWhy it matters: x.\n", "-") == "digest"


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"no headers at all"])
def test_what_is_no_mail_gives_nothing_and_breaks_nothing(data):
    assert not read(data, "x.eml").collected


@pytest.mark.parametrize(
    "address, words, business",
    [
        ("https://acme.example/post", "How Google's privacy policy changed again", False),
        (
            "https://acme.example/post",
            "Why people unsubscribe from newsletters: a study of forty thousand readers",
            False,
        ),
        ("https://www.youtube.com/watch?v=1", "A talk", False),
        ("https://x.com/ada/status/123", "A thread on queues", False),
        ("https://acme.example/share/prices", "Share prices fall", False),
        ("https://acme.example/a", "Im Browser ansehen", True),
        ("https://acme.example/a", "Sign up", True),
        ("https://news.ycombinator.com/submitlink?u=https://a.example", "Discuss", True),
    ],
)
def test_what_is_the_newsletters_own_business(address, words, business):
    assert is_business(MailLink(address=address, words=words)) is business


@pytest.mark.parametrize(
    "address, leads",
    [
        ("https://acme.example/track/1", ("https://acme.example/track/1", True)),
        ("https://links.acme.example/a-title", ("https://links.acme.example/a-title", True)),
        (
            "https://x.list-manage.com/track/click?u=abc&id=1",
            ("https://x.list-manage.com/track/click?u=abc&id=1", False),
        ),
        ("https://substack.com/redirect/abc?j=1", ("https://substack.com/redirect/abc?j=1", False)),
        ("https://click.x.example/c/?url=https%3A%2F%2Facme.example%2Fp%3Fa%3D1", ("https://acme.example/p?a=1", True)),
    ],
)
def test_a_detour_that_names_its_end_is_left_out(address, leads):
    assert unwrapped(address) == leads
