import html as html_escaping
import re

from hypothesis import given
from hypothesis import strategies as st
from sender_samples import TOKENS, content, message, parsed, reader, relaxed, rendered, template

from newsletter.model.mail import Recipient, Slot
from newsletter.sender.addressing import Addressing
from newsletter.sender.multipart import Shown
from newsletter.sender.segments import encode

bodies = st.lists(
    st.one_of(
        st.sampled_from([".", "..", ". ", " ", "  ", "\t", "\n", "\n\n", "\n.", "From ", "\nFrom ", "=", "=3D",
                         "x" * 80, "a" * 75, "a" * 76, "é" * 40, "\r\n", "--", *TOKENS.values()]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=60),
    ),
    max_size=25,
).map("".join)  # fmt: skip
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=120)


def filled(body: str, value: str) -> str:
    return re.sub("|".join(TOKENS.values()), lambda _: value, body).replace("\r\n", "\n")


@given(bodies, bodies, values)
def test_what_is_put_in_is_what_a_mail_program_reads_out(text, html, value):
    mail = template(rendered(html=html, text=text))
    recipient = Recipient(subscriber=7, address=reader().address, slots=dict.fromkeys(Slot, value))
    tokens = Addressing(template=mail, key=bytes(32)).tokens(reader())
    sent = mail.address(recipient, tokens)
    body = sent.data.partition(b"\r\n\r\n")[2]

    read = parsed(sent.data)
    assert content(read, "plain") == filled(text, value)
    assert content(read, "html") == filled(html, html_escaping.escape(value))
    assert Shown.of(sent) == Shown(text=filled(text, value), html=filled(html, html_escaping.escape(value)))
    assert relaxed(body) == body
    assert body.isascii()
    assert re.search(rb"(?<!\r)\n|\r(?!\n)|\t", sent.data) is None
    for line in body.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))


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
