"""Which column of a table of people is what, by the names that columns usually have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# The surest first: where there is an "email", an "address" is a street.
ADDRESS = ("email", "email address", "e mail", "e mail address", "emailaddress", "mail", "subscriber", "address")
NAME = ("name", "full name", "fullname", "display name")
FIRST_NAME = ("first name", "firstname", "given name", "fname")
LAST_NAME = ("last name", "lastname", "surname", "family name", "lname")
STATUS = ("consent", "status", "subscription status", "subscribed", "confirmed", "opt in", "opted in", "email opt in")
OPTED_OUT = ("opted out", "opt out", "email opt out", "unsubscribed", "unsubscribed at", "do not email", "bounced")

CONFIRMED = frozenset(
    ("confirmed", "subscribed", "active", "enabled", "opted in", "opt in", "yes", "y", "true", "1", "member")
)
"""What a status says of somebody who said yes."""
PENDING = frozenset(("", "pending", "unconfirmed", "not confirmed", "unknown"))
"""What it says of somebody who has said nothing yet."""
LEFT = frozenset(
    (
        *("unsubscribed", "unsubscribe", "opted out", "opt out", "non subscribed", "not subscribed", "left", "removed"),
        *("cleaned", "bounced", "bounce", "hard bounce", "complained", "complaint", "spam", "blocked", "blocklisted"),
        *("suppressed", "inactive", "disabled", "deleted", "archived", "no", "n", "false", "0"),
    )
)
"""What it says of somebody who must get nothing."""

_ADDRESS_CELL = re.compile(r"""[^\s@,;|<>"]+@[^\s@,;|<>"]+\.[^\s@,;|<>"]+""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Where in a row things are, counted from 0.

    :param names: the cells that make the name, in order.
    :param status: the cell that says how a person's consent stands.
    :param out: the cell that is not empty, or says yes, when a person left.
    :param header: the first row names the columns, and is nobody.
    :param ignored: names of the columns that are not read.
    """

    address: int
    names: tuple[int, ...] = ()
    status: int | None = None
    out: int | None = None
    header: bool = True
    ignored: tuple[str, ...] = ()

    def name(self, cells: Sequence[str]) -> str:
        """Return the name in a row."""
        return " ".join(part for index in self.names if (part := cells[index].strip(" \t")))

    def says_no(self, cells: Sequence[str]) -> bool:
        """Say whether a row tells that its person left."""
        if self.out is not None and _plain(cells[self.out]) not in PENDING | (LEFT & {"no", "n", "false", "0"}):
            return True
        return self.status is not None and _plain(cells[self.status]) in LEFT

    def doubt(self, cells: Sequence[str], *, confirmed: bool) -> str:
        """Return why a row cannot come in as *confirmed*, or as pending; empty when it can."""
        if self.status is None or (word := _plain(cells[self.status])) in CONFIRMED:
            return ""
        if word in PENDING:
            return f'its status is "{word or "empty"}", which is no yes; import it as pending' if confirmed else ""
        return f'its status is "{word}", which may be a no; write confirmed, pending or unsubscribed'


def _plain(cell: str) -> str:
    return re.sub(r"[\W_]+", " ", cell.casefold()).strip()


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
    words = [_plain(cell) for cell in first]

    def place(names: Sequence[str]) -> int | None:
        return next((words.index(name) for name in names if name in words), None)

    address, name, status, out = place(ADDRESS), place(NAME), place(STATUS), place(OPTED_OUT)
    if address is None:
        return None
    parts = (name,) if name is not None else (place(FIRST_NAME), place(LAST_NAME))
    names = tuple(index for index in parts if index is not None)
    used = {address, status, out, *names}
    ignored = tuple(cell.strip() for index, cell in enumerate(first) if index not in used)
    return Columns(address=address, names=names, status=status, out=out, ignored=ignored)
