import pytest

from newsletter.errors import SettingsError
from newsletter.model.hook import Event, told_by
from newsletter.model.table import read_toml
from newsletter.settings.hook_table import read_hook

SECRET = "0123456789abcdef"


def read(text):
    table = read_toml(f"[hooks.crm]\n{text}", where="newsletter.local.toml", error=SettingsError)
    return {name: read_hook(name, hook) for name, hook in table.table("hooks").tables()}


def test_a_hook_is_told_what_it_asks_for_and_all_by_default():
    hooks = read(f'url = "https://crm.example/in"\nsecret = "{SECRET}"\n[hooks.log]\ncommand = "logger -t news"\n'
                 'events = ["confirmed"]')  # fmt: skip
    assert hooks["crm"].events == tuple(Event)
    assert hooks["log"].command == ("logger", "-t", "news")
    assert told_by(hooks)[Event.CONFIRMED] == ("crm", "log")
    assert told_by(hooks)[Event.SENT] == ("crm",)
    assert told_by({}) == {}


def test_a_secret_is_in_no_representation():
    assert SECRET not in repr(read(f'url = "https://crm.example/in"\nsecret = "{SECRET}"'))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a url or a command"),
        ('url = "https://x.example/"\ncommand = "true"', "a url or a command"),
        (f'url = "http://crm.example/TOKEN"\nsecret = "{SECRET}"', "unencrypted"),
        (f'url = "ftp://crm.example/TOKEN"\nsecret = "{SECRET}"', "no address of the web"),
        (f'url = "https://[TOKEN"\nsecret = "{SECRET}"', "no address of the web"),
        ('url = "https://crm.example/TOKEN"', "signed"),
        (f'url = "https://crm.example/TOKEN"\nsecret = "{SECRET}"\nsecret_env = "X"', "signed"),
        ('url = "https://crm.example/TOKEN"\nsecret = "short"', "fewer than 16"),
        ('command = "true"\nevents = ["bounce"]', 'did you mean "bounced"'),
        ('command = "true"\nsecrets = "x"', "not a known key"),
    ],
)
def test_a_hook_that_will_not_do_is_refused_at_its_line_without_its_secrets(text, words):
    with pytest.raises(SettingsError, match=words) as caught:
        read(text)
    assert str(caught.value).startswith("newsletter.local.toml")
    assert "TOKEN" not in str(caught.value)
    assert SECRET not in str(caught.value)
