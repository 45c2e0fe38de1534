"""What is known of some bytes beside them: where they are from, and when they were read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

from newsletter.sources.reading import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """Where bytes are from.

    :param name: of the file, or the address they were asked at, as messages name it.
    :param address: where they came from in the end, after redirects: what relative links are relative to.
    :param headers: of the answer, their names in lower case.
    :param now: when they were read; dates beyond the next day are none.
    """

    name: str
    now: datetime
    address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What articles say that they were found in: an address, or a file's name without the person's folders."""
        return self.name if "://" in self.name else PurePath(self.name).name


Adapter = Callable[[bytes, Context], Reading]
"""A source: bytes and context become articles. It raises InputError when they are none of its own.

Others may add theirs under the entry point group ``newsletter.sources``.
"""
