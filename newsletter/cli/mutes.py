"""Collect: what is passed over."""

from typing import TYPE_CHECKING

import click

from newsletter.cli.options import json_option, one_line
from newsletter.cli.output import here, plural, say, say_json, say_table

if TYPE_CHECKING:
    from newsletter.composer.mutes import MuteKind

NOTHING = "nothing that waits is of it now"

_word = click.option("--word", metavar="WORD", default="", callback=one_line, help="A word or phrase instead.")
_source = click.argument("source", default="", callback=one_line)


@click.command()
@_source
@_word
@click.option("--reason", metavar="TEXT", default="", callback=one_line, help="Why.")
def mute(source: str, word: str, reason: str) -> None:
    """Pass over a SOURCE from now on, or a word.

    A SOURCE is the name of a publisher, or the host of its articles. A word counts in titles, summaries and tags, where
    no letter touches it. What is muted stays in the pool, and is no longer suggested.
    """
    from newsletter.app.muting import count_muted

    kind, name = _asked(source, word)
    newsletter = here()
    pool = newsletter.pool()
    muted = pool.mute(kind, name, reason)
    count = count_muted(newsletter, pool, muted)
    now = f"{plural(count, 'article')} that waited {'is' if count == 1 else 'are'} passed over" if count else NOTHING
    say(f"muted {muted}: {now}\nUndo: newsletter pool unmute {_words(muted.kind.value, muted.name)}")


@click.command()
@_source
@_word
def unmute(source: str, word: str) -> None:
    """Let a SOURCE or a word be seen again."""
    kind, name = _asked(source, word)
    muted = here().pool().unmute(kind, name)
    say(f"no longer muted: {muted}\nUndo: newsletter pool mute {_words(muted.kind.value, muted.name)}")


@click.command()
@json_option
def mutes(as_json: bool) -> None:
    """List what is muted."""
    found = list(here().pool().mutes)
    if as_json:
        say_json([{"kind": m.kind.value, "name": m.name, "reason": m.reason, "since": m.since} for m in found])
        return
    say_table(("KIND", "NAME", "SINCE", "REASON"), [(m.kind.value, m.name, m.since[:10], m.reason) for m in found])
    if not found:
        say("nothing is muted; newsletter pool mute SOURCE, or --word WORD, passes one over")


def _asked(source: str, word: str) -> "tuple[MuteKind, str]":
    from newsletter.composer.mutes import MuteKind

    if bool(source.strip()) == bool(word.strip()):
        raise click.UsageError("Give a SOURCE or --word WORD, and not both.")
    return (MuteKind.WORD, word) if word.strip() else (MuteKind.SOURCE, source)


def _words(kind: str, name: str) -> str:
    """Return what a person types for it."""
    import shlex

    return f"--word {shlex.quote(name)}" if kind == "word" else shlex.quote(name)
