"""Pictures of media/: ready for a mail, or a line that says why not."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from rendering_samples import OPTIONS, article, issue_of, passage

from newsletter.errors import RenderError
from newsletter.rendering.media import PIXELS, WIDTH, Media
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


def save(path, size=(60, 40), mode="RGB", kind=None, **options):
    Image.new(mode, size, (200, 30, 60, 99)[: len(mode)] if mode != "P" else 3).save(path, kind, **options)


def picture(folder, target):
    return Media(folder).picture(target, where=folder.parent / "issues" / "042.md", line=17)


def opened(made):
    return Image.open(BytesIO(made.data))


def render(folder, markdown, **options):
    issue = issue_of(article("One"), intro=passage(markdown))
    return Renderer(replace(OPTIONS, **options), [builtin_templates()], folder).render(issue)


def test_a_large_picture_has_twice_the_pixels_of_the_column(media):
    save(media / "wide.png", (3000, 1500))
    made = picture(media, "media/wide.png")
    assert (made.width, made.height) == (WIDTH, WIDTH // 2)
    assert opened(made).size == (2 * WIDTH, WIDTH)


def test_a_small_picture_keeps_its_size(media):
    save(media / "small.jpg")
    made = picture(media, "../media/small.jpg")
    assert (made.width, made.height, made.type, opened(made).size) == (60, 40, "image/jpeg", (60, 40))


def test_what_a_camera_writes_of_place_and_time_stays_at_home(media):
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    save(media / "photo.jpg", exif=exif)
    assert b"SecretCamera" in (media / "photo.jpg").read_bytes()
    assert b"SecretCamera" not in picture(media, "media/photo.jpg").data


def test_a_photo_that_lies_on_its_side_stands_upright(media):
    exif = Image.Exif()
    exif[0x0112] = 6
    save(media / "photo.jpg", (60, 40), exif=exif)
    made = picture(media, "media/photo.jpg")
    assert (made.width, made.height) == (40, 60)
    assert 0x0112 not in opened(made).getexif()


@pytest.mark.parametrize("kind, mode, type_", [
    ("WEBP", "RGBA", "image/png"), ("WEBP", "RGB", "image/jpeg"), ("BMP", "RGB", "image/jpeg"),
    ("PNG", "P", "image/png"), ("GIF", "P", "image/gif"), ("TIFF", "CMYK", "image/jpeg"),
])  # fmt: skip
def test_what_outlook_cannot_show_becomes_what_it_can(media, kind, mode, type_):
    save(media / "x.img", mode=mode, kind=kind)
    made = picture(media, "media/x.img")
    assert made.type == type_
    assert Image.MIME[opened(made).format] == type_


def test_a_moving_gif_goes_as_it_is(media):
    frames = [Image.new("P", (20, 20), number) for number in (1, 2)]
    frames[0].save(media / "move.gif", save_all=True, append_images=frames[1:])
    assert picture(media, "media/move.gif").data == (media / "move.gif").read_bytes()


def refusal(folder, target):
    with pytest.raises(RenderError) as told:
        picture(folder, target)
    assert told.value.where.endswith("042.md")
    assert told.value.line == 17
    return str(told.value)


def test_what_cannot_be_shown_is_said_at_the_line_that_names_it(media):
    (media / "a.svg").write_text("<svg/>")
    save(media / "b.png")
    (media / "b.png").write_bytes((media / "b.png").read_bytes()[:50])
    (media.parent / "secret.png").write_bytes(b"x")
    (media / "out.png").symlink_to(media.parent / "secret.png")
    assert "no SVG" in refusal(media, "media/a.svg")
    assert "b.png" in refusal(media, "media/b.png")
    assert "cannot be read: No such file" in refusal(media, "media/none.png")
    assert "cannot be read" in refusal(media, "media/.")
    assert "outside of media/" in refusal(media, "media/../secret.png")
    assert "outside of media/" in refusal(media, "media/out.png")
    assert "outside of media/" in refusal(media, "media/%2e%2e/secret.png")
    assert "outside of media/" in refusal(media, "media/a%00.png")


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_read(media):
    side = int(PIXELS**0.5) + 1
    Image.new("1", (side, side)).save(media / "bomb.png")
    assert "million pixels" in refusal(media, "media/bomb.png")
    Image.new("1", (3 * side, side)).save(media / "bomb.png")
    assert "million pixels" in refusal(media, "media/bomb.png")


def test_a_changed_file_is_read_again(media):
    shared = Media(media)
    save(media / "a.png", (10, 10))
    first = shared.picture("media/a.png", where=media, line=1)
    assert shared.picture("media/a.png", where=media, line=1) is first
    save(media / "a.png", (300, 10))
    assert shared.picture("media/a.png", where=media, line=1).width == 300


def test_a_mail_has_its_pictures_with_width_height_and_alternative_text(media):
    save(media / "a.png")
    mail = render(media, "See\n![A *red* one](media/a.png) and\n![again](../media/a.png).")
    (made,) = mail.pictures
    assert mail.embedded
    tags = re.findall(r"<img [^>]*cid:[^>]*>", mail.html)
    assert len(tags) == 2
    for part in (f'src="cid:{made.content_id}"', 'width="60"', 'height="40"', 'alt="A red one"'):
        assert part in tags[0]
    assert "A _red_ one" in mail.text


def test_published_pictures_have_an_address_and_travel_in_no_mail(media):
    save(media / "a b.png")
    mail = render(media, "![x](<media/a b.png>)", public=True, pictures_at="https://n.example/media")
    assert not mail.embedded
    assert f'src="https://n.example/media/{mail.pictures[0].digest}-a-b.png"' in mail.html


def test_a_link_to_a_file_of_ours_is_only_its_words(media):
    mail = render(media, "Read [the *paper*](media/paper.pdf) now.")
    assert "media/paper.pdf" not in mail.html
    assert "the <em>paper</em> now" in mail.html
