"""What a row of a table tells of somebody's consent, and what proves it; decided without a database.

::

    complained, left    ──► unsubscribed, the first also suppressed
    mail came back      ──► suppressed; the consent as proved
    a proof             ──► confirmed, at its date
    says "pending"      ──► pending
    nothing of these    ──► as the editor says for the whole file
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import SubscriberError
from newsletter.model.subscriber import Consent
from newsletter.subscribers.address import is_unsafe, shown
from newsletter.subscribers.columns import Columns
from newsletter.subscribers.dates import read_date
from newsletter.subscribers.statuses import BOUNCED, COMPLAINED, CONFIRMED, LEFT, NO, PENDING, is_marked, pays, plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How somebody stands, as a row tells.

    :param consent: None where the row tells nothing, and the editor is to say.
    :param basis: what it rests on.
    :param at: when it came to stand so, ISO 8601 in UTC; empty is not known.
    :param suppressed: why the address gets no mail; empty when it may.
    """

    consent: Consent | None = None
    basis: str = ""
    at: str = ""
    suppressed: str = ""


NOTHING = Verdict()
_UNDERSTOOD = CONFIRMED | PENDING | BOUNCED


def judge_row(columns: Columns, cells: Sequence[str], now: datetime) -> Verdict:
    """Say what a row tells.

    :raises SubscriberError: when its status may be a no, and may be none.
    """
    status = cells[columns.status] if columns.status is not None else None
    word = plain(status) if status is not None else ""
    if columns.asks and word in NO:
        word = "pending"
    whose = columns.format.name or "the file"
    if word in COMPLAINED:
        said = f'{whose}: "{status}"'
        return Verdict(consent=Consent.UNSUBSCRIBED, basis=said, at=_out_at(columns, cells, now), suppressed=said)
    if word in LEFT or any(is_marked(cells[index]) for index in columns.out):
        at = _out_at(columns, cells, now)
        return Verdict(consent=Consent.UNSUBSCRIBED, basis=_own_basis(columns, cells) or f"{whose}: left", at=at)
    bounced = f"{whose}: mail came back" if word in BOUNCED or _any_marked(columns.bounced, cells) else ""
    if word not in _UNDERSTOOD:
        what = f'its status is "{shown(word)}", which may be a no'
        raise SubscriberError(what, "write confirmed, pending or unsubscribed")
    if word and word in PENDING:
        return Verdict(consent=Consent.PENDING, basis=_own_basis(columns, cells), at=_since(columns, cells, now),
                       suppressed=bounced)  # fmt: skip
    proved = _proof(columns, cells, word, now)
    if proved is None and status is not None and not word:
        return Verdict(consent=Consent.PENDING, suppressed=bounced)
    if proved is None:
        return Verdict(suppressed=bounced) if bounced else NOTHING
    basis, at = proved
    return Verdict(consent=Consent.CONFIRMED, basis=basis, at=at, suppressed=bounced)


def _proof(columns: Columns, cells: Sequence[str], word: str, now: datetime) -> tuple[str, str] | None:
    """Return what a consent rests on, and since when; None when nothing proves it."""
    whose = columns.format.name or "the file"
    if columns.ours:
        basis = _own_basis(columns, cells)
        return (basis, _since(columns, cells, now)) if basis and word == "confirmed" else None
    dates = [read_date(cells[index], now) for index in columns.proof]
    if dates and all(dates):
        return f"{whose}: confirmed themselves", dates[-1]
    if any(pays(cells[index]) for index in columns.paying):
        return f"{whose}: pays for it", _since(columns, cells, now)
    return None


def _own_basis(columns: Columns, cells: Sequence[str]) -> str:
    basis = cells[columns.ours[1]].strip() if columns.ours else ""
    return "" if is_unsafe(basis) else basis


def _since(columns: Columns, cells: Sequence[str], now: datetime) -> str:
    places = (columns.ours[2],) if columns.ours else columns.since
    return next(filter(None, (read_date(cells[index], now) for index in places)), "")


def _out_at(columns: Columns, cells: Sequence[str], now: datetime) -> str:
    found = next(filter(None, (read_date(cells[index], now) for index in columns.out)), "")
    return found or (_since(columns, cells, now) if columns.ours else "")


def _any_marked(places: Sequence[int], cells: Sequence[str]) -> bool:
    return any(is_marked(cells[index]) for index in places)
