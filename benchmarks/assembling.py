"""Measures how long the mail to one reader takes to assemble, beside what a template engine and ``email`` take.

``python benchmarks/assembling.py`` prints one line a figure: name, value, unit, bar, ok or short. The reference is what
most programs do for each recipient: render the HTML and the text with Jinja2, put both into an EmailMessage, and ask it
for its bytes. Both sides make the same mails to the same readers, by turns, on one core; tokens and return paths are
the real ones (HMAC-SHA512).
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

import jinja2

from newsletter.model.address import Address
from newsletter.model.mail import Message, RenderedIssue, Slot
from newsletter.model.subscriber import Subscriber
from newsletter.sender.addressing import Addressing, MailTemplate
from newsletter.sender.options import SenderOptions

ROUNDS = 5
"""Turns of each side; the median counts."""
KEY = bytes(range(32))
DATE = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
URL = "https://news.example.org"
TOKENS = {slot: f"SLOT{slot.name}0123456789abcdef" for slot in Slot}
PARAGRAPH = (
    '<p style="margin:0 0 12px;font-family:Georgia,serif">Event logs must reach storage even when a job dies.</p>\n'
)
LINE = "Event logs must reach storage even when a job dies.\n"
SLOTS = (Slot.NAME, Slot.WEB, Slot.UNSUBSCRIBE, Slot.PREFERENCES, Slot.NAME)
"""In each of the two parts: ten in all."""
FEW = (Slot.NAME, Slot.UNSUBSCRIBE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One measured value.

    :param bar: the most that a time may be, or the least that a ratio may be; None for a figure that explains others.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def short(self) -> bool:
        """Whether it does not reach its bar."""
        return self.bar is not None and (self.value < self.bar if self.unit == "x" else self.value > self.bar)

    def __str__(self) -> str:
        verdict = "-" if self.bar is None else "short" if self.short else "ok"
        bar = "-" if self.bar is None else f"{self.bar:g}"
        return f"{self.name:<34} {self.value:>9.2f}  {self.unit:<4} {bar:>5}  {verdict}"


def parts(html_bytes: int, text_bytes: int, slots: tuple[Slot, ...], token: Callable[[Slot], str]) -> tuple[str, str]:
    """Return an HTML and a text of about these sizes with *slots* spread over each."""

    def spread(line: str, size: int, shape: str) -> str:
        lines = line * (size // len(line) // len(slots))
        return "".join(lines + shape.format(token(slot)) for slot in slots) + line

    html = "<!doctype html>\n<html><body>\n" + spread(PARAGRAPH, html_bytes, '<p><a href="{0}">here</a></p>\n')
    return html + "</body></html>\n", spread(LINE, text_bytes, "to: {}\n")


def ours(html_bytes: int, text_bytes: int, slots: tuple[Slot, ...]) -> Callable[[Subscriber], Message]:
    """Return what assembles our mail to a subscriber."""
    html, text = parts(html_bytes, text_bytes, slots, TOKENS.__getitem__)
    issue = RenderedIssue(number=42, subject="Moka and PinConsole", mjml="", html=html, text=text, tokens=TOKENS)
    options = SenderOptions(
        id="weekly-news",
        name="Weekly News",
        sender=Address(address="editor@news.example.org", name="Weekly News"),
        public_url=URL,
        return_path="bounces@news.example.org",
        list_titles={"weekly": "Weekly News"},
    )
    return Addressing(template=MailTemplate.compile(issue, options, list_name="weekly", date=DATE), key=KEY).message


def reference(
    html_bytes: int, text_bytes: int, slots: tuple[Slot, ...], tokens: Callable[[Subscriber], dict[str, str]]
) -> Callable[[Subscriber], bytes]:
    """Return what renders and builds the same mail with Jinja2 and the standard library."""
    html, text = parts(html_bytes, text_bytes, slots, lambda slot: f"{{{{ {slot.value} }}}}")
    html_template = jinja2.Environment(autoescape=True).from_string(html)
    text_template = jinja2.Environment(autoescape=False).from_string(text)

    def build(subscriber: Subscriber) -> bytes:
        values = tokens(subscriber)
        mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
        mail["From"] = "Weekly News <editor@news.example.org>"
        mail["To"] = str(subscriber.address)
        mail["Subject"] = "Moka and PinConsole"
        mail["Date"] = format_datetime(DATE)
        mail["Message-ID"] = f"<{values['message_id']}@news.example.org>"
        mail["List-Id"] = "Weekly News <weekly.news.example.org>"
        mail["List-Unsubscribe"] = f"<{values['unsubscribe']}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(text_template.render(values), cte="quoted-printable")
        mail.add_alternative(html_template.render(values), subtype="html", cte="quoted-printable")
        return mail.as_bytes()

    return build


def known_values(subscriber: Subscriber) -> dict[str, str]:
    """Return what fills the reference's slots; its tokens are made up, which is to its advantage."""
    links = {name: f"{URL}/{name[0]}/42.{subscriber.number}.ppuxi6oz64eqy5pauaxq" for name in Slot if name != "name"}
    return {"name": subscriber.address.name, "message_id": f"42.{subscriber.number}", **links}


def readers(count: int) -> list[Subscriber]:
    """Return people who all differ."""
    return [
        Subscriber(
            number=number,
            address=Address(address=f"reader{number}@mail{number % 7}.example.com", name=f"Reader {number}"),
        )
        for number in range(1, count + 1)
    ]


def each(action: Callable[[Subscriber], object], people: list[Subscriber]) -> float:
    """Return the microseconds that *action* takes for one of *people*."""
    begun = time.perf_counter()
    for person in people:
        action(person)
    return (time.perf_counter() - begun) / len(people) * 1e6


def measure() -> list[Figure]:
    """Measure everything."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    big = (65_000, 8_000, SLOTS)
    assemble, build = ours(*big), reference(*big, known_values)
    small, large = ours(8_000, 1_500, FEW), ours(52_000, 6_000, FEW)
    many, few = readers(4_000), readers(40)
    size = len(assemble(many[0]).data)
    assert abs(len(build(many[0])) - size) < size // 20
    rounds = [
        (each(assemble, many), each(build, few), each(small, many), each(large, many), each(sum_million, few[:3]))
        for _ in range(ROUNDS)
    ]
    own, other, ten, sixty, machine = (statistics.median(times) for times in zip(*rounds, strict=True))
    return [
        Figure(name="machine: sum(range(1e6))", value=machine / 1000, unit="ms"),
        Figure(name="size of the big mail", value=size / 1000, unit="KB"),
        Figure(name="Jinja2 + EmailMessage, big", value=other, unit="us"),
        Figure(name="assembled, big, 10 slots", value=own, unit="us"),
        Figure(name="assembled/Jinja2 + EmailMessage", value=other / own, unit="x", bar=150),
        Figure(name=f"assembled, {len(small(many[0]).data) / 1000:.0f} KB, 4 slots", value=ten, unit="us", bar=12),
        Figure(name=f"assembled, {len(large(many[0]).data) / 1000:.0f} KB, 4 slots", value=sixty, unit="us", bar=20),
    ]


def sum_million(person: Subscriber) -> int:
    """Do what tells this machine from others."""
    return sum(range(10**6))


def main() -> int:
    """Measure, print and write; 1 when a figure is short of its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    figures = measure()
    print(*figures, sep="\n")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
    return int(any(figure.short for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
