"""A click group whose commands stand under headings."""

import click


class SectionedGroup(click.Group):
    """Lists its commands by what an editor does with them, not by name."""

    sections: dict[str, list[str]]

    def add_section(self, title: str, *commands: click.Command) -> None:
        """Add *commands* under *title*."""
        if not hasattr(self, "sections"):
            self.sections = {}
        self.sections[title] = [command.name or "" for command in commands]
        for command in commands:
            self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the sections."""
        return [name for names in self.sections.values() for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one list a section, their columns in line."""
        width = max(map(len, self.list_commands(ctx)))
        for title, names in self.sections.items():
            with formatter.section(title):
                rows = [(name.ljust(width), self.commands[name].get_short_help_str(limit=90)) for name in names]
                formatter.write_dl(rows)
