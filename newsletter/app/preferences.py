"""What readers do with their own subscription: leave, choose, pause, move, see what is kept, be forgotten."""

from collections.abc import Mapping, Sequence

from newsletter.app.forgetting import wipe
from newsletter.app.newsletter import Newsletter
from newsletter.app.signups import kept_ip, open_lists
from newsletter.app.tickets import Holder, holders_of_mail
from newsletter.model.canonical import fold_address
from newsletter.model.mailing_list import MailingList
from newsletter.model.notice import NoticeKind
from newsletter.model.subscriber import Consent, Provenance, Way
from newsletter.model.ticket import Leads
from newsletter.store.forgetting import forget
from newsletter.store.preferences import Preferences, PreferenceStore, Wishes
from newsletter.store.subscribers import SubscriberStore
from newsletter.subscribers.address import validate


def preferences_of(newsletter: Newsletter, holder: Holder) -> Preferences | None:
    """Return how the holder of a ticket has it; None if they are gone."""
    return PreferenceStore(newsletter.database).of(holder.subscriber)


def lists_for(newsletter: Newsletter, preferences: Preferences) -> Mapping[str, MailingList]:
    """Return the lists that a reader may choose from: the open ones, and those that they are on."""
    theirs = {name for name, consent in preferences.lists.items() if consent is not Consent.UNSUBSCRIBED}
    known = newsletter.settings.lists
    return {name: one for name, one in known.items() if name in open_lists(newsletter) or name in theirs}


ONE_CLICK = "one click in the mail program (RFC 8058)"
"""What a consent rests on that ended so."""


def leave(newsletter: Newsletter, holder: Holder, *, everything: bool = False, one_click: bool = False) -> bool:
    """Take the holder of an unsubscribe link off the list that its mail went to, or off all; again changes nothing.

    Where the ledger does not know the list, it is all.

    Say whether there was such a person; the sample reader is none, and nothing happens.
    """
    if holder.is_nobody:
        return True
    basis = ONE_CLICK if one_click else "the unsubscribe link"
    list_name = None if everything or not holder.list else holder.list
    return SubscriberStore(newsletter.database).leave(
        holder.subscriber, list_name, Provenance(way=Way.LINK, basis=basis, source=holder.source)
    )


def leave_at_once(newsletter: Newsletter, tickets: Sequence[str]) -> list[bool]:
    """Take the holders of *tickets* off the lists that their mails went to, in one transaction: by one click each.

    Say of each whether its ticket is good; the sample reader's is, and nothing happens.
    """
    holders = holders_of_mail(newsletter, tickets, Leads.UNSUBSCRIBE)
    leaving = {
        (holder.subscriber, holder.list): Provenance(way=Way.LINK, basis=ONE_CLICK, source=holder.source)
        for holder in holders
        if holder and holder.list
    }
    if leaving:
        SubscriberStore(newsletter.database).leave_all(leaving)
    for holder in holders:
        if holder and not holder.list:  # nobody, or one of a mail that the ledger does not know (any more)
            leave(newsletter, holder, one_click=True)
    return [holder is not None for holder in holders]


def choose(newsletter: Newsletter, holder: Holder, wishes: Wishes, ip: str) -> tuple[str, ...]:
    """Have it as the holder wants it; return the lists that the editor keeps them from."""
    word = Provenance(
        way=Way.PAGE, basis="chosen on the preferences page", source=holder.source, ip=kept_ip(newsletter, ip)
    )
    return PreferenceStore(newsletter.database).change(holder.subscriber, wishes, word)


def is_own_address(preferences: Preferences, typed: str) -> bool:
    """Whether *typed* is the reader's address: what cannot be undone asks for it, because mails are passed on."""
    return fold_address(typed) == fold_address(preferences.person.address.address)


def move(newsletter: Newsletter, holder: Holder, address: str) -> None:
    """Ask at the new *address* whether the holder is to have it; what came of that is told to nobody.

    :raises SubscriberError: it is no address.
    """
    PreferenceStore(newsletter.database).ask_address(holder.subscriber, validate(address))


def send_kept(newsletter: Newsletter, holder: Holder) -> None:
    """Have all that is kept sent to the holder's own address."""
    PreferenceStore(newsletter.database).post(NoticeKind.KEPT, holder.subscriber, {})


def send_link(newsletter: Newsletter, address: str) -> None:
    """Have the way to the preferences sent to *address*, if somebody here has it; that is told to nobody.

    :raises SubscriberError: it is no address.
    """
    PreferenceStore(newsletter.database).post_link(validate(address).address)


def forget_holder(newsletter: Newsletter, preferences: Preferences) -> None:
    """Forget a reader who asked for it; it cannot be undone. Nothing of them is left but in older backups."""
    forget(newsletter.database, preferences.person.address.address, way=Way.PAGE, source="preferences page")
    wipe(newsletter)
