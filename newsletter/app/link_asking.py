"""Asks where an issue's links lead, and remembers it for a day."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.checks.link_rules import fault, links_of_issue
from newsletter.files import write_whole
from newsletter.model.issue import Issue
from newsletter.model.progress import Progress
from newsletter.net.links import LinkStatus, ask_links

FILE = "links.json"
FRESH = timedelta(days=1)


def ask_issue_links(
    newsletter: Newsletter, issue: Issue, told: Progress, *, allow_private: bool = False
) -> Mapping[str, LinkStatus]:
    """Return where each web link of *issue* leads; what was asked within a day is not asked again.

    A link that could not be reached is asked again: networks come back.

    :param told: called with how many links are answered, and of how many.
    :param allow_private: links may lead to this machine and into its private networks.
    """
    links = [
        link
        for link in dict.fromkeys(link for _, link in links_of_issue(issue))
        if link.startswith(("https://", "http://")) and not fault(link)
    ]
    file = newsletter.shown / ".newsletter" / FILE
    known = _read(file)
    statuses = {link: known[link][1] for link in links if link in known}
    missing = [link for link in links if link not in statuses]

    def keep(link: str, status: LinkStatus) -> None:
        statuses[link] = status
        if not status.fault:
            known[link] = (datetime.now(UTC), status)
        told(len(statuses), len(links))

    try:
        if missing:
            asyncio.run(ask_links(missing, keep, allow_private=allow_private))
    finally:  # what is known stays known, when somebody has waited long enough
        _write(file, known)
    return statuses


def _read(file: Path) -> dict[str, tuple[datetime, LinkStatus]]:
    """Return what was asked within a day; a file that cannot be read is as good as none."""
    try:
        rows: dict[str, dict[str, Any]] = json.loads(file.read_text("utf-8"))
        known = {link: (datetime.fromisoformat(row.pop("asked")), LinkStatus(**row)) for link, row in rows.items()}
        now = datetime.now(UTC)
        return {link: row for link, row in known.items() if timedelta() <= now - row[0] < FRESH}
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return {}


def _write(file: Path, known: Mapping[str, tuple[datetime, LinkStatus]]) -> None:
    rows = {link: {"asked": asked.isoformat(), **asdict(status)} for link, (asked, status) in known.items()}
    write_whole(file, json.dumps(rows, ensure_ascii=False, indent=1).encode(), durable=False)
