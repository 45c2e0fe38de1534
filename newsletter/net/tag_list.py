"""A list of tags as DKIM and DMARC records have it: ``v=DKIM1; k=rsa; p=MIIB…`` (RFC 6376 §3.2)."""

import re

_TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*", re.S)


def read_tags(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the tags of *text* in their order, names as written, and what is wrong with the list in words."""
    tags: dict[str, str] = {}
    faults = []
    parts = text.split(";")
    if not parts[-1].strip():
        parts.pop()  # one semicolon may end the list
    for part in parts:
        if not (match := _TAG.fullmatch(part)):
            faults.append(f'"{part.strip()}" is no tag like name=value')
        elif match[1] in tags:
            faults.append(f"the tag {match[1]}= is there twice")
        else:
            tags[match[1]] = match[2]
    return tags, faults
