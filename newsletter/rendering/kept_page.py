"""The web version of an issue as it was sent, issues/042.html, taken apart for the archive."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from html import unescape

from newsletter.model.site import SiteFile
from newsletter.rendering.media import TYPES

_PICTURE = re.compile(r'(?<=\bsrc=")data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=]+)(?=")')
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.I | re.S)
# MJML's preview, which inboxes show behind the subject: the first thing in the body, and hidden.
_SUMMARY = re.compile(r'<body\b[^>]*>\s*<div style="display:\s*none[^"]*">(.*?)</div>', re.I | re.S)
_IMAGE = re.compile(r"<img\b[^>]*>", re.I)
_ATTRIBUTE = re.compile(r'\b(src|width|alt)="([^"]*)"', re.I)
_ENDINGS = {kind: name.lower().replace("jpeg", "jpg") for name, kind in TYPES.items()}
LARGE = 200
"""CSS pixels: a narrower picture is a logo or an ornament, and stands for no issue if there is a wider one."""
FILL = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u2060\u2800\ufeff]+")
"""What themes put behind the summary, so that an inbox shows nothing else there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """The picture that stands for an issue where somebody shares it."""

    source: str
    alt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptPage:
    """What was sent, as a page of a site.

    :param html: with its pictures at ``../media/``, which is where they are seen from issues/042.html.
    :param pictures: those that travelled in the mail, with the bytes that they had there.
    :param published: the names of those that are at the public URL.
    :param image: the widest of all; None when the issue shows none.
    """

    title: str
    summary: str
    html: str
    pictures: tuple[SiteFile, ...] = ()
    published: tuple[str, ...] = ()
    image: Image | None = None


def read_title(html: str) -> str:
    """Return the title of a kept page, its subject line; empty when it has none."""
    return _text(found[1]) if (found := _TITLE.search(html)) else ""


def read_summary(html: str) -> str:
    """Return the line that inboxes show behind the subject; empty when there is none."""
    return _text(found[1]) if (found := _SUMMARY.search(html)) else ""


def read_kept_page(html: str, label: str, pictures_at: str = "") -> KeptPage:
    """Return the page of the issue *label* with its pictures beside it and not in it.

    :param pictures_at: where pictures are published: those are beside the page, too.
    """
    pictures: dict[str, SiteFile] = {}
    html = _PICTURE.sub(_taken_out(label, pictures), html)
    published: list[str] = []
    if pictures_at:
        html = re.sub(rf'(?<=\bsrc="){re.escape(pictures_at)}/([\w.-]+)(?=")', _beside(published), html)
    return KeptPage(
        title=read_title(html),
        summary=read_summary(html),
        html=html,
        pictures=tuple(pictures.values()),
        published=tuple(dict.fromkeys(published)),
        image=_image(html),
    )


def _taken_out(label: str, pictures: dict[str, SiteFile]) -> Callable[[re.Match[str]], str]:
    def take(match: re.Match[str]) -> str:
        try:
            data = b64decode(match[2], validate=True)
        except Error:  # somebody wrote into the file by hand
            return match[0]
        name = f"{label}-{sha256(data).hexdigest()[:24]}.{_ENDINGS[match[1]]}"
        pictures[name] = SiteFile(path=f"media/{name}", type=match[1], data=data, lasting=True)
        return f"../media/{name}"

    return take


def _beside(published: list[str]) -> Callable[[re.Match[str]], str]:
    def take(match: re.Match[str]) -> str:
        published.append(match[1])
        return f"../media/{match[1]}"

    return take


def _image(html: str) -> Image | None:
    best, widest = None, -1
    for tag in _IMAGE.findall(html):
        values = {name.lower(): unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
        source, width = values.get("src", ""), values.get("width", "")
        pixels = int(width) if re.fullmatch(r"[0-9]{1,5}", width) else 0
        if source.startswith(("../media/", "https://")) and pixels > widest and (best is None or pixels >= LARGE):
            best, widest = Image(source=source, alt=values.get("alt", "")), pixels
    return best


def _text(html: str) -> str:
    """Return what a reader sees of *html*, in one line."""
    return " ".join(FILL.sub("", unescape(re.sub(r"<[^>]*>", "", html))).split())
