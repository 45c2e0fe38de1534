"""Where mail that came back is taken from: mailboxes, and a server that is handed it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from newsletter.app.newsletter import Newsletter
from newsletter.app.returning import TakenMail, Taking
from newsletter.errors import NewsletterError
from newsletter.model.progress import Progress
from newsletter.returning.lmtp import Answer
from newsletter.returning.mailbox import Mailbox, Maildir
from newsletter.returning.report import Kind

BATCH = 50
"""Mails whose reports are recorded in one transaction; a run that is killed repeats no more than these."""


def take_mailbox(
    mailbox: Mailbox, taking: Taking, told: Progress, *, seen: bool = False, delete: bool = False
) -> Iterator[TakenMail]:
    """Take the mails of *mailbox* one by one, and yield what became of each.

    :param seen: mails that nobody needs any more are marked as read; all others stay as they are.
    :param delete: they are deleted.
    :param told: hears of the mails that have been read.
    :raises NewsletterError: when the mailbox or the database fails; what was taken is recorded.
    """
    total, done, letters = len(mailbox), 0, iter(mailbox.letters())
    while batch := list(islice(letters, BATCH)):  # read before, so that nobody waits for us with the database
        with taking.together():
            taken = [taking.mail(letter.data) for letter in batch]
        for letter, mail in zip(batch, taken, strict=True):
            if mail.done and delete:
                mailbox.delete(letter.key)
            elif mail.done and seen:
                mailbox.mark_seen(letter.key)
        yield from taken
        told(done := done + len(batch), total)
    told(total, total)


@contextmanager
def open_account(newsletter: Newsletter, name: str, *, change: bool) -> Iterator[Mailbox]:
    """Give the mailbox behind IMAP that newsletter.local.toml calls *name*; empty is the only one.

    :param change: mails may be marked and deleted.
    :raises NewsletterError: when there is none, or it cannot be opened.
    """
    from newsletter.returning.imap import open_imap
    from newsletter.sender.password import fetch_password

    profile = newsletter.settings.mailbox(name)
    with open_imap(profile, fetch_password(profile), change=change) as mailbox:
        yield mailbox


class Reception:
    """What an LMTP server does with each mail that it is handed.

    :param keep: a Maildir for what is no report about a reader, or proves nothing; None keeps none of it.
    :param answers: where a person is told to write instead.
    :param told: hears what became of each mail.
    :param failed: hears why one could not be taken; it comes again.
    """

    def __init__(
        self,
        taking: Taking,
        *,
        keep: Path | None,
        answers: str,
        told: Callable[[TakenMail], None],
        failed: Callable[[NewsletterError], None],
    ) -> None:
        self._taking = taking
        self._keep = keep
        self._answers = answers
        self._told = told
        self._failed = failed

    def take(self, data: bytes, sender: str, recipient: str) -> Answer:
        """Take one mail for one recipient; a failure of ours has it handed over again later."""
        head = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        try:
            taken = self._taking.mail(head + data, came_to=[recipient])
            if not taken.done and self._keep:
                Maildir.keep(self._keep, head + data)
        except NewsletterError as error:
            self._failed(error)
            return Answer(code=451, words="not now")
        self._told(taken)
        if taken.done:
            return Answer(code=250, words="recorded")
        if self._keep:
            return Answer(code=250, words="kept")
        if taken.kind is Kind.MAIL:
            return Answer(code=550, words=f"this address is read by a program; write to {self._answers}")
        return Answer(code=250, words="nothing to do")
