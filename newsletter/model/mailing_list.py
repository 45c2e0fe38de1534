"""A mailing list: what people subscribe to."""

from dataclasses import dataclass

from newsletter.model.address import Address


@dataclass(frozen=True, kw_only=True, slots=True)
class MailingList:
    """What newsletter.toml says of one list.

    :param name: how the tool names it: lower-case letters, digits and hyphens.
    :param title: how readers see it.
    :param description: one line for the page where people subscribe; may be empty.
    :param double_opt_in: who subscribes must confirm by mail; otherwise their own word on the page is enough.
    :param public: anybody may subscribe on the page, and its issues stand in the archive.
    :param sender: whom its mail is from, if it is not the newsletter's own address.
    :param reply_to: where answers go, if that is not the newsletter's own.
    :param theme: how its issues look, if not as the newsletter's.
    :param footer: a sentence at the end of its mails, plain text; may be empty.
    """

    name: str
    title: str
    description: str = ""
    double_opt_in: bool = True
    public: bool = True
    sender: Address | None = None
    reply_to: Address | None = None
    theme: str = ""
    footer: str = ""
