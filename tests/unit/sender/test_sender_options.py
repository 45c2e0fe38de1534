import pytest

from newsletter.errors import SettingsError
from newsletter.model.address import Address
from newsletter.sender.options import SenderOptions, SmtpProfile, is_loopback, judge_profile


def profile(**values: object) -> SmtpProfile:
    return SmtpProfile(**{"name": "ses", "host": "smtp.example.org", "port": 587} | values)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"security": "tls", "port": 465},
        {"username": "me", "password_env": "SMTP_PASSWORD"},
        {"username": "me", "password_command": ("pass", "smtp")},
        *({"security": "none", "port": 25, "host": host} for host in ("localhost", "127.0.0.1", "127.1.2.3", "::1")),
    ],
)
def test_a_profile_that_can_be_used_is_let_through(values):
    judge_profile(profile(**values))


@pytest.mark.parametrize(
    "values, words",
    [
        ({"host": ""}, "is no host name"),
        ({"host": "smtp.example.org:587/x"}, "is no host name"),
        ({"host": "smtp..example.org"}, "is no host name"),
        ({"host": ".example.org"}, "is no host name"),
        ({"host": "x" * 64 + ".example.org"}, "is no host name"),
        ({"host": "smtp\nexample.org"}, "line break"),
        ({"port": 0}, "there is no port 0"),
        ({"port": 465}, 'write security = "tls"'),
        ({"port": 70000}, "there is no port 70000"),
        ({"security": "ssl"}, '"starttls", "tls" or "none"'),
        ({"security": "none"}, "would send mail and password readable"),
        ({"security": "none", "host": "10.0.0.1"}, "would send mail and password readable"),
        ({"security": "none", "host": "localhost.example.org"}, "would send mail and password readable"),
        ({"username": "me"}, "no password"),
        ({"password_env": "X"}, "no username"),
        ({"username": "me", "password_env": "X", "password_command": ("pass",)}, "keep one of them"),
        ({"username": "me\r\nQUIT", "password_env": "X"}, "line break"),
    ],
)
def test_a_profile_that_must_not_be_used_says_why_and_where(values, words):
    with pytest.raises(SettingsError, match=r'newsletter\.local\.toml:3: SMTP profile "ses"') as caught:
        judge_profile(profile(**values), where="newsletter.local.toml", lines={"host": 3})
    assert words in str(caught.value)
    assert caught.value.todo


def test_a_server_with_an_ipv6_address_is_named_with_brackets():
    assert profile(host="::1", port=25).server == "[::1]:25"
    assert is_loopback("::1")


def test_unsubscribing_by_mail_goes_to_the_sender_unless_told_otherwise():
    sender = Address(address="editor@example.org")
    assert SenderOptions(name="N", sender=sender).unsubscribe_address == "editor@example.org"
    assert SenderOptions(name="N", sender=sender, unsubscribe="x@y.example").unsubscribe_address == "x@y.example"
