"""What newsletter.toml says of picking."""

import re
from datetime import time, timedelta

from newsletter.composer.picking_options import WEEKDAYS, Deadline, PickingOptions
from newsletter.model.table import Table

_DEADLINE = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]* ([01]\d|2[0-3]):([0-5]\d)", re.I)


def read_picking(table: Table) -> PickingOptions:
    """Return how the pool is winnowed."""
    usual = PickingOptions()
    options = PickingOptions(
        half_life=timedelta(hours=table.whole("half_life_hours", 72, least=1, most=24 * 365)),
        limit=table.whole("limit", usual.limit, least=1, most=500),
        per_source=table.whole("per_source", usual.per_source, least=0, most=500),
        shortlist=table.whole("shortlist", usual.shortlist, least=1, most=5000),
        explore=table.share("explore", usual.explore, most=0.5),
        deadline=_deadline(table),
    )
    table.close()
    return options


def _deadline(table: Table) -> Deadline | None:
    if not (said := table.text("deadline", "")):
        return None
    if not (match := _DEADLINE.fullmatch(said.strip())):
        raise table.fail("deadline", f'"{said}" is no moment of a week', 'write it like "thu 16:00"')
    return Deadline(day=WEEKDAYS.index(match[1].lower()), at=time(int(match[2]), int(match[3])))
