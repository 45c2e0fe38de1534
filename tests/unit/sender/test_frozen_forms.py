"""A mailing that an older version began goes on; the dump and the message here were written by that version."""

import json
from pathlib import Path

import pytest
from sender_samples import KEY, VERP, reader, template

from newsletter.errors import SendError
from newsletter.model.mail import Message
from newsletter.sender.addressing import FORM, Addressing, MailTemplate
from newsletter.sender.multipart import Shown

HERE = Path(__file__).parent
FORM_1 = (HERE / "frozen_form_1.json").read_bytes()
MESSAGE_OF_FORM_1 = (HERE / "frozen_form_1.eml").read_bytes().replace(b"\n", b"\r\n")


def test_a_mailing_frozen_in_form_1_sends_what_it_would_have_sent():
    then = Message(message_id="", envelope_from="", envelope_to="", parts=(MESSAGE_OF_FORM_1,))
    now = Addressing(template=MailTemplate.load(FORM_1), key=KEY).message(reader())
    assert now.data.partition(b"\r\n\r\n")[0] == then.data.partition(b"\r\n\r\n")[0]
    assert Shown.of(now) == Shown.of(then)
    assert now.envelope_from == "editor@example.org"
    assert now.whole


def test_a_mailing_frozen_in_form_1_is_frozen_anew_without_loss():
    old = MailTemplate.load(FORM_1)
    assert json.loads(old.dump())["form"] == FORM
    assert MailTemplate.load(old.dump()) == old


def test_a_frozen_mail_keeps_its_return_path():
    frozen = MailTemplate.load(template(options=VERP).dump())
    assert frozen == template(options=VERP)
    assert Addressing(template=frozen, key=KEY).message(reader()).envelope_from.startswith("bounces+42.7.")


@pytest.mark.parametrize("form", [0, 3, 99, -1])
def test_a_form_that_nobody_knows_yet_is_refused_by_its_number(form):
    with pytest.raises(SendError, match=f"has form {form}, and this version reads 1 to 2"):
        MailTemplate.load(json.dumps(json.loads(FORM_1) | {"form": form}).encode())


@pytest.mark.parametrize("change", [{"head": "QTogYg0KDQo="}, {"body": ["Lg0K"]}, {"body": ["eA=="]}, {"form": "2"}])
def test_a_frozen_mail_whose_lines_are_not_whole_is_refused(change):
    with pytest.raises(SendError, match="cannot be read"):
        MailTemplate.load(json.dumps(json.loads(FORM_1) | change).encode())
