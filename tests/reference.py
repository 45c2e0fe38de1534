"""The README's command reference, made from the commands' own help: ``make readme`` writes it."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- made by `make readme` from the commands' help -->", "<!-- end of what was made -->"


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name, in the order of the help."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from commands(found, f"{name} {child}")


def help_of(name: str, command: click.Command) -> str:
    """Return the help of *command* as a terminal of 92 columns shows it."""
    context = click.Context(
        command, info_name=name, terminal_width=92, max_content_width=92, help_option_names=["-h", "--help"]
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def reference() -> str:
    """Return the help of all commands as Markdown."""
    from newsletter.cli.root import root

    parts = (
        f"### {name}\n\n```text\n{help_of(name, command)}\n```\n" for name, command in commands(root, "newsletter")
    )
    return "\n".join(parts)


def with_reference(readme: str) -> str:
    """Return *readme* with the reference between its marks."""
    pattern = re.compile(f"({re.escape(BEGIN)}\n).*?({re.escape(END)})", re.S)
    made, count = pattern.subn(lambda match: f"{match[1]}\n{reference()}\n{match[2]}", readme)
    assert count == 1, f"{README.name} needs both marks once"
    return made


if __name__ == "__main__":
    README.write_text(with_reference(README.read_text(encoding="utf-8")), encoding="utf-8")
