"""Tries the public site before a mailing: whether unsubscribing with one click works, and whose database it keeps."""

import json

from newsletter.app.newsletter import Newsletter
from newsletter.errors import NetError, SendError
from newsletter.sender.addressing import sample_one_click

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
"""What a mail program posts (RFC 8058 §3.2)."""
SECONDS = 20
"""A mail program waits no longer either."""


def probe_one_click(newsletter: Newsletter, issue: int, *, seconds: float = SECONDS) -> str:
    """Unsubscribe the sample reader, who is nobody, as a mail program would; return a note if something is odd.

    Readers' mail programs show "unsubscribe" only where this works, and a reader who cannot leave complains of spam.
    Nothing is asked without a public URL.

    :raises SendError: the address does not answer 200 at once (RFC 8058 §3.1: no redirect), or the site behind it keeps
        another database, so that who leaves there would still be written to from here.
    """
    options = newsletter.settings.sender
    if not (address := sample_one_click(issue, options)):
        return ""
    from newsletter.net.http import Limits, Request, fetch_now  # 0.1 s to import

    # The editor configured it, so it may well be in a private network: a newsletter for those in there.
    limits = Limits(seconds=seconds, redirects=0, octets=100_000, allow_private=True)
    try:
        answer = fetch_now(Request(url=address, form=ONE_CLICK), limits)
    except NetError as error:
        raise _broken(error.what, address) from error
    if answer.status != 200:
        leads = f" and leads to {answer.headers['location']}" if "location" in answer.headers else ""
        raise _broken(f"it answered {answer.status}{leads}", address)
    try:
        health = fetch_now(Request(url=f"{options.public_url}/healthz"), limits)
    except NetError as error:
        return f"{options.public_url}/healthz does not say which database the site keeps: {error.what}"
    if health.status != 200:
        return f"{options.public_url}/healthz does not say which database the site keeps: it answered {health.status}"
    return _compared(health.body, newsletter.database.id, options.public_url)


def _broken(what: str, address: str) -> SendError:
    todo = "mend it, or take public_url out of newsletter.toml, and unsubscribing is by mail"
    return SendError(f"unsubscribing with one click does not work: {what}", todo, where=address)


def _compared(body: bytes, own: str, public_url: str) -> str:
    """Return a note if *body* names no database; SendError if it names another one than our *own*."""
    try:
        named = json.loads(body)["database"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"{public_url}/healthz does not say which database the site keeps"
    if named != own:
        what = f"the site keeps another database ({named!s:.40}) than this machine ({own})"
        raise SendError(what, "send from there, or let both use one database", where=public_url)
    return ""
