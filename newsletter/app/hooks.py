"""Tells other programs what happened: from the outbox, signed, at least once, again and again for three days."""

import hashlib
import hmac
import json
import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag

from newsletter.app.newsletter import Newsletter
from newsletter.errors import NetError, NewsletterError, SettingsError
from newsletter.model.hook import Hook
from newsletter.processes import run
from newsletter.settings import LOCAL_FILE
from newsletter.store.hook_queue import HookEvent, HookQueue

STEPS = (10, 60, 300, 1800, 7200, 21600)
"""Seconds before another attempt; the last one again and again."""
PATIENCE = timedelta(days=3)
"""After so long it is given up."""
SECONDS = 20
"""How long a receiver may take."""
COMMAND_SECONDS = 60
"""How long a command may take."""
LOOK = 2.0
"""Seconds between two looks while nothing is due."""
GONE = 410
"""What a receiver answers that wants to hear nothing of the kind again (RFC 9110 §15.5.11)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why a hook could not be told: in words without addresses, secrets and anybody's name.

    :param of_all: it is about the receiver and not this event: the others need not be tried now.
    :param final: it need not be tried again.
    """

    words: str
    of_all: bool = True
    final: bool = False


def next_attempt(attempts: int, created: datetime, now: datetime) -> datetime | None:
    """Return when an event is tried again after *attempts*; None if it is given up."""
    at = now + timedelta(seconds=STEPS[min(attempts, len(STEPS)) - 1])
    return at if at - created <= PATIENCE else None


def payload(newsletter: Newsletter, event: HookEvent) -> bytes:
    """Return what is told: the event, with an id that is the same at each attempt."""
    values = {"id": f"{newsletter.database.id}-{event.number}", "newsletter": newsletter.settings.id}
    return json.dumps({**values, **json.loads(event.body)}, ensure_ascii=False).encode()


def signature(secret: str, body: bytes, at: int) -> str:
    """Return ``t=…,v1=…``: HMAC-SHA256 over the time, a dot and *body*, so that an old one cannot be posted again."""
    mac = hmac.digest(secret.encode(), b"%d." % at + body, hashlib.sha256).hex()
    return f"t={at},v1={mac}"


def tell_hook(hook: Hook, body: bytes, folder: Path) -> Failure | None:
    """Tell *hook* once; return why that failed, None if it did not."""
    return _run(hook, body, folder) if hook.command else _post(hook, body)


def _post(hook: Hook, body: bytes) -> Failure | None:
    from newsletter.net.http import Limits, Request, fetch_now

    secret = hook.secret or os.environ.get(hook.secret_env, "")
    if not secret:
        return Failure(words=f"the environment has no {hook.secret_env}")
    headers = {
        "Content-Type": "application/json",
        "Newsletter-Signature": signature(secret, body, int(time.time())),
    }
    limits = Limits(seconds=SECONDS, redirects=0, octets=10_000, cut=True, allow_private=hook.private)
    try:
        answer = fetch_now(Request(url=hook.url, body=body, headers=headers), limits)
    except NetError as error:
        return Failure(words=error.what)
    if 200 <= answer.status < 300:
        return None
    leads = ", which leads elsewhere: give the address that it leads to" if 300 <= answer.status < 400 else ""
    of_all = answer.status >= 500 or answer.status == 429 or bool(leads)
    return Failure(words=f"it answered {answer.status}{leads}", of_all=of_all, final=answer.status == GONE)


def _run(hook: Hook, body: bytes, folder: Path) -> Failure | None:
    try:
        done = run(hook.command, body, folder=folder, seconds=COMMAND_SECONDS, heard=False)
    except OSError as cause:
        return Failure(words=f"the command cannot be run ({cause.strerror})")
    except subprocess.TimeoutExpired:
        return Failure(words=f"the command took more than {COMMAND_SECONDS} s", of_all=False)
    return Failure(words=f"the command ended with {done.returncode}", of_all=False) if done.returncode else None


class Courier:
    """Delivers what is due, each hook's events one after the other, different hooks at a time.

    :param stop: ends it after what is under way.
    """

    def __init__(
        self, newsletter: Newsletter, stop: Flag, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._newsletter = newsletter
        self._stop = stop
        self._clock = clock
        self._queue = HookQueue(newsletter.database, clock=clock)
        self._hooks = newsletter.settings.hooks

    def turn(self) -> int:
        """Deliver what is due now; return how much was told."""
        if not self._hooks:
            return 0
        due = self._queue.next_due(self._hooks)
        if due is None or due > self._clock():
            return 0
        with ThreadPoolExecutor(max_workers=min(4, len(self._hooks))) as pool:
            return sum(pool.map(self._serve, self._hooks.values()))

    def _serve(self, hook: Hook) -> int:
        told = 0
        while not self._stop.is_set() and (event := self._queue.claim(hook.name)):
            failure = tell_hook(hook, payload(self._newsletter, event), self._newsletter.settings.folder)
            if failure is None:
                self._queue.delivered(event)
                told += 1
                continue
            at = None if failure.final else next_attempt(event.attempts, event.created, self._clock())
            self._queue.failed(event, failure.words, at)
            if failure.of_all:
                break
        return told


def deliver_hooks(newsletter: Newsletter, stop: Flag) -> None:
    """Deliver until told to stop; whatever else happens at the same time."""
    courier = Courier(newsletter, stop)
    while not stop.is_set():
        courier.turn()
        stop.wait(LOOK)


def hook_named(newsletter: Newsletter, name: str) -> Hook:
    """Return the hook *name*; SettingsError when there is none."""
    hooks = newsletter.settings.hooks
    if name not in hooks:
        known = ", ".join(hooks) or "none; add [hooks.NAME]"
        raise SettingsError(f'there is no hook "{name}"', f"hooks here: {known}", where=LOCAL_FILE)
    return hooks[name]


def try_hook(newsletter: Newsletter, name: str) -> None:
    """Tell the hook *name* that this is a test; NewsletterError when it cannot be told."""
    hook = hook_named(newsletter, name)
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {"id": "test", "newsletter": newsletter.settings.id, "event": "test", "at": at}
    if failure := tell_hook(hook, json.dumps(body).encode(), newsletter.settings.folder):
        raise NewsletterError(failure.words, "mend it, and try again", where=f"[hooks.{name}]")
