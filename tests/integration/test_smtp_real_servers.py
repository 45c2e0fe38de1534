"""Servers that other people wrote: aiosmtpd with TLS and logins, and Postfix's smtp-sink."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from needs import missing
from scripted_server import PATIENT, carried, mail
from smtp_server import Server, certified

from newsletter.errors import ServerError, SettingsError
from newsletter.model.delivery import State
from newsletter.sender.options import SmtpProfile

PASSWORD = "a pass phrase – with a dash"
SINK = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec/postfix")


@dataclass
class Postbox:
    """What aiosmtpd asks and tells: who may in, and what came.

    :param logins: mechanism and user name of each login that was let in.
    :param received: recipient, body, options of MAIL, and whether the line was TLS.
    """

    port: int = 0
    logins: list[tuple[str, bytes]] = field(default_factory=list)
    received: list[tuple[str, bytes, list[str], bool]] = field(default_factory=list)

    def authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        if right:
            self.logins.append((mechanism, data.login))
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802 - aiosmtpd's name
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        secure = server.transport.get_extra_info("ssl_object") is not None
        self.received.append((envelope.rcpt_tos[0], envelope.content, envelope.mail_options, secure))
        return "250 2.0.0 queued as 4711"


@pytest.fixture
def open_box(authority) -> Iterator[Callable[..., Postbox]]:
    """Start servers that want TLS and a login, of the host *name*; other options are aiosmtpd's."""
    servers = []

    def start(name: str = "localhost", *, implicit: bool = False, **options: object) -> Postbox:
        box = Postbox()
        servers.append(Server(box, certified(authority, name), implicit=implicit, **options))
        servers[-1].start()
        box.port = servers[-1].port
        return box

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def settings(ca_file, monkeypatch) -> Callable[..., SmtpProfile]:
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)

    def profile(box: Postbox, **changes: object) -> SmtpProfile:
        values = {"name": "test", "host": "localhost", "port": box.port, "username": "editor", "connections": 1}
        values |= {"password_env": "SMTP_PASSWORD", "ca_file": ca_file, "timeouts": PATIENT}
        return SmtpProfile(**{**values, **changes})

    return profile


# aiosmtpd warns of logins without STARTTLS, and does not see that the whole line is TLS.
implicit_tls = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.mark.parametrize("mechanism, other", [("PLAIN", "LOGIN"), ("LOGIN", "PLAIN")])
def test_starttls_and_a_login_by(open_box, settings, mechanism, other):
    box = open_box(auth_exclude_mechanism=[other])
    verdicts = carried(settings(box), mail("ada@example.com"), mail("bob@example.com"))
    assert [verdict.state for verdict in verdicts] == [State.ACCEPTED] * 2
    assert verdicts[0].reply == "250 2.0.0 queued as 4711"
    assert box.logins == [(mechanism, b"editor")]
    assert [(to, data, secure) for to, data, _, secure in box.received] == [
        ("ada@example.com", mail("ada@example.com").data, True),
        ("bob@example.com", mail("bob@example.com").data, True),
    ]


@implicit_tls
@pytest.mark.parametrize("mechanism, other", [("PLAIN", "LOGIN"), ("LOGIN", "PLAIN")])
def test_tls_from_the_first_byte_and_a_login_by(open_box, settings, mechanism, other):
    box = open_box(implicit=True, auth_exclude_mechanism=[other])
    (verdict,) = carried(settings(box, security="tls"), mail())
    assert verdict.state is State.ACCEPTED
    assert box.logins == [(mechanism, b"editor")]
    assert box.received[0][3]


@pytest.mark.parametrize("host, name", [("localhost", "localhost"), ("127.0.0.1", "127.0.0.1")])
def test_a_certificate_may_be_for_a_name_or_for_a_number(open_box, settings, host, name):
    (verdict,) = carried(settings(open_box(name), host=host), mail())
    assert verdict.state is State.ACCEPTED


@implicit_tls
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("host, name", [("localhost", "mail.example.org"), ("127.0.0.1", "localhost")])
def test_a_certificate_of_another_host_is_refused_before_the_password_is_said(open_box, settings, security, host, name):
    box = open_box(name, implicit=security == "tls")
    with pytest.raises(ServerError, match=f"the certificate of {host} proves nothing: .*mismatch"):
        carried(settings(box, host=host, security=security), mail())
    assert (box.logins, box.received) == ([], [])


def test_an_authority_that_the_system_does_not_know_is_refused(open_box, settings):
    box = open_box()
    with pytest.raises(ServerError, match="proves nothing: unable to get local issuer certificate"):
        carried(settings(box, ca_file=""), mail())
    assert box.logins == []


