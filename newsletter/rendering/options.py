"""What the rendering room is told by the newsletter's settings."""

from dataclasses import dataclass, field

from newsletter.rendering.look import Look


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderingOptions:
    """What a theme may say of the newsletter.

    :param name: the newsletter's name, as readers know it.
    :param author: who signs: the name that the mail is from; may be empty.
    :param tagline: one line under the name; may be empty.
    :param postal_address: for the footer, lines divided by line feeds; many countries' law asks for it.
    :param footer: a sentence of the list that the issue goes to; may be empty.
    :param language: BCP 47: "en", "de-AT"; it chooses the theme's own words.
    :param direction: "ltr" or "rtl".
    :param theme: the folder of the theme below ``templates/``.
    :param public: a public URL exists, so that the web version and the preferences have an address.
    :param pictures_at: where pictures of media/ are published; empty when they travel in the mail.
    :param mark: where it is said what a machine drafted: at each "item", in the "footer", or nowhere ("none").
    :param look: colours, fonts and logo of the newsletter's own.
    """

    name: str
    author: str = ""
    tagline: str = ""
    postal_address: str = ""
    footer: str = ""
    language: str = "en"
    direction: str = "ltr"
    theme: str = "digest"
    public: bool = False
    pictures_at: str = ""
    mark: str = "item"
    look: Look = field(default_factory=Look)
