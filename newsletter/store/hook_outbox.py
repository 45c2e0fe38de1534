"""What the hooks are to be told: written in the transaction of what it tells, so that neither is without the other."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from newsletter.model.hook import Event, Hooks
from newsletter.store.schema import hook_outbox, subscriber


def tell(
    connection: Connection,
    hooks: Hooks,
    event: Event,
    *,
    at: str,
    facts: Mapping[str, Any],
    subscriber_number: int | None = None,
) -> None:
    """Put *event* into the outbox, once for each hook that wants it.

    :param at: when it happened, as the database keeps times.
    :param facts: what it is about; for an event about a person their address and name are added.
    """
    names = hooks.get(event, ())
    if not names:
        return
    about = dict(facts)
    if subscriber_number is not None:
        query = select(subscriber.c.address, subscriber.c.name).where(subscriber.c.number == subscriber_number)
        address, name = connection.execute(query).one()
        about = {"address": address, "name": name, **about}
    body = json.dumps({"event": event.value, "at": at, **about}, ensure_ascii=False, sort_keys=True)
    row = {"event": event.value, "subscriber": subscriber_number, "body": body, "created": at, "next_at": at}
    connection.execute(insert(hook_outbox), [{"hook": name, **row} for name in names])