@pytest.mark.parametrize("other", ["LOGIN", "PLAIN"])
def test_a_wrong_password_is_said_and_not_shown(open_box, settings, monkeypatch, other):
    monkeypatch.setenv("SMTP_PASSWORD", "Tr0ub4dor&3")
    with pytest.raises(ServerError) as caught:
        carried(settings(open_box(auth_exclude_mechanism=[other])), mail())
    error: BaseException | None = caught.value
    assert 'the login of "editor" was rejected: 535 5.7.8' in str(error)
    assert "check username and password" in str(error)
    while error:
        for secret in ("Tr0ub4dor", "VHIwdWI0ZG9yJjM=", "AGVkaXRvcgBUcjB1YjRkb3ImMw=="):
            assert secret not in f"{error!r} {error.args} {vars(error)}"
        error = error.__cause__ or error.__context__


def test_a_password_that_the_environment_lacks_is_named(open_box, settings, monkeypatch):
    monkeypatch.delenv("SMTP_PASSWORD")
    with pytest.raises(SettingsError, match="the environment has no SMTP_PASSWORD"):
        carried(settings(open_box()), mail())


def test_a_server_that_wants_a_login_from_a_profile_without_one_is_not_asked_for_each_reader(open_box, settings):
    box = open_box()
    with pytest.raises(ServerError, match=r"530 5\.7\.0 Authentication required"):
        carried(settings(box, username="", password_env=""), mail("ada@example.com"), mail("bob@example.com"))
    assert box.received == []


def test_a_server_that_has_no_tls_is_told_no_password(open_box, settings):
    box = open_box(tls_context=None, require_starttls=False, auth_required=False, authenticator=None)
    with pytest.raises(ServerError, match="offers no STARTTLS"):
        carried(settings(box), mail())


def test_one_refused_recipient_of_three_costs_the_others_nothing(open_box, settings):
    box = open_box()
    addresses = ["ada@example.com", "nobody@example.com", "cyd@example.com"]
    verdicts = carried(settings(box), *map(mail, addresses))
    assert [verdict.state.value for verdict in verdicts] == ["accepted", "refused", "accepted"]
    assert verdicts[1].reply == "550 5.1.1 no such mailbox"
    assert [to for to, *_ in box.received] == ["ada@example.com", "cyd@example.com"]


def test_an_address_beyond_ascii_goes_as_smtputf8(open_box, settings):
    box = open_box()
    (verdict,) = carried(settings(box), mail("jörg@xn--bcher-kva.example", smtputf8=True))
    assert verdict.state is State.ACCEPTED
    (to, data, options, _) = box.received[0]
    assert to == "jörg@xn--bcher-kva.example"
    assert "To: jörg@" in data.decode()
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(options)


def test_lines_that_begin_with_a_dot_and_a_mail_of_three_megabytes_arrive_as_they_are(open_box, settings):
    box = open_box()
    body = b".\r\n..\r\n.hidden\r\n" + b"A line.\r\n" * 330_000
    (verdict,) = carried(settings(box), mail(body=body))
    assert verdict.state is State.ACCEPTED
    assert box.received[0][1] == mail(body=body).data


@pytest.fixture
def sink(tmp_path) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """Postfix's smtp-sink, which ends when it has heard QUIT twice; its port; and the folder of what it took."""
    if not SINK:
        missing("smtp-sink", "Debian has it in postfix")
    folder = tmp_path / "sink"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = ["-u", "root"] if os.getuid() == 0 else []
    # Without -c it counts nothing, and so never ends by itself.
    command = [SINK, *user, "-c", "-n", "2", "-d", "m.", f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None and not _answers(port):
                pass
            assert process.poll() is None
            yield process, port, folder
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.sink
def test_two_hundred_messages_reach_smtp_sink_on_two_connections(sink):
    process, port, folder = sink
    body = b".\r\n..dots\r\n" + b"A line of a newsletter, as long as they are.\r\n" * 200
    readers = [f"reader{number}@example.com" for number in range(200)]
    profile = SmtpProfile(name="sink", host="127.0.0.1", port=port, security="none", timeouts=PATIENT, connections=1)
    verdicts = carried(profile, *[mail(reader, body) for reader in readers])
    assert {verdict.state for verdict in verdicts} == {State.ACCEPTED}

    files = [path.read_bytes() for path in folder.iterdir()]
    assert sorted(re.search(rb"^X-Rcpt-Args: <(.*)>", text, re.M)[1].decode() for text in files) == sorted(readers)
    assert all(text.rstrip().endswith(body.replace(b"\r\n", b"\n").rstrip()) for text in files)
    assert process.wait(timeout=30) == 0, "it has not parted from two connections"
