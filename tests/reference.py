"""The README's command reference and table of rules, made by ``make readme`` from help and rules."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from newsletter.checks.finding import Severity

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- made by `make readme` from the commands' help -->", "<!-- end of what was made -->"
RULES_BEGIN, RULES_END = "<!-- made by `make readme` from the rules -->", "<!-- end of the rules -->"


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


def rule_table() -> str:
    """Return the rules of the checks as a table."""
    from newsletter.checks.run import RULES

    rows = (
        f"| `{rule.name}` | {rule.severity} | {rule.sentence}{f' ({rule.asked})' if rule.asked else ''} |"
        for rule in sorted(RULES.values(), key=lambda rule: (list(Severity).index(rule.severity), rule.name))
    )
    return "\n".join(("| rule | severity | what it asks for |", "|---|---|---|", *rows, ""))


def with_reference(readme: str) -> str:
    """Return *readme* with the reference and the table of rules between their marks."""
    for begin, end, text in ((BEGIN, END, reference()), (RULES_BEGIN, RULES_END, rule_table())):
        pattern = re.compile(f"({re.escape(begin)}\n).*?({re.escape(end)})", re.S)
        readme, count = pattern.subn(partial(_between, text), readme)
        assert count == 1, f"{README.name} needs both marks once"
    return readme


def _between(text: str, match: re.Match[str]) -> str:
    return f"{match[1]}\n{text}\n{match[2]}"


if __name__ == "__main__":
    README.write_text(with_reference(README.read_text(encoding="utf-8")), encoding="utf-8")
