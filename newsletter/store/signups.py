"""People who subscribe themselves: they ask on a page, and their own yes comes from their mailbox.

::

    ask ──► pending, and a notice "confirm"        nobody has said yes: anybody can type anybody's address
     │  └─► confirmed, where a list asks for no more and the address never left any
     └────► a notice "known", if there is nothing to confirm
    confirm ──► confirmed, whatever it was before; the address may be mailed again
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from newsletter.model.address import Address
from newsletter.model.canonical import fold_address
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.subscriber import Consent, Provenance
from newsletter.store.consent import require_provenance
from newsletter.store.consent_moves import change, entered, move, standing_of
from newsletter.store.database import Database
from newsletter.store.forgetting import forgotten_among, readmit
from newsletter.store.moment import Clock, utc_now, written
from newsletter.store.notices import add_facts, find, post, recent
from newsletter.store.schema import subscriber, suppression
from newsletter.store.suppression_list import is_silenced, lift_by_own_word


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What came of somebody's asking; the page that they see says none of it.

    :param waiting: the lists that are to be confirmed from the mailbox.
    :param confirmed: the lists that they are on from now on.
    :param notice: the number of the notice that was posted now; None if there was one within the hour, or an editor
        keeps all mail from them.
    """

    waiting: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    notice: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """What came of a confirmation.

    :param lists: all that the notice was about.
    :param new: those that were not confirmed before it.
    :param blocked: those that the editor keeps the address from.
    """

    lists: tuple[str, ...]
    new: tuple[str, ...]
    blocked: tuple[str, ...] = ()


class SignupStore:
    """Signing up, in the database.

    :param clock: tells the time of a change.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def ask(self, person: Address, lists: Mapping[str, bool], provenance: Provenance, *, language: str = "") -> Asked:
        """Ask for *lists*, by name, on behalf of whoever *person* says they are.

        A name that was given counts from the confirmation on: until then a stranger may have chosen it.

        :param lists: whether each must be confirmed from the mailbox (double opt-in).
        """
        now = self._clock()
        with self._database.writing() as connection:
            number, known = entered(connection, person.address, written(now), language)
            standing = standing_of(connection, number)
            doubted = _doubted(connection, self._database, person.address)
            left = Consent.UNSUBSCRIBED in standing.values()  # who left a list joins no other by a stranger's word
            at_once = [
                name for name, double in lists.items()
                if not double and not doubted and not left and standing.get(name) in (None, Consent.PENDING)
            ]  # fmt: skip
            waiting = [
                name for name in lists
                if name not in at_once and (doubted or standing.get(name) is not Consent.CONFIRMED)
            ]  # fmt: skip
            begun = [name for name in waiting if name not in standing]
            changes = [
                change(number, name, consent, provenance, written(now), standing.get(name))
                for names, consent in ((at_once, Consent.CONFIRMED), (begun, Consent.PENDING))
                for name in names
            ]
            move(connection, changes, self._database.hooks)
            if at_once and not known:
                _complete(connection, number, person.name, language)
            facts = {"name": person.name, "language": language, "wording": provenance.wording}
            posted = None
            if not is_silenced(connection, self._database.oldest_key, fold_address(person.address)):
                posted = _post(connection, number, person.address, waiting, at_once, facts, now)
        return Asked(waiting=tuple(waiting), confirmed=tuple(at_once), notice=posted)

    def confirm(self, number: int, provenance: Provenance, *, shown: Collection[str] | None = None) -> Confirmed | None:
        """Confirm what notice *number* is about, by the person's own word; None if it is none that confirms, or is old.

        Once more changes nothing. Who had asked to be forgotten is known again from here on, and an address that mail
        came back from is tried again.

        :param provenance: its wording is that of the asking.
        :param shown: the lists that they saw: somebody else may have asked for more since. None for all.
        """
        now = self._clock()
        with self._database.writing() as connection:
            asked = find(connection, number)
            if asked is None or asked.kind is not NoticeKind.CONFIRM or not asked.holds(now):
                return None
            if not _is_whose(connection, asked):
                return None
            readmit(connection, self._database.oldest_key, asked.folded)
            told = replace(provenance, wording=asked.facts.get("wording", ""))
            told = require_provenance(Consent.CONFIRMED, told)
            lists = tuple(name for name in asked.facts["lists"] if shown is None or name in shown)
            standing = standing_of(connection, asked.subscriber)
            new = tuple(name for name in lists if standing.get(name) is not Consent.CONFIRMED)
            at = written(now)
            changes = [change(asked.subscriber, name, Consent.CONFIRMED, told, at, standing.get(name)) for name in new]
            move(connection, changes, self._database.hooks)
            blocked = tuple(name for name in lists if not lift_by_own_word(connection, asked.folded, name))
            _complete(connection, asked.subscriber, asked.facts.get("name", ""), asked.facts.get("language", ""))
        return Confirmed(lists=lists, new=new, blocked=blocked)


def _doubted(connection: Connection, database: Database, address: str) -> bool:
    """Whether the address has a past that only its owner's word ends: it was forgotten, or is suppressed."""
    folded = fold_address(address)
    if forgotten_among(connection, database.oldest_key, [folded]):
        return True
    there = select(suppression.c.folded).where(suppression.c.folded == folded).limit(1)
    return connection.execute(there).first() is not None


def _is_whose(connection: Connection, asked: Notice) -> bool:
    """Whether the person still has the address that the notice went to."""
    query = select(subscriber.c.folded).where(subscriber.c.number == asked.subscriber)
    return connection.execute(query).scalar_one_or_none() == asked.folded


def _complete(connection: Connection, number: int, name: str, language: str) -> None:
    """Give name and language to a person who has none."""
    for column, value in ((subscriber.c.name, name), (subscriber.c.language, language)):
        if value:
            those = (subscriber.c.number == number, column == "")
            connection.execute(update(subscriber).where(*those).values({column: value}))


def _post(
    connection: Connection,
    number: int,
    address: str,
    waiting: list[str],
    at_once: list[str],
    facts: dict[str, Any],
    now: datetime,
) -> int | None:
    """Post what the person is to be told; what a notice of this hour asks already gets the new lists."""
    if waiting:
        if posted := recent(connection, NoticeKind.CONFIRM, address, now):
            lists = sorted({*posted.facts["lists"], *waiting})
            add_facts(connection, posted, {"lists": lists})
            return None
        said = {**facts, "lists": sorted(waiting)}
        return post(connection, NoticeKind.CONFIRM, subscriber=number, address=address, facts=said, now=now)
    said = {"lists": sorted(at_once), "language": facts["language"]}
    return post(connection, NoticeKind.KNOWN, subscriber=number, address=address, facts=said, now=now)
