import pytest

from newsletter.checks.clients.client import DEFAULT
from newsletter.errors import SettingsError
from newsletter.settings import read_settings

BASE = 'id = "weekly-news"\nname = "Weekly News"\nfrom = "editor@example.org"\n'


def clients(folder, text):
    (folder / "newsletter.toml").write_text(BASE + text)
    return read_settings(folder).clients


@pytest.mark.parametrize(
    "text", ["", "[check]\n", '[[check.waivers]]\nrule = "size"\nreason = "x"\ndate = 2026-11-27\n']
)
def test_the_clients_that_most_people_read_with_count_unless_others_are_named(tmp_path, text):
    assert clients(tmp_path, text) == DEFAULT
    assert DEFAULT == ("gmail", "outlook-windows", "outlook-com", "apple-mail", "yahoo", "thunderbird")


def test_the_clients_that_are_named_count_each_once(tmp_path):
    assert clients(tmp_path, '[check]\nclients = ["web-de", "gmail", "web-de"]\n') == ("web-de", "gmail")


def test_an_empty_list_asks_for_no_client(tmp_path):
    assert clients(tmp_path, "[check]\nclients = []\n") == ()


@pytest.mark.parametrize("value, words, todo", [
    ('["gmail", "outlok-windows"]', 'there is no mail client "outlok-windows" here', "outlook-windows"),
    ('"gmail"', '"check.clients" must be a list', ""),
    ("[1]", '"check.clients" must be a list of texts', ""),
])  # fmt: skip
def test_what_is_no_client_is_said_with_its_line_and_the_nearest_one(tmp_path, value, words, todo):
    with pytest.raises(SettingsError, match=r"newsletter\.toml:5: ") as caught:
        clients(tmp_path, f"[check]\nclients = {value}\n")
    assert words in caught.value.what
    assert todo in caught.value.todo
