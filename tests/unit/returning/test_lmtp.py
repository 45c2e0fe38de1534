"""The LMTP server: what it answers, and what it takes."""

import asyncio
import socket

import pytest

from newsletter.errors import InputError
from newsletter.returning.lmtp import Answer, Place, listening


class Taker:
    """Keeps what it is handed, and answers as told."""

    def __init__(self, **answers):
        self.taken = []
        self.answers = answers

    def __call__(self, data, sender, recipient):
        self.taken.append((sender, recipient, data))
        return self.answers.get(recipient.partition("@")[0], Answer(code=250, words="recorded"))


def said(octets: bytes, taker: Taker, place: Place | None = None) -> list[str]:
    """Return what the server answers to *octets*, up to the end of the connection."""

    async def go():
        async with listening(place or Place.read("0"), taker) as where:
            host, _, port = where.rpartition(":")
            way = asyncio.open_unix_connection(where) if "/" in where else asyncio.open_connection(host, int(port))
            reader, writer = await way
            writer.write(octets + b"\r\nQUIT\r\n")
            answers = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            await writer.wait_closed()
            return answers.decode().splitlines()

    return asyncio.run(go())


MAIL = b"MAIL FROM:<> BODY=8BITMIME\r\nRCPT TO:<bounces+42.7.x@news.example.org>\r\n"


def test_a_mail_is_taken_for_each_recipient_and_each_has_an_answer(tmp_path):
    taker = Taker(busy=Answer(code=451, words="not now"), person=Answer(code=550, words="write elsewhere"))

    recipients = b"RCPT TO:<busy@x.example>\r\nRCPT TO:<person@x.example>\r\nDATA\r\n"
    mail = b"Subject: a\r\n\r\n..dot\r\nbare\n.\nLF\r\n."
    answers = said(b"LHLO mx\r\n" + MAIL + recipients + mail, taker, Place(path=tmp_path / "socket"))
    assert answers[0].startswith("220 ")
    assert answers[1:3] == ["250-newsletter", "250-PIPELINING"]
    assert answers[6].startswith("250 SIZE")
    assert [line[:3] for line in answers[7:12]] == ["250", "250", "250", "250", "354"]
    assert answers[12:] == ["250 2.0.0 recorded", "451 4.0.0 not now", "550 5.0.0 write elsewhere", "221 2.0.0 bye"]
    assert [recipient for _, recipient, _ in taker.taken] == [
        "bounces+42.7.x@news.example.org", "busy@x.example", "person@x.example",
    ]  # fmt: skip
    assert {(sender, data) for sender, _, data in taker.taken} == {("", b"Subject: a\r\n\r\n.dot\r\nbare\n.\nLF\r\n")}
    assert not (tmp_path / "socket").exists()


@pytest.mark.parametrize(
    "octets, code",
    [
        (b"HELO x", "500"), (b"EHLO x", "500"), (b"MAIL FROM:<>", "503"), (b"RCPT TO:<a@b.example>", "503"),
        (b"DATA", "503"), (b"LHLO x\r\nMAIL nonsense", "501"), (b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<>", "501"),
        (b"LHLO x\r\nMAIL FROM:<>\r\nMAIL FROM:<>", "503"), (b"LHLO x\r\nMAIL FROM:<>\r\nDATA", "503"),
        (b"NOOP", "250"), (b"VRFY ada", "252"), (b"RSET", "250"), (b"", "500"), (b"\xff\xfe", "500"),
        (b"_TAKEN x", "500"), (b"LHLO x\r\nMAIL FROM:<>" + b"\r\nRCPT TO:<a@b.example>" * 101, "452"),
    ],
)  # fmt: skip
def test_each_command_has_its_answer(octets, code):
    assert said(octets, Taker())[-2].startswith(code)


def test_a_line_without_end_ends_the_conversation():
    assert said(b"x" * 60_000, Taker())[-1].startswith("500 5.5.6")


def test_a_mail_that_ends_in_the_middle_is_not_taken_and_others_go_on():
    taker = Taker()

    async def go():
        async with listening(Place.read("127.0.0.1:0"), taker) as where:
            host, _, port = where.rpartition(":")
            for _ in range(3):
                with socket.create_connection((host, int(port)), timeout=10) as line:
                    line.sendall(b"LHLO x\r\n" + MAIL + b"DATA\r\nSubject: half")
            await asyncio.sleep(0)
        return taker.taken

    assert asyncio.run(go()) == []
    long = b"LHLO x\r\n" + MAIL + b"DATA\r\n" + b"y" * 200_000 + b"\r\n."
    assert said(long, taker)[-2:] == ["250 2.0.0 recorded", "221 2.0.0 bye"]
    assert [len(data) for _, _, data in taker.taken] == [200_002]


def test_where_it_listens_is_this_machine_unless_told(tmp_path):
    assert Place.read("8024") == Place(host="127.0.0.1", port=8024)
    assert Place.read("[::1]:24") == Place(host="::1", port=24)
    assert Place.read("/run/x").path.name == "x"
    for text in ("x", "localhost", "1:99999", ""):
        with pytest.raises(InputError, match="no place"):
            Place.read(text)
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InputError, match="nobody can listen there"):
        said(b"", Taker(), Place(path=tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "kept"


def test_a_socket_that_a_dead_server_left_is_taken_over(tmp_path):
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    assert said(b"NOOP", Taker(), Place(path=path))[1:] == ["250 2.0.0 ok", "221 2.0.0 bye"]
