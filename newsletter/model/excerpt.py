"""The beginning of a text, for messages."""


def excerpt(text: str, width: int) -> str:
    """Return *text* in one line of at most *width* characters, cut at a space if there is one near the end."""
    line = " ".join(text.split())
    if len(line) <= width:
        return line
    cut = line[: width - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > width // 2 else cut).rstrip() + "…"
