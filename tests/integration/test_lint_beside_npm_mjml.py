"""Our linter beside npm's own validation: the same faults at the same lines, and what each of the two does not see."""

import json
import subprocess

import pytest
from needs import NPM, node

from newsletter.rendering.grammar import faults

pytestmark = pytest.mark.npm

SHELL = """<mjml>
<mj-head>
<mj-title>a</mj-title>
{head}
</mj-head>
<mj-body>
<mj-section>
<mj-column>
{body}
</mj-column>
</mj-section>
</mj-body>
</mjml>"""

BOTH = [
    ("body", "<mj-txt>a</mj-txt>", "mj-txt"),
    ("body", "<mj-text>a</mj-text>\n<mj-buton>b</mj-buton>", "mj-buton"),
    ("body", '<mj-text colour="red">a</mj-text>', "colour"),
    ("body", '<mj-image scr="a.png" alt="" />', "scr"),
    ("body", '<mj-text\n  colour="red">a</mj-text>', "colour"),
    ("body", '<mj-button hreff="https://a.example/">a</mj-button>', "hreff"),
    ("body", "<mj-section></mj-section>", "mj-section"),
    ("body", "<mj-social><mj-button>a</mj-button></mj-social>", "mj-button"),
    ("body", "<mj-accordion><mj-text>a</mj-text></mj-accordion>", "mj-text"),
    ("body", '<mj-text font-size="16">a</mj-text>', "font-size"),
    ("body", '<mj-text font-size="1em">a</mj-text>', "font-size"),
    ("body", '<mj-text padding="1px 2px 3px 4px 5px">a</mj-text>', "padding"),
    ("body", '<mj-text color="#12345">a</mj-text>', "color"),
    ("body", '<mj-text color="hsl(1, 2%, 3%)">a</mj-text>', "color"),
    ("body", '<mj-text align="centre">a</mj-text>', "align"),
    ("body", '<mj-text line-height="normal">a</mj-text>', "line-height"),
    ("body", '<mj-text letter-spacing="1%">a</mj-text>', "letter-spacing"),
    ("body", '<mj-image src="a.png" alt="" fluid-on-mobile="yes" />', "fluid-on-mobile"),
    ("body", '<mj-divider border-width="2" />', "border-width"),
    ("body", '<mj-spacer height="1em" />', "height"),
    ("head", '<mj-breakpoint width="600" />', "width"),
    ("head", '<mj-stlye>a { color: red }</mj-stlye>', "mj-stlye"),
    ("head", "<mj-text>a</mj-text>", "mj-text"),
    ("head", '<mj-attributes><mj-text colour="red" /></mj-attributes>', "colour"),
]  # fmt: skip
OURS = [
    (
        "body",
        '<mj-table cellpadding="1px"><tr><td>a</td></tr></mj-table>',
        "npm takes a number with anything behind it",
    ),
    ("body", "<mj-raw><tr></mj-raw>", "npm hands raw HTML on, balanced or not; mjml-python swallows what follows"),
    ("body", "<mj-text>a<b>b</mj-text>", "npm hands text on as it is; mjml-python mends it in its own way"),
    ("body", '<mj-text background-color="red">a</mj-text>', "MJML has it, and it comes to nothing"),
    ("head", "<mj-html-attributes></mj-html-attributes>", "npm reads it"),
    ("head", '<mj-style inline="true">a { color: red }</mj-style>', "npm takes it for a plain style, without a word"),
    ("head", '<mj-attributes><mj-class name="a"><mj-text color="red" /></mj-class></mj-attributes>', "npm reads it"),
]
"""What we say and npm does not, with the reason."""


def whole(part, piece):
    return SHELL.format(**{"head": "", "body": "", part: piece})


def ours(mjml):
    return [(mjml.count("\n", 0, fault.offset) + 1, fault.what) for fault in faults(mjml)]


@pytest.fixture(scope="module")
def theirs():
    documents = [whole(part, piece) for part, piece, _ in (*BOTH, *OURS)]
    done = subprocess.run(
        [node(), NPM / "validate.mjs"], input=json.dumps(documents), capture_output=True, text=True, check=True
    )
    return dict(zip(documents, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("part, piece, subject", BOTH, ids=[row[1] for row in BOTH])
def test_npm_finds_the_same_fault_at_the_same_line(theirs, part, piece, subject):
    mjml = whole(part, piece)
    ((line, said),) = ours(mjml)
    their_lines = [one["line"] for one in theirs[mjml] if subject in one["message"] or subject == one["tagName"]]
    begins = mjml.count("\n", 0, mjml.index(piece)) + 1
    lines_of_tag = {begins + piece[: piece.index(subject)].count("\n"), begins}
    assert subject in said
    assert line in lines_of_tag
    assert their_lines, theirs[mjml]
    assert abs(their_lines[0] - line) <= piece.count("\n"), "npm names the line of the tag, we that of the attribute"


@pytest.mark.parametrize("part, piece, reason", OURS, ids=[row[1] for row in OURS])
def test_what_npm_does_not_say_is_said_here(theirs, part, piece, reason):
    mjml = whole(part, piece)
    assert ours(mjml), reason
    assert theirs[mjml] == [], reason
