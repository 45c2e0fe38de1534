import json
import re

import pytest
from archive_samples import PUBLIC, keep_receipt, kept_html, sent_newsletter
from PIL import Image

from newsletter.app.archive import Archive, is_shown, site_address
from newsletter.app.pictures import keep_pictures
from newsletter.app.static_site import MANIFEST, write_site
from newsletter.errors import FileError, IssueError
from newsletter.model.site import SiteFile


def archive_of(newsletter, **address):
    return Archive(newsletter, site_address(newsletter, **address))


def files_of(newsletter, **address):
    return {file.path: file for file in archive_of(newsletter, **address).files()}


def text(files, path):
    return files[path].data.decode()


def test_only_what_was_sent_to_a_public_list_is_shown(tmp_path):
    newsletter = sent_newsletter(tmp_path, 1, 2)
    for number, lists in ((3, ["inside"]), (4, ["inside", "weekly"]), (5, ["gone"])):
        (tmp_path / f"issues/{number:03d}.html").write_text(kept_html(number))
        keep_receipt(tmp_path, number, *lists)
    (tmp_path / "issues/006.html").write_text(kept_html(6))  # built, and not sent
    archive = archive_of(newsletter)
    assert [issue.number for issue in archive.issues] == [4, 2, 1]
    assert archive.withheld == {
        3: "the list inside is private", 5: "newsletter.toml has no list gone any more",
    }  # fmt: skip
    assert {file.path for file in archive.files() if file.path.startswith("issues/")} == {
        "issues/004.html", "issues/002.html", "issues/001.html",
    }  # fmt: skip
    for number in (3, 5, 6):
        assert archive.file(f"issues/{number:03d}.html") is None


def test_an_issue_is_taken_out_by_its_file_and_one_for_a_segment_stays_out_unless_its_file_says_so(tmp_path):
    newsletter = sent_newsletter(tmp_path, 1, 2, 3)
    keep_receipt(tmp_path, 2, "weekly", segment="members")
    keep_receipt(tmp_path, 3, "inside", "weekly", segment="members")

    def says(number, line):
        head = f'+++\nnumber = {number}\ndate = 2026-11-27\nsubject = "x"\nlist = "weekly"\n{line}\n+++\n'
        (tmp_path / f"issues/{number:03d}.md").write_text(head)

    for number in (1, 2, 3):
        says(number, "")
    archive = archive_of(newsletter)
    assert [issue.number for issue in archive.issues] == [1]
    assert "segment members alone" in archive.withheld[2]
    says(1, "archive = false")
    says(2, "archive = true")
    archive = archive_of(newsletter)
    assert [issue.number for issue in archive.issues] == [2]
    assert [number for number in range(5) if is_shown(newsletter, number)] == [2]
    assert archive.withheld[1] == "its front matter says archive = false"
    assert archive.file("issues/001.html") is None


def test_a_picture_of_an_issue_that_is_not_shown_is_not_shown_either(tmp_path):
    newsletter = sent_newsletter(tmp_path, 1)
    picture = next(file for file in archive_of(newsletter).files() if file.path.startswith("media/"))
    assert archive_of(newsletter).file(picture.path) == picture
    keep_receipt(tmp_path, 1, "inside")
    assert archive_of(newsletter).file(picture.path) is None


def test_an_issue_stands_as_it_was_sent_between_two_bars(tmp_path):
    page = text(files_of(sent_newsletter(tmp_path, 1, 2, 3, more=PUBLIC)), "issues/002.html")
    sent = re.sub(r'data:image/png;base64,[^"]*', "PICTURE", kept_html(2))
    body = re.search(r"<body[^>]*>(.*)</body>", sent, re.S)[1]
    assert body in re.sub(r"\.\./media/002-[0-9a-f]{24}\.png", "PICTURE", page)
    assert "<title>Moka &amp; more, 2 – Engineering &lt;Digest&gt;</title>" in page
    for told in (
        '<link rel="canonical" href="https://news.example.org/weekly/issues/002.html">',
        '<meta property="og:title" content="Moka &amp; more, 2">',
        '<meta property="og:description" content="Eight write-ups, &lt;one&gt; team">',
        '<meta property="og:url" content="https://news.example.org/weekly/issues/002.html">',
        '<meta property="og:type" content="article">',
        '<meta property="og:image:alt" content="A &#34;chart&#34;">',
        '<meta property="article:published_time" content="2026-02-03T09:00:00+00:00">',
        'href="https://news.example.org/weekly/feed.xml"',
        'href="https://news.example.org/weekly/feed.json"',
        '<a href="https://news.example.org/weekly/subscribe">Subscribe</a>',
        '<a href="../">All issues</a>',
        '<a href="003.html" rel="next">',
        '<a href="001.html" rel="prev">',
    ):
        assert told in page
    image = re.search(r'og:image" content="https://news.example.org/weekly/(media/002-[0-9a-f]+\.png)"', page)
    assert archive_of(sent_newsletter(tmp_path, 1, 2, more=PUBLIC)).file(image[1])


