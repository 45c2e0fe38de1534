"""The author's CSS in style attributes, and nothing else touched, read or fetched."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.issue import Issue
from newsletter.rendering.inlining import cut_inline_css, inline
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.mjml_error import MjmlError
from newsletter.rendering.renderer import Renderer

COMMENT = re.compile(r"<!--\[if.*?<!\[endif\]-->", re.S)
PAGE = """<mjml><mj-head>
<mj-style>@media (max-width: 599px) {{ .a > b {{ color: red !important }} }} [data-ogsc] p {{ color: #fff !important }}
@import url({url}); a:hover {{ color: blue }}</mj-style>
<mj-raw><link rel="stylesheet" href="{url}" />
<!--[if mso]><style>td {{ color: red !important }}</style><![endif]--></mj-raw>
</mj-head><mj-body><mj-section><mj-column><mj-text><p class="a">One</p><!--[if mso]><p class="a">Two</p><![endif]-->
<a href="SLOTUNSUBSCRIBE1">stop</a></mj-text></mj-column></mj-section></mj-body></mjml>"""


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and the paths that it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
            self.end_headers()
            self.wfile.write(b".a { color: purple }")

        def log_message(self, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x.css", paths
        server.shutdown()
        thread.join()


def test_outlook_comments_are_the_same_bytes_and_so_is_every_style_element(renderer: Renderer, eight: Issue) -> None:
    bare, sheets = cut_inline_css(renderer.render(eight).mjml)
    before = compile_mjml(bare)
    after = inline(before, sheets)
    assert COMMENT.findall(after) == COMMENT.findall(before)
    assert len(COMMENT.findall(after)) > 20
    styles = re.compile(r"<style.*?</style>", re.S)
    assert styles.findall(after) == styles.findall(before)


def test_media_queries_important_and_the_doctype_are_kept() -> None:
    html = compile_mjml(PAGE.format(url="https://x.example/x.css"))
    after = inline(html, (".a { color: green }",))
    assert after.startswith("<!DOCTYPE html>")
    assert (
        "@media (max-width: 599px) { .a > b { color: red !important } } [data-ogsc] p { color: #fff !important }"
        in after
    )
    assert "a:hover { color: blue }" in after
    assert "data-premailer" not in after
    assert '<p class="a" style="color:green">One</p>' in after
    assert '<!--[if mso]><p class="a">Two</p><![endif]-->' in after
    assert 'href="SLOTUNSUBSCRIBE1"' in after


def test_without_inline_css_the_html_is_left_alone() -> None:
    html = compile_mjml(PAGE.format(url="x"))
    assert inline(html, ()) == html


def test_an_important_rule_keeps_its_mark() -> None:
    html = compile_mjml(PAGE.format(url="x"))
    assert 'style="color:green !important"' in inline(html, (".a { color: green !important }",))


def test_no_stylesheet_in_the_page_is_fetched_or_read(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    url, paths = asked
    file = tmp_path / "secret.css"
    file.write_text(".a { color: purple }", "utf-8")
    for address in (url, file.as_uri(), str(file)):
        html = inline(compile_mjml(PAGE.format(url=address)), (".a { color: green }",))
        assert "purple" not in html
    assert paths == []


@pytest.mark.parametrize(
    "css",
    [
        '@import "{url}";',
        "@import url({url});",
        "@IMPORT url('{url}');",
        ".a{{background:url({url})}}",
        "@\\69mport '{url}';",
        ".a{{background:u\\72l({url})}}",
        "/**/@import/**/url({url});",
        '@namespace "{url}";',
        "@font-face{{font-family:x;src:url({url})}}",
        ".a{{behavior:url({url})}}",
        ".a{{width:expression(alert(1))}}",
    ],
)
def test_inline_css_that_reaches_outside_is_refused(css: str, asked: tuple[str, list[str]], tmp_path: Path) -> None:
    url, paths = asked
    for address in (url, (tmp_path / "x.css").as_uri()):
        with pytest.raises(MjmlError):
            cut_inline_css(f'<mj-style inline="inline">{css.format(url=address)}</mj-style>')
    assert paths == []


@given(
    st.lists(
        st.sampled_from(
            [
                "@import ",
                "url(",
                "{url}",
                ")",
                "'",
                '"',
                ";",
                "{",
                "}",
                ".a",
                "color:red",
                "\\",
                "/*",
                "*/",
                " ",
                "@media all",
                "\n",
                "<!--",
                "-->",
            ]
        ),
        max_size=10,
    ).map("".join)
)
def test_whatever_inline_css_says_nothing_is_fetched(css: str) -> None:
    # Port 9 of this host answers nobody; a connection would be refused and cssutils would say so on its log, which
    # pytest's own filter turns into a failure. What passes the refusal is inlined to see that it goes through.
    block = css.replace("{url}", "http://127.0.0.1:9/x.css")
    try:
        bare, sheets = cut_inline_css(f'<mj-style inline="inline">{block}</mj-style>')
    except MjmlError:
        return
    assert bare.strip("\n") == ""
    assert "http" not in "".join(sheets) or "@import" not in "".join(sheets)
    inline("<!doctype html><html><body><p class='a'>x</p></body></html>", sheets)


@pytest.mark.parametrize(
    "css, what",
    [
        ("@media print { p { color: red } }", "@media print"),
        ("a:hover { color: red }", "a:hover"),
        ("* { color: red }", "*"),
        ("p { color red }", "cannot be read"),
        ("}", "cannot be read"),
        ("color:red{", "color:red"),
    ],
)
def test_css_that_cannot_be_inlined_is_refused_rather_than_lost(css: str, what: str) -> None:
    with pytest.raises(MjmlError) as caught:
        cut_inline_css(f'<mj-style inline="inline">\n{css}\n</mj-style>')
    assert what in caught.value.what


def test_a_cut_block_leaves_every_later_place_where_it_was() -> None:
    mjml = '<mjml><mj-head><mj-style inline="inline">.a { color: red }</mj-style></mj-head><mj-body></mj-body></mjml>'
    bare, sheets = cut_inline_css(mjml)
    assert sheets == (".a { color: red }",)
    assert bare.index("</mj-head>") == mjml.index("</mj-head>")
