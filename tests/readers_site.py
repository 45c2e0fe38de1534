"""A newsletter with readers' pages: its folder, a mail server that takes all it is given, and the site in a thread."""

import email
import io
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import TypeVar

import uvicorn
from aiosmtpd.controller import Controller

from newsletter.app import Newsletter, open_newsletter
from newsletter.app.notices import NoticePost
from newsletter.app.plan import plan
from newsletter.app.sending import send_open
from newsletter.app.starting import begin, frozen_plan
from newsletter.store.database import create
from newsletter.web.public.routes import routes
from newsletter.web.serving import listen
from newsletter.web.site.request_log import RequestLog
from newsletter.web.site.running import PublicSite
from newsletter.web.site.site import SiteOptions

Result = TypeVar("Result")
PUBLIC_URL = "https://news.example.org"
SETTINGS = """id = "engineering-digest-1234"
name = "Engineering <Digest>"
tagline = "What other teams learned the hard way"
from = "Engineering Digest <digest@example.com>"
postal_address = "1 Example Street"
public_url = "https://news.example.org"
{more}
[lists.weekly]
title = "Weekly"
description = "Eight write-ups every Friday"

[lists.jobs]
title = "Jobs & more"
opt_in = "single"

[lists.inside]
title = "Inside"
public = false

[sections."Data platforms"]
optional = true

[sections."Search"]
optional = true
"""
LOCAL = """[smtp.test]
host = "127.0.0.1"
port = {port}
security = "none"
connections = 1
"""
ISSUE = """+++
number = 1
date = 2026-11-27
subject = "Moka, PinConsole, and a one-in-a-million failure"
preheader = "Two engineering write-ups, about twenty minutes in all"
list = "weekly"
+++

Two or three sentences of the editor's own.

## Data platforms

### [Next Gen Data Processing with Moka](https://example.com/moka) {#5d46b0q7xk2ma}
Pinterest Engineering · 12 min

**Why it matters:** deploying Spark on EKS, and keeping event logs when the job dies.

- Four standard environments, each with its own isolation
- Event logs must reach S3 even when a job fails
"""


class Mailbox:
    """Takes every mail, as a server does that has everybody's mailbox."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        self.taken.append((envelope.rcpt_tos[0], envelope.content))
        return "250 2.0.0 taken"

    def mails(self, address: str) -> list[EmailMessage]:
        """Return what came to *address*."""
        return [email.message_from_bytes(data, policy=default) for to, data in self.taken if to == address]

    def link(self, address: str, path: str) -> str:
        """Return the path of the newest link to *path* in the newest mail to *address* that has one."""
        for mail in reversed(self.mails(address)):
            text = mail.get_body(("plain",)).get_content()
            if found := re.findall(rf"{re.escape(PUBLIC_URL)}(/{path}/[\w.-]+)", text):
                return found[-1]
        raise AssertionError(f"no link to /{path}/ came to {address}")


@contextmanager
def mail_server(mailbox: Mailbox | None = None) -> Iterator[tuple[Mailbox, int]]:
    """Run a mail server; give its mailbox and port."""
    mailbox = mailbox or Mailbox()
    controller = _AnyPort(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def make_newsletter(folder: Path, *, port: int = 9, more: str = "", url: str = "") -> Newsletter:
    """Make the newsletter in *folder*, with an empty database."""
    (folder / "issues").mkdir(parents=True)
    (folder / "newsletter.toml").write_text(SETTINGS.format(more=more), encoding="utf-8")
    (folder / "newsletter.local.toml").write_text(LOCAL.format(port=port), encoding="utf-8")
    (folder / "issues/001.md").write_text(ISSUE, encoding="utf-8")
    newsletter = open_newsletter(folder)
    create(newsletter.settings.data_folder, url).close()
    return newsletter


def readers_site(newsletter: Newsletter, *, least: float = 0, floor: float = 0) -> PublicSite:
    """Return the site with its readers' pages; nobody is made to wait."""
    pages = (partial(routes, least=least, floor=floor),)
    return PublicSite(newsletter, SiteOptions(), pages=pages, log=RequestLog(stream=io.StringIO()))


def elsewhere(act: Callable[[], Result]) -> Result:
    """Do something in a thread of its own: Playwright keeps that of a test's event loop running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def send_notices(newsletter: Newsletter) -> int:
    """Send the notices that wait, as the site does in the background; return how many."""
    return elsewhere(NoticePost(newsletter).send_due)


def send_issue(newsletter: Newsletter, number: int = 1) -> None:
    """Send an issue to everybody who is waiting for it."""
    now = datetime.now(UTC).replace(microsecond=0)
    with newsletter.database.coordinator_lock():
        planned = plan(newsletter, newsletter.issues.folder / f"{number:03d}.md")
        begin(newsletter, frozen_plan(newsletter, planned, now), now)
        elsewhere(lambda: send_open(newsletter, number, "", lambda balance: None, threading.Event()))


def next_issue(newsletter: Newsletter) -> Path:
    """Make issue 2 of the article of issue 1, and return its file."""
    marked = '\n[articles.5d46b0q7xk2ma]\nagain = "so many asked for it"\n+++\n\nTwo'
    text = ISSUE.replace("number = 1", "number = 2", 1).replace("+++\n\nTwo", marked, 1)
    path = newsletter.issues.folder / "002.md"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def running(site: PublicSite) -> Iterator[str]:
    """Serve *site* on a port of this machine; give its address."""
    opened = listen(0)
    config = uvicorn.Config(site.app, log_level="error", access_log=False, lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{opened.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
