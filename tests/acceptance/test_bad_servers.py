"""Mail servers that are down, unsafe or unwilling: nothing is lost, and the line says what to do."""

import json
import re
import socket

import pytest

PASSWORD = "correct horse battery"


def said(stderr: str) -> str:
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, stderr
    return lines[0].removeprefix("newsletter: ")


def local(desk, text: str) -> None:
    desk.path("newsletter.local.toml").write_text(text)


def nothing_has_begun(desk, inbox) -> None:
    """Nobody is in the ledger, and all three get it when the server is well."""
    assert "nothing has been sent" in desk.ok("status")
    assert not desk.path("issues/001.receipt.toml").exists()
    local(desk, inbox.profile())
    desk.env["SMTP_PASSWORD"] = PASSWORD
    assert "3 planned = 3 accepted" in desk.ok("send", "1", "--really", "--yes")
    assert len(inbox.addresses) == 3


def test_a_server_that_is_down(sending, inbox):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        local(sending, inbox.profile(port=port))
        line = said(sending.fails(2, "send", "1", "--really", "--yes"))
    assert re.match(rf"localhost:{port}: .*refused", line)
    nothing_has_begun(sending, inbox)


def test_a_server_without_starttls(sending, open_inbox, inbox):
    plain = open_inbox(tls_context=None, require_starttls=False, auth_required=False, authenticator=None)
    local(sending, plain.profile())
    line = said(sending.fails(2, "send", "1", "--really", "--yes"))
    assert f"localhost:{plain.port}" in line
    assert "STARTTLS" in line
    assert plain.messages == []
    nothing_has_begun(sending, inbox)


@pytest.mark.parametrize("name, trusted", [("mail.example.org", True), ("localhost", False)])
def test_a_certificate_that_is_not_good(sending, open_inbox, inbox, name, trusted):
    other = open_inbox(name)
    local(sending, other.profile() if trusted else other.profile(ca_file=None))
    line = said(sending.fails(2, "send", "1", "--really", "--yes"))
    assert f"localhost:{other.port}" in line
    assert "certificate" in line
    assert other.messages == []
    nothing_has_begun(sending, inbox)


def test_a_server_that_rejects_the_password(sending, inbox):
    sending.env["SMTP_PASSWORD"] = "a wrong secret"
    done = sending.run("send", "1", "--really", "--yes")
    assert done.returncode == 2
    assert "535" in said(done.stderr)
    assert "a wrong secret" not in done.stdout + done.stderr
    nothing_has_begun(sending, inbox)


def test_a_password_that_is_not_there(sending, inbox):
    del sending.env["SMTP_PASSWORD"]
    assert "SMTP_PASSWORD" in said(sending.fails(2, "send", "1", "--really", "--yes"))
    nothing_has_begun(sending, inbox)


def test_a_password_comes_from_a_command(sending, inbox):
    secret = sending.path("secret")
    secret.write_text("correct horse battery\nsecond line\n")
    local(sending, inbox.profile(password_env=None, password_command=f"cat {secret}"))
    sending.ok("send", "1", "--test", "mara@example.org")
    assert inbox.addresses == ["mara@example.org"]
    local(sending, inbox.profile(password_env=None, password_command="false"))
    line = said(sending.fails(2, "send", "1", "--really", "--yes"))
    assert "false" in line


# aiosmtpd warns of logins without STARTTLS, and does not see that the whole line is TLS.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_tls_from_the_first_byte(sending, open_inbox):
    secure = open_inbox(implicit_tls=True)
    local(sending, secure.profile(security="tls"))
    sending.ok("send", "1", "--really", "--yes")
    assert len(secure.messages) == 3


def test_the_refused_are_tried_again_when_asked_for(sending, inbox):
    inbox.refuse.add("lin@example.com")
    assert sending.run("send", "1", "--really", "--yes").returncode == 4
    inbox.refuse.clear()
    assert sending.run("resume", "1").returncode == 4
    assert "3 planned = 3 accepted" in sending.ok("resume", "1", "--refused")
    assert sorted(inbox.addresses) == ["ada@example.com", "grace@example.com", "lin@example.com"]


def test_status_tells_who_was_refused_and_why(sending, inbox):
    inbox.refuse.add("lin@example.com")
    assert sending.run("send", "1", "--really", "--yes").returncode == 4
    (outcome,) = json.loads(sending.run("status", "1", "--json").stdout)
    (trouble,) = outcome["troubled"]
    assert (trouble["address"], trouble["state"]) == ("lin@example.com", "refused")
    assert trouble["reply"] == "550 5.1.1 no such mailbox"


def test_a_server_that_turns_us_away_in_the_middle_stops_it_and_resume_goes_on(sending, inbox):
    def close(address: str) -> None:
        inbox.closed = True

    inbox.on_message = close
    done = sending.run("send", "1", "--really", "--yes")
    assert done.returncode == 3
    assert "newsletter resume 1 goes on" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    (outcome,) = json.loads(sending.run("status", "1", "--json").stdout)
    assert (outcome["planned"], outcome["accepted"], outcome["in_doubt"]) == (3, 1, 0)
    inbox.closed, inbox.on_message = False, lambda address: None
    assert "3 planned = 3 accepted" in sending.ok("resume", "1", "--now")
    assert sorted(inbox.addresses) == ["ada@example.com", "grace@example.com", "lin@example.com"]
