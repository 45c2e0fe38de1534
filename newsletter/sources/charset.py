"""Bytes as text, whatever they are said to be."""

import re

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?([\w.:-]{1,40})""", re.I)
_UNICODE = frozenset(("utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-32"))


def decoded(data: bytes, content_type: str = "", *, usual: str = "windows-1252") -> str:
    """Return *data* as text: as UTF-8 where it is that, else as its first 4,000 bytes or *content_type* say.

    Where they say nothing, it is the *usual* charset.

    Text in another charset is hardly ever UTF-8 by chance (RFC 3629 §1), and what is said of it is often wrong. A few
    faults in much UTF-8, or a character cut in two at the end, are faults, and become U+FFFD.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode()
    except UnicodeDecodeError as cause:
        lenient = data.decode(errors="replace")
        wrong, right = lenient.count("\ufffd"), len(re.findall("[^\x00-\x7f\ufffd]", lenient))
        if cause.reason == "unexpected end of data" or wrong * 3 <= right:
            return lenient
    declared, served = _DECLARED.search(data[:4000]), _DECLARED.search(content_type.encode())
    for name in (declared and declared[1].decode().lower(), served and served[1].decode().lower(), usual):
        if name and name.replace("_", "-") not in _UNICODE:
            try:
                return data.decode({"gb2312": "gb18030", "iso-8859-1": "windows-1252"}.get(name, name))
            except (LookupError, ValueError):  # no such charset, or one of bytes to bytes
                continue
    return data.decode("latin-1")
