"""What is kept of a person beside their consents: name, language, time zone, attributes, tags."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from newsletter.store.bulk import Bulk
from newsletter.store.consent_moves import number_of
from newsletter.store.database import Database
from newsletter.store.schema import subscriber, tag


@dataclass(frozen=True, kw_only=True, slots=True)
class Particulars:
    """What is known of one person.

    :param attributes: a JSON object as text, keys in order.
    :param tags: in order.
    """

    name: str
    language: str
    timezone: str
    attributes: str
    tags: tuple[str, ...]


def particulars_of(database: Database, address: str) -> Particulars:
    """Return what is known of the person with *address*, in whatever case it is written.

    :raises SubscriberError: when nobody has it.
    """
    with database.reading() as connection:
        return _read(connection, number_of(connection, address))


def change_particulars(
    database: Database,
    address: str,
    changes: Mapping[str, str],
    *,
    tags: Collection[str] = (),
    without_tags: Collection[str] = (),
) -> tuple[Particulars, Particulars]:
    """Change what is known of the person with *address*; return how it stood before, and how it stands now.

    :param changes: new values of ``name``, ``language``, ``timezone`` and ``attributes``.
    :raises SubscriberError: when nobody has the address.
    """
    with database.writing() as connection:
        number = number_of(connection, address)
        before = _read(connection, number)
        if changes:
            connection.execute(update(subscriber).where(subscriber.c.number == number).values(dict(changes)))
        if without_tags:
            connection.execute(delete(tag).where(tag.c.subscriber == number, tag.c.tag.in_(without_tags)))
        Bulk(connection).insert(tag, ("subscriber", "tag"), [(number, one) for one in tags], skip_known=True)
        return before, _read(connection, number)


def _read(connection: Connection, number: int) -> Particulars:
    columns = (subscriber.c.name, subscriber.c.language, subscriber.c.timezone, subscriber.c.attributes)
    row = connection.execute(select(*columns).where(subscriber.c.number == number)).one()
    tags = connection.execute(select(tag.c.tag).where(tag.c.subscriber == number)).scalars()
    return Particulars(
        name=row.name, language=row.language, timezone=row.timezone, attributes=row.attributes,
        tags=tuple(sorted(tags)),
    )  # fmt: skip
