import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.tokens import DeliveryTokens

KEY = bytes(range(32))


def derive(key=KEY, issue=42, subscriber=7, address="ada@example.com"):
    return DeliveryTokens.derive(key, issue=issue, subscriber=subscriber, address=address)


def slices(tokens):
    return [tokens.unsubscribe, tokens.preferences, tokens.web, tokens.verp, tokens.message_id]


def test_each_token_has_96_bits_and_fits_its_place():
    tokens = derive()
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{16}", token) for token in slices(tokens)[:3])
    assert all(re.fullmatch(r"[a-z2-7]{20}", token) for token in slices(tokens)[3:])
    assert len(set(slices(tokens))) == 5


def test_tokens_are_the_same_tomorrow_so_that_links_of_old_mails_work():
    assert slices(derive()) == [
        "sz6nYIZbEczxIbo2",
        "-_3jSdWCY_gtjBIk",
        "R8JQYDTyHUtzCibi",
        "ppuxi6oz64eqy5pauaxq",
        "sr32gwud5mf4kgtoqwaa",
    ]


def test_the_case_of_an_address_changes_no_token():
    assert derive(address="Ada@EXAMPLE.com") == derive()


@pytest.mark.parametrize("other", [{"key": bytes(32)}, {"issue": 43}, {"address": "bob@example.com"}])
def test_another_key_issue_or_reader_shares_no_token(other):
    assert not set(slices(derive(**other))) & set(slices(derive()))


@given(st.integers(0, 99), st.integers(0, 99), st.from_regex(r"[0-9]{0,2}[a-z]@[a-z]{1,3}\.example", fullmatch=True))
def test_no_two_things_that_tokens_are_about_run_together(issue, other, address):
    same = issue == other
    assert (derive(issue=issue, address=address).web == derive(issue=other, address=address).web) is same


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        derive(key=b"short")


def test_a_ticket_names_issue_and_subscriber():
    tokens = derive()
    assert tokens.ticket(tokens.web) == f"42.7.{tokens.web}"
