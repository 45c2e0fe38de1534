"""An issue as a page of the archive."""

from dataclasses import dataclass

from newsletter.model.mail import Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class WebPage:
    """The web version of an issue: the same for all who open it, with nothing of any reader's.

    :param html: a whole page, with its style in it.
    :param pictures: those of media/ that it shows; it looks for them where they are published, or in media/ beside it.
    """

    number: int
    html: str
    pictures: tuple[Picture, ...] = ()
