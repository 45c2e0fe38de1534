"""Edits the text of an issue file by adding to it: what the editor wrote stays byte for byte."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit

from newsletter.composer.blocks import section_block
from newsletter.composer.issue_file import split_front_matter
from newsletter.composer.markdown import parse_document, plain_text


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueText:
    """An issue file's text, its lines ended by LF, and how the file itself ends them.

    :param path: for the errors.
    """

    path: Path
    text: str
    crlf: bool = False
    mark: bool = False

    @classmethod
    def decode(cls, data: bytes, path: Path) -> "IssueText":
        """Take the bytes of a file; they must be UTF-8, which :func:`parse_issue` has made sure of."""
        text = data.decode("utf-8")
        unmarked = text.removeprefix("\ufeff")
        crlf = "\r\n" in text
        return cls(
            path=path, text=unmarked.replace("\r\n", "\n") if crlf else unmarked, crlf=crlf, mark=unmarked != text
        )

    def encode(self) -> bytes:
        """Return the bytes for the file, with the line ends that it had."""
        text = self.text.replace("\n", "\r\n") if self.crlf else self.text
        return (("\ufeff" if self.mark else "") + text).encode()

    def with_article(self, block: str, section: str = "") -> "IssueText":
        """Add an article's *block* at the end of *section*, which is made if need be; without one, at the end."""
        matter, body = split_front_matter(self.text, self.path)
        lines = body.split("\n")
        at, heading = self._end_of(section, body) if section else (len(lines), "")
        before, after = "\n".join(lines[:at]).rstrip("\n"), "\n".join(lines[at:])
        parts = [part for part in (before, heading.rstrip("\n"), block.rstrip("\n")) if part]
        lead = "" if before else "\n"
        return replace(self, text=f"{matter}{lead}" + "\n\n".join(parts) + "\n" + (f"\n{after}" if after else ""))

    def with_values(self, values: dict[str, Any]) -> "IssueText":
        """Set keys of the front matter; a dict is merged into the table of its name."""
        matter, body = split_front_matter(self.text, self.path)
        begin, end = matter.index("\n") + 1, matter.rindex("+++")
        document = tomlkit.parse(matter[begin:end])
        _merge(document, values)
        inner = tomlkit.dumps(document).rstrip("\n") + "\n"
        return replace(self, text=matter[:begin] + inner + matter[end:] + body)

    def _end_of(self, section: str, body: str) -> tuple[int, str]:
        """Return the line of *body* where *section* ends, and the heading to write if it is not there yet."""
        headings = [
            block for block in parse_document(body, self.path, 0).blocks if block.kind == "heading" and block.level == 2
        ]
        for at, block in enumerate(headings):
            if plain_text(block.text).casefold() == section.casefold():
                return headings[at + 1].line if at + 1 < len(headings) else body.count("\n") + 1, ""
        return body.count("\n") + 1, section_block(section)


def _merge(table: Any, values: dict[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict):
            if key not in table:
                table[key] = tomlkit.table(is_super_table=all(isinstance(inner, dict) for inner in value.values()))
            _merge(table[key], value)
        else:
            table[key] = value


def new_issue_text(path: Path, values: dict[str, Any]) -> IssueText:
    """Return the text of an issue that has front matter and nothing else yet."""
    document = tomlkit.document()
    for key, value in values.items():
        document[key] = value
    return IssueText(path=path, text=f"+++\n{tomlkit.dumps(document)}+++\n")
