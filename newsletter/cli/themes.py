"""Look: the themes, and a copy of one to change."""

import click

from newsletter.cli.groups import SectionedGroup
from newsletter.cli.options import json_option
from newsletter.cli.output import here, say, say_json, say_table


@click.group(cls=SectionedGroup)
def themes() -> None:
    """List the themes, or copy one to change it.

    A theme is a folder of templates: how an issue becomes a mail. newsletter.toml names the one that is used.
    """


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the themes that can be used here.

    Those that come with the program and those in templates/; the one that newsletter.toml names has a star.
    """
    from newsletter.app.themes import themes as find

    found = find(here())
    if as_json:
        say_json([theme.values() for theme in found])
        return
    rows = [
        ("*" if theme.used else " ", theme.name, "own" if theme.own else "built in", theme.words) for theme in found
    ]
    say_table(("", "theme", "", "what it is"), rows)


@click.command()
@click.argument("theme")
@click.argument("name", required=False, default="")
def copy(theme: str, name: str) -> None:
    """Copy a theme to templates/, to change it there.

    It is copied under its own name or as NAME. Under its own name it replaces the built-in one, and you can delete the
    files that you leave as they are. Nothing is overwritten.
    """
    from newsletter.app.themes import contract, copy_theme

    newsletter = here()
    files = copy_theme(newsletter, theme, name)
    for path in files:
        say(f"wrote {path}")
    if (name or theme) != newsletter.settings.rendering.theme:
        say(f'To use it: theme = "{name or theme}" in newsletter.toml')
    say(f"What a theme is given and must do: {contract()}")
    say("Next: newsletter preview, and change the files; the preview follows")


themes.add_section("Commands", list_, copy)
