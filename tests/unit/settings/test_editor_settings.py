"""The editor that the preview opens."""

import pytest

from newsletter.errors import SettingsError
from newsletter.settings import read_settings

BASE = 'id = "weekly-news"\nname = "Weekly News"\nfrom = "editor@example.org"\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "newsletter.toml").write_text(BASE)
    return tmp_path


@pytest.mark.parametrize("command", ['["code", "--goto", "{file}:{line}"]', "\"code --goto '{file}:{line}'\""])
def test_the_editor_is_a_command_of_this_machine(folder, command):
    assert read_settings(folder).editor == ()
    (folder / "newsletter.local.toml").write_text(f"[preview]\neditor = {command}\n")
    assert read_settings(folder).editor == ("code", "--goto", "{file}:{line}")


def test_a_command_of_the_repository_is_none(folder):
    (folder / "newsletter.toml").write_text(f'{BASE}[preview]\neditor = ["sh", "{{file}}"]\n')
    with pytest.raises(SettingsError, match="preview"):
        read_settings(folder)


@pytest.mark.parametrize("line", ['editor = ["code"]', 'editor = ["code", 3]', 'edtior = ["code", "{file}"]'])
def test_what_opens_no_file_is_an_error_with_its_line(folder, line):
    (folder / "newsletter.local.toml").write_text(f"[preview]\n{line}\n")
    with pytest.raises(SettingsError, match=r"newsletter\.local\.toml:2: "):
        read_settings(folder)
