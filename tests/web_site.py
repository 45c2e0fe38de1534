"""A site on this machine that answers as a test says, over HTTP or HTTPS, and keeps what it was asked."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """One request, whole."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Says:
    """What the site answers: status, headers and body, or the octets *raw* in place of all that.

    :param drip: seconds between two octets of the body.
    :param ends: False keeps the line open and silent until the site is closed.
    """

    status: int = 200
    body: bytes = b"fine"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    drip: float = 0
    ends: bool = True


@dataclass
class Site:
    """A running site; *answers* says what stands at each path, and may be changed while it runs."""

    url: str
    port: int
    answers: dict[str, Says | Callable[[Asked], Says]]
    asked: list[Asked] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, asked: Asked) -> Says:
        self.asked.append(asked)
        says = next((says for path, says in self.answers.items() if asked.path.startswith(path)), Says(status=404))
        return says(asked) if callable(says) else says


@contextmanager
def web_site(answers: Mapping[str, object], context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Run a site on this machine; the longest paths of *answers* are to stand first."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            says = site.answer(Asked(self.command, self.path, headers, body))
            self.close_connection = True
            with suppress(OSError):  # whoever asked has gone
                if says.raw:
                    self.wfile.write(says.raw)
                else:
                    self.send_response(says.status)
                    for name, value in ({"Content-Length": str(len(says.body))} | dict(says.headers)).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self._write(says)
            if not says.ends:
                site.closing.wait()

        def _write(self, says: Says) -> None:
            if not says.drip:
                self.wfile.write(says.body)
                return
            for octet in says.body:
                if site.closing.wait(says.drip):
                    return
                self.wfile.write(bytes([octet]))

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server asks for

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: object, address: object) -> None:
            with suppress(OSError):  # a handshake that whoever asked broke off
                if context:
                    request = context.wrap_socket(request, server_side=True)
                super().finish_request(request, address)
                if context:
                    request.close()

    with Server(("127.0.0.1", 0), Handler) as server:
        port = server.server_address[1]
        site = Site(f"{'https' if context else 'http'}://localhost:{port}", port, dict(answers))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.closing.set()
            server.shutdown()
            thread.join()
