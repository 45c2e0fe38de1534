"""Characters that nobody sees."""

import pytest

from newsletter.sources.invisible import line_of, seen


@pytest.mark.parametrize("text, what_is_seen", [
    ("pass\u200bword\u2060s\ufeff", "passwords"),
    ("so\u00adft", "soft"),
    ("\u202eevil\u202c \u2066x\u2069", "evil x"),
    ("a\U000e0041\U000e0042\U000e007fb", "ab"),
    ("x" + "\ufe00\ufe01\ufe0d" + "\U000e0100\U000e01ef", "x"),
    ("hi\ufe0f\ufe0e\ufe0f\ufe0e\u200c\u200d\u200c\u200dthere", "hi\ufe0fthere"),
    ("a \u200d\u200d b", "a  b"),
    ("bell\x07 \x1b[31mred", "bell [31mred"),
    ("\x9b31m", "31m"),
    ("half \ud800 a pair", "half  a pair"),
    ("tab\tand\nline", "tab\tand\nline"),
])  # fmt: skip
def test_what_nobody_sees_is_taken_out(text, what_is_seen):
    assert seen(text) == what_is_seen


@pytest.mark.parametrize("text", [
    "❤️ 👩‍💻 👨‍👩‍👧 🏳️‍🌈",  # selectors and joiners hold an emoji together
    "می‌خواهم",  # and letters apart, in Persian
    "क्‍ष",
    "Zürich, 東京, “quotes”, a–b",
])  # fmt: skip
def test_what_is_written_with_joiners_stays(text):
    assert seen(text) == text


def test_a_line_is_one_line():
    assert line_of(" a\n\tb\u2028c\x0bd ") == "a b c d"
