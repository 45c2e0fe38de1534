"""Sends a mailing: claimed, addressed, offered, committed, sent and recorded, over several connections at once."""

import asyncio
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from threading import Event
from typing import TYPE_CHECKING

from newsletter.errors import ServerError
from newsletter.model.delivery import Balance
from newsletter.sender.ledger import Ledger, Traffic
from newsletter.sender.opening import ServerUnavailable, open_line, part, tls_context
from newsletter.sender.options import SmtpProfile, judge_profile
from newsletter.sender.password import fetch_password
from newsletter.sender.run import MailingRun, Progress, StopFlag
from newsletter.sender.server import PAUSES, Server
from newsletter.sender.supply import AddressedBy

if TYPE_CHECKING:  # heavy: imported by who signs
    from newsletter.sender.dkim import Signer
    from newsletter.sender.signing import Signing


def run_mailing(
    ledger: Ledger,
    addressed: AddressedBy,
    profiles: Sequence[SmtpProfile],
    *,
    traffic: Traffic | None = None,
    signer: "Signer | None" = None,
    progress: Progress = lambda outcomes: None,
    stop: StopFlag | None = None,
    first: int | None = None,
    pauses: Sequence[float] = PAUSES,
) -> Balance:
    """Send what is open in *ledger* through *profiles*, and return how all its deliveries stand then.

    :param addressed: makes the mail to a subscriber; its SendError refuses that one recipient and hurts no other.
    :param profiles: servers that share the work by weight; one that fails leaves its share to the others.
    :param traffic: remembers what limits by hour and day are counted by.
    :param signer: signs the messages; if they are many, in processes of its own.
    :param progress: is told outcomes once they are recorded.
    :param stop: once set, nothing more is claimed or begun, and what is past its 354 is brought to its end.
    :param first: take no more than so many: a canary.
    :param pauses: seconds before each further try to reach a server.
    :raises SettingsError: no password.
    :raises ServerError: no server can be used, or not any more; all outcomes are recorded.
    """
    passwords = _passwords(profiles)
    waiting = ledger.balance().open
    if waiting:

        async def run() -> None:
            with _making(addressed, signer, waiting if first is None else min(first, waiting)) as (made, signing):
                mailing = MailingRun(ledger, made, signing, progress, stop or Event(), first, waiting)
                servers = [
                    Server(profile, password, mailing, traffic, pauses)
                    for profile, password in zip(profiles, passwords, strict=True)
                ]
                await mailing.send_through(servers)

        _run(run())
    return ledger.balance()


def try_servers(profiles: Sequence[SmtpProfile]) -> None:
    """Connect, log in and part, so that a server that is down or wrong shows before anything is begun.

    :raises SettingsError: a profile will not do, or its password cannot be had.
    :raises ServerError: a login or certificate is wrong, or none of the servers is there.
    """
    passwords = _passwords(profiles)

    async def knock() -> None:
        failures = []
        for profile, password in zip(profiles, passwords, strict=True):
            try:
                line, _ = await open_line(profile, password, await tls_context(profile))
            except ServerError as cause:
                if not isinstance(cause, ServerUnavailable):
                    raise
                failures.append(cause)
            else:
                await part(line)
        if len(failures) == len(profiles):
            raise failures[0]

    _run(knock())


def _passwords(profiles: Sequence[SmtpProfile]) -> list[str]:
    for profile in profiles:
        judge_profile(profile)
    return [fetch_password(profile) for profile in profiles]


@contextmanager
def _making(
    addressed: AddressedBy, signer: "Signer | None", messages: int
) -> "Iterator[tuple[AddressedBy, Signing | None]]":
    """Have what makes so many *messages*, and what signs them beside the loop if it is not signed there."""
    if signer is None:
        yield addressed, None
        return
    from newsletter.sender.signing import Signing

    if not Signing.is_worth_it(messages):
        yield lambda subscriber: signer.sign(addressed(subscriber)), None
        return
    with closing(Signing(signer)) as signing:
        yield addressed, signing


def _run(work: Coroutine[None, None, None]) -> None:
    # Sockets of our own need a loop that can watch them; Windows' default one cannot.
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)
