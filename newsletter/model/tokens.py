"""The tokens of one delivery: what proves that a link, a bounce or an answer is about this mail to this reader."""

import hmac
from binascii import b2a_base64
from typing import NamedTuple

from newsletter.model.canonical import fold_address

PURPOSE = b"newsletter delivery 1"
SLICE = 12
"""Bytes of a token: 96 bits, so that five of them are slices of one SHA-512."""

_URL_SAFE = bytes.maketrans(b"+/", b"-_")  # RFC 4648 §5
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
# Ten bits at a time: base64.b32encode takes as long for the two short tokens as all of the rest does.
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]


class DeliveryTokens(NamedTuple):
    """Five slices, 96 bits each, of one HMAC-SHA512: a signing call for each would cost more than the whole message.

    The same key, issue and reader always have the same tokens, in whatever case the address was written, so that a
    mail that is sent again has the Message-ID of the first one. A tuple, because each message makes one.

    *unsubscribe*, *preferences* and *web* are 16 characters of base64url; *verp* and *message_id* are 20 characters of
    base32 in lower case, for both pass through systems that fold case.
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
        said = b"%b\0%d\0%b" % (PURPOSE, issue, fold_address(address).encode())
        mac = hmac.digest(key, said, "sha512")
        # Three slices are 36 bytes, and base64 takes three at a time: theirs are slices of the whole's.
        urls = b2a_base64(mac[: 3 * SLICE], newline=False).translate(_URL_SAFE).decode()
        verp, message_id = _base32(mac[3 * SLICE : 4 * SLICE]), _base32(mac[4 * SLICE : 5 * SLICE])
        return cls(issue, subscriber, urls[:16], urls[16:32], urls[32:], verp, message_id)

    def ticket(self, token: str) -> str:
        """Return *token* with what it is about before it: "42.7.TOKEN"."""
        return f"{self.issue}.{self.subscriber}.{token}"


def _base32(raw: bytes) -> str:
    """Return 12 bytes as 20 characters (RFC 4648 §6), in lower case and without padding."""
    pairs = _PAIRS
    a, b, c = int.from_bytes(raw[:5], "big"), int.from_bytes(raw[5:10], "big"), int.from_bytes(raw[10:], "big") << 4
    return (
        f"{pairs[a >> 30]}{pairs[a >> 20 & 1023]}{pairs[a >> 10 & 1023]}{pairs[a & 1023]}"
        f"{pairs[b >> 30]}{pairs[b >> 20 & 1023]}{pairs[b >> 10 & 1023]}{pairs[b & 1023]}"
        f"{pairs[c >> 10]}{pairs[c & 1023]}"
    )
