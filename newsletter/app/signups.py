"""People subscribe themselves: what the pages ask of the database."""

from collections.abc import Collection, Mapping
from datetime import datetime

from newsletter.app.newsletter import Newsletter
from newsletter.app.tickets import notice_of
from newsletter.model.mailing_list import MailingList
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.subscriber import Provenance, Way
from newsletter.store.signups import Asked, Confirmed, SignupStore
from newsletter.subscribers.address import validate


def open_lists(newsletter: Newsletter) -> Mapping[str, MailingList]:
    """Return the lists that anybody may subscribe to, by name."""
    return {name: one for name, one in newsletter.settings.lists.items() if one.public}


def kept_ip(newsletter: Newsletter, ip: str) -> str:
    """Return *ip* where the newsletter keeps it; else nothing."""
    return ip if newsletter.settings.pages.keep_ip else ""


def subscribe(
    newsletter: Newsletter,
    *,
    address: str,
    name: str,
    lists: Collection[str],
    language: str,
    wording: str,
    ip: str,
) -> Asked:
    """Take somebody's word that *address* wants *lists*; only their mailbox can say that it is true.

    :param lists: those that are not open are passed over.
    :raises SubscriberError: address or name will not do.
    """
    person = validate(address, name)
    wanted = {one.name: one.double_opt_in for one in open_lists(newsletter).values() if one.name in lists}
    basis = Provenance(
        way=Way.PAGE, basis="subscribed on the page", source="/subscribe", wording=wording, ip=kept_ip(newsletter, ip)
    )
    return SignupStore(newsletter.database).ask(person, wanted, basis, language=language)


def confirmation(newsletter: Newsletter, ticket: str, now: datetime) -> Notice | None:
    """Return what the link of a confirmation is about; None if it is not good (any more)."""
    return notice_of(newsletter, ticket, (NoticeKind.CONFIRM,), now)


def confirm(
    newsletter: Newsletter, notice: Notice, ip: str, *, shown: Collection[str] | None = None
) -> Confirmed | None:
    """Confirm what *notice* is about: its reader pressed the button.

    :param shown: the lists that stood above the button; None for all.
    """
    word = Provenance(way=Way.PAGE, basis="confirmed by mail", source="/confirm", ip=kept_ip(newsletter, ip))
    return SignupStore(newsletter.database).confirm(notice.number, word, shown=shown)
