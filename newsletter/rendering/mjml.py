"""MJML → HTML by mjml-python, behind what its bugs and its silence ask for."""

import re
from bisect import bisect_left

from mjml import mjml2html

from newsletter.rendering.grammar import check_mjml
from newsletter.rendering.mjml_error import MjmlError

PRE = re.compile(r"(<pre\b.*?</pre>)", re.S)
BREAK = re.compile(r">\n\s*(?=<(?!/?mj))")
TAG = re.compile(r"""<[A-Za-z](?:[^<>"']|"[^"]*"|'[^']*')*>""")
VALUE = re.compile(r"""(?<==)"[^"]*"|(?<==)'[^']*'""")
ODD = re.compile(r"[^ -\[\]-~]")
# mjml fetches Roboto, Lato and others from Google as soon as a font-family names them. A theme that wants a web font
# says so in <mj-font>.
NO_FONTS: dict[str, str] = {}
# mjml writes the hidden preheader in white, which SpamAssassin 4 reads as hidden text (HTML_FONT_LOW_CONTRAST, 0.7).
WHITE_PREHEADER = "display:none;font-size:1px;color:#ffffff;"
DARK_PREHEADER = "display:none;font-size:1px;color:#222222;"


def compile_mjml(mjml: str) -> str:
    """Return the HTML of *mjml*.

    :raises MjmlError: it is not what the grammar asks for, mjml-python refuses it, or the result is not whole.
    """
    check_mjml(mjml)
    html = translate(mjml)
    check_whole(html)
    return html.replace(WHITE_PREHEADER, DARK_PREHEADER, 1)


def translate(mjml: str) -> str:
    """Return what mjml-python makes of *mjml*, whatever that is worth.

    :raises MjmlError: it refuses, or panics.
    """
    try:
        html: str = mjml2html(prepare(mjml), fonts=NO_FONTS)
    except ValueError as cause:
        raise MjmlError(f"mjml says: {cause}", "mend it", offset=_offset(mjml, str(cause))) from cause
    except BaseException as cause:
        # A panic of the Rust code comes as a BaseException that no "except Exception" stops.
        if type(cause).__name__ != "PanicException":
            raise
        raise MjmlError(f"mjml failed within: {cause}", "take out what is unusual here", offset=0) from cause
    return html


def check_whole(html: str) -> None:
    """Raise MjmlError where *html* shows that part of the MJML was swallowed."""
    if not html[:15].lower().startswith("<!doctype html>"):
        raise MjmlError("the HTML has no doctype", "begin the template with <mjml>", offset=0)
    if "<mj-" in html:
        name = re.search(r"<(mj-[\w-]*)", html)
        raise MjmlError(
            f"<{name[1] if name else 'mj-'}> was not turned into HTML", "look at what stands before it", offset=0
        )
    if html.count("<!--[if") != html.count("<![endif]-->"):
        raise MjmlError("conditional comments do not balance", "close each <!--[if …]> with <![endif]-->", offset=0)


def prepare(mjml: str) -> str:
    r"""Return *mjml* in a spelling that mrml 6.0.1 passes on unchanged; what it means stays the same.

    White space between two tags that begins with a line feed would be dropped, which glues words
    (``<i>one</i>⏎<u>two</u>``) and the lines of highlighted code (mrml, token.rs:229). Attribute values are written as
    Rust writes strings: a line feed as ``\n``, an accent that combines as ``\u{301}``; so they go in as references.
    """
    mjml = TAG.sub(_spell_tag, mjml)
    pieces = PRE.split(mjml) if "<pre" in mjml else [mjml]
    for index, piece in enumerate(pieces):
        pieces[index] = piece.replace("\n", "&#10;") if index % 2 else BREAK.sub("> ", piece)
    return "".join(pieces)


def _spell_tag(tag: re.Match[str]) -> str:
    if not ODD.search(tag[0]):
        return tag[0]
    return VALUE.sub(lambda value: ODD.sub(lambda odd: f"&#{ord(odd[0])};", value[0]), tag[0])


def _offset(mjml: str, words: str) -> int:
    """Where mjml-python says that it stopped: bytes of what it was given, as characters of *mjml*."""
    if not (found := re.search(r"position (\d+):", words)):
        return 0
    given = prepare(mjml).encode()[: int(found[1])].decode("utf-8", "ignore")
    return bisect_left(range(len(mjml)), len(given), key=lambda length: len(prepare(mjml[:length])))
