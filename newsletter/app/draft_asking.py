"""Asks for one draft: the editor's own command, or an OpenAI-compatible API. Nothing here judges what comes back."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter.composer.draft_answer import OCTETS, one_line
from newsletter.composer.draft_options import DraftOptions
from newsletter.composer.draft_prompt import Question, chat, task
from newsletter.errors import NetError, SettingsError
from newsletter.processes import run
from newsletter.settings import LOCAL_FILE

ATTEMPTS = 3
"""Of a request that the server has no time for."""
PAUSES = (1.0, 4.0)
"""Seconds before another attempt where the server names none."""
LONGEST_PAUSE = 30.0
"""What a server may ask for; who asks for more is asked another day."""
KEY_SECONDS = 120
"""For a key_command that may ask a person for a passphrase."""
_WHERE = f"[draft] of {LOCAL_FILE}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What somebody answered, unread.

    :param model: what the answer says it is by; empty where it does not say.
    :param tokens_in: that it took, by its own word; *tokens_out* likewise; None where it does not say.
    """

    words: bytes
    model: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None


class NoReply(Exception):
    """There was no answer, in words without keys and addresses.

    :param free: it was refused before any work was done, and cost nothing.
    :param of_all: the next article would get none either.
    """

    def __init__(self, words: str, *, free: bool, of_all: bool = False) -> None:
        self.words = words
        self.free = free
        self.of_all = of_all
        super().__init__(words)


def ask(
    question: Question,
    options: DraftOptions,
    folder: Path,
    fault: str = "",
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Reply:
    """Return what the command or the API of *options* says to *question*.

    :param fault: what was wrong with its answer before.
    :raises NoReply: it says nothing that could be read.
    :raises SettingsError: it cannot be asked as configured.
    """
    if options.command:
        return _read_object(_run(json.dumps(task(question, options, fault)).encode(), options, folder))
    return _read_completion(_post(json.dumps(chat(question, options, fault)).encode(), options, sleep))


def _run(given: bytes, options: DraftOptions, folder: Path) -> bytes:
    try:
        done = run(options.command, given, folder=folder, seconds=options.seconds)
    except OSError as cause:
        what = f'command "{options.command[0]}" cannot be run: {cause.strerror}'
        raise SettingsError(what, "run it by hand to see why", where=_WHERE) from cause
    except subprocess.TimeoutExpired:
        raise NoReply(f"the command took more than {options.seconds} s", free=False) from None
    if done.returncode:
        said = one_line(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])[:200]
        raise NoReply(f"the command ended with {done.returncode}{f': {said}' if said else ''}", free=False)
    return done.stdout


def _read_object(out: bytes) -> Reply:
    """Return the answer of a command, which may say beside the draft what it is by and what it took."""
    try:
        values = json.loads(out[: OCTETS + 1])
    except (ValueError, RecursionError):
        return Reply(words=out)
    if not isinstance(values, dict):
        return Reply(words=out)
    usage = values.get("usage")
    return Reply(words=out, model=_model(values), **_tokens(usage if isinstance(usage, dict) else {}))


def _post(body: bytes, options: DraftOptions, sleep: Callable[[float], None]) -> bytes:
    from newsletter.net.http import Limits, Request, fetch_now

    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if key := _key(options):
        headers["Authorization"] = f"Bearer {key}"
    request = Request(url=f"{options.url}/chat/completions", body=body, headers=headers)
    # No redirect is followed: the key would go along.
    limits = Limits(seconds=options.seconds, redirects=0, octets=1_000_000, allow_private=options.private)
    for attempt in range(ATTEMPTS):
        try:
            answer = fetch_now(request, limits)
        except NetError as error:
            # Nobody knows what it did once it was asked; who was not reached is not for the next article either.
            unasked = "connected" in error.what or "private network" in error.what
            raise NoReply(error.what, free=unasked, of_all=unasked) from error
        if answer.status == 200:
            return answer.body
        if answer.status != 429 and answer.status < 500:
            raise NoReply(_refusal(answer.status), free=True, of_all=True)
        pause = _pause(answer.headers.get("retry-after", ""), attempt)
        if attempt + 1 < ATTEMPTS and pause <= LONGEST_PAUSE:
            sleep(pause)
        elif pause > LONGEST_PAUSE:
            raise NoReply(
                f"it answered {answer.status}, and wants to be left alone for {pause:.0f} s", free=True, of_all=True
            )
    raise NoReply(f"it answered {answer.status}, {ATTEMPTS} times", free=answer.status == 429, of_all=True)


