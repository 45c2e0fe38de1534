"""What the tests of a mailing's commands share: more readers, commands that run beside the test, a day on the clock."""

import json
import os
import re
import sqlite3
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from command_process import Command
from conftest import Desk

from newsletter.app import open_newsletter
from newsletter.store.agenda import Agenda


def add_people(desk: Desk, count: int, prefix: str = "p") -> None:
    """Put *count* more confirmed readers on the list of the sample, which has three."""
    rows = "".join(f"{prefix}{number:02}@example.com\n" for number in range(count))
    desk.path("more.csv").write_text("email\n" + rows)
    desk.ok("subscribers", "import", "more.csv", "--consent", "confirmed", "--basis", "asked")


def beside(desk: Desk, *words: str) -> Command | subprocess.Popen[str]:
    """Run a command while the test goes on."""
    return desk.start(*words)


def status(desk: Desk, issue: int = 1) -> dict[str, object]:
    """Return how an issue stands."""
    (standing,) = json.loads(desk.ok("status", str(issue), "--json"))
    return standing


def second_issue(desk: Desk) -> None:
    """Make issue 2 of the same articles, which run again for a reason."""
    text = desk.path("issues/001.md").read_text(encoding="utf-8").replace("number = 1", "number = 2", 1)
    again = re.sub(r"(?m)^(\[articles\.\w+\])$", r'\1\nagain = "so many asked for it"', text)
    desk.path("issues/002.md").write_text(again, encoding="utf-8")


def put_back(desk, issue: int = 1, **changes: timedelta | int) -> None:
    """Change a schedule as time or a person would: its hour moves back, or another count was agreed to."""
    newsletter = open_newsletter(desk.folder)
    agenda = Agenda(newsletter.database)
    (schedule,) = agenda.schedules(issue)
    if late := changes.pop("late", None):
        changes["at"] = datetime.now(UTC).replace(microsecond=0) - late
    agenda.schedule(replace(schedule, **changes))
    newsletter.close()


def make_due(desk) -> None:
    """Move the time of deferred deliveries into the past."""
    (path,) = Path(os.environ["NEWSLETTER_HOME"]).rglob("newsletter.sqlite3")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE delivery SET next_at = '2020-01-01T00:00:00Z' WHERE state = 'deferred'")
    connection.close()
