"""Which features a piece of CSS uses. Names on the left are caniemail.com's, without the "css-" before each."""

import re
from collections.abc import Iterator
from functools import lru_cache

_OWN_NAME = """
accent-color align-items aspect-ratio backdrop-filter background background-blend-mode background-clip background-color
background-image background-origin background-position background-repeat background-size border border-collapse
border-image border-radius border-spacing box-shadow box-sizing caption-side clear clip-path color-scheme column-count
cursor direction display empty-cells filter float font font-kerning font-size font-size-adjust font-stretch font-weight
gap height hyphenate-character hyphenate-limit-chars hyphens inline-size inset justify-content letter-spacing
line-height list-style list-style-image list-style-position list-style-type margin mask-image max-block-size max-height
max-inline-size max-width min-block-size min-height min-inline-size min-width mix-blend-mode object-fit object-position
opacity orphans outline outline-offset overflow overflow-wrap padding position resize shape-margin shape-outside
tab-size table-layout text-align text-align-last text-decoration text-decoration-color text-decoration-line
text-decoration-skip-ink text-decoration-style text-decoration-thickness text-emphasis text-emphasis-position
text-indent text-justify text-orientation text-overflow text-shadow text-transform text-underline-offset
text-underline-position text-wrap transform transition user-select vertical-align visibility white-space
white-space-collapse widows width word-break word-spacing word-wrap writing-mode z-index animation
"""

_OTHER_NAMES = {
    "animation": r"animation-\w+(-\w+)?",
    "background-position": r"background-position-[xy]",
    "block-inline-size": r"block-size|inline-size",
    "border": r"border-(top|right|bottom|left)(-(width|style|color))?|border-(width|style|color)",
    "border-image": r"border-image-\w+",
    "border-inline-block": r"border-(inline|block)",
    "border-inline-block-individual": r"border-(inline|block)-(start|end)(-(width|style|color))?",
    "border-inline-block-longhand": r"border-(inline|block)-(width|style|color)",
    "border-radius": r"border-(top|bottom)-(left|right)-radius",
    "border-radius-logical": r"border-(start|end)-(start|end)-radius",
    "column-layout-properties": r"columns|column-(fill|rule(-\w+)?|span|width)",
    "gap": r"column-gap|row-gap",
    "grid-template": r"grid-template(-\w+)?",
    "inset": r"inset-(block|inline)(-(start|end))?",
    "left-right-top-bottom": r"left|right|top|bottom",
    "margin": r"margin-(top|right|bottom|left)",
    "margin-block-start-end": r"margin-block-(start|end)",
    "margin-inline-block": r"margin-(inline|block)",
    "margin-inline-start-end": r"margin-inline-(start|end)",
    "overflow": r"overflow-[xy]|overflow-(block|inline)",
    "padding": r"padding-(top|right|bottom|left)",
    "padding-block-start-end": r"padding-block-(start|end)",
    "padding-inline-block": r"padding-(inline|block)",
    "padding-inline-start-end": r"padding-inline-(start|end)",
    "scroll-snap": r"scroll-snap-\w+|scroll-(margin|padding)(-\w+)*",
    "text-emphasis": r"text-emphasis-(color|style)",
    "text-wrap": r"text-wrap-(mode|style)",
    "transition": r"transition-\w+(-\w+)?",
    "variables": r"--[\w-]+",
}

_VALUES = {
    "conic-gradient": (r".*", r"\b(repeating-)?conic-gradient\("),
    "display-flex": (r"display", r"\bflex\b|inline-flex"),
    "display-grid": (r"display", r"\bgrid\b|inline-grid"),
    "display-none": (r"display", r"\bnone\b"),
    "flex-direction": (r"flex-direction|flex-flow", r"\bcolumn"),
    "flex-wrap": (r"flex-wrap|flex-flow", r"\bwrap"),
    "function-clamp": (r".*", r"\bclamp\("),
    "function-light-dark": (r".*", r"\blight-dark\("),
    "function-max": (r".*", r"(?<![\w-])max\("),
    "function-min": (r".*", r"(?<![\w-])min\("),
    "important": (r".*", r"!\s*important\b"),
    "intrinsic-size": (r"(min-|max-)?(width|height|inline-size|block-size)", r"\b(fit|min|max)-content\b"),
    "linear-gradient": (r".*", r"\b(repeating-)?linear-gradient\("),
    "list-style-image": (r"list-style", r"\burl\("),
    "modern-color": (r".*", r"(?<![\w-])(ok)?(lch|lab)\("),
    "radial-gradient": (r".*", r"\b(repeating-)?radial-gradient\("),
    "rgb": (r".*", r"(?<![\w-])rgb\("),
    "rgba": (r".*", r"(?<![\w-])rgba\("),
    "sytem-ui": (r"font|font-family", r"\bsystem-ui\b|\bui-(serif|sans-serif|rounded|monospace)\b"),
    "unit-calc": (r".*", r"\bcalc\("),
    "unit-initial": (r".*", r"^initial\b"),
    "variables": (r".*", r"\bvar\("),
    **{
        f"unit-{unit}": (r".*", rf"(?<![\w#-])[+-]?(\d*\.)?\d+{unit}\b")
        for unit in ("ch", "cm", "em", "ex", "in", "mm", "pc", "pt", "px", "rem", "vh", "vmax", "vmin", "vw")
    },
    "unit-percent": (r".*", r"\d%"),
}

