"""A mail server on this machine that aiosmtpd's authors wrote, with TLS as real servers have it."""

import ssl

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


def certified(authority: trustme.CA, name: str = "localhost", **changes: object) -> ssl.SSLContext:
    """Return what a server shows that is *name*, as *authority* says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **changes).configure_cert(context)
    return context


class Server(Controller):
    """A server that wants TLS, and a login that the handler's ``authenticate`` lets in; *options* are aiosmtpd's."""

    def __init__(self, handler: object, context: ssl.SSLContext, *, implicit: bool = False, **options: object) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=0, ssl_context=context if implicit else None)
        # With TLS from the first byte aiosmtpd does not see that the line is private.
        secure = {"auth_require_tls": False} if implicit else {"tls_context": context, "require_starttls": True}
        self._options = {"authenticator": handler.authenticate, "auth_required": True, **secure, **options}

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # port 0 asked the system for a free one
        super()._trigger_server()

    def factory(self) -> SMTP:
        """Return aiosmtpd's server for one connection."""
        return SMTP(self.handler, hostname="localhost", enable_SMTPUTF8=True, **self._options)
