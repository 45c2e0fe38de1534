"""Keeps mail from addresses, whatever their consent says, and lets it go to them again."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.app.readers import list_named
from newsletter.errors import SubscriberError
from newsletter.model.suppression import Suppression
from newsletter.store.suppression_list import EVERYWHERE, SuppressionList
from newsletter.subscribers.address import validate


def suppress(newsletter: Newsletter, address: str, list_name: str | None, reason: str) -> tuple[str, bool]:
    """Keep mail of a list, or of all, from *address*; return the address, and whether it was not so already."""
    wanted = validate(address).address
    where = EVERYWHERE if list_name is None else list_named(newsletter, list_name)
    return wanted, SuppressionList(newsletter.database).add(wanted, where, reason=reason)


def lift(newsletter: Newsletter, address: str, list_name: str | None) -> tuple[Suppression, ...]:
    """Take back what keeps mail from *address*: the suppression of one list, or each.

    :raises SubscriberError: when there is none such; of all lists it may still be suppressed.
    """
    store = SuppressionList(newsletter.database)
    lifted = store.lift(address, None if list_name is None else list_named(newsletter, list_name))
    if not lifted:
        where = f" for {list_name}" if list_name else ""
        others = [f"for {one.list}" if one.list else "for all lists" for one in store.all(address=address)]
        todo = f"it is {' and '.join(others)}" if others else "newsletter subscribers suppressed shows who is"
        raise SubscriberError(f"{address} is not suppressed{where}", todo)
    return lifted


def suppressions(newsletter: Newsletter, list_name: str | None) -> Iterator[dict[str, Any]]:
    """Yield what a program reads of each suppression, of those that keep mail of one list away or of all."""
    if list_name is not None:
        list_named(newsletter, list_name)
    for one in SuppressionList(newsletter.database).all(list_name):
        yield {**asdict(one), "kind": one.kind.value, "list": one.list or None}
