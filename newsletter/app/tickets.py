"""Whose link it is: what a ticket proves, of a mail or of a notice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.app.newsletter import Newsletter
from newsletter.model.bounce import Sent
from newsletter.model.canonical import fold_address
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.ticket import Leads, MailTicket, NoticeTicket
from newsletter.model.tokens import DeliveryTokens
from newsletter.sender.addressing import SAMPLE_KEY, sample_reader
from newsletter.store.notices import NoticeStore
from newsletter.store.preferences import PreferenceStore
from newsletter.store.returned import ReturnedStore
from newsletter.store.subscribers import SubscriberStore

LEADING = (NoticeKind.LINK, NoticeKind.KNOWN, NoticeKind.KEPT)
"""The notices whose link leads to the preferences."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who holds a ticket that is proved.

    :param subscriber: their number; 0 for the sample reader, who is nobody.
    :param issue: of whose mail the ticket is; 0 for that of a notice.
    :param list: the list that the mail went to; empty for a notice, for nobody, and where the ledger does not know it.
    :param preferences: the ticket that leads the same person to their preferences.
    :param folded: the key of the address that the ticket was sent to; empty for nobody.
    """

    subscriber: int
    issue: int = 0
    list: str = ""
    preferences: str = ""
    folded: str = ""

    @property
    def is_nobody(self) -> bool:
        """Whether it is the sample reader's ticket, which changes nothing."""
        return self.subscriber == 0

    @property
    def source(self) -> str:
        """Where what they do comes from, as the consent log says it."""
        return f"issue {self.issue}" if self.issue else "preferences page"


def holder_of_mail(newsletter: Newsletter, text: str, leads: Leads) -> Holder | None:
    """Return who holds the ticket *text* of a mail; None if it is none, is forged, or is of somebody who is forgotten.

    It holds for years: a token of any key that there ever was is good.
    """
    return holders_of_mail(newsletter, [text], leads)[0]


def holders_of_mail(newsletter: Newsletter, texts: Sequence[str], leads: Leads) -> list[Holder | None]:
    """Do what :func:`holder_of_mail` does for several tickets, and ask the database once."""
    tickets = [MailTicket.read(text) for text in texts]
    asked = {(ticket.issue, ticket.subscriber) for ticket in tickets if ticket and ticket.subscriber}
    sent = ReturnedStore(newsletter.database).to_subscribers(asked) if asked else {}
    keys = newsletter.database.keys
    return [
        _holder(ticket, sent.get((ticket.issue, ticket.subscriber)), newsletter, keys, leads) if ticket else None
        for ticket in tickets
    ]


def _holder(
    ticket: MailTicket, sent: Sent | None, newsletter: Newsletter, keys: Sequence[bytes], leads: Leads
) -> Holder | None:
    if ticket.subscriber == 0:
        nobody = sample_reader().address.address
        return Holder(subscriber=0) if ticket.proved_by(SAMPLE_KEY, nobody, leads) else None
    known = "" if sent else _address_now(newsletter, ticket.subscriber)
    # Proved in any case, so that it takes as long whether there is such a mail or not.
    address = sent.address if sent else known or "nobody@example.com"
    key = _proving(ticket, keys, address, leads)
    if key is None or not (sent or known):
        return None
    tokens = DeliveryTokens.derive(key, issue=ticket.issue, subscriber=ticket.subscriber, address=address)
    return Holder(
        subscriber=ticket.subscriber,
        issue=ticket.issue,
        list=sent.list if sent else "",
        preferences=tokens.ticket(tokens.preferences),
        folded=fold_address(address),
    )


def _address_now(newsletter: Newsletter, number: int) -> str:
    """Return the address of a subscriber whose mail the ledger does not know; empty where there is no such person.

    A ledger that was restored lacks the mail that went out after its backup; who got it can leave all the same.
    """
    known = SubscriberStore(newsletter.database).with_number(number)
    return known.address.address if known else ""


def _proving(ticket: MailTicket, keys: Sequence[bytes], address: str, leads: Leads) -> bytes | None:
    proved = [key for key in keys if ticket.proved_by(key, address, leads)]
    return proved[0] if proved else None


def notice_of(newsletter: Newsletter, text: str, kinds: Sequence[NoticeKind], now: datetime) -> Notice | None:
    """Return the notice that the ticket *text* is of; None if it is none, is forged, or does not hold any more."""
    ticket = NoticeTicket.read(text)
    if ticket is None:
        return None
    found = NoticeStore(newsletter.database).find(ticket.number)
    if found is None or found.kind not in kinds or not found.holds(now):
        return None
    proved = [
        key for key in newsletter.database.keys
        if ticket.proved_by(key, kind=found.kind.value, folded=found.folded)
    ]  # fmt: skip
    return found if proved else None


def ticket_of(newsletter: Newsletter, notice: Notice) -> str:
    """Return the ticket that the link of *notice* has."""
    key = newsletter.database.key
    return str(NoticeTicket.of(key, number=notice.number, kind=notice.kind.value, folded=notice.folded))


def holder_of_preferences(newsletter: Newsletter, text: str, now: datetime) -> Holder | None:
    """Return who holds a ticket to the preferences, of a mail or of a notice.

    None, too, where they have moved to another address since: whoever has the old mailbox now may be somebody else, and
    may leave for them and no more.
    """
    if found := notice_of(newsletter, text, LEADING, now):
        holder = Holder(subscriber=found.subscriber, preferences=text, folded=found.folded)
    elif (mailed := holder_of_mail(newsletter, text, Leads.PREFERENCES)) is None or mailed.is_nobody:
        return mailed
    else:
        holder = mailed
    there = PreferenceStore(newsletter.database).of(holder.subscriber)
    moved = there is not None and fold_address(there.person.address.address) != holder.folded
    return None if moved else holder
