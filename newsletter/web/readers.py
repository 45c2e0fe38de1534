"""Whom the preview shows the mail to: the sample reader, names that are hard on a mail, and who really gets it."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from newsletter.app import open_newsletter
from newsletter.app.readers import confirmed_readers, store_of
from newsletter.errors import NewsletterError, SubscriberError
from newsletter.model.address import Address
from newsletter.model.subscriber import Subscriber
from newsletter.sender.addressing import sample_reader

SAMPLE = "sample"
FOUND = 50
"""How many subscribers a page lists at a time; who looks for more types a name."""


def _nobody(name: str) -> Subscriber:
    return Subscriber(number=0, address=Address(address=sample_reader().address.address, name=name))


EDGE_CASES: Mapping[str, tuple[str, Subscriber]] = {
    SAMPLE: ("Sample reader", sample_reader()),
    "no-name": ("Without a name", _nobody("")),
    "long-name": (
        "A name of 60 letters",
        _nobody("Wolfeschlegelsteinhausenbergerdorff Maximiliane Konstantinow"),
    ),
    "right-to-left": ("A name from right to left", _nobody("עדה לאבלייס")),
    "markup": ("Markup in the name", _nobody('<b>Ada</b> & "Co" {{ name }}')),
}
"""Readers who are nobody, by key: what they are called in the list, and who they are."""


class Readers:
    """Finds readers of the newsletter in *folder* by the keys that a page names them with.

    A subscriber's key is their address. They are read from the database only where there is one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Subscriber] = {}

    def list(self, list_name: str, containing: str) -> dict[str, Any]:
        """Return the edge cases and up to :data:`FOUND` confirmed subscribers, as JSON takes them."""
        found, error = [], ""
        try:
            newsletter = open_newsletter(self._folder)
            try:
                found = list(islice(confirmed_readers(newsletter, list_name, containing), FOUND + 1))
            finally:
                newsletter.close()
        except NewsletterError as fault:
            error = str(fault)
        self._known |= {reader.address.address: reader for reader in found}
        rows = [{"key": reader.address.address, "label": str(reader.address)} for reader in found[:FOUND]]
        cases = [{"key": key, "label": label} for key, (label, _) in EDGE_CASES.items()]
        return {"cases": cases, "subscribers": rows, "more": len(found) > FOUND, "error": error}

    def find(self, key: str, list_name: str = "") -> Subscriber:
        """Return the reader of this *key*, as the list *list_name* knows them; the sample reader if it is no address.

        :raises NewsletterError: nobody has that address, or the database does not answer.
        """
        if (reader := self.known(key)) is None:
            reader = self._known[key] = self._look_up(key, list_name)
        return reader

    def known(self, key: str) -> Subscriber | None:
        """Return the reader of this *key* if no database has to be asked, the sample reader if it is no address."""
        return self._known.get(key) if "@" in key else EDGE_CASES.get(key, EDGE_CASES[SAMPLE])[1]

    def _look_up(self, address: str, list_name: str) -> Subscriber:
        newsletter = open_newsletter(self._folder)
        try:
            found = None
            if newsletter.has_database():
                on_it = next(store_of(newsletter).subscriptions(list_name=list_name, address=address), None)
                found = on_it.subscriber if on_it else store_of(newsletter).find(address)
        finally:
            newsletter.close()
        if found is None:
            raise SubscriberError(f"nobody here has the address {address}", "choose another reader")
        return found
