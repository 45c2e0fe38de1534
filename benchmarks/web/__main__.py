"""Measures the public site; one line a figure: name, value, unit, bar, ok or short, and the runs' least and most.

``make bench-web`` runs it in about a minute. Each ratio is to a bare Starlette route of the same run: both are
processes of their own under the same uvicorn, asked by turns over eight connections.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figure import sample
from benchmarks.send.figure import Figure, median, ratio
from benchmarks.web.asking import get, one_click, rate

ROUNDS = 7
PAGES, LEAVING = 1500, 300
"""Requests of a round."""


@contextmanager
def running(kind: str, folder: Path, length: int = 0) -> Iterator[int]:
    """Run a server and give its port."""
    command = [sys.executable, "-m", "benchmarks.web.server", kind, str(folder), str(length)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def sent_issue(folder: Path, people: int) -> tuple[int, list[str]]:
    """Have issue 1 sent to *people*; return the octets of its page and their tickets."""
    from sqlalchemy import update

    from newsletter.app import open_newsletter
    from newsletter.app.archive import Archive, site_address
    from newsletter.app.building import template_of
    from newsletter.app.receipts import keep_receipts
    from newsletter.app.web_versions import keep_web_version, web_version
    from newsletter.model.address import Address
    from newsletter.model.subscriber import Consent
    from newsletter.model.tokens import DeliveryTokens
    from newsletter.store.ledger import LedgerStore
    from newsletter.store.schema import delivery
    from newsletter.store.subscribers import SubscriberStore

    path = folder / "newsletter.toml"
    path.write_text(path.read_text().replace("# public_url =", "public_url =", 1))
    newsletter = open_newsletter(folder)
    database, issue = newsletter.database, newsletter.issues.read(newsletter.issues.find("1"))
    readers = (Address(address=f"reader{number}@example.com") for number in range(people))
    SubscriberStore(database).import_all(readers, "weekly", consent=Consent.CONFIRMED, basis="made up")
    rendered = newsletter.render(issue)
    ledger, now = LedgerStore(database), datetime.now(UTC)
    ledger.start(1, "weekly", frozen=template_of(newsletter, issue, rendered).dump(), subject="x", started=now)
    keep_web_version(newsletter, 1, web_version(newsletter, issue, rendered))
    keep_receipts(newsletter, ledger, 1)
    with database.writing() as connection:
        connection.execute(update(delivery).values(state="accepted"))
        rows = connection.execute(delivery.select().with_only_columns(delivery.c.subscriber, delivery.c.address)).all()
    tickets = []
    for number, address in rows:
        tokens = DeliveryTokens.derive(database.key, issue=1, subscriber=number, address=address)
        tickets.append(tokens.ticket(tokens.unsubscribe))
    page = Archive(newsletter, site_address(newsletter)).file("issues/001.html")
    assert page
    newsletter.close()
    return len(page.data), tickets


def beside(name: str, least: float, ports: tuple[int, int], rounds: Sequence[Sequence[bytes]]) -> Iterator[Figure]:
    """Ask ours and theirs by turns; the first round only warms up."""
    ours, theirs = [], []
    for number, requests in enumerate(rounds):
        own, other = rate(ports[0], requests), rate(ports[1], requests)
        if number:
            ours.append(own)
            theirs.append(other)
    yield median(f"{name}: ours", ours, "/s")
    yield median(f"{name}: bare route", theirs, "/s")
    yield ratio(f"{name}: ours/bare", ours, theirs, least=least)


def measured() -> Iterator[Figure]:
    """Measure both."""
    with sample() as folder, tempfile.TemporaryDirectory() as scratch:
        length, tickets = sent_issue(folder, (ROUNDS + 1) * LEAVING)
        yield Figure(name="archive page", value=length, unit="B")
        with running("site", folder) as site:
            with running("page", folder, length) as bare:
                rounds = [[get("/issues/001.html")] * PAGES] * (ROUNDS + 1)
                yield from beside("archive page", 0.6, (site, bare), rounds)
            with running("commit", Path(scratch)) as bare:
                posts = [one_click(ticket) for ticket in tickets]
                rounds = [posts[at : at + LEAVING] for at in range(0, (ROUNDS + 1) * LEAVING, LEAVING)]
                yield from beside("one-click unsubscribe", 0.5, (site, bare), rounds)


def main() -> int:
    """Measure, print and write; 1 when a figure is short of its bar."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    figures = []
    for figure in measured():
        figures.append(figure)
        print(figure, flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        values = [figure.values() for figure in figures]
        options.json.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return int(any(figure.short for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
