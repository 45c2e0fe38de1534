"""Signatures as the rest of the world reads them: opendkim, on the sample issue's own mail."""

from pathlib import Path

import pytest
from signatures import dkimpy_verifies, opendkim_says

from newsletter.model.address import Address
from newsletter.model.mail import Message
from newsletter.model.subscriber import Subscriber
from newsletter.sender.dkim import Signer
from newsletter.sender.dkim_key import Algorithm, SigningKey, make_key

ROOT = Path(__file__).parents[2]
DOMAIN = "example.com"
NAMES = ("Ada Lovelace", "", "李明" * 30, "Ångström Æneas von und zu " + "Überschwänglichenhausen " * 4, 'a "b", c.')


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> list[SigningKey]:
    folder = tmp_path_factory.mktemp("keys")
    return [make_key(folder / "news.pem", Algorithm.RSA), make_key(folder / "news-ed.pem", Algorithm.ED25519)]


@pytest.fixture(scope="module")
def mails() -> list[Message]:
    """The sample issue, to readers of all sorts of names."""
    from newsletter.app import open_newsletter
    from newsletter.app.building import template_of
    from newsletter.sender.addressing import SAMPLE_KEY, Addressing

    newsletter = open_newsletter(ROOT)
    issue = newsletter.issues.read(newsletter.issues.folder / "001.md")
    addressing = Addressing(template=template_of(newsletter, issue, newsletter.render(issue)), key=SAMPLE_KEY)
    people = [Address(address=f"reader{number}@example.net", name=name) for number, name in enumerate(NAMES)]
    return [addressing.message(Subscriber(number=number, address=who)) for number, who in enumerate(people)]


def test_both_signatures_of_the_sample_issue_verify(keys, mails, tmp_path):
    signer = Signer(DOMAIN, keys, uniform=True)
    for mail in mails:
        signed = signer.sign(mail)
        assert opendkim_says(signed.data, DOMAIN, keys, tmp_path) == ["pass", "pass"]
        assert dkimpy_verifies(signed.data, DOMAIN, keys[0])


def test_bodies_and_headers_that_canonicalisation_changes_verify(keys, tmp_path):
    signer = Signer(DOMAIN, keys)
    head = b"From:  Editor \t <digest@example.com>\r\nSubject: one\r\n\t two  three \r\nTo:\r\n a@example.net\r\n\r\n"
    for body in (b"", b"\r\n\r\n", b"a  b \t\r\n.\r\n..\r\n \r\n\r\n", b"x\r\n" * 3000):
        mail = Message(message_id="", envelope_from="", envelope_to="", parts=(head + body,))
        assert opendkim_says(signer.sign(mail).data, DOMAIN, keys, tmp_path) == ["pass", "pass"]


def test_a_changed_mail_fails_both(keys, mails, tmp_path):
    data = Signer(DOMAIN, keys).sign(mails[0]).data
    assert opendkim_says(data.replace(b"reader0@", b"reader9@"), DOMAIN, keys, tmp_path) == ["fail", "fail"]
