"""The fallbacks of what the built-in themes and MJML use though some client lacks it.

An entry is a promise: what a client without the feature shows instead is as good a mail. A feature that is in no theme
has no place here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fallback:
    """What stands in for a feature.

    :param feature: its slug.
    :param fallback: what a client without it shows instead.
    :param reason: why it is used all the same.
    """

    feature: str
    fallback: str
    reason: str


_INLINE = "what is in style attributes holds"
_PHONES_DARK = "phones and the dark scheme need a style sheet"
_LIGHT = "the mail is shown in its light colours"
_MJML = "MJML writes it into each mail"
_PREHEADER = "MJML hides the preheader in five ways, each for some clients"
_HIDDEN = "the other ways hide the preheader"

FALLBACKS: dict[str, Fallback] = {
    feature: Fallback(feature, fallback, reason)
    for feature, fallback, reason in (
        ("css-at-media", "the layout stays the desktop's, one fluid column", _PHONES_DARK),
        ("css-at-media-prefers-color-scheme", _LIGHT, "readers in the dark are not to be dazzled"),
        ("css-border-radius", "corners are square", "cards look softer"),
        ("css-color-scheme", _LIGHT, "it tells clients that the mail has dark colours of its own"),
        ("css-display-none", _HIDDEN, _PREHEADER),
        ("css-height", "a line height of the same size makes the space", "MJML's spacers have both"),
        ("css-max-height", _HIDDEN, _PREHEADER),
        ("css-max-width", "Outlook gets tables of fixed width, and pictures their width", _MJML),
        ("css-opacity", _HIDDEN, _PREHEADER),
        ("css-overflow", _HIDDEN, _PREHEADER),
        (
            "css-overflow-wrap",
            "word-break does it, or addresses run on",
            "long addresses are not to widen a phone",
        ),
        ("css-padding", "lists and quotations have the client's own indent", "lists line up with the text"),
        ("css-selector-attribute", _LIGHT, "Outlook marks its dark scheme with attributes"),
        ("css-selector-child", _LIGHT, "the dark scheme colours the table that a section is, not those in it"),
        ("css-selector-class", _INLINE, _PHONES_DARK),
        ("css-selector-descendant", _INLINE, _PHONES_DARK),
        ("css-selector-grouping", _INLINE, _PHONES_DARK),
        ("css-selector-id", _INLINE, _MJML),
        ("css-selector-type", _INLINE, _PHONES_DARK),
        ("css-text-decoration-color", "the line has the colour of the text", "titles stay calm and are seen as links"),
        ("css-text-decoration-thickness", "the line is as thick as usual", "titles stay calm and are seen as links"),
        ("css-text-underline-offset", "the line is where it usually is", "titles stay calm and are seen as links"),
        ("css-text-wrap", "lines break where they are full", "headings of even lines are easier to read"),
        ("css-white-space", "long lines of code do not wrap", "code is not to widen a phone"),
        ("css-word-break", "words stay whole", "long addresses are not to widen a phone"),
        ("html-anchor-links", "the contents are a list without links, and the articles follow", "readers like to jump"),
        ("html-aria-label", "a screen reader says the mail's subject", _MJML),
        ("html-body", "the wrapper inside it has the same colours", "it is HTML"),
        ("html-doctype", "tables and their styles look the same", "others lay out by the standards"),
        ("html-meta-color-scheme", _LIGHT, "it tells clients that the mail has dark colours of its own"),
        ("html-style", _INLINE, _PHONES_DARK),
    )
}
"""By feature."""
