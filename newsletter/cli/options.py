"""Options and arguments that several commands have."""

import re

import click

issue_argument = click.argument("issue", required=False, metavar="[ISSUE]")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
lists_option = click.option("--list", "list_name", metavar="NAME", help="The mailing list; default: all of them.")
consent_option = click.option(
    "--consent",
    type=click.Choice(["pending", "confirmed"]),
    default="pending",
    show_default=True,
    help="Whether they said yes; the pending get no mail.",
)
basis_option = click.option("--basis", metavar="TEXT", default="", help="What a confirmed consent rests on.")
CONSENTS = ["pending", "confirmed", "unsubscribed"]


def one_line(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse a text that cannot stand in one line of a file, or is no Unicode text at all."""
    if value and re.search("[\x00-\x1f\x7f]", value):
        raise click.BadParameter("there is a line break or control character in it; write it in one line.", ctx, param)
    if value and re.search("[\ud800-\udfff]", value):  # how Python shows bytes that are not the terminal's encoding
        raise click.BadParameter("it is no text in your terminal's encoding; write it as UTF-8.", ctx, param)
    return value


def one_line_each(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a text that :func:`one_line` refuses, and one that says nothing."""
    if any(not (one_line(ctx, param, value) or "").strip() for value in values):
        raise click.BadParameter("it is empty.", ctx, param)
    return values


segment_option = click.option(
    "--segment", metavar="NAME", default="", help="Only those who are in this segment of newsletter.toml."
)
