"""Which features a piece of CSS or an element uses, one example each and one beside it that does not."""

import pytest
from mail_samples import document

from newsletter.checks.clients.css_matchers import CSS_FEATURES
from newsletter.checks.clients.feature import feature_table
from newsletter.checks.clients.html_matchers import HTML_FEATURES, UNTOLD
from newsletter.checks.document import Document

APOSTROPHE = "'"

DECLARATIONS = [
    ("css-gap", "row-gap: 4px", "grid-gap-x: 4px"),
    ("css-border-radius", "border-top-left-radius: 4px", "border-radius: 0"),
    ("css-border-radius-logical", "border-start-end-radius: 4px", "border-top-left-radius: 4px"),
    ("css-animation", "animation-iteration-count: 3", "-webkit-animation: x"),
    ("css-background", "BACKGROUND: red", "background-color: red"),
    ("css-column-layout-properties", "column-rule: 1px solid", "column-count: 2"),
    ("css-grid-template", "grid-template-areas: 'a'", "grid-area: a"),
    ("css-left-right-top-bottom", "left: 3px", "margin-left: 3px"),
    ("css-margin-inline-block", "margin-block: 3px", "margin-block-start: 3px"),
    ("css-outline", "outline: 1px solid", "outline: none"),
    ("css-word-spacing", "word-spacing: 1px", "word-spacing: normal"),
    ("css-scroll-snap", "scroll-snap-type: x", "scroll-behavior: smooth"),
    ("css-transition", "transition-duration: 1s", "transition: none"),
    ("css-variables", "--Ink: red", "ink: red"),
    ("css-variables", "color: var(--Ink)", "color: red"),
    ("css-display-flex", "display: inline-flex", "display: block"),
    ("css-display-grid", "display: grid", "grid-area: grid"),
    ("css-display-none", "display: none !important", "display: block"),
    ("css-flex-direction", "flex-flow: column wrap", "flex-flow: row"),
    ("css-flex-wrap", "flex-wrap: wrap", "flex-wrap: nowrap"),
    ("css-function-max", "width: max(1px, 2px)", "width: minmax(1px, 2px)"),
    ("css-important", "color: red ! important", 'content: "!important"'),
    ("css-intrinsic-size", "max-width: fit-content", "font-family: fit-content"),
    ("css-linear-gradient", "background: repeating-linear-gradient(red, blue)", "background: url(linear-gradient.png)"),
    ("css-list-style-image", "list-style: url(a.png)", "list-style: square"),
    ("css-modern-color", "color: oklch(50% 0 0)", "color: rgb(1, 2, 3)"),
    ("css-rgba", "color: rgba(1, 2, 3, .5)", "color: rgb(1, 2, 3)"),
    ("css-sytem-ui", "font: 12px system-ui", "font-family: 'system-ui-like'"),
    ("css-unit-calc", "width: calc(100% - 1px)", "width: 100%"),
    ("css-unit-rem", "margin: 0 -1.5rem", "margin: 0 1.5em"),
    ("css-unit-em", "margin: .5em", "margin: .5rem"),
    ("css-unit-pt", "margin: 3pt", "color: #123pt"),
    ("css-unit-vw", "width: 50vw", "width: 50px"),
    ("css-unit-percent", "width: 50%", "width: 50px"),
    ("css-unit-initial", "color: initial", "color: red"),
]
SELECTORS = [
    ("css-pseudo-class-hover", "a:hover", "a.hover"),
    ("css-pseudo-class-first-child", "li:first-child", "li::first-line"),
    ("css-pseudo-class-focus", "a:focus", "a:focus-within"),
    ("css-pseudo-class-nth-child", "li:nth-child(2n + 1)", "li:nth-last-child(2)"),
    ("css-pseudo-class-not", "p:not(.a)", "p.not"),
    ("css-pseudo-element-before", "p:before", "p.before"),
    ("css-pseudo-element-marker", "li::marker", "li.marker"),
    ("css-selector-adjacent-sibling", "h2 + p", "li:nth-child(2n + 1)"),
    ("css-selector-attribute", "[data-ogsc] p", "p.a"),
    ("css-selector-chaining", ".a.b", ".a .b"),
    ("css-selector-child", "div > p", "div p"),
    ("css-selector-class", "p.a", "p[href='.a']"),
    ("css-selector-descendant", "div p", "div > p"),
    ("css-selector-general-sibling", "h2 ~ p", "[class~=a]"),
    ("css-selector-grouping", "h1, h2", "h1"),
    ("css-selector-id", "#a", "p.a"),
    ("css-selector-type", ".a p", ".a .p"),
    ("css-selector-universal", "* p", "[a*=b]"),
]
SHEETS = [
    ("css-at-font-face", "@font-face { src: url(a.woff) }", "p { font: 12px a }"),
    ("css-at-import", "@import 'a.css';", "p { content: '@import' }"),
    ("css-at-keyframes", "@keyframes a { 50% { opacity: .5 } }", "@media screen { p { opacity: .5 } }"),
    ("css-selector-type", "p { color: red }", "@keyframes a { from { color: red } }"),
    ("css-at-media", "@media screen { p { color: red } }", "/* @media */ p { color: red }"),
    ("css-at-media-hover", "@media (hover: hover) { a { color: red } }", "@media screen { a:hover { color: red } }"),
    ("css-at-media-orientation", "@media ( orientation: portrait) { a { b: c } }", "@media print { a { b: c } }"),
    ("css-at-media-device-pixel-ratio", "@media (-webkit-min-device-pixel-ratio: 2) { a { b: c } }", "a { b: c }"),
    ("css-at-supports", "@supports (display: grid) { a { color: red } }", "a { b: c }"),
    ("css-comments", "/* x */ p { color: red }", "p { content: '/* x */' }"),
    ("css-nesting", "p { color: red; & a { color: blue } }", "@media screen { p { color: red } }"),
    ("css-display-grid", "@media screen { p { display: grid } }", "p { color: red } display: grid;"),
    ("css-gap", "p { content: '}'; gap: 1px }", "p { content: '; gap: 1px' }"),
    ("css-gap", "<!-- p { gap: 1px } -->", "p { background: url(a;gap:1px) }"),
]  # fmt: skip
ELEMENTS = [
    ("html-h1-h6", "<h4>x</h4>", "<hr>"),
    ("html-lists", "<dl><dt>x</dl>", "<p>x</p>"),
    ("html-semantics", "<figure>x</figure>", "<div>x</div>"),
    ("html-svg", "<svg></svg>", "<img src='a.svg'>"),
    ("html-align", "<p align='left'>x</p>", "<p style='text-align:left'>x</p>"),
    ("html-aria-label", "<p aria-label='x'>x</p>", "<p aria-hidden='true'>x</p>"),
    ("html-image-maps", "<img usemap='#a'>", "<img alt=''>"),
    ("html-srcset", "<img srcset='a.png 2x'>", "<img src='a.png'>"),
    ("css-inert-attribute", "<p inert>x</p>", "<p>x</p>"),
    ("html-button-submit", "<button>x</button>", "<button type='reset'>x</button>"),
    ("html-button-reset", "<button type='RESET'>x</button>", "<button>x</button>"),
    ("html-input-text", "<input>", "<input type='radio'>"),
    ("html-input-checkbox", "<input type='checkbox'>", "<input>"),
    ("html-mailto-links", "<a href='MAILTO:a@b.example'>x</a>", "<a href='https://mailto:x'>x</a>"),
    ("html-anchor-links", "<a href='#a'>x</a>", "<a href='https://a.example/#a'>x</a>"),
    ("image-webp", "<img src='https://a.example/i.WEBP?w=3#x'>", "<img src='https://a.example/?i=.webp'>"),
    ("image-base64", "<img src='data:image/png;base64,AA=='>", "<img src='cid:a'>"),
    ("image-svg", "<img src='data:image/svg+xml,x'>", "<img src='i.png'>"),
    ("html-comments", "<!-- x -->", "<p>x</p>"),
]


