"""The public site: where it is, and the files that it is made of."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteAddress:
    """Where the public site is.

    :param url: ``https://…`` without a slash at its end; empty while nobody knows, and then all links are relative.
    :param root: the path of its first page, with slashes at both ends, for pages that may be shown at any path.
    :param subscribe: the address of the page to subscribe at; empty where there is none. A path is one from the root.
    """

    url: str = ""
    root: str = "/"
    subscribe: str = ""

    def absolute(self, path: str) -> str:
        """Return the whole address of *path*; empty where there is no URL."""
        return f"{self.url}/{path}" if self.url else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFile:
    """One file of the site.

    :param path: from the first page, with slashes: "issues/042.html".
    :param type: its media type.
    :param lasting: another content would have another path.
    """

    path: str
    type: str
    data: bytes
    lasting: bool = False

    @property
    def digest(self) -> str:
        """What names its content: SHA-256, in hex."""
        return sha256(self.data).hexdigest()