_AT_RULES = {
    "at-font-face": r"@font-face\b",
    "at-import": r"@import\b",
    "at-keyframes": r"@(-webkit-)?keyframes\b",
    "at-media": r"@media\b",
    "at-media-device-pixel-ratio": r"@media\b.*-webkit-(min-|max-)?device-pixel-ratio",
    "at-media-hover": r"@media\b.*\(\s*(any-)?hover\b",
    "at-media-orientation": r"@media\b.*\(\s*orientation\b",
    "at-media-prefers-color-scheme": r"@media\b.*\(\s*prefers-color-scheme\b",
    "at-media-prefers-reduced-motion": r"@media\b.*\(\s*prefers-reduced-motion\b",
    "at-supports": r"@supports\b",
}

_PSEUDO_CLASSES = """
active checked default first-child first-of-type focus focus-visible focus-within has hover lang last-child last-of-type
link not nth-child nth-last-child nth-last-of-type nth-of-type only-child only-of-type target visited
"""
_PSEUDO_ELEMENTS = ("after", "before", "first-letter", "first-line", "marker", "placeholder")

_SELECTORS = {
    "selector-adjacent-sibling": r"\+",
    "selector-attribute": r"\[",
    "selector-chaining": r"[.#][\w-]+[.#]",
    "selector-child": r">",
    "selector-class": r"\.[a-z_-]",
    "selector-descendant": r"[\w\])*]\s+[\w.#\[:*]",
    "selector-general-sibling": r"~(?!=)",
    "selector-grouping": r",",
    "selector-id": r"#[a-z_-]",
    "selector-type": r"(^|[\s>+~,(])[a-z]",
    "selector-universal": r"(^|[\s>+~,(])\*",
    **{f"pseudo-class-{name}": rf"(?<!:):{name}(?![\w-])" for name in _PSEUDO_CLASSES.split()},
    **{f"pseudo-element-{name}": rf"::?{name}(?![\w-])" for name in _PSEUDO_ELEMENTS},
}

_INITIAL = {
    **dict.fromkeys(("animation", "box-shadow", "clear", "filter", "float", "text-shadow", "transform"), "none"),
    **dict.fromkeys(("max-height", "max-width", "outline", "transition"), "none"),
    **dict.fromkeys(("letter-spacing", "word-break", "word-spacing", "overflow-wrap"), "normal"),
    **dict.fromkeys(("height", "width", "z-index"), "auto"),
    **dict.fromkeys(("border-radius", "min-height", "min-width"), "0"),
    **{"opacity": "1", "overflow": "visible", "position": "static"},
}
"""What holds anyway where nobody says otherwise, so that no client needs to support it."""

_STRING = re.compile(r""""[^"]*"|'[^']*'|(?<=url\()[^"'()]*(?=\))""", re.I)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_ARGUMENTS = re.compile(r"(:nth-[\w-]+)\([^)]*\)")

_NAMES = {name: f"css-{name}" for name in _OWN_NAME.split()}
_NAME_PATTERNS = [(f"css-{slug}", re.compile(rf"(?:{pattern})$")) for slug, pattern in _OTHER_NAMES.items()]
_VALUE_PATTERNS = [
    (f"css-{slug}", None if name == ".*" else re.compile(rf"(?:{name})$"), re.compile(value))
    for slug, (name, value) in _VALUES.items()
]
_AT_PATTERNS = [(f"css-{slug}", re.compile(pattern, re.S)) for slug, pattern in _AT_RULES.items()]
_SELECTOR_PATTERNS = [(f"css-{slug}", re.compile(pattern)) for slug, pattern in _SELECTORS.items()]

CSS_FEATURES = frozenset(
    [slug for slug, *_ in (*_NAME_PATTERNS, *_VALUE_PATTERNS, *_AT_PATTERNS, *_SELECTOR_PATTERNS)]
    + [*_NAMES.values(), "css-comments", "css-nesting"]
)
"""All that can be told of CSS."""


@lru_cache(maxsize=4096)
def of_declaration(text: str) -> tuple[str, ...]:
    """Return the features that "property: value" uses; what is behind a vendor's prefix is the vendor's own."""
    name, colon, value = text.partition(":")
    name = name.strip().lower() if not name.startswith("--") else name.strip()
    if not colon or (name.startswith("-") and not name.startswith("--")):
        return ()
    value = _bare(value)
    named = () if _INITIAL.get(name) == value else _of_name(name)
    return (*named, *_of_value(name, value))


@lru_cache(maxsize=1024)
def _of_name(name: str) -> tuple[str, ...]:
    own = (_NAMES[name],) if name in _NAMES else ()
    return (*own, *(slug for slug, pattern in _NAME_PATTERNS if slug not in own and pattern.match(name)))


def _of_value(name: str, value: str) -> Iterator[str]:
    for slug, names, pattern in _VALUE_PATTERNS:
        if (names is None or names.match(name)) and pattern.search(value):
            yield slug


@lru_cache(maxsize=256)
def of_at_rule(text: str) -> tuple[str, ...]:
    """Return the features that "@media (hover)" and the like use."""
    bare = _bare(text)
    return tuple(slug for slug, pattern in _AT_PATTERNS if pattern.match(bare))


@lru_cache(maxsize=1024)
def of_selector(text: str) -> tuple[str, ...]:
    """Return the features that the selectors before a rule's braces use."""
    bare = _ARGUMENTS.sub(r"\1", _BRACKETS.sub("[]", _bare(text)))
    return tuple(slug for slug, pattern in _SELECTOR_PATTERNS if pattern.search(bare))


def _bare(text: str) -> str:
    """Return CSS in lower case without the insides of strings and addresses."""
    text = text.strip().lower()
    return _STRING.sub('""', text) if '"' in text or "'" in text or "url(" in text else text
