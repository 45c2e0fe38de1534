"""Who may draft is named in newsletter.local.toml alone, and what must not be is refused with its line."""

import pytest
from drafting_desk import BASE, LISTS

from newsletter.composer.draft_options import DraftOptions
from newsletter.errors import SettingsError
from newsletter.settings.reading import read_settings


def read(folder, local="", settings=""):
    (folder / "newsletter.toml").write_text(BASE + LISTS + settings)
    (folder / "newsletter.local.toml").write_text(local)
    return read_settings(folder)


def test_nobody_drafts_unless_named(tmp_path):
    assert read(tmp_path).draft == DraftOptions()


def test_all_that_can_be_said_is_read(tmp_path):
    options = read(tmp_path, """[draft]
url = "https://api.example.com/v1/"
model = "some-model:8b"
key_command = ["pass", "draft"]
parameters = { temperature = 0.2 }
seconds = 30
most_words = 5000
price_in = 0.15
price_out = 0.6
currency = "EUR"
cap_issue = 0.5
cap_month = 5
cap_tokens = 100000
""").draft  # fmt: skip
    assert (options.url, options.name) == ("https://api.example.com/v1", "some-model:8b")
    assert (options.cap_issue, options.cap_month, options.cap_tokens) == (0.5, 5.0, 100_000)
    assert options.cost(1_000_000, 500_000) == pytest.approx(0.45)


@pytest.mark.parametrize("lines, words", [
    ('url = "https://a.example"\nmodel = "m"\ncommand = ["x"]', r":4: .*one of them"),
    ('model = "m"', r":2: nobody is named who drafts"),
    ('url = "https://a.example"', r":2: a url needs a model"),
    ('url = "http://a.example"\nmodel = "m"', r":2: keys do not go over the net unencrypted"),
    ('url = "https://me:secret@a.example"\nmodel = "m"', r":2: this is no address of an API"),
    ('url = "ftp://a.example"\nmodel = "m"', "no address of an API"),
    ('url = "https://[a"\nmodel = "m"', "no address of an API"),
    ('url = "https://a.example"\nmodel = "a b"', r":3: .*no name of a model"),
    ('command = ["x"]\nkey_env = "A"\nkey_command = "b"', "there is a key_env too"),
    ('command = ["x"]\ncap_issue = 1.0', r":3: without prices"),
    ('command = ["x"]\ncurrency = "dollars"', "no currency"),
    ('command = ["x"]\nparameters = { tools = "x" }', '"tools" is not for you to set'),
    ('command = ["x"]\nparameters = { stop = ["x"] }', '"stop" must be text'),
    ('command = ["x"]\ncap_tokens = -1', "it may be 0 to"),
    ('command = ["x"]\nmodle = "m"', 'did you mean "model"'),
])  # fmt: skip
def test_what_must_not_be_is_said_with_its_line_and_without_secrets(tmp_path, lines, words):
    with pytest.raises(SettingsError, match=words) as error:
        read(tmp_path, f"[draft]\n{lines}\n")
    assert "secret" not in str(error.value)


def test_a_pull_request_cannot_name_who_drafts(tmp_path):
    with pytest.raises(SettingsError, match=r'newsletter\.toml.*"draft.command" is not a known key'):
        read(tmp_path, settings='\n[draft]\ncommand = ["x"]\n')


def test_readers_are_told_at_each_item_unless_said_otherwise(tmp_path):
    assert read(tmp_path).rendering.mark == "item"
    assert read(tmp_path, settings='\n[draft]\nmark = "footer"\n').rendering.mark == "footer"
    with pytest.raises(SettingsError, match='"nowhere" will not do'):
        read(tmp_path, settings='\n[draft]\nmark = "nowhere"\n')
