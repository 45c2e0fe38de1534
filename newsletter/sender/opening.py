"""Opens a connection: TCP, TLS with a checked certificate, EHLO, AUTH; says in words what stands in the way."""

import base64
import socket
import ssl
from collections.abc import Callable

from newsletter.errors import ServerError
from newsletter.sender.line import Line, LineLost, legible, own_name, reason
from newsletter.sender.options import SmtpProfile, judge_profile
from newsletter.sender.smtp import Connection
from newsletter.sender.verdict import Reply

Features = dict[str, str]


class ServerUnavailable(ServerError):
    """Trouble that may pass by itself: another try is worth it."""


def open_connection(profile: SmtpProfile, password: str) -> Connection:
    """Return a connection that takes mail.

    :raises ServerUnavailable: nobody answers, or the server says "later".
    :raises ServerError: no STARTTLS, a certificate that proves nothing, a login refused: no try will mend it.
    """
    judge_profile(profile)
    context = None if profile.security == "none" else _context(profile)
    line = _reach(profile)
    try:
        features = _greet(line, profile, context)
        if profile.username:
            _log_in(line, features, profile, password)
    except LineLost as lost:
        raise _unavailable(profile, f"the server does not talk to us: {lost}") from lost
    except BaseException:
        line.close()
        raise
    return Connection(line, features, server=profile.server, timeouts=profile.timeouts)


def _context(profile: SmtpProfile) -> ssl.SSLContext:
    """Return what checks certificate and host name, by the system's authorities or by those of ca_file."""
    try:
        return ssl.create_default_context(cafile=profile.ca_file or None)
    except OSError as cause:  # ssl.SSLError is one
        what = f"the ca_file {profile.ca_file} cannot be used ({reason(cause)})"
        raise ServerError(what, "give a PEM file of the authority", where=profile.server) from cause


def _reach(profile: SmtpProfile) -> Line:
    try:
        return Line.connect(profile.host, profile.port, profile.timeouts)
    except socket.gaierror as cause:
        raise _unavailable(profile, f'no host "{profile.host}" ({reason(cause)})', "check host and network") from cause
    except OSError as cause:
        raise _unavailable(profile, f"no connection ({reason(cause)})", "check host, port and network") from cause


def _greet(line: Line, profile: SmtpProfile, context: ssl.SSLContext | None) -> Features:
    """Return what the server announces, on the line as it is when the mail goes over it."""
    if context and profile.security == "tls":
        _secure(line, profile, context)
    _expect(line.hear(), 220, profile)
    features = _ehlo(line, profile)
    if context and profile.security == "starttls":
        if "STARTTLS" not in features:
            todo = 'use security = "tls" with port 465, or ask the provider'
            raise ServerError("the server offers no STARTTLS", todo, where=profile.server)
        if (reply := line.ask("STARTTLS")).code != 220:
            raise ServerError(f"the server refuses STARTTLS: {reply}", "ask the provider", where=profile.server)
        _secure(line, profile, context)
        features = _ehlo(line, profile)  # RFC 3207 §4.2: what was said in the clear counts no more
    return features


def _secure(line: Line, profile: SmtpProfile, context: ssl.SSLContext) -> None:
    try:
        line.secure(context, profile.host)
    except ssl.SSLCertVerificationError as cause:
        what = f"the certificate of {profile.host} proves nothing: {cause.verify_message.rstrip('.')}"
        todo = "correct host, or give ca_file if the authority is your own"
        raise ServerError(what, todo, where=profile.server) from cause
    except ssl.SSLError as cause:
        if profile.security == "tls" and cause.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
            todo = 'use security = "starttls", usually with port 587'
            raise ServerError("the server speaks no TLS here", todo, where=profile.server) from cause
        raise _unavailable(profile, f"TLS failed: {cause.reason or reason(cause)}") from cause
    except OSError as cause:
        raise _unavailable(profile, f"TLS failed ({reason(cause)})") from cause


def _ehlo(line: Line, profile: SmtpProfile) -> Features:
    """Return the keywords of the reply to EHLO, each with its parameters (RFC 5321 §4.1.1.1)."""
    reply = line.ask(f"EHLO {own_name()}")
    _expect(reply, 250, profile)
    features: Features = {}
    for said in reply.lines[1:]:
        keyword, _, parameters = said.partition(" ")
        features[keyword.upper()] = parameters.strip()
    return features


def _expect(reply: Reply, code: int, profile: SmtpProfile) -> None:
    if reply.code != code:
        raise _unavailable(profile, f"the server takes no mail now: {reply}")


def _log_in(line: Line, features: Features, profile: SmtpProfile, password: str) -> None:
    """Prove who we are (RFC 4954), by PLAIN (RFC 4616) or, where a server has no better, LOGIN."""
    offered = features.get("AUTH", "").upper().split()
    ways: dict[str, Callable[[Line, str, str], Reply]] = {"PLAIN": _plain, "LOGIN": _login}
    way = next((ways[name] for name in ways if name in offered), None)
    if way is None:
        what = f"the server offers no login that is known here (it has: {', '.join(offered) or 'none'})"
        raise ServerError(what, "PLAIN and LOGIN are; ask the provider", where=profile.server)
    reply = way(line, profile.username, password)
    if reply.code == 235:
        return
    words = _without((password, _base64(password), _sasl_plain(profile.username, password)), reply)
    if reply.code // 100 != 5:  # RFC 4954 §6: 454 is a server that cannot look the password up just now
        raise _unavailable(profile, f'the login of "{profile.username}" is not possible now: {words}')
    todo = "check username and password; many providers want an app password"
    raise ServerError(f'the login of "{profile.username}" was rejected: {words}', todo, where=profile.server)


def _plain(line: Line, username: str, password: str) -> Reply:
    return line.ask(f"AUTH PLAIN {_sasl_plain(username, password)}")


def _login(line: Line, username: str, password: str) -> Reply:
    reply = line.ask("AUTH LOGIN")
    for secret in (username, password):
        if reply.code != 334:
            return reply
        reply = line.ask(_base64(secret))
    return reply


def _sasl_plain(username: str, password: str) -> str:
    return _base64(f"\0{username}\0{password}")


def _base64(text: str) -> str:
    # Surrogates stand for the bytes of a password that is no UTF-8 (PEP 383).
    return base64.b64encode(text.encode(errors="surrogateescape")).decode()


def _without(secrets: tuple[str, ...], reply: Reply) -> str:
    """Return the server's words without the *secrets*, should it repeat what it was told."""
    text = reply.text  # not yet cut off: half a secret would not be found
    for secret in secrets:
        for spelling in (secret, legible(secret.encode(errors="surrogateescape"))):
            text = text.replace(spelling, "***") if spelling else text
    return str(Reply(code=reply.code, lines=(text,)))


def _unavailable(profile: SmtpProfile, what: str, todo: str = "") -> ServerUnavailable:
    return ServerUnavailable(what, todo or "try again later, or ask the provider", where=profile.server)
