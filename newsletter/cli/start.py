"""Start: a new newsletter, what is configured, completion for the shell."""

from pathlib import Path

import click

from newsletter.cli.options import json_option
from newsletter.cli.output import here, say, say_json


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".", required=False)
@click.option(
    "--sample", is_flag=True, help="With the sample digest: an issue of eight articles, three readers, one mistake."
)
@click.option("--name", metavar="TEXT", default="", help="What readers will know it by; default: the folder's name.")
@click.option(
    "--from", "author", metavar="ADDRESS", default="", help='Who it is from: "Ada Lovelace <ada@example.com>".'
)
@click.option("--github", is_flag=True, help="With a workflow for GitHub that checks each pull request; also later.")
def init(folder: Path, sample: bool, name: str, author: str, github: bool) -> None:
    """Make a newsletter in FOLDER, or here.

    Writes newsletter.toml, newsletter.local.toml, .gitignore and the folders issues/ and pool/, and makes the data
    folder with the database of readers and the key. Nothing is overwritten. In a clone of a newsletter that has no
    database on this machine yet, it makes the database alone.

    The workflow of --github runs newsletter check --github on each pull request, so that findings stand beside the
    changed lines, and attaches the pictures of newsletter shots. It needs no secret and sends nothing.
    """
    from newsletter.settings import FILE

    if (folder / FILE).exists() and not (sample or name or author):
        if not github:
            _complete(folder)
    elif sample:
        _make_sample(folder, name, author)
    else:
        _make(folder, name, author)
    if github:
        from newsletter.app.workflow import write_workflow

        say(f"wrote   {write_workflow(folder)} (commit it, and each pull request is checked)")


def _complete(folder: Path) -> None:
    from newsletter.app.scaffold import complete_newsletter
    from newsletter.errors import SettingsError
    from newsletter.settings import FILE, read_settings

    settings = read_settings(folder)
    data = settings.data_folder
    if not complete_newsletter(data, settings.database):
        todo = "nothing was changed; newsletter doctor says where things are"
        raise SettingsError(f"there is a {FILE} already, and its database is there", todo, where=folder)
    say(f"made    {data} (an empty database, and a new key)\nNext: newsletter subscribers import FILE.csv")


def _make(folder: Path, name: str, author: str) -> None:
    from newsletter.app.scaffold import make_newsletter

    made = make_newsletter(folder, name=_one_line(name), author=_one_line(author))
    for path in made.files:
        say(f"wrote   {path}")
    say(f"made    {made.data} (readers, ledger, key; keep a backup)")
    say("Next:")
    _say_steps(folder, "edit newsletter.toml", "newsletter add FILE", "newsletter triage")


def _make_sample(folder: Path, name: str, author: str) -> None:
    from newsletter.app.sample import make_sample

    if name or author:
        raise click.UsageError("The sample has a name and a sender of its own; change them in its newsletter.toml.")
    made, issue = make_sample(folder)
    for path in (*made.files, issue):
        say(f"wrote   {path}")
    say(f"made    {made.data} (three readers of example.com, ledger, key)")
    say("Next:")
    _say_steps(
        folder,
        "newsletter check      # finds one mistake",
        "newsletter edit       # mend it",
        "newsletter preview",
        "newsletter send 1 --rehearse",
    )


def _say_steps(folder: Path, *steps: str) -> None:
    for step in (*([f"cd {folder}"] if folder.resolve() != Path.cwd() else []), *steps):
        say(f"  {step}")


def _one_line(text: str) -> str:
    from newsletter.model.address import UNSAFE

    if UNSAFE.search(text):
        raise click.UsageError("A name or address has a line break or control character in it; write it in one line.")
    return text


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what is configured, and what is missing.

    Also where the readers, the ledger and the key are kept. Exit code 1 when something is missing that sending needs.
    """
    from newsletter.app.doctor import diagnose

    diagnoses = diagnose(here())
    if as_json:
        say_json([diagnosis.values() for diagnosis in diagnoses])
    else:
        for diagnosis in diagnoses:
            say(f"{diagnosis.verdict:<7}  {diagnosis.topic:<14}  {diagnosis.words}")
    if any(diagnosis.verdict == "missing" for diagnosis in diagnoses):
        raise click.exceptions.Exit(1)


_SOURCES = {
    "bash": ("~/.bashrc", 'eval "$(newsletter completion bash)"'),
    "zsh": ("~/.zshrc", 'eval "$(newsletter completion zsh)"'),
    "fish": ("~/.config/fish/completions/newsletter.fish", "newsletter completion fish | source"),
}


@click.command(epilog="\n\n".join(f"{shell}: put {line} into {file}" for shell, (file, line) in _SOURCES.items()))
@click.argument("shell", type=click.Choice(list(_SOURCES)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete newsletter's commands."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    # source() asks bash for its version, and needs none for the others.
    click.echo(kind(ctx.find_root().command, {}, "newsletter", "_NEWSLETTER_COMPLETE").source())
