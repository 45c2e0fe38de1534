"""The receipt of a mailing: who sent which bytes to which list, and what became of it. It has no addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import tomlkit

from newsletter.errors import IssueError
from newsletter.files import write_whole
from newsletter.model.table import read_toml

_HEAD = (
    "Written by newsletter when a mailing starts and ends. Keep it with the issue: it tells every clone what was sent."
)


IMPORTED = "imported:"
"""How the ledger of a receipt begins that stands for a mailing of another tool: behind it is the tool's name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What one mailing left behind.

    :param ledger: the id of the database that has its deliveries.
    :param host: the machine that it was started on, or the tool that sent it.
    :param issue_sha256: of the issue file as it was sent.
    :param content_sha256: of the frozen mail, as the ledger has it.
    :param segment: the segment of the list that it went to; empty for the whole list.
    :param excluding: the lists whose people were left out.
    :param counts: deliveries by state when it was last written.
    """

    ledger: str
    host: str
    list: str
    started: datetime
    finished: datetime | None = None
    subject: str = ""
    issue_sha256: str = ""
    content_sha256: str = ""
    segment: str = ""
    excluding: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_imported(self) -> bool:
        """Whether another tool sent it: no database of ours knows to whom."""
        return self.ledger.startswith(IMPORTED)


def receipt_path(issue: Path, label: str) -> Path:
    """Return where the receipt of the issue file *issue* is: issues/042.receipt.toml."""
    return issue.with_name(f"{label}.receipt.toml")


def read_receipts(path: Path) -> tuple[Receipt, ...]:
    """Return the receipts in *path*, none when there is no such file."""
    if not path.exists():
        return ()
    table = read_toml(path.read_text(encoding="utf-8", errors="replace"), where=path, error=IssueError)
    receipts = []
    for values in table.get("mailing", list, []):
        try:
            receipts.append(Receipt(**{**values, "excluding": tuple(values.get("excluding", ()))}))
        except TypeError as cause:
            raise IssueError(
                "this is not a receipt as newsletter writes it", "git log has it as it was", where=path
            ) from cause
    return tuple(receipts)


def write_receipts(path: Path, receipts: Sequence[Receipt]) -> None:
    """Put *receipts* into *path*, whole or not at all."""
    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    mailings = tomlkit.aot()
    for receipt in receipts:
        table = tomlkit.table()
        for name in Receipt.__dataclass_fields__:
            value = getattr(receipt, name)
            if name == "counts":
                counts = tomlkit.inline_table()
                counts.update(value)
                value = counts
            if name == "excluding":
                value = list(value)
            if value or name == "counts":
                table[name] = value
        mailings.append(table)
    document["mailing"] = mailings
    write_whole(path, tomlkit.dumps(document).encode())
