"""Lines as SMTP carries them: ended by CRLF alone, and a dot at their beginning doubled (RFC 5321 §2.3.8, §4.5.2)."""

import re


def whole(data: bytes) -> bool:
    """Return whether each line of *data* ends with CRLF, and no CR or LF stands alone.

    Servers differ on a bare LF, and what follows it may count as another message (SMTP smuggling, CVE-2023-51764).
    """
    ends = data.count(b"\r\n")
    return data.endswith(b"\r\n") and data.count(b"\r") == ends == data.count(b"\n")


def stuffed(data: bytes) -> bytes:
    """Return *data* with a dot more on each line that begins with one (§4.5.2); what segments.py wrote has none."""
    if data.startswith(b".") or b"\n." in data:
        return re.sub(rb"(?m)^\.", b"..", data)
    return data
