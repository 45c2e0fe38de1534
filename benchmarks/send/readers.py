"""Many readers, made by SQL: their addresses come in no order, as in a real list, and all messages are equally long."""

import time

from newsletter.model.address import Address
from newsletter.model.subscriber import Subscriber
from newsletter.store.database import Database

LIST = "weekly"
FIRST = 1_000_001
"""The number of the first; up to nine million more have as many digits."""
PRIME = 9_999_991
STEP = 6_180_339
"""number × STEP mod PRIME is another number for each, and they come in no order."""
DOMAINS = 90

_PEOPLE = f"""
    WITH RECURSIVE step(number) AS (
        SELECT {FIRST} UNION ALL SELECT number + 1 FROM step WHERE number + 1 < {FIRST} + :count
    )
    INSERT INTO subscriber (number, address, folded, name, created)
    SELECT number, address, address, 'Reader ' || number, :now FROM (
        SELECT number, printf('reader%07d@mail%02d.example.com', number * {STEP} % {PRIME}, 10 + number % {DOMAINS})
        AS address FROM step
    )"""
_YES = """
    INSERT INTO subscription (subscriber, list, consent, basis, since)
    SELECT number, :list, 'confirmed', 'made up for a benchmark', :now FROM subscriber WHERE number >= :first"""
_LOG = """
    INSERT INTO consent_log (subscriber, list, consent, basis, at)
    SELECT subscriber, list, consent, basis, since FROM subscription WHERE subscriber >= :first"""


def seed(database: Database, count: int) -> float:
    """Add *count* people who have confirmed; return the seconds."""
    facts = {"count": count, "first": FIRST, "list": LIST, "now": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    begun = time.perf_counter()
    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = -400000")  # of this connection alone; it ends with the process
        for statement in (_PEOPLE, _YES, _LOG):
            connection.exec_driver_sql(statement, facts)
    return time.perf_counter() - begun


def reader(number: int) -> Subscriber:
    """Return one of them."""
    address = f"reader{number * STEP % PRIME:07d}@mail{10 + number % DOMAINS:02d}.example.com"
    return Subscriber(number=number, address=Address(address=address, name=f"Reader {number}"))
