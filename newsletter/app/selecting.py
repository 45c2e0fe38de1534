"""Whom of a list an issue is for: a segment of it, without the people of other lists."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from newsletter.app.newsletter import Newsletter
from newsletter.errors import SendError, SettingsError
from newsletter.model.segment import Selection, settled
from newsletter.model.table import nearest
from newsletter.settings import FILE
from newsletter.store.agenda import Schedule


def selection_of(
    newsletter: Newsletter, segment: str, excluding: Sequence[str] = (), *, of: str = "", now: datetime | None = None
) -> Selection:
    """Return the selection by its names; its days are told from *now*.

    :param of: the list that it is of.
    :raises SettingsError: newsletter.toml has no such segment or list.
    :raises SendError: the list excludes itself.
    """
    settings = newsletter.settings
    if segment and segment not in settings.segments:
        known = nearest(segment, list(settings.segments)) if settings.segments else "add it to [segments]"
        raise SettingsError(f'there is no segment "{segment}"', known, where=newsletter.shown / FILE)
    for name in excluding:
        if name not in settings.lists:
            what = f'there is no list "{name}" to exclude'
            raise SettingsError(what, nearest(name, list(settings.lists)), where=newsletter.shown / FILE)
        if name == of:
            raise SendError(f"the issue goes to {name}, and nobody is left without {name}", "exclude other lists")
    moment = now or datetime.now(UTC)
    condition = settled(settings.segments[segment].condition, moment, settings.timezone) if segment else None
    return Selection(segment=segment, condition=condition, excluding=tuple(sorted(set(excluding))))


def read_excluding(text: str) -> tuple[str, ...]:
    """Return the lists that a mailing or a schedule of the database leaves out."""
    return tuple(json.loads(text)) if text else ()


def written_excluding(lists: Sequence[str]) -> str:
    """Return *lists* as the database has them."""
    return json.dumps(list(lists)) if lists else ""


def told(list_name: str, segment: str, excluding: Sequence[str]) -> str:
    """Return in words whom a mailing is for: "weekly", "the segment germans of weekly, without daily"."""
    whom = f"the segment {segment} of {list_name}" if segment else list_name
    return f"{whom}, without {' and '.join(excluding)}" if excluding else whom


def options(selection: Selection) -> str:
    """Return what the command line says for *selection*, with a space before it; empty for the whole list."""
    words = [f" --segment {selection.segment}"] if selection.segment else []
    return "".join([*words, *(f" --exclude {name}" for name in selection.excluding)])


def schedule_options(schedule: Schedule) -> str:
    """Return what the command line says for the people of *schedule*."""
    return options(Selection(segment=schedule.segment, excluding=read_excluding(schedule.excluding)))
