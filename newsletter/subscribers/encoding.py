"""Bytes of a file of unknown origin, as text."""

import codecs

from newsletter.errors import InputError

_SAMPLE = 4096


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Return *data* as text, line ends as LF, and the encoding that it was in.

    UTF-8 with or without a byte order mark; UTF-16 with one, or known by its NUL bytes; else Windows-1252, which every
    Latin-1 text is too: line by line, so that one bad line does not spoil the names of all others.

    :raises InputError: when it is UTF-16 and broken.
    """
    if utf16 := _utf16(data):
        try:
            text, encoding = data.decode(utf16), "UTF-16"
        except UnicodeDecodeError as cause:
            raise InputError("this looks like UTF-16 text, and is broken", "save it as UTF-8", where=name) from cause
    else:
        try:
            text, encoding = data.decode(), "UTF-8"
        except UnicodeDecodeError:
            text, encoding = "\n".join(_decode_line(line) for line in data.split(b"\n")), "Windows-1252"
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), encoding


def _utf16(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    # In UTF-16, the high byte of most characters of an address list is NUL, and the low byte never is.
    for encoding, high, low in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if half > 4 and sample[high::2].count(0) > 0.4 * half and sample[low::2].count(0) == 0:
            return encoding
    return ""


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")  # Windows-1252 leaves five bytes undefined
