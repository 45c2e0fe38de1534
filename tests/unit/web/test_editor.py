"""The editor that a click opens."""

import sys
from pathlib import Path

import pytest

from newsletter.errors import SettingsError
from newsletter.model.traced import Place
from newsletter.web.editor import command_for, open_in_editor

PLACE = Place(path=Path("issues/001.md"), line=17, column=4)


def test_file_line_and_column_stand_where_the_command_wants_them():
    whole = str(Path("issues/001.md").resolve())
    assert command_for(["code", "--goto", "{file}:{line}:{column}"], PLACE) == ["code", "--goto", f"{whole}:17:4"]
    assert command_for(["vim", "+{line}", "{file}"], PLACE) == ["vim", "+17", whole]
    assert command_for(["x{column}"], Place(path=Path("a"), line=1)) == ["x1"]


def test_a_name_with_braces_in_it_stays_what_it_is():
    place = Place(path=Path("/{line}/a {column}.md"), line=3)
    assert command_for(["e", "{file}", "{line}"], place) == ["e", "/{line}/a {column}.md", "3"]


@pytest.mark.parametrize(
    "command, words",
    [
        ([], r"newsletter\.local\.toml: no editor is configured; write under \[preview\]"),
        (["/nowhere/editor", "{file}"], "cannot be run: No such file"),
        ([sys.executable, "-c", "raise SystemExit(3)", "{file}"], "ended with 3"),
    ],
)
def test_what_cannot_be_opened_says_why(command, words, tmp_path):
    with pytest.raises(SettingsError, match=words):
        open_in_editor(command, tmp_path, PLACE)


def test_an_editor_that_stays_is_not_waited_for(tmp_path):
    script = f"import pathlib, time; pathlib.Path({str(tmp_path / 'up')!r}).touch(); time.sleep(3)"
    open_in_editor([sys.executable, "-c", script, "{file}"], tmp_path, PLACE)
    assert (tmp_path / "up").exists()
