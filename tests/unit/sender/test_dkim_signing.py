import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sender_samples import HTML, KEY, PUBLIC, TEXT, TOKENS, VERP, header, message, reader, relaxed, rendered, template
from signatures import dkimpy_verifies

from newsletter.errors import SendError
from newsletter.model.address import Address
from newsletter.model.mail import Message, Slot
from newsletter.sender.addressing import Addressing
from newsletter.sender.dkim import SIGNED, Signer, is_relaxed, relaxed_body
from newsletter.sender.dkim_key import Algorithm, SigningKey, make_key

DOMAIN = "example.org"
NOON = 1767268800.9


@pytest.fixture(scope="module")
def rsa(tmp_path_factory) -> SigningKey:
    return make_key(tmp_path_factory.mktemp("keys") / "news.pem", Algorithm.RSA)


@pytest.fixture
def signer(rsa) -> Signer:
    return Signer(DOMAIN, [rsa], uniform=True, clock=lambda: NOON)


def plain(head: str, body: bytes = b"Hello.\r\n") -> Message:
    data = head.replace("\n", "\r\n").encode() + b"\r\n" + body
    return Message(message_id="", envelope_from="a@example.org", envelope_to="b@example.com", parts=(data,))


def body_of(signed: Message) -> bytes:
    return signed.data.partition(b"\r\n\r\n")[2]


def test_a_signed_message_is_the_message_with_one_header_before_it(signer):
    unsigned = message(options=VERP)
    signed = signer.sign(unsigned)
    assert signed == replace(unsigned, parts=signed.parts)
    assert signed.parts[1:] == unsigned.parts
    assert signed.data.endswith(unsigned.data)
    added = signed.data.removesuffix(unsigned.data)
    assert re.fullmatch(rb"DKIM-Signature: [^\r\n]+(\r\n [^\r\n]+)*\r\n", added)
    assert max(map(len, added.split(b"\r\n"))) <= 76


def test_dkimpy_verifies_it(signer, rsa):
    assert dkimpy_verifies(signer.sign(message(options=VERP)).data, DOMAIN, rsa)


@pytest.mark.parametrize(
    "changed", ["Subject", "List-Unsubscribe", "List-Unsubscribe-Post", "To", "Date", "body", "2nd From"]
)
def test_what_is_changed_on_the_way_verifies_no_more(signer, rsa, changed):
    data = signer.sign(message(options=VERP)).data
    other = {
        "body": data.replace(b"Hello", b"Hallo"),
        "2nd From": data.replace(b"\r\nFrom:", b"\r\nFrom: somebody@example.com\r\nFrom:", 1),
    }.get(changed) or data.replace(f"\r\n{changed}: ".encode(), f"\r\n{changed}: x".encode(), 1)
    assert other != data
    assert not dkimpy_verifies(other, DOMAIN, rsa)


def test_spaces_that_a_relay_folds_anew_change_nothing(signer, rsa):
    data = signer.sign(message(options=VERP)).data
    folded = data.replace(b"Subject: Moka and", b"SUBJECT:  Moka\r\n\tand")
    assert folded != data
    assert dkimpy_verifies(folded, DOMAIN, rsa)


def test_the_signature_covers_what_readers_programs_act_on(signer):
    listed = header(signer.sign(message(options=VERP)).data, "DKIM-Signature")
    names = re.search(rb"h=([^;]+);", listed)[1].replace(b" ", b"").decode().split(":")
    assert names == ["from", *SIGNED], "all of them are in our mail, and From is there once more"
    assert b"t=1767268800;" in listed, "the second when it was signed"
    assert b"l=" not in re.sub(rb"bh?=[^;]+", b"", listed)


def test_headers_that_are_not_there_are_not_listed(signer, rsa):
    signed = signer.sign(plain("From: a@example.org\nSubject: x\n"))
    assert b"h=from:from:subject;" in header(signed.data, "DKIM-Signature")
    assert dkimpy_verifies(signed.data, DOMAIN, rsa)


