"""What a file brings of people, before the database has judged it."""

from dataclasses import dataclass

from newsletter.model.address import Address
from newsletter.model.subscriber import Consent, ConsentEntry
from newsletter.model.suppression import Suppression


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingConsent:
    """What a file says of one person and one list.

    :param basis: what it rests on; a confirmed one has some.
    :param at: when it came to stand so, ISO 8601 in UTC; empty is now.
    :param without: JSON array of the sections that the person does not want; empty for none.
    :param paused_until: until then they get nothing.
    """

    list: str
    consent: Consent
    basis: str = ""
    at: str = ""
    without: str = ""
    paused_until: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One person in a file.

    :param line: where in the file; 0 for nowhere, and then nothing of them is reported by line.
    :param source: the file and the line, as the consent log keeps it: "readers.csv:17".
    :param created: when they were first known, ISO 8601 in UTC; empty is now.
    :param attributes: a JSON object as text, keys in order.
    :param suppressions: why their address gets no mail.
    :param log: how their consents came about, oldest first, as another newsletter kept it; empty where a file says
        only how they stand.
    """

    address: Address
    consents: tuple[IncomingConsent, ...]
    line: int = 0
    source: str = ""
    created: str = ""
    language: str = ""
    timezone: str = ""
    attributes: str = "{}"
    tags: tuple[str, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    log: tuple[ConsentEntry, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgottenTrace:
    """Somebody who asked to be forgotten: a keyed hash, and when."""

    hash: str
    at: str


Arrival = Incoming | Suppression | ForgottenTrace
"""Whatever a file may bring."""
