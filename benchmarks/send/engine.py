"""The one place that knows how the sender is called: a mailing is started and run here, and timed.

What the program's own ``send`` joins is joined here too: the database with its key, the frozen mail, real tokens, a
return path for each reader (VERP), consent asked at the claim and at the intent, and a ledger that is on the disk.
"""

import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.send.readers import LIST, reader
from newsletter.model.delivery import State
from newsletter.model.mail import Message, RenderedIssue
from newsletter.sender.addressing import Addressing, MailTemplate
from newsletter.sender.dkim import Signer
from newsletter.sender.dkim_key import Algorithm, SigningKey, make_key
from newsletter.sender.edition import Edition
from newsletter.sender.links import Links
from newsletter.sender.mailing import run_mailing
from newsletter.sender.options import SenderOptions, SmtpProfile
from newsletter.store.database import Database
from newsletter.store.ledger import LedgerStore

DATE = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What one run took, from the first connection to the last commit.

    :param cpu: seconds of this process and of those that sign for it, in user and system mode (getrusage(2)).
    """

    messages: int
    seconds: float
    cpu: float

    def values(self) -> dict[str, float]:
        """What the other process reads."""
        return {"rate": self.messages / self.seconds, "cpu_us": self.cpu / self.messages * 1e6, "seconds": self.seconds}


def options_of(options: SenderOptions) -> SenderOptions:
    """Return *options* with a public site and a return path, so that a message has every header that it can have."""
    return replace(options, public_url="https://news.example.com", return_path="bounces@news.example.com")


def template_of(rendered: RenderedIssue, options: SenderOptions) -> MailTemplate:
    """Return *rendered* as mail of a sender with a public site and a return path."""
    return MailTemplate.compile(rendered, options_of(options), list_name=LIST, date=DATE)


def thawed(frozen: bytes) -> Edition:
    """Return the mail that was frozen."""
    return Edition.load(frozen)


def addressing_of(template: Edition, database: Database) -> Addressing:
    """Return what makes the mail to each reader."""
    return Addressing(template=template, key=database.key)


def profile_of(port: int, connections: int) -> SmtpProfile:
    """Return the server at *port* of this machine; nothing slows down what it is given."""
    return SmtpProfile(name="bench", host="127.0.0.1", port=port, security="none", connections=connections)


def send(database: Database, frozen: bytes, issue: int, profile: SmtpProfile, keys: Sequence[SigningKey]) -> Ran:
    """Start a mailing to everybody, and run it, signed by *keys* if there are any; the start is not timed."""
    ledger = LedgerStore(database)
    queued = ledger.start(issue, LIST, frozen=frozen, subject="bench", started=datetime.now(UTC))
    addressed = addressing_of(thawed(ledger.frozen(issue, LIST)), database).message
    os.sync()
    with ledger.open_mailing(issue, LIST) as opened:
        begun, cpu = time.perf_counter(), _cpu()
        signer = Signer("example.com", keys, uniform=True) if keys else None
        balance = run_mailing(opened, addressed, [profile], signer=signer)
        seconds, cpu = time.perf_counter() - begun, _cpu() - cpu
    if balance[State.ACCEPTED] != queued:
        raise RuntimeError(f"not everybody was sent it: {balance}")
    return Ran(messages=queued, seconds=seconds, cpu=cpu)


def keys(algorithms: Sequence[str], folder: Path) -> list[SigningKey]:
    """Return a fresh key of each of *algorithms*, "rsa" or "ed25519"."""
    kinds = {"rsa": Algorithm.RSA, "ed25519": Algorithm.ED25519}
    with TemporaryDirectory(dir=folder) as place:
        return [make_key(Path(place, f"{name}.pem"), kinds[name]) for name in algorithms]


def message(addressing: Addressing, number: int) -> Message:
    """Return the mail to one of the readers of the benchmark."""
    return addressing.message(reader(number))


def unsubscribe_link(addressing: Addressing, number: int) -> str:
    """Return what stands in the unsubscribe slot of that reader's mail."""
    template, tokens = addressing.template, addressing.tokens(reader(number))
    links = Links.of(public_url=template.public_url, unsubscribe=template.unsubscribe)
    return links.unsubscribe[0] + tokens.ticket(tokens.unsubscribe)


def _cpu() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
