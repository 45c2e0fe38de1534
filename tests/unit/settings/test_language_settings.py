"""The language of a newsletter, and the direction that it is written in."""

import pytest

from newsletter.settings import read_settings

BASE = 'id = "weekly-news"\nname = "Weekly News"\nfrom = "editor@example.org"\n'


@pytest.mark.parametrize("language, direction", [
    ("ar", "rtl"), ("he-IL", "rtl"), ("fa", "rtl"), ("az-Arab", "rtl"), ("ar-Latn", "ltr"), ("en", "ltr"),
    ("ja", "ltr"),
])  # fmt: skip
def test_a_newsletter_is_written_as_its_language_is(tmp_path, language, direction):
    (tmp_path / "newsletter.toml").write_text(f'{BASE}language = "{language}"\n')
    assert read_settings(tmp_path).rendering.direction == direction


def test_a_direction_that_is_set_wins(tmp_path):
    (tmp_path / "newsletter.toml").write_text(f'{BASE}language = "ar"\ndirection = "ltr"\n')
    assert read_settings(tmp_path).rendering.direction == "ltr"
