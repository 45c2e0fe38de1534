"""Mail that comes back, broken at random."""

import random

from returned_mail import BOUNCES, LEFT_ALONE, Ours, complaint, postfix, unsubscribing

JUNK = (
    b"\0", b"\r", b"\r\n\r\n", b"--B\n", b"--B--\n", b"\xff\xfe", b"=?utf-8?q?", b";" * 50, b"<" * 50, b'"', b"\\",
    b"@" * 20,
    b"Content-Type: message/delivery-status\n\n", b"Content-Type: multipart/mixed; boundary=B\n\n", b"Status: 5.1.1\n",
    b"Content-Transfer-Encoding: base64\n", b"Final-Recipient: rfc822;bob@example.com\n", b"9" * 400, "ü😀".encode(),
)  # fmt: skip


def samples(ours: Ours) -> list[bytes]:
    plain = [style(ours) for style in (*BOUNCES.values(), *LEFT_ALONE.values())]
    return [*plain, postfix(ours, action="delayed", status="4.4.1"), complaint(ours), complaint(ours, redacted=True),
            unsubscribing(ours)]  # fmt: skip


def broken(rng: random.Random, mails: list[bytes]) -> bytes:
    """Return one of *mails* after one to six accidents."""
    data = bytearray(rng.choice(mails))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((1, 2, 20, 300)))
        accident = rng.randrange(8)
        if accident == 0:
            del data[at:end]
        elif accident == 1:
            data[at:at] = rng.choice(JUNK)
        elif accident == 2:
            data[at:end] = bytes(rng.randrange(256) for _ in range(end - at))
        elif accident == 3:
            data[at:at] = data[at:end] * rng.choice((1, 5, 50))
        elif accident == 4:
            other = rng.choice(mails)
            cut = rng.randrange(len(other))
            data[at:] = other[cut:]
        elif accident == 5:
            lines = data.split(b"\n")
            rng.shuffle(lines)
            data = bytearray(b"\n".join(lines))
        elif accident == 6:
            data = bytearray(data.replace(b"\n", rng.choice((b"\r", b"\r\n", b"\n\n"))))
        elif at < len(data):
            data[at] ^= 1 << rng.randrange(8)
    return bytes(data)
