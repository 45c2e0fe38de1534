"""Reads complaints: a reader's mail provider says that they called our mail spam (RFC 5965, "ARF")."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.returning.dates import moment
from newsletter.returning.delivery_status import addresses_in
from newsletter.returning.mime import Headers, Part, one_line, read_fields

MEANT = ("abuse", "fraud", "opt-out", "opt-out-list")
"""Types that a reader meant for us; "not-spam", "virus" and "auth-failure" are none (RFC 5965 §7.3, RFC 6591)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What a feedback report says.

    :param type: "abuse", in lower case.
    :param by: who reports, as the report names itself.
    :param addresses: of the reader, where they are not left out.
    :param return_path: the envelope's sender of our mail, which is our return path.
    """

    type: str
    by: str
    addresses: tuple[str, ...]
    return_path: str
    at: datetime | None

    @property
    def meant(self) -> bool:
        """Whether a reader wants no more of it."""
        return self.type in MEANT


def feedback(mail: Part) -> Feedback | None:
    """Return what the feedback report in *mail* says; None if there is none."""
    for part in mail.leaves():
        if part.type == "message/feedback-report":
            fields, _ = read_fields(part.content.strip(b"\n") + b"\n\n")
            return _feedback(fields)
    return None


def _feedback(fields: Headers) -> Feedback:
    def first(name: str) -> str:
        return next(iter(fields.get(name, ())), "")

    addresses = [address for name in ("original-rcpt-to", "removal-recipient") for address in _addresses(fields, name)]
    return Feedback(
        type=first("feedback-type").partition(";")[0].strip().lower() or "abuse",
        by=one_line(first("reporting-mta") or first("user-agent") or first("source-ip"), 100),
        addresses=tuple(dict.fromkeys(addresses)),
        return_path=first("original-mail-from"),
        at=moment(first("arrival-date") or first("received-date")),
    )


def _addresses(fields: Headers, name: str) -> Iterator[str]:
    for value in fields.get(name, ())[:10]:
        yield from addresses_in(value)[:2]
