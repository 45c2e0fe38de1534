"""Which column of a table of people is what, by the names that columns usually have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# The surest first: where there is an "email", an "address" is a street.
ADDRESS = ("email", "email address", "e mail", "e mail address", "emailaddress", "mail", "subscriber", "address")
NAME = ("name", "full name", "fullname", "display name")
FIRST_NAME = ("first name", "firstname", "given name", "fname")
LAST_NAME = ("last name", "lastname", "surname", "family name", "lname")
STATUS = ("consent", "status", "subscription status")

LEFT = {"unsubscribed", "cleaned", "bounced", "complained", "blocked", "blocklisted", "suppressed"}
"""What such a column says of somebody who must get nothing."""

_ADDRESS_CELL = re.compile(r"""[^\s@,;|<>"]+@[^\s@,;|<>"]+\.[^\s@,;|<>"]+""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Where in a row things are, counted from 0.

    :param names: the cells that make the name, in order.
    :param status: the cell that says whether a person unsubscribed.
    :param header: the first row names the columns, and is nobody.
    :param ignored: names of the columns that are not read.
    """

    address: int
    names: tuple[int, ...] = ()
    status: int | None = None
    header: bool = True
    ignored: tuple[str, ...] = ()

    def name(self, cells: Sequence[str]) -> str:
        """Return the name in a row."""
        return " ".join(part for index in self.names if (part := cells[index].strip(" \t")))

    def says_no(self, cells: Sequence[str]) -> bool:
        """Say whether a row tells that its person left."""
        return self.status is not None and cells[self.status].strip().casefold() in LEFT


def find_columns(first: Sequence[str]) -> Columns | None:
    """Return what the columns are, as the *first* row has it; None when no column has addresses."""
    if (columns := _named(first)) is not None:
        return columns
    found = [index for index, cell in enumerate(first) if _ADDRESS_CELL.fullmatch(cell.strip())]
    if not found:
        return None
    others = [index for index in range(len(first)) if index != found[0]]
    # Without a header, only one other column can be guessed.
    names = tuple(others) if len(others) == 1 else ()
    ignored = () if names else tuple(f"column {index + 1}" for index in others)
    return Columns(address=found[0], names=names, header=False, ignored=ignored)


def _named(first: Sequence[str]) -> Columns | None:
    words = [re.sub(r"[\W_]+", " ", cell.casefold()).strip() for cell in first]

    def place(names: Sequence[str]) -> int | None:
        return next((words.index(name) for name in names if name in words), None)

    address, name, status = place(ADDRESS), place(NAME), place(STATUS)
    if address is None:
        return None
    parts = (name,) if name is not None else (place(FIRST_NAME), place(LAST_NAME))
    names = tuple(index for index in parts if index is not None)
    used = {address, status, *names}
    ignored = tuple(cell.strip() for index, cell in enumerate(first) if index not in used)
    return Columns(address=address, names=names, status=status, ignored=ignored)
