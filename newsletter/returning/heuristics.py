"""Bounces without a notification in them: what old and odd mail servers write; flufl.bounce knows them."""

import logging
import re
from email import message_from_bytes

from newsletter.returning.mime import Part

MOST_BOUNDARIES = 20
"""The standard library's parser, which flufl.bounce needs, looks for each of them at each line."""
LARGEST = 128 * 1024

_DAEMON = re.compile(
    r"(mailer-?daemon|postmaster|mail[-. _]?delivery|delivery subsystem|mail administrator|system administrator|"
    r"mdaemon|mail system|returned mail)",
    re.I,
)

_LOG = logging.getLogger("flufl.bounce")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False  # it logs the fault of a detector with what the mail says


def by_a_daemon(mail: Part) -> bool:
    """Return whether a mail server wrote *mail*, and no person: by its From, or by Exim's own header."""
    return bool(mail.value("x-failed-recipients") or _DAEMON.search(mail.value("from")[:300]))


def failures(data: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses that failed for good, and those that are still being tried, as flufl.bounce finds them."""
    if data.count(b"boundary") + data.count(b"BOUNDARY") + data.count(b"Boundary") > MOST_BOUNDARIES:
        return (), ()
    from flufl.bounce import all_failures

    try:
        later, failed = all_failures(message_from_bytes(data[:LARGEST]))
    except Exception:  # whatever a detector, or the standard library's parser, makes of a mail that is none
        return (), ()
    return _texts(failed), _texts(later)


def _texts(addresses: frozenset[bytes]) -> tuple[str, ...]:
    found = (address.decode("ascii", "replace") for address in addresses)
    return tuple(sorted(address for address in found if "@" in address))
