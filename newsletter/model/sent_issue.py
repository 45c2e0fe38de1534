"""An issue that was sent, as the archive tells of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SentIssue:
    """What is known of an issue that was sent.

    :param title: its subject line, as it was sent.
    :param summary: the line behind the subject in an inbox; may be empty.
    :param published: when its first mailing began, aware.
    :param kept: its web version is here, so that it has a page of its own.
    """

    number: int
    title: str
    summary: str
    published: datetime
    kept: bool = True

    @property
    def label(self) -> str:
        """Its number as files have it: "042"."""
        return f"{self.number:03d}"

    @property
    def path(self) -> str:
        """Where its page stands, from the first page of the site."""
        return f"issues/{self.label}.html"
