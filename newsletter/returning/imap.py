"""A mailbox behind IMAP (RFC 9051, and RFC 3501 before it): opened read-only, unless a change was asked for."""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from newsletter.errors import ServerError
from newsletter.returning.mailbox import Letter
from newsletter.returning.mime import LARGEST, one_line
from newsletter.returning.options import ImapProfile

PATIENCE: Final = 60.0
"""Seconds for each answer."""
_UID = re.compile(rb"\bUID (\d+)")


class Imap:
    """One mailbox of an account, open."""

    def __init__(self, profile: ImapProfile, line: imaplib.IMAP4, uids: list[str]) -> None:
        self._profile = profile
        self._line = line
        self._uids = uids
        self._deleted: list[str] = []

    def __len__(self) -> int:
        """Return how many mails there are."""
        return len(self._uids)

    def letters(self) -> Iterator[Letter]:
        """Yield the mails, oldest first; none is marked as read by that (BODY.PEEK)."""
        for uid in self._uids:
            found = self._ask("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
            data = next((each[1] for each in found if isinstance(each, tuple)), None)
            if data is not None:  # else somebody deleted it meanwhile
                yield Letter(key=uid, data=data)

    def mark_seen(self, key: str) -> None:
        r"""Give a mail the flag \Seen."""
        self._ask("STORE", key, "+FLAGS.SILENT", r"(\Seen)")

    def delete(self, key: str) -> None:
        """Mark a mail as deleted; the server removes it at the end."""
        self._ask("STORE", key, "+FLAGS.SILENT", r"(\Deleted)")
        self._deleted.append(key)

    def expunge(self) -> None:
        """Have what was deleted removed, and nothing else: without UIDPLUS (RFC 4315) the marks are all there is."""
        # What a server can do it says anew after the login (RFC 9051 §6.1.1); imaplib keeps what it said before.
        _, said = self._line.capability()
        if b"UIDPLUS" in b" ".join(each for each in said if isinstance(each, bytes)).upper().split():
            for at in range(0, len(self._deleted), 100):
                self._ask("EXPUNGE", ",".join(self._deleted[at : at + 100]))

    def _ask(self, command: str, *words: str) -> list[Any]:
        with _said_plainly(self._profile):
            answer, data = self._line.uid(command, *words)
        if answer != "OK":
            raise _failed(self._profile, f"the server refuses {command}: {_legible(data)}")
        return list(data or ())


@contextmanager
def open_imap(profile: ImapProfile, password: str, *, change: bool = False) -> Iterator[Imap]:
    """Give the mailbox of *profile*.

    :param change: mails may be marked and deleted; otherwise the server is told that nothing changes (EXAMINE).
    :raises ServerError: when it cannot be reached, logged into or opened.
    """
    with _said_plainly(profile):
        line = _connect(profile)
    try:
        with _said_plainly(profile):
            _log_in(line, profile, password)
            mailbox = Imap(profile, line, _opened(line, profile, change=change))
        yield mailbox
        mailbox.expunge()
    finally:
        _part(line)


def _connect(profile: ImapProfile) -> imaplib.IMAP4:
    if profile.security == "none":
        return imaplib.IMAP4(profile.host, profile.port, timeout=PATIENCE)
    try:
        context = ssl.create_default_context(cafile=profile.ca_file or None)
    except OSError as cause:
        raise ServerError(
            f"the ca_file {profile.ca_file} cannot be used ({cause.strerror or cause})",
            "give a PEM file of the authority",
            where=profile.server,
        ) from cause
    if profile.security == "tls":
        return imaplib.IMAP4_SSL(profile.host, profile.port, ssl_context=context, timeout=PATIENCE)
    line = imaplib.IMAP4(profile.host, profile.port, timeout=PATIENCE)
    try:
        line.starttls(context)  # it raises where the server offers none
    except BaseException:
        _part(line)
        raise
    return line


def _log_in(line: imaplib.IMAP4, profile: ImapProfile, password: str) -> None:
    secret = password.encode(errors="surrogateescape")
    way = profile.auth or ("PLAIN" if "AUTH=PLAIN" in line.capabilities else "LOGIN")
    try:
        if way == "PLAIN":  # RFC 4616; imaplib's own login takes ASCII alone
            line.authenticate("PLAIN", lambda _: b"\0%b\0%b" % (profile.username.encode(), secret))
        elif way == "XOAUTH2":  # https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
            line.authenticate(
                "XOAUTH2",
                lambda said: b"" if said else b"user=%b\1auth=Bearer %b\1\1" % (profile.username.encode(), secret),
            )
        else:
            line.login(profile.username, password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as cause:
        said = _legible(cause.args).replace(password, "***")
        what = f"the server refuses the login of {profile.username}: {said}"
        raise ServerError(what, "check username and password", where=profile.server) from None
    except UnicodeEncodeError:
        what = "LOGIN takes no password beyond ASCII"
        raise ServerError(what, 'write auth = "PLAIN"', where=profile.server) from None


def _opened(line: imaplib.IMAP4, profile: ImapProfile, *, change: bool) -> list[str]:
    """Open the mailbox, and return the UIDs of its mails."""
    answer, data = line.select(f'"{_modified_utf7(profile.mailbox)}"', readonly=not change)
    if answer != "OK":
        what = f'there is no mailbox "{profile.mailbox}": {_legible(data)}'
        raise ServerError(what, "mend mailbox", where=profile.server)
    if not int(data[0] or 0):
        return []
    # One line a mail, where SEARCH would answer with a line that is too long for 150,000 of them.
    answer, found = line.uid("FETCH", "1:*", "(UID)")
    if answer != "OK":
        raise _failed(profile, f"the server does not list the mails: {_legible(found)}")
    uids = [int(match[1]) for each in found if isinstance(each, bytes) and (match := _UID.search(each))]
    return [str(uid) for uid in sorted(uids)]


def _modified_utf7(name: str) -> str:
    """Return the name of a mailbox as RFC 3501 §5.1.3 writes it, fit to stand in quotes."""
    coded = re.sub(
        r"[^\x20-\x7e]+",
        lambda odd: "&" + base64.b64encode(odd[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-",
        name.replace("&", "&-"),
    )
    return coded.replace("\\", r"\\").replace('"', r"\"")


def _part(line: imaplib.IMAP4) -> None:
    try:
        line.logout()
    except (OSError, imaplib.IMAP4.error):
        line.shutdown()


@contextmanager
def _said_plainly(profile: ImapProfile) -> Iterator[None]:
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ValueError) as cause:
        raise _failed(profile, _why(cause)) from cause


def _why(cause: Exception) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {cause.verify_message}"
    if isinstance(cause, TimeoutError):
        return f"no answer within {PATIENCE:g} s"
    return getattr(cause, "strerror", None) or _legible(cause.args) or type(cause).__name__


def _failed(profile: ImapProfile, what: str) -> ServerError:
    return ServerError(what, "what was taken before is recorded; try again", where=profile.server)


def _legible(said: Any) -> str:
    """Return the server's words, which imaplib gives as bytes in lists."""
    if isinstance(said, bytes):
        return one_line(said.decode("utf-8", "replace"))
    if isinstance(said, (list, tuple)):
        return " ".join(filter(None, map(_legible, said)))
    return one_line(str(said)) if said is not None else ""
