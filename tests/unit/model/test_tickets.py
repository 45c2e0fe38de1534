import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.ticket import Leads, MailTicket, NoticeTicket
from newsletter.model.tokens import DeliveryTokens

KEY = bytes(range(32))
TOKENS = DeliveryTokens.derive(KEY, issue=42, subscriber=7, address="ada@example.com")
TICKETS = {
    Leads.UNSUBSCRIBE: TOKENS.ticket(TOKENS.unsubscribe),
    Leads.PREFERENCES: TOKENS.ticket(TOKENS.preferences),
    Leads.WEB: TOKENS.ticket(TOKENS.web),
}


@pytest.mark.parametrize("leads", Leads)
def test_a_ticket_of_a_mail_is_proved_for_what_it_leads_to_and_nothing_else(leads):
    ticket = MailTicket.read(TICKETS[leads])
    assert (ticket.issue, ticket.subscriber) == (42, 7)
    for other in Leads:
        assert ticket.proved_by(KEY, "Ada@EXAMPLE.com", other) is (other is leads)
    assert not ticket.proved_by(KEY[::-1], "ada@example.com", leads)
    assert not ticket.proved_by(KEY, "eve@example.com", leads)


@given(st.sampled_from(list(Leads)), st.data(), st.integers(1, 255))
def test_a_ticket_with_any_byte_flipped_proves_nothing(leads, data, flip):
    said = bytearray(TICKETS[leads].encode())
    said[data.draw(st.integers(0, len(said) - 1))] ^= flip
    ticket = MailTicket.read(said.decode("latin-1"))
    # The number of another subscriber is asked of the address that they had their mail at.
    assert ticket is None or ticket.subscriber != 7 or not ticket.proved_by(KEY, "ada@example.com", leads)


@given(st.data(), st.integers(1, 255))
def test_the_ticket_of_a_notice_with_any_byte_flipped_proves_nothing(data, flip):
    right = NoticeTicket.of(KEY, number=9, kind="confirm", folded="ada@example.com")
    assert NoticeTicket.read(str(right)) == right
    assert right.proved_by(KEY, kind="confirm", folded="ada@example.com")
    assert not right.proved_by(KEY, kind="address", folded="ada@example.com")
    said = bytearray(str(right).encode())
    said[data.draw(st.integers(0, len(said) - 1))] ^= flip
    ticket = NoticeTicket.read(said.decode("latin-1"))
    assert ticket is None or ticket.number != 9 or not ticket.proved_by(KEY, kind="confirm", folded="ada@example.com")


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.2", "042.7." + "A" * 16, "42.07." + "A" * 16, "42.7." + "A" * 15, "42.7." + "A" * 17,
     "42.7." + "A" * 16 + "\n", "4２.7." + "A" * 16, "9999999999.7." + "A" * 16, "-1.7." + "A" * 16],
)  # fmt: skip
def test_what_is_no_ticket_is_none(text):
    assert MailTicket.read(text) is None


def test_a_short_key_makes_no_ticket():
    with pytest.raises(ValueError, match="32 bytes"):
        NoticeTicket.of(b"short", number=1, kind="confirm", folded="a@b.de")
