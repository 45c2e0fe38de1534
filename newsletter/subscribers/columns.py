"""Which column of a table of people is what: by the names that columns usually have, or as somebody says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from newsletter.errors import InputError
from newsletter.subscribers.address import shown
from newsletter.subscribers.formats import ASKS, OURS, PLAIN, Format, format_of
from newsletter.subscribers.statuses import plain

# The surest first: where there is an "email", an "address" is a street.
ADDRESS = ("email", "email address", "e mail", "e mail address", "emailaddress", "mail", "subscriber", "address")
NAME = ("name", "full name", "fullname", "display name")
FIRST_NAME = ("first name", "firstname", "given name", "fname")
LAST_NAME = ("last name", "lastname", "surname", "family name", "lname")
LANGUAGE = ("language", "locale", "lang")

FIELDS = ("email", "name", "language", "timezone", "tag", "status", "confirmed-at", "unsubscribed-at")
"""What a column can be said to be, beside ``attribute.KEY``."""

_ADDRESS_CELL = re.compile(r"""[^\s@,;|<>"]+@[^\s@,;|<>"]+\.[^\s@,;|<>"]+""")

Chosen = Sequence[tuple[str, str]]
"""What somebody says: a field, and the name of its column; a field may have several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Where in a row things are, counted from 0.

    :param format: whose export it is.
    :param names: the cells that make the name, in order.
    :param status: the cell that says how a person's consent stands.
    :param asks: a "no" in it is no refusal.
    :param out: the cells that are not empty, or say yes, when a person left.
    :param proof: the cells whose dates prove a consent, all of them together; none when one of them is missing.
    :param ours: the cells "list", "basis" and "since" of our own format.
    :param attributes: the cells of attributes, by their names.
    :param objects: the cells that are JSON objects of attributes.
    :param header: the first row names the columns, and is nobody.
    :param said: what somebody said; in these columns nothing is let pass that will not do.
    :param ignored: names of the columns that are not read.
    """

    address: int
    format: Format = PLAIN
    names: tuple[int, ...] = ()
    status: int | None = None
    asks: bool = False
    out: tuple[int, ...] = ()
    bounced: tuple[int, ...] = ()
    proof: tuple[int, ...] = ()
    paying: tuple[int, ...] = ()
    since: tuple[int, ...] = ()
    ours: tuple[int, int, int] | None = None
    language: int | None = None
    timezone: int | None = None
    tags: tuple[int, ...] = ()
    attributes: Mapping[str, int] | None = None
    objects: tuple[int, ...] = ()
    header: bool = True
    said: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()

    def is_strict(self, field: str) -> bool:
        """Whether a value that will not do is an error: not where the column was only guessed."""
        return field in self.said or self.format.name == OURS

    def name(self, cells: Sequence[str]) -> str:
        """Return the name in a row."""
        return " ".join(part for index in self.names if (part := cells[index].strip(" \t")))


def find_columns(first: Sequence[str], chosen: Chosen = ()) -> Columns | None:
    """Return what the columns are, as the *first* row has it; None when no column has addresses.

    :raises InputError: when a column that was *chosen* is not there.
    """
    if chosen or any(plain(cell) in ADDRESS for cell in first):
        return _named(first, chosen)
    found = [index for index, cell in enumerate(first) if _ADDRESS_CELL.fullmatch(cell.strip())]
    if not found:
        return None
    others = [index for index in range(len(first)) if index != found[0]]
    # Without a header, only one other column can be guessed.
    names = tuple(others) if len(others) == 1 else ()
    ignored = () if names else tuple(f"column {index + 1}" for index in others)
    return Columns(address=found[0], names=names, header=False, ignored=ignored)


def _named(first: Sequence[str], chosen: Chosen) -> Columns | None:
    words = [plain(cell) for cell in first]
    said = {field: _chosen(first, [name for one, name in chosen if one == field]) for field, _ in chosen}
    theirs = format_of(words)

    def places(names: Sequence[str]) -> tuple[int, ...]:
        return tuple(words.index(name) for name in names if name in words)

    def place(names: Sequence[str], field: str = "") -> int | None:
        return next(iter(said.get(field) or places(names)), None)

    address = place(ADDRESS, "email")
    if address is None:
        return None
    parts = (place(NAME),) if place(NAME) is not None else (place(FIRST_NAME), place(LAST_NAME))
    proof = said.get("confirmed-at") or places(theirs.proof)
    columns = Columns(
        address=address,
        format=theirs,
        names=said.get("name") or tuple(index for index in parts if index is not None),
        status=place(theirs.status, "status"),
        out=said.get("unsubscribed-at") or places(theirs.out),
        bounced=places(theirs.bounced),
        proof=proof if said.get("confirmed-at") or len(proof) == len(theirs.proof) else (),
        paying=places(theirs.paying),
        since=places(theirs.since),
        ours=(words.index("list"), words.index("basis"), words.index("since")) if theirs.name == OURS else None,
        language=place(LANGUAGE, "language"),
        timezone=place(theirs.timezone, "timezone"),
        tags=said.get("tag") or places(theirs.tags),
        attributes={
            field.removeprefix("attribute."): places[0]
            for field, places in said.items()
            if field.startswith("attribute.")
        },
        objects=places(theirs.attributes),
        said=frozenset(said),
    )
    asks = columns.status is not None and words[columns.status] in ASKS
    return _with_ignored(replace(columns, asks=asks), first)


def _with_ignored(columns: Columns, first: Sequence[str]) -> Columns:
    single = (columns.address, columns.status, columns.language, columns.timezone)
    several = (
        *(columns.names, columns.out, columns.bounced, columns.proof, columns.paying, columns.since, columns.tags),
        *(columns.objects, tuple((columns.attributes or {}).values()), columns.ours or ()),
    )
    used = {*single, *(index for places in several for index in places)}
    ignored = tuple(cell.strip() for index, cell in enumerate(first) if index not in used)
    return replace(columns, ignored=ignored)


def _chosen(first: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    """Return where the columns with these *names* are: written the same, or but for capitals and marks."""
    found = []
    for name in names:
        exact = [index for index, cell in enumerate(first) if cell.strip() == name.strip()]
        alike = exact or [index for index, cell in enumerate(first) if plain(cell) == plain(name)]
        if not alike:
            there = shown(", ".join(cell.strip() for cell in first))
            raise InputError(f'there is no column "{shown(name)}"', f"the first row has: {there}")
        found.append(alike[0])
    return tuple(found)