def test_without_a_url_all_links_are_relative_and_there_are_no_feeds(tmp_path):
    files = files_of(sent_newsletter(tmp_path, 1))
    assert set(files) - {path for path in files if path.startswith("media/")} == {
        "index.html", "site.css", "404.html", "issues/001.html",
    }  # fmt: skip
    shown = text(files, "index.html") + text(files, "issues/001.html")
    assert not re.findall(r'(?:href|src|content)="(?:https?://(?!example\.com)|/)[^"]*', shown)
    assert '<a href="../index.html">All issues</a>' in shown
    assert "og:image" not in shown  # a picture without a whole address is none to those who share


def test_links_follow_the_address_that_is_given(tmp_path):
    files = files_of(sent_newsletter(tmp_path, 1, more=PUBLIC), url="https://me.example.net/")
    assert "https://me.example.net/issues/001.html" in text(files, "feed.xml")
    assert 'href="/site.css"' in text(files, "404.html")
    assert "Sitemap: https://me.example.net/sitemap.xml" in text(files, "robots.txt")
    below = files_of(sent_newsletter(tmp_path, 1, more=PUBLIC))
    assert 'href="/weekly/site.css"' in text(below, "404.html")
    assert "robots.txt" not in below


def test_an_issue_without_a_kept_page_is_named_and_has_no_link(tmp_path):
    newsletter = sent_newsletter(tmp_path, 1, 2)
    (tmp_path / "issues/001.html").unlink()
    files = files_of(newsletter)
    assert "Subject 1" in text(files, "index.html")
    assert "There is no web version of this issue." in text(files, "index.html")
    assert "issues/001.html" not in files
    assert "issues/001.html" not in text(files, "index.html")


def test_the_archive_speaks_the_newsletter_s_language(tmp_path):
    files = files_of(sent_newsletter(tmp_path, 1, more='language = "de-AT"\n' + PUBLIC))
    assert "Ausgabe 1 · 3. Januar 2026" in text(files, "index.html")
    assert "Alle Ausgaben" in text(files, "issues/001.html")
    assert "Unter dieser Adresse gibt es nichts" in text(files, "404.html")
    assert '<html lang="de-AT"' in text(files, "index.html")


def test_a_newsletter_of_which_nothing_was_sent_has_an_archive_that_says_so(tmp_path):
    files = files_of(sent_newsletter(tmp_path, more=PUBLIC))
    assert "The first issue is still being written." in text(files, "index.html")
    assert json.loads(files["feed.json"].data)["items"] == []


def test_a_page_that_somebody_wrote_without_head_and_body_is_shown_whole(tmp_path):
    newsletter = sent_newsletter(tmp_path, 1, more=PUBLIC)
    (tmp_path / "issues/001.html").write_text("<p>by hand &lt;/head&gt;")
    page = text(files_of(newsletter), "issues/001.html")
    assert "<p>by hand &lt;/head&gt;" in page
    assert "<title>Subject 1 – Engineering &lt;Digest&gt;</title>" in page
    assert "All issues" in page


def test_a_receipt_that_cannot_be_read_is_named(tmp_path):
    newsletter = sent_newsletter(tmp_path, 1)
    (tmp_path / "issues/001.receipt.toml").write_text("[[mailing]\n")
    with pytest.raises(IssueError, match=r"001\.receipt\.toml:1"):
        archive_of(newsletter)


