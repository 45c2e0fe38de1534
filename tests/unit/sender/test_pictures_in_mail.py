"""Pictures travel with the HTML part that shows them (RFC 2387), and no reader's bytes are others for it."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from sender_samples import KEY, reader, rendered, template

from newsletter.model.mail import Picture
from newsletter.sender.addressing import Addressing, MailTemplate
from newsletter.sender.multipart import Shown

DATA = bytes(range(256)) * 40
PICTURE = Picture(name="a.png", type="image/png", width=60, height=40, digest="0" * 24, data=DATA)


def mail(**changes):
    issue = rendered()
    html = issue.html.replace("</body>", f'<img src="cid:{PICTURE.content_id}"></body>')
    if "cid:" not in html:
        html += f'<img src="cid:{PICTURE.content_id}">'
    return template(issue=replace(issue, html=html, pictures=(PICTURE,), **changes))


def message(compiled):
    return Addressing(template=compiled, key=KEY).message(reader())


def test_the_message_is_whole_and_its_picture_is_the_picture():
    data = message(mail()).data
    parsed = message_from_bytes(data, policy=default)
    assert [part.defects for part in parsed.walk()] == [[]] * 5
    assert [part.get_content_type() for part in parsed.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    picture = list(parsed.walk())[-1]
    assert picture.get_content() == DATA
    assert picture["Content-ID"] == f"<{PICTURE.content_id}>"
    assert picture.get_content_disposition() == "inline"
    assert max(map(len, data.split(b"\r\n"))) <= 76 or b"List-Unsubscribe" in data


def test_a_browser_sees_the_picture_without_the_mail():
    shown = Shown.of(message(mail()))
    assert f"cid:{PICTURE.content_id}" in shown.html
    assert "cid:" not in shown.alone
    assert "data:image/png;base64,AAEC" in shown.alone


def test_published_pictures_are_in_no_message():
    parsed = message_from_bytes(message(mail(embedded=False)).data, policy=default)
    assert [part.get_content_type() for part in parsed.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_frozen_mail_keeps_its_pictures():
    compiled = mail()
    assert message(MailTemplate.load(compiled.dump())) == message(compiled)


@pytest.mark.parametrize("name", ["Zoë", "", "x" * 60])
def test_a_readers_name_moves_no_byte_of_a_picture(name):
    compiled = mail()
    one = Addressing(template=compiled, key=KEY).message(reader(name=name))
    assert Shown.of(one).pictures == Shown.of(message(compiled)).pictures
