"""The tickets in links: what a link says of itself, and whether it is proved.

::

    /u/42.7.TOKEN   issue 42, subscriber 7: the links of a mail; they hold as long as the key does, for years
    /confirm/9.TOKEN   notice 9: the link of a mail about a subscription; it ends with what it is about

A token is 96 bits in 16 characters of base64url, all of which count: one that differs in any bit is another one.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum

from newsletter.model.tokens import SLICE, DeliveryTokens

PURPOSE = b"newsletter notice 1"
_NUMBER = "(0|[1-9][0-9]{0,17})"
_MAIL = re.compile(rf"(0|[1-9][0-9]{{0,8}})\.{_NUMBER}\.([A-Za-z0-9_-]{{16}})", re.ASCII)
_NOTICE = re.compile(rf"{_NUMBER}\.([A-Za-z0-9_-]{{16}})", re.ASCII)


class Leads(StrEnum):
    """Where a link of a mail leads."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    WEB = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailTicket:
    """What a link in a mail says: it claims to be of the mail of *issue* to *subscriber*."""

    issue: int
    subscriber: int
    token: str

    @classmethod
    def read(cls, text: str) -> "MailTicket | None":
        """Read a ticket as :meth:`DeliveryTokens.ticket` wrote it; None if it is none."""
        if not (match := _MAIL.fullmatch(text)):
            return None
        return cls(issue=int(match[1]), subscriber=int(match[2]), token=match[3])

    def proved_by(self, key: bytes, address: str, leads: Leads) -> bool:
        """Whether the mail of this issue that went to *address* has this link; constant time."""
        tokens = DeliveryTokens.derive(key, issue=self.issue, subscriber=self.subscriber, address=address)
        ours: str = getattr(tokens, leads.value)
        return hmac.compare_digest(ours.encode(), self.token.encode())


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeTicket:
    """What the link of a notice says."""

    number: int
    token: str

    @classmethod
    def read(cls, text: str) -> "NoticeTicket | None":
        """Read a ticket as :meth:`of` made it; None if it is none."""
        if not (match := _NOTICE.fullmatch(text)):
            return None
        return cls(number=int(match[1]), token=match[2])

    @classmethod
    def of(cls, key: bytes, *, number: int, kind: str, folded: str) -> "NoticeTicket":
        """Return the ticket of a notice; without *key* nobody can make or guess it.

        :param kind: of the notice: the link of one kind proves nothing for another.
        :param folded: the key of the address that it goes to.
        """
        if len(key) < 32:
            raise ValueError("a key shorter than the 32 bytes of its hash's strength (RFC 2104 §3)")
        mac = hmac.digest(key, b"%b\0%d\0%b\0%b" % (PURPOSE, number, kind.encode(), folded.encode()), "sha256")
        return cls(number=number, token=urlsafe_b64encode(mac[:SLICE]).decode())

    def proved_by(self, key: bytes, *, kind: str, folded: str) -> bool:
        """Whether it is the ticket of that notice; constant time."""
        ours = NoticeTicket.of(key, number=self.number, kind=kind, folded=folded).token
        return hmac.compare_digest(ours.encode(), self.token.encode())

    def __str__(self) -> str:
        return f"{self.number}.{self.token}"
