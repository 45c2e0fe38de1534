"""Pictures that are published: those of media/ as they are now, and those that a sent issue shows, as they were."""

import re
from pathlib import Path

from newsletter.app.newsletter import Newsletter
from newsletter.files import write_whole
from newsletter.model.site import SiteFile
from newsletter.rendering.media import MEDIA, TYPES

_NAME = re.compile(r"[0-9a-f]{24}-[A-Za-z0-9_-]{1,30}\.(png|jpg|gif)")
_TYPES = {name.lower().replace("jpeg", "jpg"): kind for name, kind in TYPES.items()}


def published_picture(newsletter: Newsletter, name: str) -> SiteFile | None:
    """Return the picture that is published as *name*; None when there is none here.

    Its name says what is in it, so that another picture of the same file is never shown in its place.
    """
    if not (match := _NAME.fullmatch(name)):
        return None
    kept = _kept(newsletter, name)
    if kept.is_file():
        data = kept.read_bytes()
    elif picture := newsletter.renderer.published_picture(name):
        data = picture.data
    else:
        return None
    return SiteFile(path=f"{MEDIA}/{name}", type=_TYPES[match[1]], data=data, lasting=True)


def keep_pictures(newsletter: Newsletter, html: str) -> None:
    """Keep the published pictures that *html* shows in issues/media/: those of media/ may change, what was sent not."""
    address = newsletter.settings.rendering.pictures_at
    if not address:
        return
    for name in dict.fromkeys(re.findall(rf'\bsrc="{re.escape(address)}/([\w.-]+)"', html)):
        if not _kept(newsletter, name).exists() and (picture := published_picture(newsletter, name)):
            write_whole(_kept(newsletter, name), picture.data)


def _kept(newsletter: Newsletter, name: str) -> Path:
    return newsletter.issues.folder / MEDIA / name
