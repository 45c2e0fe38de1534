"""The command ``newsletter`` and what all its commands share."""

import os
from pathlib import Path

import click

from newsletter.cli import (
    archive,
    backup,
    bounces,
    collect,
    compose,
    counting,
    diff,
    draft,
    feeds,
    fetch,
    forgetting,
    hooks,
    importing,
    kept,
    key,
    look,
    mailing,
    mutes,
    operate,
    pool,
    readers,
    review,
    search,
    send,
    serve,
    shots,
    standing,
    start,
    stats,
    suppression,
    themes,
    triage,
    work,
)
from newsletter.cli.groups import SectionedGroup


def _change_folder(ctx: click.Context, param: click.Parameter, folder: Path | None) -> None:
    if folder:
        if home := os.environ.get("NEWSLETTER_HOME"):  # it was said in the folder that is left here
            os.environ["NEWSLETTER_HOME"] = str(Path(home).expanduser().absolute())
        os.chdir(folder)


def _print_version(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
    if asked:
        from newsletter import __version__

        click.echo(f"newsletter {__version__}")
        ctx.exit()


@click.group(cls=SectionedGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=_change_folder,
    help="Work as if started in DIR.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and leave.",
)
def root() -> None:
    """The press room of people who write newsletters.

    Collect articles, pick some for an issue, see it as readers will, send it. The newsletter is the nearest folder
    upwards with a newsletter.toml. ISSUE is a number or the path of an issue file, and defaults to the newest unsent
    issue where nothing is sent.

    Exit codes: 0 done, 1 findings, 2 usage or configuration, 3 stopped and can be resumed, 4 some refused or deferred,
    5 some in doubt.
    """


root.add_section("Start", start.init, start.doctor, start.completion)
root.add_section("Collect", collect.add, fetch.fetch, feeds.feeds, pool.pool, search.search, stats.stats)
root.add_section("Compose", triage.triage, compose.pick, compose.new, compose.edit, draft.draft, review.review)
root.add_section("Look", look.preview, look.check, look.build, diff.diff, shots.shots, themes.themes)
root.add_section("Send", send.send, standing.status, mailing.stop, mailing.resume, mailing.settle)
root.add_section("Readers", readers.subscribers, bounces.bounces)
for command in (kept.show, suppression.suppress, suppression.suppressed, forgetting.forget):
    readers.subscribers.add_command(command)
root.add_section("Publish", serve.serve, archive.archive)
root.add_section("Operate", work.work, backup.backup, backup.restore, key.key, operate.dns, hooks.hooks)
root.add_section("Move in", importing.import_)
readers.subscribers.add_command(counting.count)
for command in (mutes.mute, mutes.unmute, mutes.mutes):
    pool.pool.add_command(command)
