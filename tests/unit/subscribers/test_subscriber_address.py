import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import SubscriberError
from newsletter.model.address import UNSAFE, Address
from newsletter.subscribers.address import SHOWN, shown, valid_name, validate


@pytest.mark.parametrize(
    "text, address",
    [
        ("ada@example.com", "ada@example.com"),
        (" ada@example.com\t", "ada@example.com"),
        ("Ada.Lovelace+news@EXAMPLE.com", "Ada.Lovelace+news@example.com"),
        ("reader@list.test", "reader@list.test"),
        ("用户@例子.广告", "用户@例子.广告"),
        ("Jörg@bücher.example", "Jörg@bücher.example"),
        ("o'neill@example.com", "o'neill@example.com"),
    ],
)
def test_an_address_that_can_be_mailed_is_accepted_in_the_case_of_its_owner(text, address):
    assert validate(text) == Address(address=address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@localhost",
        "ada@example..com",
        "a..da@example.com",
        "ada lovelace@example.com",
        "ada@example.com, bob@example.com",
        "Ada <ada@example.com>",
        "ada@exam_ple.com",
        "x" * 65 + "@example.com",
        "ada@" + "x" * 64 + ".com",
        "ada@example.com\r\nBcc: bob@example.com",
        "ada@example.com\n",
        "ada\0@example.com",
        "ada@[127.0.0.1]",
        "\ud800@example.com",
    ],
)
def test_what_is_no_address_is_refused_in_one_line_of_words(text):
    with pytest.raises(SubscriberError) as caught:
        validate(text)
    assert not UNSAFE.search(str(caught.value))
    assert "ada@example.com" in caught.value.todo


@pytest.mark.parametrize(
    "name", ["Ada\r\nBcc: bob@example.com", "A\nda", "A\0da", "A\x1b[31mda", "A\u2028da", "\udcff"]
)
def test_a_name_that_could_break_a_header_is_refused(name):
    with pytest.raises(SubscriberError, match="line break or control character"):
        validate("ada@example.com", name)


def test_a_name_has_200_characters_at_most():
    assert valid_name("ä" * 200) == "ä" * 200
    with pytest.raises(SubscriberError, match="201 characters"):
        valid_name("ä" * 201)


def test_a_name_is_kept_composed_and_without_outer_spaces():
    assert validate("ada@example.com", "  Zoe\u0308 ").name == "Zoë"


@given(st.text(), st.text())
def test_whatever_is_given_it_is_an_address_or_a_subscriber_error(text, name):
    try:
        person = validate(text, name)
    except SubscriberError as error:
        assert not UNSAFE.search(str(error))  # noqa: PT017 - either way is right
    else:
        assert not UNSAFE.search(str(person))
        assert validate(person.address, person.name) == person


@given(st.text())
def test_what_is_shown_is_one_short_line(text):
    assert len(shown(text)) <= SHOWN
    assert not UNSAFE.search(shown(text))
