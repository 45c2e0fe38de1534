"""An issue that another tool sent, and what was read of such a tool's export."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.model.rich_text import Block
from newsletter.sources.reading import Remark


@dataclass(frozen=True, kw_only=True, slots=True)
class PastIssue:
    """One issue, as its tool exported it.

    :param id: what its tool calls it, the same in every export.
    :param sent: when it was sent, or published; without a zone where the tool does not say one.
    :param preheader: what an inbox shows behind the subject.
    :param paid: only some readers got it: it is not for all to see.
    :param place: the file, or the line of a table, that it is from.
    """

    id: str
    sent: datetime
    subject: str
    preheader: str = ""
    paid: bool = False
    blocks: tuple[Block, ...] = ()
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastRemark(Remark):
    """Something in an export that was not taken over, and why; *place* is its file in there."""

    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportReading:
    """What one export gave, the oldest issue first.

    :param tool: in lower case: "substack".
    :param drafts: how many were never published.
    """

    tool: str
    issues: tuple[PastIssue, ...]
    remarks: tuple[PastRemark, ...] = ()
    drafts: int = 0
