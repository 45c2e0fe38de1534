"""Servers that cannot be used, which is known before the first message: it says why, and nothing has been sent."""

from datetime import UTC, datetime

import pytest
from scripted_server import CLOSE, PATIENT, RESET, SILENCE, Fault, carried, mail, profile, says, serving
from smtp_server import certified

from newsletter.errors import ServerError
from newsletter.model.delivery import State
from newsletter.sender.mailing import try_servers
from newsletter.sender.opening import ServerUnavailable
from newsletter.sender.options import SmtpProfile, Timeouts

ACCEPTED = State.ACCEPTED
PASSWORD = "correct horse battery"


def turned_away(settings: SmtpProfile) -> ServerError:
    """Return why nothing can be sent; it names the server, and is one line."""
    with pytest.raises(ServerError) as caught:
        try_servers([settings])
    error = caught.value
    assert error.where == settings.server
    assert error.todo
    assert "\n" not in str(error)
    return error


# Before the first message: the fault, words that tell why, and whether another try is worth it.
OPENINGS = [
    ("greeting", says("421 4.3.2 too busy", "close"), "takes no mail now: 421 4.3.2 too busy", True),
    ("greeting", says("554 5.7.1 no service", "close"), "takes no mail now: 554 5.7.1 no service", True),
    ("greeting", CLOSE, "does not talk to us: the server closed the line", True),
    ("greeting", RESET, "Connection reset by peer", True),
    ("greeting", says("SSH-2.0-OpenSSH_9.2"), "takes no mail now: no SMTP reply: SSH-2.0-OpenSSH_9.2", True),
    ("greeting", Fault(says=b"220 " + b"x" * 200_000), "no SMTP reply: 220 xxx", True),
    ("greeting", SILENCE, "does not talk to us: no answer within 0.75 s", True),
    ("EHLO", says("502 5.5.1 what?"), "takes no mail now: 502 5.5.1 what?", True),
    ("EHLO", says("421 4.3.2 shutting down", "close"), "takes no mail now: 421 4.3.2 shutting down", True),
    ("EHLO", CLOSE, "does not talk to us: the server closed the line", True),
    ("STARTTLS", says("454 4.7.0 TLS not available"), "refuses STARTTLS: 454 4.7.0 TLS not available", False),
    ("STARTTLS", says("501 5.5.4 no"), "refuses STARTTLS: 501 5.5.4 no", False),
    ("STARTTLS", CLOSE, "does not talk to us: the server closed the line", True),
    ("STARTTLS", says("220 go on\n250 SIZE 1"), "spoke on after its answer to STARTTLS", True),
    ("STARTTLS", says("220 go on", "close"), "TLS failed", True),
    ("STARTTLS", says("220 go on", "silence"), "TLS failed (timed out)", True),
]  # fmt: skip


@pytest.mark.parametrize("phase, fault, words, passes", OPENINGS)
def test_a_server_that_cannot_be_used_says_why(authority, ca_file, phase, fault, words, passes):
    with serving({phase: [fault]}, tls=certified(authority)) as server:
        limits = Timeouts(reply=0.75) if fault.then == "silence" else PATIENT
        error = turned_away(profile(server, host="localhost", security="starttls", ca_file=ca_file, timeouts=limits))
    assert words in str(error)
    assert isinstance(error, ServerUnavailable) is passes
    assert server.messages == []


def test_a_port_where_nobody_listens():
    with serving() as server:
        gone = profile(server)
    error = turned_away(gone)
    assert isinstance(error, ServerUnavailable)
    assert "refused" in str(error)


def test_a_host_that_does_not_exist():
    error = turned_away(SmtpProfile(name="test", host="nobody.invalid", port=587))
    assert 'no host "nobody.invalid"' in str(error)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("name", ["mail.example.org", "127.0.0.1"])
def test_a_certificate_of_another_host_is_refused(authority, ca_file, security, name):
    with serving(tls=certified(authority, name), implicit=security == "tls") as server:
        error = turned_away(profile(server, host="localhost", security=security, ca_file=ca_file))
    assert "the certificate of localhost proves nothing: Hostname mismatch" in str(error)
    assert not isinstance(error, ServerUnavailable)
    assert "MAIL" not in server.commands


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_is_refused(authority, security):
    with serving(tls=certified(authority), implicit=security == "tls") as server:
        error = turned_away(profile(server, host="localhost", security=security))
    assert "proves nothing: unable to get local issuer certificate" in str(error)
    assert "ca_file" in str(error)


def test_a_certificate_whose_time_is_over_is_refused(authority, ca_file):
    past = certified(authority, not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=datetime(2021, 1, 1, tzinfo=UTC))
    with serving(tls=past) as server:
        error = turned_away(profile(server, host="localhost", security="starttls", ca_file=ca_file))
    assert "certificate has expired" in str(error)


