"""Our own marks in what came back: return path, Message-ID, the ticket of List-Unsubscribe; each has a token."""

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from newsletter.model.return_path import ReturnPath
from newsletter.model.tokens import DeliveryTokens

MOST = 8
"""Marks of one mail that are tried: a real report has one or two of each kind."""


LARGEST_ISSUE = 999_999_999
"""A forged mark may name any number; the database's go a little further."""


class Place(StrEnum):
    """Where a mark stood in our mail."""

    RETURN_PATH = "return path"
    MESSAGE_ID = "Message-ID"
    TICKET = "unsubscribe link"
    """Readers forward links to each other: it may unsubscribe, and do nothing else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One mark: it claims to be of the mail of *issue* to a reader, and :meth:`proved_by` tells whether it is.

    :param subscriber: their number; None where the mark does not say it.
    """

    place: Place
    issue: int
    subscriber: int | None
    token: str

    def proved_by(self, key: bytes, address: str) -> bool:
        """Whether our mail of this issue to *address* had this mark: nobody else can make it."""
        tokens = DeliveryTokens.derive(key, issue=self.issue, subscriber=self.subscriber or 0, address=address)
        ours = {
            Place.RETURN_PATH: tokens.verp, Place.MESSAGE_ID: tokens.message_id, Place.TICKET: tokens.unsubscribe
        }[self.place]  # fmt: skip
        return hmac.compare_digest(ours.encode(), self.token.encode())


_NUMBER = "([0-9]{1,18})"
_RETURN_PATH = re.compile(rf"\+{_NUMBER}\.{_NUMBER}\.([A-Za-z2-7]{{20}})@")
_MESSAGE_ID = re.compile(r"<([0-9]{1,9})\.([A-Za-z2-7]{20})@[^<>\s@]{1,255}>")
_TICKET = re.compile(rf"(?<![\w.-])([0-9]{{1,9}})\.{_NUMBER}\.([A-Za-z0-9_-]{{16}})(?![\w-])")


def return_paths(addresses: Iterable[str]) -> Iterator[Mark]:
    """Yield the return paths of ours among *addresses*, each of which may be a whole header."""
    for address in addresses:
        for match in _RETURN_PATH.finditer(address):
            path = ReturnPath.read(f"x{match[0]}x")
            if path and path.issue <= LARGEST_ISSUE:
                yield Mark(place=Place.RETURN_PATH, issue=path.issue, subscriber=path.subscriber, token=path.token)


def message_ids(text: str) -> Iterator[Mark]:
    """Yield the Message-IDs of ours in *text*."""
    for match in _MESSAGE_ID.finditer(text):
        yield Mark(place=Place.MESSAGE_ID, issue=int(match[1]), subscriber=None, token=match[2].lower())


def tickets(text: str) -> Iterator[Mark]:
    """Yield the tickets of ours in *text*: "42.7.TOKEN"."""
    for match in _TICKET.finditer(text):
        yield Mark(place=Place.TICKET, issue=int(match[1]), subscriber=int(match[2]), token=match[3])


def first(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return the first :data:`MOST` of *marks*, each once."""
    found: dict[Mark, None] = {}
    for mark in marks:
        found.setdefault(mark)
        if len(found) == MOST:
            break
    return tuple(found)
