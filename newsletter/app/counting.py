"""How many people are on the lists, and in a segment of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.app.readers import list_named, store_of
from newsletter.app.selecting import selection_of
from newsletter.model.subscriber import Consent


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many people of one list there are.

    :param reachable: those to whom mail may go now: confirmed, not pausing, not suppressed.
    """

    list: str
    reachable: int
    consents: Mapping[Consent, int]

    def values(self) -> dict[str, Any]:
        """What a program reads."""
        consents = {consent.value: count for consent, count in self.consents.items()}
        return {"list": self.list, "reachable": self.reachable, **consents}


def counts(newsletter: Newsletter, list_name: str | None, segment: str = "") -> tuple[Count, ...]:
    """Count the people of one list or of each, all of them or those in a segment."""
    selection, store = selection_of(newsletter, segment), store_of(newsletter)
    lists = [list_named(newsletter, list_name)] if list_name else list(newsletter.settings.lists)
    return tuple(
        Count(
            list=name,
            reachable=sum(store.reachable(name, selection=selection).values()),
            consents=store.counts(name, selection=selection),
        )
        for name in lists
    )
