"""What the editor does with the people on the lists."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.app.selecting import selection_of
from newsletter.errors import SettingsError
from newsletter.model.address import Address
from newsletter.model.subscriber import Consent, Subscriber, Subscription
from newsletter.settings import FILE
from newsletter.store.everything import everything
from newsletter.store.subscribers import SubscriberStore
from newsletter.subscribers.address import validate
from newsletter.subscribers.exporting import csv_lines
from newsletter.subscribers.lossless import json_lines


def store_of(newsletter: Newsletter) -> SubscriberStore:
    """Return the people of *newsletter*."""
    return SubscriberStore(newsletter.database)


def list_named(newsletter: Newsletter, name: str | None) -> str:
    """Return the list *name*, or the only one there is; SettingsError otherwise."""
    lists = newsletter.settings.lists
    if name is None and len(lists) == 1:
        return next(iter(lists))
    if name is None or name not in lists:
        known = ", ".join(lists) or f"none; add [lists.weekly] to {FILE}"
        what = "several lists" if name is None else f"there is no list {name}"
        raise SettingsError(what, f"give --list NAME; lists here: {known}", where=FILE)
    return name


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """One person who was added by hand, and how they stand now."""

    person: Address
    list: str
    outcome: str
    consent: str

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        return {**asdict(self.person), "list": self.list, "outcome": self.outcome, "consent": self.consent}


def add_reader(
    newsletter: Newsletter, address: str, name: str, list_name: str | None, consent: str, basis: str
) -> Added:
    """Add one person; return what became of it."""
    person, list_name = validate(address, name), list_named(newsletter, list_name)
    store = store_of(newsletter)
    outcome = store.add(person, list_name, consent=Consent(consent), basis=basis)
    found = store.subscriptions(list_name=list_name, address=address)
    standing = next((subscription.consent.value for subscription in found), "not on it")
    return Added(person=person, list=list_name, outcome=outcome.value, consent=standing)


def subscriptions(
    newsletter: Newsletter, list_name: str | None, consent: str | None, segment: str = "", tag: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yield what a program reads of each subscription, of all, of those in a segment, or with a *tag*."""
    if list_name is not None:
        list_named(newsletter, list_name)
    wanted = Consent(consent) if consent else None
    selection = selection_of(newsletter, segment)
    found = store_of(newsletter).subscriptions(list_name=list_name, consent=wanted, selection=selection, tagged=tag)
    for subscription in found:
        yield _values(subscription)


def _values(subscription: Subscription) -> dict[str, Any]:
    address = subscription.subscriber.address
    return {
        "address": address.address,
        "name": address.name,
        "list": subscription.list,
        "consent": subscription.consent.value,
        "basis": subscription.basis,
        "since": subscription.since,
    }


def confirmed_readers(newsletter: Newsletter, list_name: str, containing: str = "") -> Iterator[Subscriber]:
    """Yield who gets the list *list_name*, lazily; none where there is no database on this machine."""
    if not newsletter.has_database():
        return
    found = store_of(newsletter).subscriptions(list_name=list_name, consent=Consent.CONFIRMED, containing=containing)
    for subscription in found:
        yield subscription.subscriber


def unsubscribe(newsletter: Newsletter, address: str, list_name: str | None, basis: str) -> tuple[str, ...]:
    """Take one person off a list or off all; return the lists that they left, none when they had left before."""
    if list_name is not None:
        list_named(newsletter, list_name)
    return store_of(newsletter).unsubscribe(address, list_name, basis=basis)


def export_lines(newsletter: Newsletter, form: str, list_name: str | None) -> Iterator[str]:
    """Yield all that is kept of the people as JSON lines, or their subscriptions as CSV that a spreadsheet cannot run.

    Lazily: a list may be larger than memory.
    """
    if list_name is not None:
        list_named(newsletter, list_name)
    if form == "csv":
        return csv_lines(store_of(newsletter).subscriptions(list_name=list_name))
    return json_lines(everything(newsletter.database, list_name))