def styled(declaration: str) -> Document:
    return document(f"<p style='{declaration.replace(APOSTROPHE, '&#39;')}'>x</p>")


@pytest.mark.parametrize("feature, uses, does_not", DECLARATIONS)
def test_a_declaration_uses_a_feature_in_a_style_attribute_and_in_a_sheet(feature, uses, does_not):
    assert feature in document("", css=f"p {{ {uses} }}").uses
    assert feature in styled(uses).uses
    assert feature not in document("", css=f"p {{ {does_not} }}").uses
    assert feature not in styled(does_not).uses


@pytest.mark.parametrize("feature, uses, does_not", SELECTORS)
def test_a_selector_uses_a_feature(feature, uses, does_not):
    assert feature in document("", css=f"{uses} {{ color: red }}").uses
    assert feature not in document("", css=f"{does_not} {{ color: red }}").uses


@pytest.mark.parametrize("feature, uses, does_not", SHEETS)
def test_a_sheet_uses_a_feature(feature, uses, does_not):
    assert feature in document("", css=uses).uses
    assert feature not in document("", css=does_not).uses


@pytest.mark.parametrize("feature, uses, does_not", ELEMENTS)
def test_an_element_uses_a_feature(feature, uses, does_not):
    assert feature in document(uses).uses
    assert feature not in document(does_not).uses


def test_a_head_uses_a_feature():
    assert "html-meta-color-scheme" in document("", head='<meta name="color-scheme" content="dark">').uses
    assert "html-meta-color-scheme" not in document("", head='<meta name="viewport" content="dark">').uses
    assert "html-doctype" in document("").uses


def test_every_feature_is_told_or_it_is_said_why_not():
    assert CSS_FEATURES | HTML_FEATURES | set(UNTOLD) == feature_table().slugs
    assert not set(UNTOLD) & (CSS_FEATURES | HTML_FEATURES)


@pytest.mark.parametrize(
    "css", ["{", "}", "}}}{{{", "p {", "p { a", "@", "@media", "'", '"', "url(", "/*", "p{a:(;b:c}"]
)
def test_broken_css_is_read_as_far_as_it_goes(css):
    assert "css-gap" in document("<p style='gap:1px'>x</p>", css=css).uses
    assert "css-gap" in document("", css="p { gap: 1px }" + css).uses
    assert "css-color-scheme" not in styled(css).uses
