"""The addresses that get no mail from a list or from any: entered, looked up and lifted one at a time.

What a mailing learns of itself is in ``suppression``.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from newsletter.errors import SubscriberError
from newsletter.model.address import UNSAFE
from newsletter.model.canonical import fold_address
from newsletter.model.suppression import Kind, Suppression
from newsletter.store.database import Database
from newsletter.store.forgetting import erasure_hash, forgotten_among
from newsletter.store.moment import Clock, utc_now, written
from newsletter.store.schema import suppression

EVERYWHERE = ""
"""What stands for all lists."""


class SuppressionList:
    """The suppressions in the database.

    :param clock: tells the time of a new one.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def add(self, address: str, list_name: str = EVERYWHERE, *, reason: str, kind: Kind = Kind.EDITOR) -> bool:
        """Suppress *address* for a list, or for all; say whether it was not so already.

        It holds at once, also in a mailing under way.

        :raises SubscriberError: when the reason is missing, or is not one line.
        """
        if not reason.strip() or UNSAFE.search(reason):
            raise SubscriberError("a suppression needs a reason in one line", 'give --reason "asked by phone"')
        with self._database.writing() as connection:
            return enter(
                connection, self._known_as(connection, address), list_name, kind=kind, reason=reason.strip(),
                at=written(self._clock()),
            )  # fmt: skip

    def lift(self, address: str, list_name: str | None = None) -> tuple[Suppression, ...]:
        """Take back the suppressions of *address*, of one list ("" for the one of all) or each; return those."""
        with self._database.writing() as connection:
            those = suppression.c.folded == self._known_as(connection, address)
            if list_name is not None:
                those = and_(those, suppression.c.list == list_name)
            lifted = tuple(map(_suppression, connection.execute(select(suppression).where(those))))
            connection.execute(delete(suppression).where(those))
        return lifted

    def all(self, list_name: str | None = None, *, address: str | None = None) -> Iterator[Suppression]:
        """Yield suppressions in the order of their addresses, lazily.

        :param list_name: only what keeps mail of this list away: its own and those of all lists.
        :param address: only those of one address.
        """
        query = select(suppression).order_by(suppression.c.folded, suppression.c.list)
        if list_name is not None:
            query = query.where(suppression.c.list.in_((EVERYWHERE, list_name)))
        with self._database.reading() as connection:
            if address is not None:
                query = query.where(suppression.c.folded == self._known_as(connection, address))
            for row in connection.execute(query, execution_options={"yield_per": 500}):
                yield _suppression(row)

    def _known_as(self, connection: Connection, address: str) -> str:
        """Return what an address is kept as: folded, or as the hash of who asked to be forgotten."""
        folded, key = fold_address(address), self._database.oldest_key
        return erasure_hash(key, folded) if forgotten_among(connection, key, [folded]) else folded


def enter(
    connection: Connection, folded: str, list_name: str = EVERYWHERE, *, kind: Kind, reason: str, at: str
) -> bool:
    """Suppress the address *folded*; one that is suppressed already stays as it is, but for an editor's word.

    Say whether anything changed.
    """
    there = and_(suppression.c.folded == folded, suppression.c.list == list_name)
    standing = connection.execute(select(suppression.c.kind).where(there)).scalar_one_or_none()
    said = {"kind": kind.value, "reason": reason, "since": at}
    if standing is None:
        connection.execute(insert(suppression).values(folded=folded, list=list_name, **said))
        return True
    if kind is not Kind.EDITOR or standing == Kind.EDITOR:
        return False
    connection.execute(update(suppression).where(there).values(said))
    return True


def lift_by_own_word(connection: Connection, folded: str, list_name: str) -> bool:
    """Let mail of a list go to a person who confirmed it anew on a page: their mailbox is there, and they want it.

    What an editor entered stays; say whether mail can go now.
    """
    there = and_(suppression.c.folded == folded, suppression.c.list.in_((EVERYWHERE, list_name)))
    connection.execute(delete(suppression).where(there, suppression.c.kind != Kind.EDITOR.value))
    return connection.execute(select(suppression.c.folded).where(there).limit(1)).first() is None


def is_silenced(connection: Connection, key: bytes, folded: str) -> bool:
    """Whether an editor keeps all mail from the address *folded*, of whom was forgotten, too.

    No page sends anything there: whoever asked for silence would hear from every stranger who types their address.

    :param key: the oldest of the newsletter's.
    """
    theirs = suppression.c.folded.in_((folded, erasure_hash(key, folded)))
    said = and_(theirs, suppression.c.list == EVERYWHERE, suppression.c.kind == Kind.EDITOR.value)
    return connection.execute(select(suppression.c.folded).where(said).limit(1)).first() is not None


def _suppression(row: Row[tuple[object, ...]]) -> Suppression:
    return Suppression(
        address=row.folded, list=row.list, kind=Kind(row.kind), reason=row.reason, since=row.since
    )  # fmt: skip
