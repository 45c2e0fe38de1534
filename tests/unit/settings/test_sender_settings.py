from pathlib import Path

import pytest

from newsletter.errors import SettingsError
from newsletter.model.address import Address
from newsletter.settings import read_settings

BASE = 'id = "weekly-news"\nname = "Weekly News"\nfrom = "editor@example.org"\n'


def sender(folder: Path, text: str):
    (folder / "newsletter.toml").write_text(BASE + text, encoding="utf-8")
    return read_settings(folder).sender


def test_a_list_may_have_its_own_from_and_reply_to(tmp_path):
    options = sender(
        tmp_path,
        'reply_to = "answers@example.org"\n'
        '[lists.weekly]\ntitle = "Weekly"\n[lists.beta]\nfrom = "beta@example.org"\n'
        'reply_to = "Zoë <zoe@example.org>"\n',
    )
    assert options.author_of("weekly") == Address(address="editor@example.org", name="Weekly News")
    assert options.author_of("beta") == Address(address="beta@example.org", name="Weekly News")
    assert options.reply_to_of("weekly") == Address(address="answers@example.org")
    assert options.reply_to_of("beta") == Address(address="zoe@example.org", name="Zoë")


def test_a_return_path_is_kept_in_lower_case(tmp_path):
    options = sender(tmp_path, 'return_path = "Bounces@News.Example.org"\n')
    assert options.return_path == "bounces@news.example.org"
    assert options.id == "weekly-news"


@pytest.mark.parametrize(
    "text, words",
    [
        ('return_path = "bounces"', "is not an address"),
        ('return_path = "bounces+x@example.org"', "letters, digits, dots and hyphens"),
        ('return_path = "a-very-long-name-for-bounces@example.org"', "is too long"),
        ('[lists.beta]\nfrom = "nobody"', "is not an address"),
        ('[lists.beta]\nreply_to = "nobody"', "is not an address"),
        ('[lists.beta]\nform = "beta@example.org"', '"lists.beta.form" is not a known key'),
    ],
)
def test_what_cannot_be_used_says_where_and_why(tmp_path, text, words):
    with pytest.raises(SettingsError, match=r"newsletter\.toml:[45]: ") as caught:
        sender(tmp_path, text)
    assert words in str(caught.value)
    assert caught.value.todo