@pytest.mark.parametrize(
    "to",
    [
        reader(name="Ångström Æneas von und zu " + "Überschwänglichenhausen " * 6),
        reader(name="李明" * 40),
        reader(name='Dr. "Quote\\" (x), Jr.'),
        reader(name=""),
        reader(name="a" * 300),
        reader(address="jörg@bücher.example"),
    ],
    ids=lambda to: to.address.name[:8],
)
def test_any_name_verifies(signer, rsa, to):
    assert dkimpy_verifies(signer.sign(message(to, options=VERP)).data, DOMAIN, rsa)


def test_headers_folded_with_tabs_and_spaces_verify(signer, rsa):
    head = "From:\t a@example.org  \nSUBJECT: one\n\t two \n   three\nDate:\nTO: b@example.com\nList-Id:  <x.y>\n"
    assert dkimpy_verifies(signer.sign(plain(head)).data, DOMAIN, rsa)


BODIES = [
    b"",
    b"\r\n",
    b"\r\n\r\n\r\n",
    b" \r\n\t\r\n",
    b"no end",
    b"spaces  at \t the end \r\n\r\n\r\n",
    b".\r\n..\r\n.hidden\r\n",
    b"\r\n\r\nfirst\r\n",
    b"tab\t\there \r\n\r\n \r\nx\r\n",
]


@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_any_body_verifies_and_is_sent_as_it_was(rsa, body):
    signed = Signer(DOMAIN, [rsa]).sign(plain("From: a@example.org\n", body))
    assert body_of(signed) == body
    assert dkimpy_verifies(signed.data, DOMAIN, rsa)


def test_a_signer_of_one_template_looks_at_the_first_body_for_all(rsa):
    signer = Signer(DOMAIN, [rsa], uniform=True)
    for body in (b"two  spaces \r\n\r\n", b"none\r\n"):
        assert dkimpy_verifies(signer.sign(plain("From: a@example.org\n", body)).data, DOMAIN, rsa)


@given(st.lists(st.sampled_from([b" ", b"  ", b"\t", b"\r\n", b"a", b".", b"b c"]), max_size=12).map(b"".join))
@example(b"")
def test_canonicalisation_is_that_of_the_rfc(body):
    assert relaxed_body(body) == relaxed(body)
    assert is_relaxed(body) == (relaxed(body) == body)


@given(
    name=st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=60),
    words=st.text(st.characters(exclude_categories=("Cs",)), max_size=200),
)
@example(name="  two  spaces  ", words=" \n\t x  \n\n\n")
@example(name="From ", words="From me\n.\n..\n" + "x " * 60)
def test_canonicalisation_changes_no_body_that_is_made_here(name, words):
    issue = rendered(html=HTML + words + TOKENS[Slot.NAME] + words, text=TEXT + words + TOKENS[Slot.WEB] + words)
    made = Addressing(template=template(issue, options=PUBLIC), key=KEY).message(reader(name=name))
    assert is_relaxed(made.data.partition(b"\r\n\r\n")[2])


def test_a_message_that_no_signature_could_protect_is_refused(signer):
    with pytest.raises(SendError, match="without From"):
        signer.sign(plain("Subject: x\n"))
    for head in ("From: a@example.org\nFrom: b@example.org\n", "From: a@example.org\nSubject: x\nTo: b\nSubject: y\n"):
        with pytest.raises(SendError, match="twice"):
            signer.sign(plain(head))
    with pytest.raises(SendError, match="body"):
        signer.sign(replace(plain(""), parts=(b"From: a@example.org\r\n",)))


def test_the_sender_of_a_list_is_signed_by_its_domain(signer, rsa):
    options = replace(VERP, list_senders={"weekly": Address(address="weekly@news.example.org", name="Weekly")})
    assert dkimpy_verifies(signer.sign(message(options=options)).data, DOMAIN, rsa)
