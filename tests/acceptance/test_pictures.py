"""A picture of media/ goes the whole way: checked, built, rehearsed, and received by a real server."""

from email import message_from_bytes
from email.policy import default

import pytest
from PIL import Image


def put_picture(desk, name="media/chart.png"):
    desk.path("media").mkdir(exist_ok=True)
    Image.new("RGB", (1600, 800), (150, 60, 40)).save(desk.path("media") / "chart.png")
    desk.change("issues/001.md", "\n## ", f"\n![A chart]({name})\n\n## ")
    text = desk.path("issues/001.md").read_text(encoding="utf-8")
    return text[: text.index("![A chart]")].count("\n") + 1


@pytest.fixture
def pictured(sending):
    put_picture(sending)
    return sending


def images_of(data):
    mail = message_from_bytes(data, policy=default)
    return [part for part in mail.walk() if part.get_content_maintype() == "image"]


def test_it_is_in_each_message_that_a_server_receives(pictured, inbox):
    pictured.ok("send", "1", "--really", "--yes")
    assert len(inbox.messages) == 3
    for _, data in inbox.messages:
        (image,) = images_of(data)
        html = message_from_bytes(data, policy=default).get_body(("html",)).get_content()
        assert f'src="cid:{image["Content-ID"].strip("<>")}"' in html
        assert image.get_content()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_built_page_and_a_rehearsed_one_show_it_without_the_mail(pictured):
    pictured.ok("build", "1")
    html = pictured.path(".newsletter/build/001/001.html").read_text(encoding="utf-8")
    assert 'src="data:image/png;base64,' in html
    assert 'width="536" height="268"' in html
    (image,) = images_of(pictured.path(".newsletter/build/001/001.eml").read_bytes())
    assert image.get_filename() == "chart.png"


def test_published_ones_are_written_beside_the_build(sample):
    put_picture(sample)
    sample.change("newsletter.toml", "# pictures", 'public_url = "https://n.example"\npictures = "publish"\n# pictures')
    assert "media/" in sample.ok("build", "1")
    (file,) = sample.path(".newsletter/build/001/media").iterdir()
    html = sample.path(".newsletter/build/001/001.html").read_text(encoding="utf-8")
    assert f'src="https://n.example/media/{file.name}"' in html
    assert images_of(sample.path(".newsletter/build/001/001.eml").read_bytes()) == []


def test_publishing_needs_a_place(sample):
    sample.change("newsletter.toml", "# pictures", 'pictures = "publish"\n# pictures')
    assert "there is no public URL to publish pictures at" in sample.fails(2, "build", "1")


def test_a_picture_that_is_not_there_is_named_with_its_line(sample):
    line = put_picture(sample, "media/none.png")
    told = sample.fails(2, "build", "1")
    assert f"issues/001.md:{line}: the picture media/none.png cannot be read: No such file" in told


@pytest.mark.chromium
def test_shots_show_it(sample):
    put_picture(sample)
    sample.ok("shots", "1", "--out", "shots")
    with Image.open(sample.path("shots/desktop-light.png")) as shot:
        colours = {colour for count, colour in shot.convert("RGB").getcolors(1 << 24) if count > 50_000}
    assert (150, 60, 40) in colours
