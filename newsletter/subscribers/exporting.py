"""Writes subscriptions as CSV for spreadsheets; what loses nothing is in ``lossless``."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from newsletter.model.subscriber import Subscription

COLUMNS = ("address", "name", "list", "consent", "basis", "since")

# https://owasp.org/www-community/attacks/CSV_Injection: a spreadsheet computes what begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(subscriptions: Iterable[Subscription]) -> Iterator[str]:
    """Yield a line of column names and one for each subscription, as RFC 4180 has them, ended by CRLF.

    A value that a spreadsheet would compute gets an apostrophe before it; the import takes that off again.
    """
    yield _line(COLUMNS)
    for subscription in subscriptions:
        yield _line(tuple(map(guarded, _values(subscription))))


def without_guard(cell: str) -> str:
    """Return *cell* without the apostrophe that :func:`csv_lines` put before it."""
    return cell[1:] if cell[:1] == "'" and _needs_guard(cell) else cell


def guarded(cell: str) -> str:
    """Return *cell* with an apostrophe before what a spreadsheet would compute."""
    return f"'{cell}" if _needs_guard(cell) else cell


def _needs_guard(cell: str) -> bool:
    # What has an apostrophe of its own before the sign needs one too, or the import would take its own away.
    return cell.lstrip("'").startswith(_FORMULA)


def _values(subscription: Subscription) -> tuple[str, ...]:
    person = subscription.subscriber.address
    consent = subscription.consent.value
    return person.address, person.name, subscription.list, consent, subscription.basis, subscription.since


def _line(cells: tuple[str, ...]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
