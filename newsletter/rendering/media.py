"""The newsletter's own pictures: files of media/, made ready to travel in a mail or to be published."""

import re
import warnings
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from newsletter.errors import RenderError
from newsletter.model.mail import Picture

if TYPE_CHECKING:  # heavy: imported when there is a picture
    from PIL.Image import Image

TARGET = re.compile(r"(?:\.\./|\./)?media/(.+)")
"""How an issue names a picture: from the newsletter's folder, or from issues/, where git's web pages look."""

MEDIA = "media"
"""Where a web page looks for pictures that are published nowhere else: in this folder beside it."""

WIDTH = 536
"""CSS pixels: the widest that a picture is shown, which is the column of text in a mail of 600."""

PIXELS = 50_000_000
"""More than any camera's picture in a newsletter, less than what fills a machine's memory."""

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
"""What all mail programs show (caniemail.com: WebP, AVIF and SVG are missing in Outlook)."""


@dataclass(frozen=True, slots=True)
class Media:
    """The folder of a newsletter's pictures."""

    folder: Path
    _ready: dict[Path, tuple[tuple[int, int], Picture]] = field(default_factory=dict, compare=False)

    def picture(self, target: str, *, where: Path, line: int) -> Picture:
        """Return the picture that *target* names, at most twice as wide as it is shown.

        :param where: the file that names it, in whose *line*.
        :raises RenderError: it is not there, lies elsewhere, or is no picture that mail can show.
        """
        path = self._path(target, where, line)
        try:
            stat = path.stat()
            version = (stat.st_mtime_ns, stat.st_size)
            if (known := self._ready.get(path)) and known[0] == version:
                return known[1]
            made = _prepare(path)
        except RenderError as fault:
            raise RenderError(fault.what, fault.todo, where=where, line=line) from fault
        except OSError as cause:
            what = f"the picture {path.as_posix()} cannot be read: {cause.strerror or 'it is damaged'}"
            raise RenderError(what, "put it into media/, or mend its name", where=where, line=line) from cause
        self._ready[path] = (version, made)
        return made

    def published(self, name: str) -> Picture | None:
        """Return the picture that is published as *name*, if a file of the folder still makes it."""
        stem = name.partition("-")[2].rpartition(".")[0]
        for path in sorted(self.folder.rglob("*")):
            if _stem(path) != stem or not path.is_file():
                continue
            target = path.relative_to(self.folder).as_posix()
            try:
                picture = self.picture(f"{MEDIA}/{quote(target)}", where=path, line=1)
            except RenderError:  # no picture, though of that name
                continue
            if picture.published_name == name:
                return picture
        return None

    def _path(self, target: str, where: Path, line: int) -> Path:
        found = TARGET.fullmatch(target)
        path = self.folder / unquote(found[1] if found else target)
        if "\0" in str(path) or not found or not path.resolve().is_relative_to(self.folder.resolve()):
            what = f'the picture "{target[:80]}" lies outside of media/'
            raise RenderError(what, "put it into media/", where=where, line=line)
        return path


class Album:
    """The pictures that one issue shows, gathered as they are asked for.

    :param address: where they are published; empty when they travel in the mail.
    """

    def __init__(self, media: Media, address: str = "") -> None:
        self._media = media
        self._address = address
        self._pictures: dict[str, Picture] = {}

    def __call__(self, target: str, path: Path, line: int) -> tuple[str, int, int] | None:
        """Return address, width and height of the picture that a line of *path* names; None if it is none of ours."""
        if not is_media(target):
            return None
        picture = self._media.picture(target, where=path, line=line)
        self._pictures[picture.digest] = picture
        source = f"{self._address}/{picture.published_name}" if self._address else f"cid:{picture.content_id}"
        return source, picture.width, picture.height

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Each of them once, in the order in which they are shown."""
        return tuple(self._pictures.values())


def is_media(target: str) -> bool:
    """Whether *target* names a file of media/."""
    return bool(TARGET.fullmatch(target))


def _prepare(path: Path) -> Picture:
    from PIL import Image, ImageOps, UnidentifiedImageError

    data = path.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(BytesIO(data))
        if image.width * image.height > PIXELS:
            raise _too_large(path)
        kind = image.format or ""
        if not getattr(image, "is_animated", False):
            kind, image, data = _fitted(kind, image, ImageOps.exif_transpose(image), data)
        elif kind != "GIF":
            raise RenderError(f"{path.name} moves, and mail programs show moving pictures only as GIF", "save it so")
    except UnidentifiedImageError as cause:
        todo = "save it as PNG, JPEG or GIF; mail programs show no SVG"
        raise RenderError(f"{path.name} is no picture that mail can show", todo) from cause
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as cause:
        raise _too_large(path) from cause
    except (SyntaxError, ValueError, EOFError) as cause:  # how Pillow's decoders say that a file is broken
        raise RenderError(f"{path.name} is damaged: {cause}", "save it anew") from cause
    width = min(image.width, WIDTH)
    return Picture(
        name=_file_name(path, kind),
        type=TYPES[kind],
        width=width,
        height=max(1, round(image.height * width / image.width)),
        digest=sha256(data).hexdigest()[:24],
        data=data,
    )


def _fitted(kind: str, image: "Image", upright: "Image", data: bytes) -> tuple[str, "Image", bytes]:
    """Return format, picture and bytes for 2× screens, without what a camera writes of place and time."""
    from PIL.Image import Resampling

    turned = upright.getexif() != image.getexif()
    target = kind if kind in TYPES else "PNG" if upright.has_transparency_data else "JPEG"
    large = upright.width > 2 * WIDTH
    if kind == "GIF" and not large:
        return kind, image, data
    if kind == "JPEG" and not large and not turned:
        return kind, image, _saved(image, "JPEG", quality="keep")
    if large:
        size = (2 * WIDTH, max(1, round(upright.height * 2 * WIDTH / upright.width)))
        if upright.mode in ("P", "1"):  # between the colours of a palette there is nothing to blend
            upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        upright = upright.resize(size, Resampling.LANCZOS)
        target = "PNG" if target == "GIF" else target
    if target == "JPEG":
        upright = upright.convert("RGB")
    return target, upright, _saved(upright, target, **({"quality": 88} if target == "JPEG" else {}))


def _saved(image: "Image", kind: str, **options: object) -> bytes:
    written = BytesIO()
    profile = image.info.get("icc_profile")
    image.info.pop("exif", None)
    image.save(written, kind, optimize=True, icc_profile=profile, **options)
    return written.getvalue()


def _file_name(path: Path, kind: str) -> str:
    return f"{_stem(path)}.{kind.lower().replace('jpeg', 'jpg')}"


def _stem(path: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem).strip("-")[:30] or "picture"


def _too_large(path: Path) -> RenderError:
    return RenderError(f"{path.name} has more than {PIXELS // 1_000_000} million pixels", "make it smaller")
