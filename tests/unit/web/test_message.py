"""The message as it goes over the wire."""

from newsletter.web.message import SHOWN, message_values

MAIL = (
    b"From: =?utf-8?Q?Zo=C3=AB?= <zoe@example.com>\r\nSubject: =?utf-8?Q?=F0=9F=8E=89_at_last?=\r\n"
    b"List-Unsubscribe: <https://news.example/u/1>,\r\n <mailto:a@example.com>\r\nSubject: twice\r\n"
    b"\r\nHello =C3=AB\r\n"
)


def test_headers_are_decoded_unfolded_and_in_their_order():
    told = message_values(MAIL)
    assert told["headers"] == [
        ["From", "Zoë <zoe@example.com>"],
        ["Subject", "🎉 at last"],
        ["List-Unsubscribe", "<https://news.example/u/1>, <mailto:a@example.com>"],
        ["Subject", "twice"],
    ]


def test_the_message_itself_is_shown_as_it_is_sent():
    told = message_values(MAIL)
    assert told["raw"] == MAIL.decode().replace("\r\n", "\n")
    assert told["bytes"] == len(MAIL)


def test_a_long_message_is_cut_and_says_so():
    told = message_values(MAIL + b"x" * SHOWN)
    rest = len(MAIL.replace(b"\r\n", b"\n"))
    assert told["raw"].endswith(f"x\n… and {rest} characters more\n")
    assert len(told["raw"]) < SHOWN + 50