def test_a_published_picture_is_kept_as_it_was_sent(tmp_path):
    more = 'public_url = "https://n.example"\npictures = "publish"'
    newsletter = sent_newsletter(tmp_path, 1, more=more)
    (tmp_path / "media/2026").mkdir(parents=True)
    file = tmp_path / "media/2026/My chart.png"
    Image.new("RGB", (80, 40), "navy").save(file)
    picture = newsletter.renderer._media.picture("media/2026/My%20chart.png", where=file, line=1)
    address = f"https://n.example/media/{picture.published_name}"
    path = f"media/{picture.published_name}"
    (tmp_path / "issues/001.html").write_text(f'<body><img src="{address}" alt=""></body>')
    assert archive_of(newsletter).file(path).data == picture.data
    keep_pictures(newsletter, f'<img src="{address}">')
    Image.new("RGB", (80, 40), "white").save(file)
    files = files_of(newsletter)
    assert files[path].data == picture.data
    assert f'src="../{path}"' in text(files, "issues/001.html")
    assert archive_of(newsletter).file("media/0123456789abcdef01234567-My-chart.png") is None


@pytest.mark.parametrize(
    "path", ["", "issues/1.html", "issues/0001.html", "issues/099.html", "../newsletter.toml", "media/../index.html",
             "media/x", f"issues/{'9' * 5000}.html", "issues/001.md", "media/001-.png"]
)  # fmt: skip
def test_there_is_nothing_at_other_addresses(tmp_path, path):
    assert archive_of(sent_newsletter(tmp_path, 1)).file(path) is None


def page(path, words="x"):
    return {path: SiteFile(path=path, type="text/html", data=words.encode())}


def test_a_site_is_written_once_and_then_only_what_changed(tmp_path):
    out = tmp_path / "out"
    one, two = page("index.html"), page("issues/001.html")
    assert write_site(one | two, out).written == ("index.html", "issues/001.html")
    again = write_site(one | two, out)
    assert (again.written, again.removed, again.unchanged) == ((), (), 2)
    changed = write_site(page("index.html", "y") | two, out)
    assert (changed.written, changed.unchanged) == (("index.html",), 1)
    gone = write_site(one, out)
    assert gone.removed == ("issues/001.html",)
    assert sorted(path.name for path in out.iterdir()) == [MANIFEST, "index.html"]


def test_a_folder_with_files_of_others_is_refused_until_told(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("theirs")
    (out / "notes.txt").write_text("theirs too")
    with pytest.raises(FileError, match=r"index\.html and 1 more"):
        write_site(page("index.html"), out)
    assert (out / "index.html").read_text() == "theirs"
    write_site(page("index.html"), out, force=True)
    assert ((out / "index.html").read_text(), (out / "notes.txt").read_text()) == ("x", "theirs too")


def test_the_newsletter_s_own_folder_is_refused_whatever_is_told(tmp_path):
    sent_newsletter(tmp_path, 1)
    with pytest.raises(FileError, match="own folder"):
        write_site(page("issues/001.html"), tmp_path, force=True)
    assert (tmp_path / "issues/001.html").read_text() == kept_html(1)


def test_what_a_web_host_wants_in_the_folder_is_no_reason_to_refuse(tmp_path):
    for name in (".git/HEAD", ".nojekyll", "CNAME"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("theirs")
    assert write_site(page("index.html"), tmp_path).written == ("index.html",)


def test_a_file_of_ours_that_somebody_changed_is_not_removed(tmp_path):
    write_site(page("index.html") | page("issues/001.html"), tmp_path)
    (tmp_path / "issues/001.html").write_text("by hand")
    assert write_site(page("index.html"), tmp_path).removed == ()
    assert (tmp_path / "issues/001.html").read_text() == "by hand"


def test_a_list_of_files_that_leads_outside_removes_nothing_there(tmp_path):
    out, other = tmp_path / "out", tmp_path / "other.txt"
    other.write_text("x")
    write_site(page("index.html"), out)
    digest = page("x")["x"].digest
    (out / MANIFEST).write_text(json.dumps({"files": {"../other.txt": digest, "index.html": digest}}))
    assert write_site(page("index.html"), out).removed == ()
    assert other.exists()


def test_a_run_that_was_cut_short_is_gone_on_with(tmp_path, monkeypatch):
    calls = []

    def failing(path, data, **options):
        calls.append(path)
        if len(calls) == 3:
            raise FileError("it cannot be written (No space left on device)")
        return written(path, data, **options)

    from newsletter.app import static_site

    written = static_site.write_whole
    monkeypatch.setattr(static_site, "write_whole", failing)
    wanted = page("index.html") | page("issues/001.html") | page("issues/002.html")
    with pytest.raises(FileError):
        write_site(wanted, tmp_path)
    assert write_site(wanted, tmp_path).unchanged == 1
