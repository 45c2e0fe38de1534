"""Notifications and complaints broken at random: read without an error, whatever they are.

RETURNED_MUTATIONS says how many (``make mutations`` has 30,000), MUTATION_SEED where they begin.
"""

import os
import random

from broken_mail import broken, samples
from returned_mail import Ours

from newsletter.returning.reading import read_returned
from newsletter.returning.report import Kind

COUNT = int(os.environ.get("RETURNED_MUTATIONS") or 3000)
SEED = int(os.environ.get("MUTATION_SEED") or 0)


def test_whatever_is_broken_is_read():
    rng, mails = random.Random(SEED), samples(Ours())
    seen: dict[Kind, int] = {}
    for number in range(COUNT):
        data = broken(rng, mails)
        try:
            returned = read_returned(data)
        except Exception as error:
            raise AssertionError(f"seed {SEED}, number {number}: {error!r}\n{data!r}") from error
        seen[returned.kind] = seen.get(returned.kind, 0) + 1
        for report in returned.reports:
            assert len(report.words) <= 300
            assert report.words.isprintable() or "\ufffd" in report.words or not report.words.isascii()
            report.id.encode()
            f"{report.address}{report.status}{report.words}".encode()
    assert set(seen) >= {Kind.BOUNCE, Kind.DELAY, Kind.COMPLAINT, Kind.UNSUBSCRIBE, Kind.AUTO_REPLY, Kind.MAIL}
