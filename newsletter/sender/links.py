"""Where the links of a mail point to."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.model.mail import Slot
from newsletter.sender.headers import mailto


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """Where the addresses in a newsletter's mails begin; a reader's ticket goes behind, and then they are whole.

    *preferences* and *web* are empty without a public URL.

    :param unsubscribe: for List-Unsubscribe, the best one first; the first one fills the slot, too.
    """

    unsubscribe: tuple[str, ...]
    preferences: str = ""
    web: str = ""

    @classmethod
    def of(cls, *, public_url: str, unsubscribe: str) -> "Links":
        """Return the links at *public_url* if there is one, else by mail to *unsubscribe*."""
        by_mail = mailto(unsubscribe, "unsubscribe ")
        if not public_url:
            return cls(unsubscribe=(by_mail,))
        return cls(unsubscribe=(f"{public_url}/u/", by_mail), preferences=f"{public_url}/p/", web=f"{public_url}/w/")

    @property
    def slots(self) -> Mapping[Slot, str]:
        """What each slot that is a link begins with."""
        return {Slot.UNSUBSCRIBE: self.unsubscribe[0], Slot.PREFERENCES: self.preferences, Slot.WEB: self.web}
