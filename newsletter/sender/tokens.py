"""The tokens of one delivery: what proves that a link, a bounce or an answer is about this mail to this reader."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from newsletter.model.canonical import fold_address

PURPOSE = b"newsletter delivery 1"
SLICE = 12
"""Bytes of a token: 96 bits, so that five of them are slices of one SHA-512."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryTokens:
    """Five slices, 96 bits each, of one HMAC-SHA512: a signing call for each would cost more than the whole message.

    The same key, issue and reader always have the same tokens, in whatever case the address was written, so that a
    mail that is sent again has the Message-ID of the first one.

    :param unsubscribe: base64url, 16 characters, as *preferences* and *web*.
    :param verp: base32 in lower case, 20 characters, as *message_id*: both pass through systems that fold case.
    """

    issue: int
    subscriber: int
    unsubscribe: str
    preferences: str
    web: str
    verp: str
    message_id: str

    @classmethod
    def derive(cls, key: bytes, *, issue: int, subscriber: int, address: str) -> "DeliveryTokens":
        """Return the tokens of *issue* for the reader at *address*; without *key* nobody can make or guess them."""
        if len(key) < 32:
            raise ValueError("a key shorter than the 32 bytes of its hash's strength (RFC 2104 §3)")
        said = b"\0".join((PURPOSE, str(issue).encode(), fold_address(address).encode()))
        mac = hmac.digest(key, said, hashlib.sha512)
        slices = [mac[start : start + SLICE] for start in range(0, 5 * SLICE, SLICE)]
        urls = [base64.urlsafe_b64encode(piece).decode() for piece in slices[:3]]
        names = [base64.b32encode(piece).decode().rstrip("=").lower() for piece in slices[3:]]
        return cls(
            issue=issue,
            subscriber=subscriber,
            unsubscribe=urls[0],
            preferences=urls[1],
            web=urls[2],
            verp=names[0],
            message_id=names[1],
        )

    def ticket(self, token: str) -> str:
        """Return *token* with what it is about before it: "42.7.TOKEN"."""
        return f"{self.issue}.{self.subscriber}.{token}"
