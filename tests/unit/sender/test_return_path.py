import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sender_samples import KEY, PUBLIC, VERP, message, reader, template

from newsletter.errors import SendError
from newsletter.model.return_path import ReturnPath
from newsletter.sender.addressing import Addressing
from newsletter.sender.options import LONGEST_RETURN_NAME, return_path_fault


def returned(to, key=KEY, options=VERP):
    return Addressing(template=template(options=options), key=key).message(to).envelope_from


def test_each_message_comes_back_to_an_address_of_its_own():
    sent = message(options=VERP)
    assert re.fullmatch(r"bounces\+42\.7\.[a-z2-7]{20}@news\.example\.org", sent.envelope_from)
    assert b"bounces" not in sent.data


def test_without_a_return_path_bounces_go_to_the_sender():
    assert message(options=PUBLIC).envelope_from == "editor@example.org"


def test_the_domain_of_a_return_path_goes_as_its_a_label():
    options = replace(VERP, return_path="Bounces@Bücher.example")
    assert message(options=options).envelope_from.startswith("bounces+42.7.")
    assert message(options=options).envelope_from.endswith("@xn--bcher-kva.example")
    assert not message(options=options).smtputf8


@given(st.integers(1, 10**10 - 1), st.integers(0, 10**10 - 1))
def test_a_return_path_is_never_longer_than_smtp_takes(issue, number):
    name = "b" * LONGEST_RETURN_NAME
    mail = replace(template(options=replace(VERP, return_path=f"{name}@news.example.org")), issue=issue)
    path = Addressing(template=mail, key=KEY).message(reader(number=number)).envelope_from
    assert len(path.partition("@")[0]) <= 64
    assert path == path.lower()
    assert ReturnPath.read(path).subscriber == number


def test_a_subscriber_whose_number_would_make_it_too_long_is_refused():
    options = replace(VERP, return_path=f"{'b' * LONGEST_RETURN_NAME}@news.example.org")
    with pytest.raises(SendError, match="shorten return_path"):
        message(reader(number=10**18), options=options)


@pytest.mark.parametrize("arrived", [str, str.upper, lambda path: f" <{path}>\r\n"])
def test_a_bounce_says_whose_mail_it_was(arrived):
    path = returned(reader(address="Ada@Example.com"))
    read = ReturnPath.read(arrived(path))
    assert (read.issue, read.subscriber) == (42, 7)
    assert read.proved_by(KEY, "Ada@Example.com")
    assert read.proved_by(KEY, "ada@example.com")


def test_a_bounce_that_somebody_made_up_proves_nothing():
    read = ReturnPath.read(returned(reader()))
    assert not read.proved_by(bytes(32), "ada@example.com")
    assert not read.proved_by(KEY, "bob@example.com")
    assert not replace(read, issue=43).proved_by(KEY, "ada@example.com")
    assert not replace(read, token="a" * 20).proved_by(KEY, "ada@example.com")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "editor@example.org",
        "bounces+42.7@news.example.org",
        "bounces+42.x.ppuxi6oz64eqy5pauaxq@example.org",
        "bounces+42.7.short@example.org",
        "42.7.ppuxi6oz64eqy5pauaxq@example.org",
        "bounces+42.7.ppuxi6oz64eqy5pauax\u0131@example.org",
    ],
)
def test_what_is_no_return_path_is_none(address):
    assert ReturnPath.read(address) is None


@pytest.mark.parametrize("address", ["bounces@news.example.org", "b.o-u_n9@example.org", "b" * 21 + "@bücher.example"])
def test_a_return_path_that_can_be_used_has_no_fault(address):
    assert return_path_fault(address) == ""


@pytest.mark.parametrize(
    "address, words",
    [
        ("boünces@example.org", "letters, digits"),
        ("a+b@example.org", "letters, digits"),
        (".a@example.org", "letters, digits"),
        ("b" * 22 + "@example.org", "may have 21 characters"),
        ("bounces@exa..mple", "is no domain"),
        ("bounces@" + "label." * 40 + "example", "is no domain"),
    ],
)
def test_a_return_path_that_cannot_be_used_says_why(address, words):
    assert words in return_path_fault(address)
