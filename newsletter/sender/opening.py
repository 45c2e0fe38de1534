"""Opens a line: TCP, TLS with a checked certificate, EHLO, AUTH; says in words what stands in the way."""

import asyncio
import base64
import hmac
import socket
import ssl
from collections.abc import Awaitable, Callable

from newsletter.errors import ServerError
from newsletter.sender.line import Line, LineLost, own_name, reason
from newsletter.sender.options import SmtpProfile
from newsletter.sender.reply import legible
from newsletter.sender.verdict import Reply

Features = dict[str, str]
TlsContext = ssl.SSLContext


class ServerUnavailable(ServerError):
    """Trouble that may pass by itself: another try is worth it."""


async def tls_context(profile: SmtpProfile) -> TlsContext | None:
    """Return what checks the server's certificate; None where nothing is encrypted.

    To read the system's authorities takes 20 ms of the processor: all lines to a server have one.

    :raises ServerError: the authority's file cannot be used.
    """
    return None if profile.security == "none" else await asyncio.to_thread(_context, profile)


async def open_line(profile: SmtpProfile, password: str, context: TlsContext | None) -> tuple[Line, Features]:
    """Return a line to a server that lets us in, and what it announces.

    :param context: of :func:`tls_context`.
    :raises ServerUnavailable: nobody answers, or the server says "later".
    :raises ServerError: no STARTTLS, a certificate that proves nothing, a login refused: no try will mend it.
    """
    line = await _reach(profile)
    try:
        features = await _greet(line, profile, context)
        if profile.username:
            await _log_in(line, features, profile, password)
    except LineLost as lost:
        line.close()
        raise _unavailable(profile, f"the server does not talk to us: {lost}") from lost
    except BaseException:
        line.close()
        raise
    return line, features


async def part(line: Line) -> None:
    """Part from a server that nothing is sent to."""
    try:
        await line.ask("QUIT", patience=5)
    except LineLost:
        pass  # everything that mattered has been answered
    finally:
        line.close()


def _context(profile: SmtpProfile) -> ssl.SSLContext:
    """Return what checks certificate and host name, by the system's authorities or by those of ca_file."""
    try:
        return ssl.create_default_context(cafile=profile.ca_file or None)
    except OSError as cause:  # ssl.SSLError is one
        what = f"the ca_file {profile.ca_file} cannot be used ({reason(cause)})"
        raise ServerError(what, "give a PEM file of the authority", where=profile.server) from cause


async def _reach(profile: SmtpProfile) -> Line:
    try:
        return await Line.connect(profile.host, profile.port, profile.timeouts)
    except socket.gaierror as cause:
        raise _unavailable(profile, f'no host "{profile.host}" ({cause.strerror})', "check host and network") from cause
    except OSError as cause:
        raise _unavailable(profile, f"no connection ({reason(cause)})", "check host, port and network") from cause


async def _greet(line: Line, profile: SmtpProfile, context: ssl.SSLContext | None) -> Features:
    """Return what the server announces, on the line as it is when the mail goes over it."""
    if context and profile.security == "tls":
        await _secure(line, profile, context)
    _expect(await line.hear(), 220, profile)
    features = await _ehlo(line, profile)
    if context and profile.security == "starttls":
        if "STARTTLS" not in features:
            todo = 'use security = "tls" with port 465, or ask the provider'
            raise ServerError("the server offers no STARTTLS", todo, where=profile.server)
        if (reply := await line.ask("STARTTLS")).code != 220:
            raise ServerError(f"the server refuses STARTTLS: {reply}", "ask the provider", where=profile.server)
        await _secure(line, profile, context)
        features = await _ehlo(line, profile)  # RFC 3207 §4.2: what was said in the clear counts no more
    return features


async def _secure(line: Line, profile: SmtpProfile, context: ssl.SSLContext) -> None:
    try:
        await line.secure(context, profile.host)
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


async def _ehlo(line: Line, profile: SmtpProfile) -> Features:
    """Return the keywords of the reply to EHLO, each with its parameters (RFC 5321 §4.1.1.1)."""
    reply = await line.ask(f"EHLO {own_name()}")
    _expect(reply, 250, profile)
    features: Features = {}
    for said in reply.lines[1:]:
        keyword, _, parameters = said.partition(" ")
        features[keyword.upper()] = parameters.strip()
    return features


def _expect(reply: Reply, code: int, profile: SmtpProfile) -> None:
    if reply.code != code:
        raise _unavailable(profile, f"the server takes no mail now: {reply}")


Way = Callable[[Line, str, str], Awaitable[Reply]]


async def _log_in(line: Line, features: Features, profile: SmtpProfile, password: str) -> None:
    """Prove who we are (RFC 4954) in the best way that both sides know; the profile may ask for one of them."""
    offered = features.get("AUTH", "").upper().split()
    wanted = (profile.auth,) if profile.auth else tuple(name for name in _WAYS if name != "XOAUTH2")
    name = next((name for name in wanted if name in offered), None)
    if name is None:
        what = f"the server offers no login that is known here (it has: {', '.join(offered) or 'none'})"
        todo = f"{', '.join(wanted)} would do; ask the provider"
        raise ServerError(what, todo, where=profile.server)
    reply = await _WAYS[name](line, profile.username, password)
    if reply.code == 235:
        return
    spellings = (password, _base64(password), _sasl_plain(profile.username, password))
    words = _without((*spellings, _sasl_bearer(profile.username, password)), reply)
    if reply.code // 100 != 5:  # RFC 4954 §6: 454 is a server that cannot look the password up just now
        raise _unavailable(profile, f'the login of "{profile.username}" is not possible now: {words}')
    todo = "check username and password; many providers want an app password"
    raise ServerError(f'the login of "{profile.username}" was rejected: {words}', todo, where=profile.server)


async def _plain(line: Line, username: str, password: str) -> Reply:
    """RFC 4616."""
    return await line.ask(f"AUTH PLAIN {_sasl_plain(username, password)}")


async def _login(line: Line, username: str, password: str) -> Reply:
    reply = await line.ask("AUTH LOGIN")
    for secret in (username, password):
        if reply.code != 334:
            return reply
        reply = await line.ask(_base64(secret))
    return reply


async def _cram_md5(line: Line, username: str, password: str) -> Reply:
    """RFC 2195: the password itself never goes over the line."""
    reply = await line.ask("AUTH CRAM-MD5")
    if reply.code != 334:
        return reply
    try:
        challenge = base64.b64decode(reply.text, validate=True)
    except ValueError:
        return await line.ask("*")  # RFC 4954 §4: the client gives up
    digest = hmac.new(password.encode(errors="surrogateescape"), challenge, "md5").hexdigest()
    return await line.ask(_base64(f"{username} {digest}"))


async def _bearer(line: Line, username: str, token: str) -> Reply:
    """XOAUTH2 (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol): the password is a token."""
    reply = await line.ask(f"AUTH XOAUTH2 {_sasl_bearer(username, token)}")
    # An error comes as 334 with its reason in base64, and the refusal behind an empty line.
    return await line.ask("") if reply.code == 334 else reply


_WAYS: dict[str, Way] = {"CRAM-MD5": _cram_md5, "PLAIN": _plain, "LOGIN": _login, "XOAUTH2": _bearer}


def _sasl_bearer(username: str, token: str) -> str:
    return _base64(f"user={username}\1auth=Bearer {token}\1\1")


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
