"""A subscriber, and what they consented to."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.model.address import Address


class Consent(StrEnum):
    """Where a subscription stands: pending → confirmed → unsubscribed. Only the confirmed get mail."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class Way(StrEnum):
    """How a consent reached the database."""

    EDITOR = "editor"
    """One person, entered on purpose."""
    IMPORT = "import"
    """A file, which may be older than what is known here."""
    PAGE = "page"
    """The person, on a page of the newsletter."""
    LINK = "link"
    """The person, by the link in a mail or with one click in their mail program (RFC 8058)."""
    MAIL = "mail"
    """The person, by a mail that says "unsubscribe"."""
    COMPLAINT = "complaint"
    """The person's mail provider, to which they called a mail spam (RFC 5965)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Where a consent comes from, as the consent log keeps it.

    :param basis: what it rests on, in the words of whoever recorded it.
    :param source: which page, file, issue or report: "subscribe page", "readers.csv:17", "issue 42".
    :param wording: the text that was agreed to.
    :param ip: from where; empty unless the newsletter keeps it.
    """

    way: Way
    basis: str
    source: str = ""
    wording: str = ""
    ip: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentEntry:
    """One line of the consent log.

    :param at: ISO 8601 in UTC.
    """

    list: str
    consent: Consent
    basis: str
    at: str
    way: str = ""
    source: str = ""
    wording: str = ""
    ip: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """A person with an address.

    :param number: the database's number for them; it is in their unsubscribe links.
    :param language: a BCP 47 tag; empty is the newsletter's.
    :param timezone: of the IANA database; empty is not known.
    :param without: the sections that they do not want, of the list that this is about, as a subscription has them
        (:mod:`newsletter.model.variant`).
    :param attributes: a JSON object as text, keys in order.
    """

    number: int
    address: Address
    language: str = ""
    timezone: str = ""
    without: str = ""
    attributes: str = "{}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One subscriber on one list.

    :param basis: what the consent rests on, in the words of whoever recorded it.
    :param since: when the consent came to stand so, ISO 8601 in UTC.
    """

    subscriber: Subscriber
    list: str
    consent: Consent
    basis: str
    since: str
