"""What of a triage is kept in ``.newsletter/triage/`` until it is carried out, so that no kill loses what was typed.

::

    list.txt     the list, as it is being edited
    opened.json  what it was opened with: the issue, the ids in their order, the other articles of each story
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.composer.sitting import Sitting
from newsletter.composer.triage_list import triage_text
from newsletter.errors import FileError, InputError
from newsletter.files import write_whole


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What a list was opened with.

    :param issue: the path of the issue that picks go into; empty for a new one.
    :param sections: the names that it showed.
    :param lines: the id of each story, and the line that it had.
    :param others: the other articles of each story, by its id.
    :param head: its first line, which tells it from other lists.
    """

    issue: str = ""
    list_name: str = ""
    sections: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    head: str = ""

    def is_of(self, text: str) -> bool:
        """Whether *text* is this list, as it was edited: it begins as this one did."""
        return bool(self.head) and text.removeprefix("\ufeff").split("\n", 1)[0].rstrip() == self.head


class KeptTriage:
    """The list that is being edited, if there is one."""

    def __init__(self, newsletter: Newsletter) -> None:
        folder = newsletter.shown / ".newsletter" / "triage"
        self.path = folder / "list.txt"
        self._opened = folder / "opened.json"

    def begin(self, sitting: Sitting) -> str:
        """Keep a new list of *sitting*, and return it."""
        text = self._noted(sitting)
        write_whole(self.path, text.encode())
        return text

    def printed(self, sitting: Sitting) -> str:
        """Return a list of *sitting* that is edited elsewhere; what is edited here goes before."""
        if not self.path.exists():
            with suppress(FileError):  # who only looks needs no room for it
                return self._noted(sitting)
        return triage_text(sitting)

    def _noted(self, sitting: Sitting) -> str:
        text = triage_text(sitting)
        first = text.count("\n") - len(sitting.suggestions) + 1
        known = {
            "issue": sitting.path.as_posix() if sitting.path else "",
            "list": sitting.list_name,
            "sections": [room.name for room in sitting.rooms],
            "text": text,
            "lines": {one.choice.article.id: first + at for at, one in enumerate(sitting.suggestions)},
            "others": sitting.others,
        }
        write_whole(self._opened, json.dumps(known, ensure_ascii=False).encode(), durable=False)
        return text

    @property
    def is_there(self) -> bool:
        """Whether there is a list in which somebody wrote something."""
        return self.path.exists() and self.path.read_bytes() != str(self._known().get("text", "")).encode()

    def opened(self) -> Opened:
        """Return what the list was opened with, as far as that is known."""
        known = self._known()
        return Opened(
            issue=known.get("issue", ""),
            list_name=known.get("list", ""),
            sections=tuple(known.get("sections", ())),
            lines=known.get("lines", {}),
            others={id: tuple(others) for id, others in known.get("others", {}).items()},
            head=known.get("text", "").split("\n", 1)[0],
        )

    def text(self) -> str:
        """Return the list as it stands.

        :raises InputError: it is no UTF-8 text.
        """
        return read_list(self.path.read_bytes(), str(self.path))

    def done(self) -> None:
        """Forget the list: it was carried out, or is given up."""
        self.path.unlink(missing_ok=True)

    def _known(self) -> dict[str, Any]:
        try:
            known = json.loads(self._opened.read_bytes())
        except (OSError, ValueError):  # it may be deleted at any time, and is written without waiting for the disk
            return {}
        return known if isinstance(known, dict) else {}


def read_list(data: bytes, where: str) -> str:
    """Return the text of a list; an InputError names the line that is no UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as cause:
        line = data.count(b"\n", 0, cause.start) + 1
        raise InputError("this is no UTF-8 text", "save the file as UTF-8", where=where, line=line) from cause
