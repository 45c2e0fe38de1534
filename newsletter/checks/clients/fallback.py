"""The fallbacks of what the built-in themes and MJML use though some client lacks it.

An entry is a promise: what a client without the feature shows instead is as good a mail. What neither a theme nor a
component of MJML uses has no place here.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fallback:
    """What stands in for a feature.

    :param feature: its slug.
    :param fallback: what a client without it shows instead.
    :param reason: why it is used all the same.
    :param authored: of what somebody wrote, the uses that it stands for, as a pattern; it stands for all that MJML
        writes on its own.
    """

    feature: str
    fallback: str
    reason: str
    authored: str = ""

    def covers(self, text: str) -> bool:
        """Whether it stands for a use that somebody wrote."""
        return re.search(self.authored, text) is not None


NONE = "(?!)"
"""What somebody wrote is not covered: MJML knows what it does, and another may not."""

_INLINE = "what is in style attributes holds"
_PHONES_DARK = "phones and the dark scheme need a style sheet"
_LIGHT = "the mail is shown in its light colours"
_OWN_DARK = "it tells clients that the mail has dark colours of its own"
_NARROW = "a long word is not to widen a phone"
_AIR = "what belongs together stands together"
_CALM = "titles stay calm and are seen as links"
_HIDES = "MJML's preheader and a dark logo need it"
_EACH = "MJML writes it into each mail"
_HIDDEN, _PREHEADER = "the other ways hide the preheader", "MJML hides it in five ways, each for some clients"
_OPEN, _FOLDS = "menus and accordions stand open", "MJML's menus and accordions open and close by it"
_VML, _BEHIND = "Outlook gets the picture by VML", "MJML puts pictures behind sections"

_ENTRIES = (
    # What the themes write.
    Fallback("css-at-media", "the layout stays the desktop's, one fluid column", _PHONES_DARK),
    Fallback("css-at-media-prefers-color-scheme", _LIGHT, "readers in the dark are not to be dazzled"),
    Fallback("css-border-radius", "corners are square", "cards look softer"),
    Fallback("css-color-scheme", _LIGHT, _OWN_DARK),
    Fallback(
        "css-display-none", "the preheader is hidden all the same, a logo may be seen twice", _HIDES, "^(img )?display"
    ),
    Fallback("css-max-width", "Outlook gets tables and pictures of fixed width", _EACH, authored="^img "),
    Fallback("css-overflow-wrap", "word-break does it, or long words run on", _NARROW),
    Fallback(
        "css-padding",
        "texts have less air, lists the client's indent",
        _AIR,
        authored="^(ul|ol|blockquote|p|pre|h[1-6]) ",
    ),
    Fallback("css-selector-attribute", _LIGHT, "Outlook marks its dark scheme with attributes"),
    Fallback("css-selector-child", "light colours stay, and menus stand open", "it is for the dark scheme and menus"),
    Fallback("css-selector-class", _INLINE, _PHONES_DARK),
    Fallback("css-selector-descendant", _INLINE, _PHONES_DARK),
    Fallback("css-selector-grouping", _INLINE, _PHONES_DARK),
    Fallback("css-selector-type", _INLINE, _PHONES_DARK),
    Fallback("css-text-decoration-color", "the line has the colour of the text", _CALM),
    Fallback("css-text-decoration-thickness", "the line is as thick as usual", _CALM),
    Fallback("css-text-underline-offset", "the line is where it usually is", _CALM),
    Fallback("css-text-wrap", "lines break where they are full", "headings of even lines are easier to read"),
    Fallback("css-white-space", "long lines of code do not wrap", _NARROW, authored="pre-wrap"),
    Fallback("css-word-break", "words stay whole", _NARROW),
    Fallback("html-anchor-links", "the contents are a list, and the articles follow", "readers like to jump"),
    Fallback("html-body", "the wrapper inside it has the same colours", "it is HTML"),
    Fallback("html-doctype", "tables and their styles look the same", "others lay out by the standards"),
    Fallback("html-meta-color-scheme", _LIGHT, _OWN_DARK),
    Fallback("html-style", _INLINE, _PHONES_DARK),
    # What MJML writes into each mail.
    Fallback("css-height", "a line height of the same size makes the space", "MJML's spacers have both", NONE),
    Fallback("css-max-height", _HIDDEN, _PREHEADER, NONE),
    Fallback("css-opacity", _HIDDEN, _PREHEADER, NONE),
    Fallback("css-overflow", _HIDDEN, _PREHEADER, NONE),
    Fallback("css-selector-id", _INLINE, _EACH, NONE),
    Fallback("html-aria-label", "a screen reader says the mail's subject", _EACH),
    # What MJML writes for some of its components.
    Fallback("css-background", _VML, _BEHIND, NONE),
    Fallback("css-background-position", _VML, _BEHIND, NONE),
    Fallback("css-background-repeat", _VML, _BEHIND, NONE),
    Fallback("css-background-size", "Outlook gets the picture by VML, others in its own size", _BEHIND, NONE),
    Fallback("css-border-spacing", "cellspacing says the same", "MJML's tables around pictures have both", NONE),
    Fallback("css-cursor", "the pointer is that of a link", "MJML writes it into buttons and menus", NONE),
    Fallback("css-important", "what is for phones is passed over", _FOLDS, NONE),
    Fallback("css-pseudo-class-checked", _OPEN, _FOLDS, NONE),
    Fallback("css-selector-adjacent-sibling", _OPEN, _FOLDS, NONE),
    Fallback("css-selector-general-sibling", _OPEN, _FOLDS, NONE),
    Fallback("css-selector-universal", _OPEN, _FOLDS, NONE),
    Fallback("css-table-layout", "columns are as wide as what is in them", "MJML writes it into tables", NONE),
    Fallback("css-user-select", "the sign of a menu can be marked", _FOLDS, NONE),
    Fallback("css-visibility", _OPEN, _FOLDS, NONE),
    Fallback("css-width", "Outlook gets tables of fixed width", _EACH, NONE),
    Fallback("html-background", _VML, _BEHIND, NONE),
    Fallback("html-input-checkbox", _OPEN, _FOLDS, NONE),
    Fallback("html-target", "links open where the client opens all of them", "MJML writes it into buttons", NONE),
)

FALLBACKS = {entry.feature: entry for entry in _ENTRIES}
"""By feature."""
