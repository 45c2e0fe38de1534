import html as html_escaping
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sender_samples import (
    KEY,
    OPTIONS,
    PUBLIC,
    TOKENS,
    VERP,
    content,
    message,
    parsed,
    reader,
    relaxed,
    rendered,
    template,
)

from newsletter.errors import SendError
from newsletter.model.mail import Slot
from newsletter.sender.addressing import Addressing
from newsletter.sender.multipart import Shown
from newsletter.sender.segments import Part, Place, encode

bodies = st.lists(
    st.one_of(
        st.sampled_from([".", "..", ". ", " ", "  ", "\t", "\n", "\n\n", "\n.", "From ", "\nFrom ", "=", "=3D",
                         "x" * 80, "a" * 75, "a" * 76, "é" * 40, "\r\n", "--", *TOKENS.values()]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=60),
    ),
    max_size=25,
).map("".join)  # fmt: skip
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=120)


names = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"), max_size=120)
names |= st.sampled_from([".", "..", "From Ada", "From ", "=", "=3D", " ", "a  b", "-", "_", "x" * 75, "x" * 76])
addresses = st.from_regex(
    r"[A-Za-z=?-]{1,20}(\.[A-Za-z=-]{1,9}){0,2}@([a-z0-9]{1,20}\.){1,3}(example|中国)", fullmatch=True
)


def filled(body: str, values: dict[Slot, str]) -> str:
    """Return *body* as its reader sees it."""
    slots = {token: slot for slot, token in TOKENS.items()}
    return re.sub("|".join(slots), lambda match: values[slots[match[0]]], body).replace("\r\n", "\n")


@given(bodies, bodies, names, addresses, st.sampled_from([OPTIONS, PUBLIC, VERP]))
def test_what_is_put_in_is_what_a_mail_program_reads_out(text, html, name, address, options):
    mail = Addressing(template=template(rendered(html=html, text=text), options=options), key=KEY)
    to = reader(name=name, address=address)
    sent, tokens = mail.message(to), mail.tokens(to)
    url = options.public_url
    leave = f"mailto:editor@example.org?subject=unsubscribe%20{tokens.ticket(tokens.unsubscribe)}"
    values = {
        Slot.NAME: name or "reader",
        Slot.UNSUBSCRIBE: f"{url}/u/{tokens.ticket(tokens.unsubscribe)}" if url else leave,
        Slot.PREFERENCES: f"{url}/p/{tokens.ticket(tokens.preferences)}" if url else "",
        Slot.WEB: f"{url}/w/{tokens.ticket(tokens.web)}" if url else "",
    }
    marked_up = {slot: html_escaping.escape(value) for slot, value in values.items()}
    head, _, body = sent.data.partition(b"\r\n\r\n")

    read = parsed(sent.data)
    assert content(read, "plain") == filled(text, values)
    assert content(read, "html") == filled(html, marked_up)
    assert Shown.of(sent) == Shown(text=filled(text, values), html=filled(html, marked_up))
    assert relaxed(body) == body
    assert body.isascii()
    assert head.isascii()
    assert sent.whole
    assert_whole(sent.data)
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert not re.search(rb"^From ", sent.data, re.M)


@given(names, st.text(min_size=1, max_size=40), st.booleans())
def test_whatever_a_reader_is_called_the_message_is_whole_or_there_is_none(name, local, public):
    to = reader(name=name, address=f"{local}@bücher.example")
    try:
        sent = Addressing(template=template(options=VERP if public else OPTIONS), key=KEY).message(to)
    except SendError as error:
        assert error.todo  # noqa: PT017 - what the other half of the property says
        return
    assert_whole(sent.data)
    assert sent.smtputf8 is not sent.data.isascii()
    assert sent.data.partition(b"\r\n\r\n")[0].count(b"\r\nTo: ") == 1


def assert_whole(data: bytes) -> None:
    """Every line ends with CRLF, the last one too, none begins with a dot, and none is longer than SMTP takes."""
    *lines, rest = data.split(b"\r\n")
    assert rest == b""
    assert not any(b"\r" in line or b"\n" in line or b"\t" in line for line in lines)
    assert not any(line.startswith(b".") for line in lines)
    assert max(map(len, lines)) <= 998


@pytest.mark.parametrize(
    "head, body",
    [
        (b"A: b\n", b"x\r\n"),
        (b"A: b", b"x\r\n"),
        (b"A: b\r\n\r\n", b"x\r\n"),
        (b".A: b\r\n", b"x\r\n"),
        (b"A: b\r\n", b"x"),
        (b"A: b\r\n", b"x\ry\r\n"),
        (b"A: b\r\n", b"x\ny\r\n"),
        (b"A: b\r\n", b".x\r\n"),
        (b"A: b\r\n", b"x\r\n.\r\n"),
        (b"A: b\r\n", b"x" * 77 + b"\r\n"),
        (b"A: " + b"b" * 999 + b"\r\n", b"x\r\n"),
    ],
)
def test_pieces_that_smtp_would_have_to_change_are_no_template(head, body):
    with pytest.raises(ValueError, match="SMTP would have to change"):
        replace(template(), head=head, body=(body,))
    with pytest.raises(ValueError, match="SMTP would have to change"):
        replace(template(), head=head, body=(b"x\r\n", Place(Part.TEXT, Slot.NAME), body))


@given(values, st.booleans())
def test_a_value_leaves_off_where_the_next_segment_begins_a_line(value, open_end):
    encoded = encode(value, open_end=open_end)
    assert not open_end or encoded == b"" or encoded.endswith(b"\r\n")


def test_slots_are_escaped_for_their_place():
    sent = parsed(message(reader(name='<b>"Zoë" & Co\'s</b>')).data)
    assert '<b>"Zoë" & Co\'s</b>' in content(sent, "plain")
    assert "&lt;b&gt;&quot;Zoë&quot; &amp; Co&#x27;s&lt;/b&gt;" in content(sent, "html")


def test_no_token_is_left():
    assert b"SLOT" not in message().data


def test_text_and_html_are_alternatives_in_this_order():
    mail = parsed(message().data)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert [part["Content-Transfer-Encoding"] for part in mail.iter_parts()] == ["quoted-printable"] * 2
    assert [part.get_content_charset() for part in mail.iter_parts()] == ["utf-8"] * 2


def test_a_body_that_quotes_its_own_boundary_is_not_cut():
    boundary = re.search(rb'boundary="([^"]+)"', message().data)[1].decode()
    text = f"--{boundary}\n--{boundary}--\n"
    assert content(parsed(message(issue=rendered(text=text)).data), "plain") == text