def _refusal(status: int) -> str:
    words = {
        401: "it does not know the key: look at key_env or key_command",
        403: "it does not allow this key to do that",
        404: "it has no such model, or url is not that of its API",
        400: "it does not take the request: does the model know JSON schemas, and the parameters?",
    }
    return f"it answered {status}: {words[status]}" if status in words else f"it answered {status}"


def _pause(said: str, attempt: int) -> float:
    """Return the seconds to wait, by Retry-After if there is one (RFC 9110 §10.2.3)."""
    from newsletter.net.retry_after import retry_after

    now = datetime.now(UTC)
    until = retry_after(said, now)
    return (until - now).total_seconds() if until else PAUSES[min(attempt, len(PAUSES) - 1)]


def _key(options: DraftOptions) -> str:
    """Return the API's key; empty where none is configured. It stands in no error and no log."""
    if options.key_env:
        key = os.environ.get(options.key_env, "")
        if not key:
            todo = f"export {options.key_env}=… (the key of the API)"
            raise SettingsError(f"the environment has no {options.key_env}", todo, where=_WHERE)
    elif options.key_command:
        key = _printed_key(options.key_command)
    else:
        return ""
    key = key.strip()
    if not key.isascii() or not key.isprintable():
        raise SettingsError(
            "the key has characters that no header can have", "look at what it is read from", where=_WHERE
        )
    return key


def _printed_key(command: tuple[str, ...]) -> str:
    name = f'key_command "{command[0]}"'
    todo = "run it by hand to see why"
    try:
        done = subprocess.run(command, capture_output=True, timeout=KEY_SECONDS, check=False)  # noqa: S603 - the editor's own
    except OSError as cause:
        raise SettingsError(f"{name} cannot be run: {cause.strerror}", todo, where=_WHERE) from cause
    except subprocess.TimeoutExpired:  # not chained: it holds what the command had printed
        raise SettingsError(f"{name} took more than {KEY_SECONDS} s", todo, where=_WHERE) from None
    key = done.stdout.partition(b"\n")[0].decode(errors="replace").strip()
    if done.returncode or not key:
        what = f"ended with {done.returncode}" if done.returncode else "printed nothing"
        raise SettingsError(f"{name} {what}", todo, where=_WHERE)
    return key


def _read_completion(body: bytes) -> Reply:
    """Return the answer within a chat completion; one that has none is a NoReply."""
    try:
        values = json.loads(body)
        choice = values["choices"][0]
        message = choice["message"]
        content, usage = message.get("content"), values.get("usage") or {}
        reason, refused = choice.get("finish_reason"), message.get("refusal")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as cause:
        raise NoReply("its answer is no chat completion", free=False) from cause
    if refused or not isinstance(content, str):
        raise NoReply("the model refuses to draft this", free=False)
    cut = b"" if reason != "length" else b"{"  # what broke off is no answer, even if it should happen to be JSON
    tokens = _tokens(usage if isinstance(usage, dict) else {})
    return Reply(words=cut + content.encode(errors="replace"), model=_model(values), **tokens)


def _model(values: Mapping[str, Any]) -> str:
    said = values.get("model")
    return re.sub(r"[^A-Za-z0-9./:@+_-]", "", said)[:100] if isinstance(said, str) else ""


def _tokens(usage: Mapping[str, Any]) -> dict[str, int | None]:
    names = {"tokens_in": ("prompt_tokens", "input_tokens"), "tokens_out": ("completion_tokens", "output_tokens")}
    return {name: _count(usage, keys) for name, keys in names.items()}


def _count(usage: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    found = (usage.get(key) for key in keys)
    return next((n for n in found if isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 10**9), None)
