"""Signs messages: DKIM, relaxed/relaxed (RFC 6376), with RSA and, if there is such a key, Ed25519 beside it (RFC 8463).

Own code because the library for it, dkimpy, takes 6 ms a message, twenty times as long as the RSA operation itself.
Beside that operation hardly anything is done here: headers that are the same in all messages of a mailing are
canonicalised once, and a body that canonicalisation leaves as it is goes straight into its hash.
"""

import re
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from newsletter.errors import SendError
from newsletter.model.mail import Message
from newsletter.sender.dkim_key import SigningKey

SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "reply-to",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-help",
    "list-archive",
    "feedback-id",
    "auto-submitted",
)
"""The headers that a signature covers where they are there. RFC 8058 §4 asks for both of List-Unsubscribe."""

_WIDTH = 72
_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_SPACES = re.compile(rb"[ \t]+")


class Signer:
    """Signs messages from one domain.

    :param domain: d=, as A-labels, aligned with the From of every message.
    :param keys: each makes a signature of its own.
    :param uniform: all messages are made of one template, whose places are filled by :mod:`newsletter.sender.segments`:
        whether canonicalisation changes the body is looked up in the first one, and holds for all.
    :param clock: says the time in seconds since 1970, for t=.
    """

    def __init__(
        self,
        domain: str,
        keys: Sequence[SigningKey],
        *,
        uniform: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not keys:
            raise ValueError("nothing to sign with")
        self._clock = clock
        self._uniform = uniform
        self._as_it_is: bool | None = None
        self._keys = tuple(keys)
        self._openings = [_opening(key, domain) for key in keys]

    @property
    def keys(self) -> Sequence[SigningKey]:
        """What it signs with."""
        return self._keys

    def sign(self, message: Message) -> Message:
        """Return *message* with a DKIM-Signature for each key before it; SendError if it has no From."""
        return self.finish(self.draft(message))

    def draft(self, message: Message) -> "Draft":
        """Return what is to be signed of *message*; SendError if it has no From."""
        head, body = _divided(message.parts)
        listed, canonical = signed_fields(head)
        tail = b" t=%d;\r\n h=%b;\r\n bh=%b;\r\n b=" % (self._clock(), listed, b64encode(self._hash(body)))
        values = [opening + tail for opening in self._openings]
        # RFC 6376 §3.7: the signature's own header comes last, its b= empty, and without the line's end.
        to_sign = [b"%bdkim-signature:%b" % (canonical, value.replace(b"\r\n ", b" ")) for value in values]
        return Draft(message, values, to_sign)

    def finish(self, draft: "Draft") -> Message:
        """Return the message of *draft*, signed."""
        return draft.signed([key.sign(each) for key, each in zip(self._keys, draft.to_sign, strict=True)])

    def _hash(self, body: Sequence[bytes | memoryview]) -> bytes:
        if self._as_it_is is None or not self._uniform:
            self._as_it_is = is_relaxed(b"".join(body))
        if not self._as_it_is:
            return sha256(relaxed_body(b"".join(body))).digest()
        hashed = sha256()
        for part in body:
            hashed.update(part)
        return hashed.digest()


class Draft:
    """A message that waits for its signatures.

    :ivar to_sign: what each key signs.
    """

    __slots__ = ("_message", "_values", "to_sign")

    def __init__(self, message: Message, values: Sequence[bytes], to_sign: Sequence[bytes]) -> None:
        self._message = message
        self._values = values
        self.to_sign = to_sign

    def signed(self, signatures: Sequence[bytes]) -> Message:
        """Return the message with *signatures*, one of each key, before it."""
        lines = b""
        for value, signature in zip(self._values, signatures, strict=True):
            lines += b"DKIM-Signature: %b%b\r\n" % (value, _broken(b64encode(signature)))
        return replace(self._message, parts=(lines, *self._message.parts))


def _divided(parts: Sequence[bytes]) -> tuple[bytes, list[bytes | memoryview]]:
    """Return the header of a message without the empty line behind it, and its body, whose pieces are not copied."""
    head = b""
    for number, part in enumerate(parts, 1):
        seam = head[-3:]  # the empty line may lie on it
        end = (seam + part[:4096]).find(b"\r\n\r\n")
        if end < 0:
            end = (seam + part).find(b"\r\n\r\n")
        if end >= 0:
            end -= len(seam)  # in this part; below 0 it begins in the one before
            return (head + part[: max(end, 0)])[: len(head) + end], [memoryview(part)[end + 4 :], *parts[number:]]
        head += part
    raise SendError("a message without a body's beginning cannot be signed", "this is a fault of newsletter")


def is_relaxed(body: bytes) -> bool:
    """Return whether relaxed canonicalisation (RFC 6376 §3.4.4) leaves *body* as it is."""
    if b"\t" in body or b"  " in body or b" \r\n" in body:
        return False
    return not body or (body.endswith(b"\r\n") and not body.endswith(b"\r\n\r\n") and body != b"\r\n")


def relaxed_body(body: bytes) -> bytes:
    """Return *body*, whose lines end with CRLF, as RFC 6376 §3.4.4 canonicalises it."""
    if is_relaxed(body):
        return body
    body = _SPACES.sub(b" ", body).replace(b" \r\n", b"\r\n").removesuffix(b" ")
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end else b""


def signed_fields(head: bytes) -> tuple[bytes, bytes]:
    """Return the h= of a message with the header *head*, and those fields canonicalised, one behind the other.

    :raises SendError: a field that would be signed is there twice (RFC 5322 §3.6 and RFC 2369 §3 forbid it), or From
        is not there.
    """
    # What stands before To and behind the readers' own fields is the same in all messages of a mailing: the cache of
    # _shared saves looking at it again. Where they stand elsewhere the same comes of it, only later.
    before, to, rest = head.partition(b"\r\nTo:")
    own, mime, behind = rest.partition(b"\r\nMIME-Version:")
    parts = [_shared(before)]
    if to:
        parts.append(_fields(b"To:" + own))
    if mime:
        parts.append(_shared(b"MIME-Version:" + behind))
    found = {name: canonical for part in parts for name, canonical in part.items()}
    if len(found) != sum(map(len, parts)):
        raise _twice()
    if b"from" not in found:
        raise SendError("a message without From cannot be signed", "this is a fault of newsletter")
    names = tuple([name for name in _ORDER if name in found])
    return _listed(names), b"".join([found[name] for name in names])


_ORDER = tuple(name.encode() for name in SIGNED)
_COVERED = frozenset(_ORDER)


def _fields(lines: bytes) -> dict[bytes, bytes]:
    """Return the fields that are signed, by name in lower case, as RFC 6376 §3.4.2 canonicalises them."""
    found: dict[bytes, bytes] = {}
    for raw in _FIELD_END.split(lines):
        name, _, value = raw.partition(b":")
        if (name := name.rstrip(b" \t").lower()) not in _COVERED:
            continue
        if name in found:
            raise _twice()
        found[name] = b"%b:%b\r\n" % (name, _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip(b" "))
    return found


_shared = lru_cache(maxsize=16)(_fields)


def _twice() -> SendError:
    return SendError("a message with one header twice cannot be signed", "this is a fault of newsletter")


@lru_cache(maxsize=64)
def _listed(names: tuple[bytes, ...]) -> bytes:
    """Return h= in lines; From is there once more than it occurs, so that nobody can add one (RFC 6376 §8.15)."""
    lines = [b""]
    for name in (b"from", *names):
        if len(lines[-1]) + len(name) > _WIDTH - 4:
            lines.append(b"")
        lines[-1] += name + b":"
    return b"\r\n ".join(lines)[:-1]


def _opening(key: SigningKey, domain: str) -> bytes:
    opening = f"v=1; a={key.algorithm.value}; c=relaxed/relaxed; d={domain};\r\n s={key.selector};"
    return opening.encode("ascii")


def _broken(signature: bytes) -> bytes:
    return b"\r\n ".join([signature[at : at + _WIDTH] for at in range(0, len(signature), _WIDTH)])
