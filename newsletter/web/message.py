"""A message as it goes over the wire, and its headers as a person reads them."""

from email import policy
from email.parser import BytesHeaderParser
from typing import Any

SHOWN = 400_000
"""Characters of a raw message that a page shows: pictures in base64 go on for ever."""


def message_values(data: bytes) -> dict[str, Any]:
    """Return the headers of a message, decoded and in their order, and the message itself, as JSON takes them."""
    headers = BytesHeaderParser(policy=policy.default).parsebytes(data)
    raw = data.decode("utf-8", "replace").replace("\r\n", "\n")
    rest = f"\n… and {len(raw) - SHOWN:,} characters more\n" if len(raw) > SHOWN else ""
    return {
        "headers": [[name, " ".join(str(value).split())] for name, value in headers.items()],
        "raw": raw[:SHOWN] + rest,
        "bytes": len(data),
    }
