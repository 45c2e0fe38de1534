"""The return path of one message (VERP): a bounce says by its own address whose mail it was.

``bounces+42.7.ppuxi6oz64eqy5pauaxq@news.example.org``: issue 42, subscriber 7, and a token that nobody else can make.
The token is made from the address that the mail went to, as all tokens of a delivery are, so whoever reads a bounce
asks the ledger for that address (its row of issue and subscriber keeps it) and then whether the token proves it.
"""

import hmac
import re
from dataclasses import dataclass

from newsletter.model.tokens import DeliveryTokens

LONGEST = 64
"""Octets before the @ (RFC 5321 §4.5.3.1.1)."""

_READ = re.compile(r"[^@]+\+([0-9]{1,18})\.([0-9]{1,18})\.([a-z2-7]{20})@[^@]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnPath:
    """What the address says that a bounce came to; whoever made it up is told from us by :meth:`proved_by`."""

    issue: int
    subscriber: int
    token: str

    @classmethod
    def read(cls, address: str) -> "ReturnPath | None":
        """Read the recipient of a bounce, in whatever case; None if it is no return path of ours."""
        if not (match := _READ.fullmatch(address.strip().strip("<>").lower())):
            return None
        return cls(issue=int(match[1]), subscriber=int(match[2]), token=match[3])

    def proved_by(self, key: bytes, address: str) -> bool:
        """Whether the mail of this issue to the subscriber at *address* left from here with this return path."""
        tokens = DeliveryTokens.derive(key, issue=self.issue, subscriber=self.subscriber, address=address)
        return hmac.compare_digest(tokens.verp, self.token)