def test_a_ca_file_that_is_none_is_said(tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with serving() as server:
            error = turned_away(profile(server, host="localhost", security="starttls", ca_file=str(path)))
        assert f"the ca_file {path} cannot be used" in str(error)


def test_a_server_without_starttls_is_refused():
    with serving() as server:
        error = turned_away(profile(server, security="starttls"))
    assert "the server offers no STARTTLS" in str(error)
    assert not isinstance(error, ServerUnavailable)
    assert server.commands == ["EHLO"]


def test_a_server_that_speaks_no_tls_from_the_first_byte_is_named_as_such():
    with serving() as server:
        error = turned_away(profile(server, security="tls"))
    assert "the server speaks no TLS here" in str(error)
    assert "starttls" in error.todo


def test_what_was_announced_in_the_clear_counts_no_more_after_starttls(authority, ca_file, monkeypatch):
    """RFC 3207 §4.2: somebody between may have announced it."""
    monkeypatch.setenv("SECRET", PASSWORD)
    secure = Fault(says=b"250 scripted.example\r\n")
    with serving({"EHLO": [None, secure]}, tls=certified(authority)) as server:
        settings = profile(
            server, host="localhost", security="starttls", ca_file=ca_file, username="editor", password_env="SECRET"
        )
        error = turned_away(settings)
    assert "offers no login that is known here (it has: none)" in str(error)


LOGINS = [
    (says("535 5.7.8 bad credentials"), "rejected: 535 5.7.8 bad credentials", False),
    (says("534 5.7.9 use an app password"), "rejected: 534 5.7.9 use an app password", False),
    (says("454 4.7.0 the directory sleeps"), "not possible now: 454 4.7.0 the directory sleeps", True),
    (says("421 4.3.2 shutting down", "close"), "not possible now: 421 4.3.2 shutting down", True),
    (says("what?"), "not possible now: no SMTP reply: what?", True),
    (CLOSE, "does not talk to us: the server closed the line", True),
]


@pytest.mark.parametrize("ways", ["PLAIN LOGIN", "LOGIN"])
@pytest.mark.parametrize("fault, words, passes", LOGINS)
def test_a_login_that_fails_says_why(monkeypatch, ways, fault, words, passes):
    monkeypatch.setenv("SECRET", PASSWORD)
    asked = says("334 VXNlcm5hbWU6")
    script = {
        "EHLO": [says(f"250-scripted.example\n250 AUTH {ways}")],
        "AUTH": [*[asked] * 2 * (ways == "LOGIN"), fault],
    }
    with serving(script) as server:
        error = turned_away(profile(server, username="editor", password_env="SECRET"))
    assert words in str(error)
    assert isinstance(error, ServerUnavailable) is passes


def test_a_login_goes_on_in_two_steps_where_the_server_has_no_better(monkeypatch):
    monkeypatch.setenv("SECRET", PASSWORD)
    asked = says("334 VXNlcm5hbWU6")
    script = {"EHLO": [says("250-scripted.example\n250 AUTH GSSAPI LOGIN")], "AUTH": [asked, asked]}
    with serving(script) as server:
        (outcome,) = carried(profile(server, username="editor", password_env="SECRET"), mail())
    assert outcome.state is ACCEPTED
    assert server.heard[0][1:4] == ["AUTH LOGIN", "ZWRpdG9y", "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"]


@pytest.mark.parametrize(
    "password, echo",
    [
        ("correct horse battery", "535 I know correct horse battery"),
        ("correct horse battery", "535 AGVkaXRvcgBjb3JyZWN0IGhvcnNlIGJhdHRlcnk= is wrong"),
        ("correct horse battery", "535 Y29ycmVjdCBob3JzZSBiYXR0ZXJ5 is wrong"),
        ("two  spaces", "535 two  spaces"),
        ("at the cut", "535 " + "x" * 490 + " at the cut"),
    ],
)
def test_a_server_that_repeats_the_password_does_not_put_it_before_anybody_s_eyes(monkeypatch, password, echo):
    monkeypatch.setenv("SECRET", password)
    with serving({"AUTH": [says(echo)]}) as server:
        error = turned_away(profile(server, username="editor", password_env="SECRET"))
    words = str(error)
    secrets = [password, " ".join(password.split()), *echo.split(" ")[1:2] * ("=" in echo or "Y29y" in echo)]
    assert not [secret for secret in secrets if secret in words]
    assert "at th" not in words
    assert "***" in words


def test_a_password_that_is_no_utf_8_goes_to_the_server_byte_for_byte(monkeypatch):
    monkeypatch.setenv("SECRET", b"na\xefve".decode(errors="surrogateescape"))
    with serving() as server:
        carried(profile(server, username="editor", password_env="SECRET"), mail())
    assert server.heard[0][1] == "AUTH PLAIN AGVkaXRvcgBuYe92ZQ=="
