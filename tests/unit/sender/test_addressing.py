import json
import subprocess
import sys

import pytest
from sender_samples import KEY, OPTIONS, content, header, message, parsed, reader, template

from newsletter.errors import SendError
from newsletter.model.address import Address
from newsletter.model.mail import Slot
from newsletter.model.subscriber import Subscriber
from newsletter.sender.addressing import (
    SAMPLE_KEY,
    TEST_MARK,
    Addressing,
    MailTemplate,
    message_to_tester,
    sample_message,
    sample_reader,
    sample_slots,
)


def test_the_same_input_gives_the_same_bytes():
    assert message() == message()
    assert sample_message(template()) == sample_message(template())


def test_each_reader_has_links_and_a_message_id_of_their_own():
    mail = Addressing(template=template(), key=KEY)
    ada, bob = mail.message(reader()), mail.message(reader(address="bob@example.com", number=8))
    assert ada.message_id != bob.message_id
    assert header(ada.data, "Message-ID").decode() == ada.message_id
    assert header(ada.data, "List-Unsubscribe") != header(bob.data, "List-Unsubscribe")
    assert "/u/42.8." in content(parsed(bob.data), "plain")
    assert "/p/42.8." in content(parsed(bob.data), "plain")
    assert "/w/42.8." in content(parsed(bob.data), "html")


def test_the_envelope_is_the_sender_and_the_reader():
    sent = message(reader(address="Ada@Example.COM"))
    assert (sent.envelope_from, sent.envelope_to) == ("editor@example.org", "Ada@Example.COM")


def test_a_reader_without_a_name_is_called_what_the_newsletter_calls_them():
    sent = message(reader(name=""), options=OPTIONS)
    assert header(sent.data, "To") == b"<ada@example.com>"
    assert content(parsed(sent.data), "plain").startswith("Hello reader,\n")


def test_without_a_public_url_the_unsubscribe_slot_is_a_mail_and_the_others_are_empty():
    text = content(parsed(message(options=OPTIONS).data), "plain")
    assert "to leave: mailto:editor@example.org?subject=unsubscribe%2042.7." in text
    assert text.endswith("\n\n")


def test_a_frozen_mail_gives_the_same_messages():
    frozen = template().dump()
    assert MailTemplate.load(frozen) == template()
    assert Addressing(template=MailTemplate.load(frozen), key=KEY).message(reader()) == message()


@pytest.mark.parametrize(
    "broken", [b"", b"{}", b"[]", b"\xff", b'{"form": 1}', b'{"form": 1, "head": "", "body": [["x", "y"]]}']
)
def test_a_frozen_mail_that_is_broken_says_so(broken):
    with pytest.raises(SendError, match="cannot be read"):
        MailTemplate.load(broken)


def test_a_frozen_mail_of_another_form_names_it():
    frozen = json.loads(template().dump()) | {"form": 99}
    with pytest.raises(SendError, match="form 99"):
        MailTemplate.load(json.dumps(frozen).encode())


def test_a_sample_is_shown_as_a_mail_program_shows_it():
    sample = sample_message(template())
    assert sample.text.startswith("Hello Sample Reader,\n\nto leave: https://news.example.org/u/42.0.")
    assert "<p>Hello Sample Reader,</p>" in sample.html
    assert sample.html.endswith("</html>\n")
    assert "\r" not in sample.html + sample.text


def test_a_sample_needs_no_secret_and_opens_no_door():
    sample = sample_message(template())
    real = Addressing(template=template(), key=KEY).message(sample_reader())
    assert header(sample.message.data, "List-Unsubscribe") != header(real.data, "List-Unsubscribe")
    assert Addressing(template=template(), key=SAMPLE_KEY).message(sample_reader()) == sample.message


def test_a_test_send_is_the_same_mail_but_for_mark_message_id_and_links():
    tester = Address(address="me@example.net", name="Me")
    sent = message_to_tester(template(mark=TEST_MARK), tester)
    assert header(sent.data, "Subject") == b"[Test] Moka and PinConsole"
    assert sent.envelope_to == "me@example.net"
    assert sent.message_id.startswith("<42.test.")
    text = content(parsed(sent.data), "plain")
    assert text.startswith("Hello Me,")
    assert "/u/42.0." in text


def test_two_test_sends_have_two_message_ids_unless_told_otherwise():
    tester = Address(address="me@example.net")
    assert message_to_tester(template(), tester).message_id != message_to_tester(template(), tester).message_id
    assert message_to_tester(template(), tester, nonce=b"x") == message_to_tester(template(), tester, nonce=b"x")


def test_addressing_a_mail_runs_neither_templates_nor_the_email_package():
    """No email.message, Jinja, MJML or premailer per recipient."""
    loaded = "import sys, newsletter.sender.mailing, newsletter.sender.addressing; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert not {"email.message", "email.policy", "jinja2", "mjml", "premailer"} & set(done.stdout.split())


def test_the_slots_of_a_sample_are_those_of_its_mail():
    made = template()
    reader = Subscriber(number=7, address=Address(address="ada@example.com", name="Ada <3"))
    sample, slots = sample_message(made, reader), sample_slots(made, reader)
    assert slots[Slot.NAME] == "Ada <3"
    assert slots[Slot.UNSUBSCRIBE].startswith("https://news.example.org/u/42.7.")
    assert all(slots[slot] in sample.text for slot in (Slot.NAME, Slot.UNSUBSCRIBE, Slot.PREFERENCES))
    assert f'href="{slots[Slot.WEB]}"' in sample.html
    assert "Ada &lt;3" in sample.html
