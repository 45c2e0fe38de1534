"""What the editor enters of one person beside address and consent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.errors import SubscriberError
from newsletter.store.people import Particulars, change_particulars, particulars_of
from newsletter.subscribers.address import valid_name
from newsletter.subscribers.particulars import valid_attributes, valid_language, valid_tags, valid_timezone


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """What is to be different.

    :param name: None for as it is; so with language and time zone.
    :param attributes: new values by key.
    :param without_attributes: keys to be taken away.
    """

    name: str | None = None
    language: str | None = None
    timezone: str | None = None
    attributes: Mapping[str, Any] | None = None
    without_attributes: Sequence[str] = ()
    tags: Sequence[str] = ()
    without_tags: Sequence[str] = ()

    def require_sound(self) -> None:
        """Refuse what could not be kept, before anything is changed: SubscriberError."""
        valid_name(self.name or "")
        valid_language(self.language or "")
        valid_timezone(self.timezone or "")
        valid_attributes(self.attributes or {})
        valid_tags(self.tags)


def read_attribute(text: str) -> tuple[str, Any]:
    """Return the key and the value of KEY=VALUE: a value that is JSON is what it says, any other is text.

    :raises SubscriberError: when it has no =.
    """
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise SubscriberError(f'"{text}" is no attribute', "write it like plan=free")
    try:
        return key.strip(), json.loads(value)
    except (ValueError, RecursionError):
        return key.strip(), value


def edit_person(newsletter: Newsletter, address: str, edit: Edit) -> tuple[Particulars, Particulars]:
    """Change what is known of one person; return how it stood before, and how it stands now.

    :raises SubscriberError: when nobody has the address, or something will not do; then all is as it was.
    """
    edit.require_sound()
    changes: dict[str, str] = {}
    if edit.name is not None:
        changes["name"] = valid_name(edit.name.strip(" \t"))
    if edit.language is not None:
        changes["language"] = valid_language(edit.language)
    if edit.timezone is not None:
        changes["timezone"] = valid_timezone(edit.timezone)
    if edit.attributes or edit.without_attributes:
        known = json.loads(particulars_of(newsletter.database, address).attributes)
        kept = {key: value for key, value in known.items() if key not in edit.without_attributes}
        changes["attributes"] = valid_attributes({**kept, **(edit.attributes or {})})
    return change_particulars(
        newsletter.database, address, changes, tags=valid_tags(edit.tags), without_tags=tuple(edit.without_tags)
    )
