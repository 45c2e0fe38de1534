"""Edits the text of an issue file by adding to it: what the editor wrote stays byte for byte."""

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import tomlkit

from newsletter.composer.blocks import section_block
from newsletter.composer.issue_file import split_front_matter
from newsletter.composer.markdown import parse_document, plain_text


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueText:
    """An issue file's text, its lines ended by LF, and how the file itself ended them.

    :param path: for the errors.
    :param before: the lines of the file as it was, each with its end.
    """

    path: Path
    text: str
    before: tuple[str, ...] = ()
    mark: bool = False

    @classmethod
    def decode(cls, data: bytes, path: Path) -> "IssueText":
        """Take the bytes of a file; they must be UTF-8, which :func:`parse_issue` has made sure of."""
        text = data.decode("utf-8")
        unmarked = text.removeprefix("\ufeff")
        before = tuple(unmarked.split("\n"))
        return cls(path=path, text=unmarked.replace("\r\n", "\n"), before=before, mark=unmarked != text)

    def encode(self) -> bytes:
        """Return the bytes for the file: old lines end as they did, new ones as most of them."""
        text = self._with_old_ends() if any(line.endswith("\r") for line in self.before) else self.text
        return (("\ufeff" if self.mark else "") + text).encode()

    def _with_old_ends(self) -> str:
        bare = [line.removesuffix("\r") for line in self.before]
        returns = sum(line.endswith("\r") for line in self.before)
        usual = "\r" if returns * 2 >= len(self.before) - 1 else ""
        lines = [line + usual for line in self.text.split("\n")]
        before = [*self.before[:-1], self.before[-1] + usual]  # the last one had no end, and has one if it moves up
        matcher = SequenceMatcher(a=bare, b=self.text.split("\n"), autojunk=False)
        for old, new, size in matcher.get_matching_blocks():
            lines[new : new + size] = before[old : old + size]
        lines[-1] = lines[-1].removesuffix(usual)  # behind it comes no end
        return "\n".join(lines)

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

    def without_value(self, key: str) -> "IssueText":
        """Take the line of *key*, one of the front matter's own, out of it; nothing is changed where there is none."""
        matter, body = split_front_matter(self.text, self.path)
        head, table, tables = matter.partition("\n[")
        lines = re.sub(rf"^[ \t]*{re.escape(key)}[ \t]*=.*\n?", "", head + ("\n" if table else ""), flags=re.M)
        return replace(self, text=lines.removesuffix("\n" if table else "") + table + tables + body)

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
