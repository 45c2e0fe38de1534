"""A name server of the tests' own, on this machine: what its zone says, and what goes wrong when it is told to."""

import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[str, Sequence[str]]
"""Records as a zone file has them: "TXT "v=spf1 -all"", by the name without the dot at its end."""


@dataclass
class NameServer:
    """What it answers; a zone that is changed is answered so from then on.

    :param silent: it never answers.
    :param truncated: by UDP it only says that the answer is too long.
    :param rcodes: names that it answers with an error code.
    """

    zone: dict[str, Sequence[str]] = field(default_factory=dict)
    silent: bool = False
    truncated: bool = False
    rcodes: dict[str, dns.rcode.Rcode] = field(default_factory=dict)
    port: int = 0
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, wire: bytes, by: str) -> bytes | None:
        question = dns.message.from_wire(wire)
        reply = dns.message.make_response(question, recursion_available=True)
        (asked,) = question.question
        name = asked.name.to_text(omit_final_dot=True).lower()
        self.asked.append((by, name, dns.rdatatype.to_text(asked.rdtype)))
        if self.silent:
            return None
        if by == "udp" and self.truncated:
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        reply.set_rcode(self.rcodes.get(name, dns.rcode.NOERROR))
        if reply.rcode() == dns.rcode.NOERROR:
            self._fill(reply, name, asked.rdtype)
        return reply.to_wire(max_size=65535)

    def _fill(self, reply: dns.message.Message, name: str, kind: dns.rdatatype.RdataType) -> None:
        if name not in self.zone:
            below = any(other.endswith(f".{name}") for other in self.zone)  # an empty name between (RFC 8020)
            reply.set_rcode(dns.rcode.NOERROR if below else dns.rcode.NXDOMAIN)
            return
        for record in self.zone[name]:
            word, _, value = record.partition(" ")
            if word == dns.rdatatype.to_text(kind):
                reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", word, value))
            elif word == "CNAME":
                reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", word, value))
                self._fill(reply, value.rstrip("."), kind)
                return


def txt(*texts: str) -> list[str]:
    """Return TXT records of these texts, each in strings of 255 octets."""
    return [" ".join(["TXT", *(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))]) for text in texts]


@contextmanager
def name_server(zone: Zone | None = None) -> Iterator[NameServer]:
    """Run a name server on a free port of this machine, by UDP and TCP."""
    server = NameServer(dict(zone or {}))

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if (wire := server.answer(self.request[0], "udp")) is not None:
                self.request[1].sendto(wire, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            if (wire := server.answer(self.rfile.read(length), "tcp")) is not None:
                self.wfile.write(struct.pack("!H", len(wire)) + wire)

    socketserver.TCPServer.allow_reuse_address = True
    tcp, udp = _on_one_port(Tcp, Udp)
    server.port = tcp.server_address[1]
    threads = [threading.Thread(target=each.serve_forever, args=(0.01,), daemon=True) for each in (tcp, udp)]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        for each in (tcp, udp):
            each.shutdown()
            each.server_close()
        for thread in threads:
            thread.join()


def _on_one_port(tcp: type, udp: type) -> tuple[socketserver.TCPServer, socketserver.UDPServer]:
    for _ in range(50):
        stream = socketserver.TCPServer(("127.0.0.1", 0), tcp)
        try:
            return stream, socketserver.UDPServer(stream.server_address, udp)
        except OSError:  # somebody has that port by UDP
            stream.server_close()
    raise AssertionError("no port is free both by TCP and UDP")
