import subprocess
import sys

import pytest

from newsletter.errors import SettingsError
from newsletter.settings import read_settings

BASE = 'id = "weekly-news"\nname = "Weekly News"\nfrom = "editor@example.org"\n'
URL = "postgresql://news:s3cret@db.example.com/news"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "newsletter.toml").write_text(BASE)
    return tmp_path


def test_the_database_is_a_file_unless_a_server_is_named(folder):
    assert read_settings(folder).database == ""


def test_this_machine_s_file_names_a_server_and_the_environment_goes_before_it(folder, monkeypatch):
    (folder / "newsletter.local.toml").write_text(f'[database]\nurl = "{URL}"\n')
    assert read_settings(folder).database == URL
    monkeypatch.setenv("NEWSLETTER_DATABASE", "postgres:///other")
    assert read_settings(folder).database == "postgres:///other"


def test_a_password_is_not_shown_with_the_settings(folder):
    (folder / "newsletter.local.toml").write_text(f'[database]\nurl = "{URL}"\n')
    assert "s3cret" not in repr(read_settings(folder))


@pytest.mark.parametrize(
    "line", ['url = "mysql://s3cret@host/news"', 'url = "news.sqlite3"', 'uri = "postgresql:///n"']
)
def test_what_is_no_address_says_where_and_does_not_repeat_it(folder, line):
    (folder / "newsletter.local.toml").write_text(f"[database]\n{line}\n")
    with pytest.raises(SettingsError, match=r"newsletter\.local\.toml:2: ") as caught:
        read_settings(folder)
    assert "s3cret" not in str(caught.value)
    assert caught.value.todo


def test_without_its_library_a_server_cannot_be_used_and_the_words_say_what_to_install(tmp_path):
    program = (
        "import sys; from pathlib import Path; sys.modules['psycopg'] = None\n"
        "from newsletter.errors import StoreError; from newsletter.store.database import open_database\n"
        "try: open_database(Path('.'), 'postgresql:///news')\n"
        "except StoreError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "PostgreSQL needs the library psycopg" in done.stdout
    assert "python -m pip install 'newsletterpress[postgresql]'" in done.stdout
