"""What a theme says itself, and what importing the options costs."""

import subprocess
import sys
from dataclasses import fields
from datetime import date

import pytest

from newsletter.rendering.words import ENGLISH, GERMAN, LANGUAGES, nameless, say_day, say_published, words_for


@pytest.mark.parametrize(
    "language, words",
    [("en", ENGLISH), ("de", GERMAN), ("de-AT", GERMAN), ("DE_ch", GERMAN), ("fr", ENGLISH), ("", ENGLISH)],
)
def test_a_language_chooses_its_words_and_english_is_the_rest(language: str, words: object) -> None:
    assert words_for(language) is words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    words = LANGUAGES[language]
    assert all(getattr(words, field.name) for field in fields(words))
    assert len(words.months) == 12
    assert nameless(language)
    for form in (words.issue, words.greeting, words.minutes, words.because):
        assert form.count("{}") == 1


def test_days_are_said_as_people_say_them() -> None:
    assert say_day(date(2026, 11, 27), ENGLISH) == "27 November 2026"
    assert say_day(date(2026, 3, 1), GERMAN) == "1. März 2026"


@pytest.mark.parametrize(
    "published, said",
    [
        ("2025", "2025"),
        ("2025-09", "September 2025"),
        ("2025-09-10", "10 September 2025"),
        ("2025-13", "2025-13"),
        ("soon", "soon"),
        ("", ""),
    ],
)
def test_a_publication_date_is_said_as_far_as_it_is_known(published: str, said: str) -> None:
    assert say_published(published, ENGLISH) == said


def test_the_options_alone_import_nothing_heavy() -> None:
    program = (
        "import sys, newsletter.rendering.options;"
        "print({'mjml', 'premailer', 'jinja2', 'nh3', 'markdown_it'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
