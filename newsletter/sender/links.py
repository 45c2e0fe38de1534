"""Where the links of one delivery point to."""

from dataclasses import dataclass

from newsletter.model.mail import Slot
from newsletter.sender.headers import mailto
from newsletter.sender.tokens import DeliveryTokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """The addresses that a reader's mail holds; *preferences* and *web* are empty without a public URL.

    :param unsubscribe_uris: for List-Unsubscribe, the best one first; the first one fills the slot, too.
    """

    unsubscribe_uris: tuple[str, ...]
    preferences: str = ""
    web: str = ""

    @classmethod
    def of(cls, tokens: DeliveryTokens, *, public_url: str, unsubscribe: str) -> "Links":
        """Return the links that *tokens* prove, at *public_url* if there is one, else by mail to *unsubscribe*."""
        ticket = tokens.ticket(tokens.unsubscribe)
        by_mail = mailto(unsubscribe, f"unsubscribe {ticket}")
        if not public_url:
            return cls(unsubscribe_uris=(by_mail,))
        return cls(
            unsubscribe_uris=(f"{public_url}/u/{ticket}", by_mail),
            preferences=f"{public_url}/p/{tokens.ticket(tokens.preferences)}",
            web=f"{public_url}/w/{tokens.ticket(tokens.web)}",
        )

    def slots(self, name: str) -> dict[Slot, str]:
        """Return what fills the slots of a reader called *name*."""
        return {
            Slot.NAME: name,
            Slot.UNSUBSCRIBE: self.unsubscribe_uris[0],
            Slot.PREFERENCES: self.preferences,
            Slot.WEB: self.web,
        }
