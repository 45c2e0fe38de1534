"""Bytes as damage leaves them."""

MARKS = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"&#x110000;",
    b"&#0;",
    b"\0",
    b"\xff",
    b"<!--",
    b"</",
    b'"',
    b"{",
    b"[",
]


def mutated(data, chance, changes):
    """Return *data* with bytes changed, cut out, doubled, and marks put in where they hurt."""
    for _ in range(changes):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        match chance.randrange(4):
            case 0:
                data = data[:at] + data[min(end, at + 30) :]
            case 1:
                data = data[:at] + chance.choice(MARKS) + data[at:]
            case 2:
                data = data[:end] + data[at : min(end, at + 200)] + data[end:]
            case _:
                data = data[:at] + chance.randbytes(min(3, end - at)) + data[at:]
    return data
