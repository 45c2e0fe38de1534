"""How a page stands that was added by its address."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PageState:
    """A page that is to be read, or was.

    :param id: of its article in the pool.
    :param link: its address.
    :param attempts: how often it was asked for without being read; *words* say why the last time.
    :param next_at: it is not asked for before then; None when it is not asked for again.
    :param read_at: when it was read.
    """

    id: str
    link: str
    attempts: int = 0
    next_at: datetime | None = None
    read_at: datetime | None = None
    words: str = ""
