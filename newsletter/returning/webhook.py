"""What mail providers post when mail comes back to them: who may post it, and which reports are in it.

Each provider has a file of its own, which reads its JSON into :class:`~newsletter.returning.report.Report` values. They
are vouched for: whoever posts has proved who it is, so that an address that we wrote to counts without a token.
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

PROVIDERS: Final = ("ses", "postmark", "mailgun")
LARGEST: Final = 1_000_000
"""Octets of a body; SNS sends 256 KiB at most."""

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """A provider that may post, as [webhooks.NAME] says.

    :param name: stands in the address: /webhooks/NAME.
    :param provider: one of :data:`PROVIDERS`.
    :param secret: Postmark's password, or the last part of the address; Mailgun's signing key; SES has none.
    :param username: Postmark's, where the address has it as https://USERNAME:SECRET@…; empty for the other way.
    :param topic: the ARN of the one SNS topic that is listened to: anybody can make topics, and AWS signs for all.
    :param confirm: a topic that asks whether we want it is told yes.
    """

    name: str
    provider: str
    secret: str = field(default="", repr=False)
    username: str = ""
    topic: str = ""
    confirm: bool = False


class Refused(Exception):
    """A post that is not taken.

    :param status: what HTTP says of it.
    """

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        super().__init__(words)


def read_json(body: bytes) -> Json:
    """Return the object in *body*.

    :raises Refused: when it is none, or too large.
    """
    if len(body) > LARGEST:
        raise Refused(413, "too large")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused(400, "this is no JSON object")
    return value


def same(one: str, other: str) -> bool:
    """Return whether two secrets are the same one, in a time that tells nothing; an empty one never is."""
    return bool(one) and hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def basic_auth(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return username and password of HTTP's Authorization (RFC 7617); empty where there is none.

    :param headers: their names in lower case.
    """
    scheme, _, coded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        username, _, password = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return username, password


def text(values: Any, *names: str) -> str:
    """Return the text that lies in *values* under *names*, one within another; empty where there is none."""
    for name in names:
        values = values.get(name) if isinstance(values, dict) else None
    if isinstance(values, bool) or not isinstance(values, (str, int)):
        return ""
    return str(values)[:2000]


def rows(values: Any, *names: str) -> list[Json]:
    """Return the objects in the list that lies in *values* under *names*."""
    for name in names:
        values = values.get(name) if isinstance(values, dict) else None
    return [row for row in values[:50] if isinstance(row, dict)] if isinstance(values, list) else []


def moment(said: str) -> datetime | None:
    """Return the aware time that *said* says: ISO 8601, or seconds since 1970; None if it says none."""
    try:
        if re.fullmatch(r"\d{9,11}(\.\d{1,9})?", said):
            return datetime.fromtimestamp(float(said), UTC)
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", said))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def event_id(*about: str) -> str:
    """Return what is the same each time a provider posts the same event."""
    return sha256("\0".join(["webhook", *about]).encode(errors="replace")).hexdigest()
