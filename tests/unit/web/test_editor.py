"""The editor that a click opens."""

import os
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
    up, done = tmp_path / "up", tmp_path / "done"
    os.mkfifo(tmp_path / "end")
    script = (
        f"import os, pathlib; pathlib.Path({str(up)!r}).write_text(str(os.getpid())); "
        f"open({str(tmp_path / 'end')!r}).read(); pathlib.Path({str(done)!r}).touch()"
    )
    open_in_editor([sys.executable, "-c", script, "{file}"], tmp_path, PLACE)
    assert not done.exists(), "it runs until somebody ends it"
    (tmp_path / "end").write_text("now")
