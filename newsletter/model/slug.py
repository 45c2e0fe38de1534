"""Slugs: names that stand in file names, addresses and tables."""

import re
import unicodedata


def slug_of(text: str, most: int = 1000) -> str:
    """Return *text* as small letters, digits and hyphens, letters without their accents; empty if none is left.

    :param most: characters at most.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:most].strip("-")
