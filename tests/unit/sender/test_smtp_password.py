import sys

import pytest

from newsletter.errors import SettingsError
from newsletter.sender.options import SmtpProfile
from newsletter.sender.password import fetch_password


def asking(*words: str) -> SmtpProfile:
    return SmtpProfile(name="ses", host="smtp.example.org", port=587, username="me", password_command=words)


def printing(octets: bytes, then: str = "") -> SmtpProfile:
    return asking(sys.executable, "-c", f"import sys; sys.stdout.buffer.write({octets!r}); sys.stdout.flush(); {then}")


@pytest.mark.parametrize(
    "printed, password",
    [
        (b"secret\n", "secret"),
        (b"secret", "secret"),
        (b"secret\r\nuser: me\r\n", "secret"),
        (b" two  spaces \nmore", " two  spaces "),
        ("pass\u2028word\x85\x0c".encode(), "pass\u2028word\x85\x0c"),
        (b"na\xefve\n", "na\udcefve"),
    ],
)
def test_the_first_line_of_what_a_command_prints_is_the_password(printed, password):
    assert fetch_password(printing(printed)) == password


@pytest.mark.parametrize("printed", [b"", b"\n", b"\nsecond line\n"])
def test_a_command_that_prints_nothing_is_said(printed):
    with pytest.raises(SettingsError, match="printed nothing") as caught:
        fetch_password(printing(printed))
    assert caught.value.where == "[smtp.ses]"


def test_a_command_that_fails_is_said_with_its_last_words_and_without_what_it_printed():
    with pytest.raises(SettingsError) as caught:
        fetch_password(printing(b"half a secret", "sys.exit('first\\n\\x1b[31mno such entry\\n')"))
    assert "ended with 1: [31mno such entry; run it by hand to see why" in str(caught.value)
    assert "half a secret" not in str(caught.value)


def test_a_command_that_is_not_there_is_said():
    with pytest.raises(SettingsError, match='password_command "no-such-command" cannot be run: No such file'):
        fetch_password(asking("no-such-command", "smtp"))


def test_the_environment_is_asked_by_name(monkeypatch):
    profile = SmtpProfile(name="ses", host="smtp.example.org", port=587, username="me", password_env="OUR_SECRET")
    monkeypatch.setenv("OUR_SECRET", "secret")
    assert fetch_password(profile) == "secret"
    for missing in (lambda: monkeypatch.setenv("OUR_SECRET", ""), lambda: monkeypatch.delenv("OUR_SECRET")):
        missing()
        with pytest.raises(SettingsError, match="the environment has no OUR_SECRET; export OUR_SECRET="):
            fetch_password(profile)


def test_without_a_username_there_is_nothing_to_fetch():
    assert fetch_password(SmtpProfile(name="local", host="localhost", port=25, security="none")) == ""
