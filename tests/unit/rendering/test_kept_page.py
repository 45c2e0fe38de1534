from archive_samples import PIXEL, kept_html

from newsletter.rendering.feed_content import feed_content
from newsletter.rendering.kept_page import read_kept_page


def test_a_kept_page_says_its_title_and_the_line_behind_it():
    page = read_kept_page(kept_html(7), "007")
    assert page.title == "Moka & more, 7"
    assert page.summary == "Eight write-ups, <one> team"


def test_a_picture_of_the_mail_becomes_a_file_beside_the_page():
    page = read_kept_page(kept_html(7), "007")
    (picture,) = page.pictures
    assert picture.path.startswith("media/007-")
    assert picture.type == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    assert f'src="../{picture.path}"' in page.html
    assert PIXEL not in page.html
    assert page.image
    assert (page.image.source, page.image.alt) == (f"../{picture.path}", 'A "chart"')


def test_text_that_looks_like_a_picture_stays_text():
    told = f"<body><p>write src=&quot;data:image/png;base64,{PIXEL}&quot;</p></body>"
    page = read_kept_page(told, "001")
    assert page.html == told
    assert (page.pictures, page.image, page.title, page.summary) == ((), None, "", "")


def test_a_picture_that_somebody_broke_by_hand_stays_where_it_is():
    told = '<img src="data:image/png;base64,abc=d">'
    assert read_kept_page(told, "001").html == told


def test_the_widest_picture_stands_for_the_issue_and_a_logo_only_where_there_is_no_other():
    logo = '<img src="https://example.com/logo.png" width="120" alt="Logo">'
    assert read_kept_page(logo, "001").image.source.endswith("logo.png")
    both = read_kept_page(f'{logo}<img src="https://example.com/large.png" width="536" alt="Large">', "001")
    assert both.image.source.endswith("large.png")


def test_published_pictures_are_looked_for_beside_the_page_and_others_are_not():
    name = "0123456789abcdef01234567-chart.png"
    told = f'<img src="https://n.example/media/{name}"><img src="https://n.example.evil/media/x.png">'
    page = read_kept_page(told, "001", "https://n.example/media")
    assert page.published == (name,)
    assert f'src="../media/{name}"' in page.html
    assert "https://n.example.evil/media/x.png" in page.html


def test_a_feed_has_the_words_of_a_mail_and_neither_its_tables_nor_its_frame():
    html = read_kept_page(kept_html(7), "007").html
    said = feed_content(html, "https://n.example/issues/007.html")
    assert '<p>Words in a cell with a <a href="https://example.com/a?b=1&amp;c=2">link</a></p>' in said
    assert '<a href="https://n.example/issues/007.html#a1">above</a>' in said
    assert '<img src="https://n.example/media/007-' in said
    assert "<h2>Data</h2>" in said
    assert not any(
        word in said for word in ("<table", "<td", "style", "because", "Eight write-ups", "Engineering Digest", "<h1")
    )


def test_a_feed_has_nothing_that_a_browser_would_run():
    bad = (
        '<body><a href="javascript:alert(1)" onclick="x()">a</a><script>x()</script><img src="x" onerror="y()"></body>'
    )
    said = feed_content(bad, "https://n.example/issues/001.html")
    assert said == '<p><a>a</a><img src="https://n.example/issues/x"></p>'


def test_text_about_markup_stays_text_in_a_feed():
    said = feed_content("<p>an &lt;script&gt; &amp;amp; <code>{{ x }}</code></p>", "https://n.example/")
    assert said == "<p>an &lt;script&gt; &amp;amp; <code>{{ x }}</code></p>"
