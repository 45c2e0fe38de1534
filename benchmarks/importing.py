"""A million people, from a file into an empty newsletter: a whole process, seconds and memory.

``make bench-import`` runs it, on SQLite; with ``--url`` on the PostgreSQL database that is named, which must be empty.
The reference is the least that must be done with such a file: csv and one statement, into one table with one index.
"""

import argparse
import csv
import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import Figure, seconds

PEOPLE = 1_000_000
HEADER = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID,TAGS"
SPREAD = 7_919
"""Prime to the number of people: their addresses come in no order."""


def importing(people: int, url: str) -> Iterator[Figure]:
    """Mailchimp's export of so many people: each with dates that prove the consent."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "subscribed.csv")
        _write(file, people)
        yield Figure(name="import: file", value=file.stat().st_size / 1e6, unit="MB")
        bare = seconds(lambda: _bare(file, Path(folder, "bare.sqlite3")))
        yield Figure(name="import: bare insert", value=bare, unit="s")
        os.environ["NEWSLETTER_HOME"] = str(Path(folder, "home"))
        newsletter = str(Path(sys.executable).parent / "newsletter")
        desk = str(Path(folder, "desk"))
        if url:
            os.environ["NEWSLETTER_DATABASE"] = url
        command = [newsletter, "init", desk, "--name", "Bench", "--from", "Bench <bench@example.com>"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        command = [newsletter, "-C", desk, "subscribers", "import", str(file), "--json"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken = seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        yield Figure(name="import", value=taken, unit="s", bar=60)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        yield Figure(name="import: processor", value=cpu, unit="s")
        yield Figure(name="import: peak memory", value=after.ru_maxrss / 1024, unit="MB", bar=150)
        yield Figure(name="import/bare insert", value=taken / bare, unit="x")


def _write(file: Path, people: int) -> None:
    with file.open("w", encoding="utf-8") as lines:
        lines.write(f"{HEADER}\n")
        for number in range(people):
            who = number * SPREAD % people
            when = "2024-01-02 03:04:05,192.0.2.1,2024-01-02 03:05:05,192.0.2.1"
            lines.write(f"reader.{who}@mail{who % 977}.example.com,Ada{who},Lovelace,2,{when},{number},x{number},\n")


def _bare(file: Path, database: Path) -> None:
    with closing(sqlite3.connect(database)) as driver, driver, file.open(encoding="utf-8", newline="") as lines:
        driver.execute("CREATE TABLE person (number INTEGER PRIMARY KEY, address TEXT UNIQUE, name TEXT)")
        rows = csv.reader(lines)
        next(rows)
        driver.executemany("INSERT INTO person (address, name) VALUES (?, ?)", ((row[0], row[1]) for row in rows))


def main() -> int:
    """Measure, print and write; 1 when a figure is short of its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many (%(default)s)")
    parser.add_argument("--url", default="", help="of an empty PostgreSQL database")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    asked = parser.parse_args()
    figures = []
    for figure in importing(asked.people, asked.url):
        figures.append(figure)
        print(figure, flush=True)
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
    return int(any(figure.bar is not None and figure.value > figure.bar for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
