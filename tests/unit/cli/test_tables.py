"""Tables on a terminal: what a person types and reads has its room, whatever else there is."""

import sys

import click
import pytest

from newsletter.cli.output import say_table

COLUMNS = ("FEED", "STATE", "ANSWERED", "NEXT", "WHAT")
ROW = ("pinterest-engineering", "failed 2x", "2026-11-27 23:19", "2026-11-28 00:19", "404 Not Found and more of it")


@pytest.fixture
def printed(monkeypatch, capsys):
    def print_table(width):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        say_table(COLUMNS, [ROW], spare=("ANSWERED", "NEXT"))
        return [line.split("  ") for line in click.unstyle(capsys.readouterr().out).splitlines()]

    return print_table


@pytest.mark.parametrize(
    "width, columns",
    [(120, COLUMNS), (80, ("FEED", "STATE", "NEXT", "WHAT")), (60, ("FEED", "STATE", "WHAT"))],
)
def test_columns_are_left_out_until_the_last_one_has_room_for_words(printed, width, columns):
    heading, row = printed(width)
    assert [cell.strip() for cell in heading if cell.strip()] == list(columns)
    cells = [cell.strip() for cell in row if cell.strip()]
    assert cells[:-1] == [ROW[COLUMNS.index(name)] for name in columns[:-1]]
    assert cells[-1].removesuffix("…") == ROW[-1][: len(cells[-1].removesuffix("…"))]
    assert len(cells[-1]) >= 20


def test_a_program_reads_all_columns(capsys):
    say_table(COLUMNS, [ROW], spare=("ANSWERED", "NEXT"))
    assert capsys.readouterr().out == "\t".join(ROW) + "\n"
