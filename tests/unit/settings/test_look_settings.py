"""The newsletter's own look: read, judged, and taken by each theme."""

import re

import pytest
from PIL import Image

from newsletter.app import open_newsletter
from newsletter.errors import RenderError, SettingsError
from newsletter.model.colour import contrast, hex_colour
from newsletter.rendering.look import COLOURS, GROUNDS, TEXTS, Logo
from newsletter.rendering.palette import own_palettes
from newsletter.rendering.themes import builtin_templates
from newsletter.rendering.views import as_outlook, without_images

BASE = 'id = "weekly-news"\nname = "Weekly News"\nfrom = "editor@example.org"\ntheme = "THEME"\n[lists.weekly]\n'
ISSUE = """\
+++
number = 1
date = 2026-11-27
subject = "One"
list = "weekly"
+++

Hello, [you](https://a.example).

## Data

### [Moka](https://a.example/)
Example · 3 min

**Why it matters:** It scales.

### [Acme](https://b.example/) {.sponsor}
Acme · Words.
"""
THEMES = ("compact", "digest", "letter")


@pytest.fixture
def newsletter(tmp_path):
    (tmp_path / "media").mkdir()
    Image.new("RGB", (400, 100), "navy").save(tmp_path / "media" / "logo.png")
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "001.md").write_text(ISSUE, encoding="utf-8")

    def opened(text: str = "", theme: str = "digest"):
        (tmp_path / "newsletter.toml").write_text(BASE.replace("THEME", theme) + text, encoding="utf-8")
        return open_newsletter(tmp_path)

    return opened


def mail(newsletter):
    return newsletter.render(newsletter.issues.read(newsletter.issues.find("1")))


@pytest.mark.parametrize("theme", THEMES)
def test_each_text_colour_of_a_theme_is_readable_on_each_of_its_grounds(theme):
    for palette in own_palettes(theme, (builtin_templates(),)):
        assert set(palette) == set(COLOURS)
        for text in TEXTS:
            for ground in GROUNDS:
                assert contrast(hex_colour(palette[text]), hex_colour(palette[ground])) >= 4.5, (text, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_takes_the_colours_and_fonts_of_the_settings(newsletter, theme):
    light = {"ink": "#101112", "soft": "#414243", "accent": "#513132", "paper": "#f1f2f3", "card": "#fcfdfe"}
    light |= {"tint": "#eeeff0", "rule": "#c0c1c2"}
    dark = {"ink": "#f0e0d0", "soft": "#c0c0b0", "accent": "#f0b0b1", "paper": "#010203", "card": "#040506"}
    dark |= {"tint": "#070809", "rule": "#303132"}
    fonts = 'text_font = "Lucida Grande, Verdana, sans-serif"\nheading_font = "\'Gill Sans\', serif"\n'
    lines = "".join(f'{key} = "{value}"\n' for key, value in light.items())
    night = "".join(f'{key} = "{value}"\n' for key, value in dark.items())
    html = mail(newsletter(f"[look]\n{fonts}{lines}[look.dark]\n{night}", theme)).html
    own = own_palettes(theme, (builtin_templates(),))
    for key in COLOURS:
        assert light[key] in html
        assert dark[key] in html
        assert {own[0][key], own[1][key]} & set(re.findall("#[0-9a-f]{6}", html)) <= {"#ffffff"}
    assert "'Lucida Grande',Verdana,sans-serif" in html
    assert re.search(r"<h1 [^>]*Gill Sans[\"'], ?serif", html)
    outlook = re.search(r"<!--\[if mso\]><style[^>]*>(.*?)</style>", html)[1]
    assert "Verdana,sans-serif" in outlook
    assert "Georgia,serif" in outlook


def test_without_a_look_nothing_is_said_of_it(newsletter):
    assert newsletter().settings.rendering.look == newsletter("[look]\n").settings.rendering.look


@pytest.mark.parametrize(
    "text, words",
    [
        ('[look]\nink = "black"\n', 'newsletter.toml:7: "black" is no colour; write it like "#9c3520" or "#933"'),
        ('[look]\nrule = "#12345"\n', '"#12345" is no colour'),
        ('[look]\nacent = "#933"\n', '"look.acent" is not a known key; did you mean "accent"?'),
        ('[look.dark]\nfont = "#933"\n', '"look.dark.font" is not a known key'),
        ("[look]\nink = 3\n", '"look.ink" must be text in quotes'),
        ('[look]\ntext_font = "Inter"\n', '"Inter" is not on every machine; write a list that ends with'),
        ('[look]\ntext_font = "a{b}, serif"\n', '"a{b}" is no name of a font'),
        ('[look]\ntext_font = "Inter,, serif"\n', '"" is no name of a font'),
        ('[look]\nweb_font = "https://f.example/i.css"\n', "no font is named that it would bring"),
        ('[look]\ntext_font = "I, serif"\nweb_font = "http://f.example/i.css"\n', "newsletter.toml:8: .* is no https"),
        ('[look]\ntext_font = "I, serif"\nweb_font = "https://f.example/\\">"\n', "is no https address"),
        ('[look.logo]\nfile = "media/logo.png"\n', '"look.logo.alt" is missing'),
        ('[look.logo]\nfile = "media/logo.png"\nalt = " "\n', "newsletter.toml:8: the logo has no alternative text"),
        ('[look.logo]\nfile = "logo.png"\nalt = "x"\n', '"logo.png" is no file of media/'),
        ('[look.logo]\nfile = "media/logo.png"\nalt = "x"\nwidth = 537\n', "a logo 537 pixels wide will not do"),
        ('[look.logo]\nfile = "media/logo.png"\nalt = "x"\nwidth = 0\n', "a logo 0 pixels wide will not do"),
    ],
)
def test_what_a_look_cannot_be_is_refused_with_its_line(newsletter, text, words):
    with pytest.raises(SettingsError) as caught:
        newsletter(text)
    assert re.search(words if ".*" in words else re.escape(words), str(caught.value))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("key", TEXTS)
def test_a_text_that_is_hard_to_read_is_refused_and_the_colour_offered_is_taken(newsletter, theme, scheme, key):
    table = "[look]" if scheme == "light" else "[look.dark]"
    faint = "#c9b0a5" if scheme == "light" else "#5a4a40"
    with pytest.raises(SettingsError) as caught:
        newsletter(f'{table}\n{key} = "{faint}"\n', theme)
    said = str(caught.value)
    assert re.search(
        rf"newsletter.toml:7: {scheme} scheme: {key} {faint} on (paper|card|tint) #\w+ has a contrast of", said
    )
    better = re.search(rf'write {key} = "(#\w+)"$', said)[1]
    assert newsletter(f'{table}\n{key} = "{better}"\n', theme)


def test_a_ground_that_makes_the_themes_own_text_hard_to_read_is_refused(newsletter):
    with pytest.raises(SettingsError) as caught:
        newsletter('[look]\ntint = "#d0d0d0"\n')
    assert re.search(
        r'newsletter.toml:7: light scheme: soft #655e56 on tint #d0d0d0 .* write soft = "#', str(caught.value)
    )


def test_grounds_on_which_no_text_is_readable_are_said_to_be_too_far_apart(newsletter):
    with pytest.raises(SettingsError, match="no colour is readable on all of paper, card and tint"):
        newsletter('[look]\ncard = "#000"\n')


def test_a_theme_of_ones_own_is_judged_by_its_own_palette(newsletter, tmp_path):
    own = tmp_path / "templates" / "mine"
    own.mkdir(parents=True)
    (own / "issue.mjml.j2").write_text('{% extends "digest/issue.mjml.j2" %}', encoding="utf-8")
    (own / "issue.txt.j2").write_text('{% extends "digest/issue.txt.j2" %}', encoding="utf-8")
    assert newsletter('[look]\nink = "#777"\n', "mine")  # no palette: nobody knows what it stands on
    (own / "palette.j2").write_text('{% set card = "#fff" %}{% set paper = "rgb(1 2 3)" %}', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"ink #777777 on card #ffffff has a contrast of 4\.47:1"):
        newsletter('[look]\nink = "#777"\n', "mine")
    (own / "palette.j2").write_text("{% set card %}{{ broken", encoding="utf-8")
    assert newsletter('[look]\nink = "#777"\n', "mine")


@pytest.mark.parametrize("theme", THEMES)
def test_a_logo_stands_for_the_name_and_travels_in_the_mail(newsletter, theme):
    rendered = mail(newsletter('[look.logo]\nfile = "media/logo.png"\nalt = "Weekly <News>"\nwidth = 120\n', theme))
    (picture,) = rendered.pictures
    image = re.search(r'<img class="mark"[^>]*>', rendered.html)[0]
    assert f'src="cid:{picture.content_id}"' in image
    assert 'alt="Weekly &lt;News&gt;" width="120" height="30"' in image


@pytest.mark.parametrize("theme", THEMES)
def test_another_logo_for_the_dark_is_shown_there_and_never_by_outlook(newsletter, theme, tmp_path):
    Image.new("RGB", (400, 200), "white").save(tmp_path / "media" / "night.png")
    opened = newsletter(
        '[look.logo]\nfile = "media/logo.png"\nalt = "x"\nwidth = 100\ndark = "media/night.png"\n', theme
    )
    rendered = mail(opened)
    day, night = rendered.pictures
    assert re.search(rf'class="mark day" src="cid:{day.content_id}" alt="x" width="100" height="25"', rendered.html)
    hidden = rf'<!--\[if !mso\]><!--><img class="mark night" src="cid:{night.content_id}" [^>]*"[^"]*display:none'
    assert re.search(hidden, rendered.html)
    assert "night" not in re.sub(r"(?s)<style.*?</style>", "", as_outlook(rendered.html))
    assert night.content_id not in without_images(rendered.html)
    page = opened.render_web(opened.issues.read(opened.issues.find("1"))).html
    assert f'<source media="(prefers-color-scheme: dark)" srcset="media/{night.published_name}"' in page


def test_a_logo_that_is_no_picture_is_said_at_the_line_that_names_it(newsletter, tmp_path):
    (tmp_path / "media" / "logo.svg").write_text("<svg/>")
    with pytest.raises(RenderError, match=r"newsletter.toml:7: logo.svg is no picture that mail can show"):
        mail(newsletter('[look.logo]\nfile = "media/logo.svg"\nalt = "x"\n'))


def test_a_logo_is_as_wide_as_it_is_unless_it_is_said(newsletter):
    look = newsletter('[look.logo]\nfile = "media/logo.png"\nalt = "x"\n').settings.rendering.look
    assert isinstance(look.logo, Logo)
    assert 'width="400" height="100"' in mail(newsletter('[look.logo]\nfile = "media/logo.png"\nalt = "x"\n')).html


@pytest.mark.parametrize("theme", THEMES)
def test_a_web_font_is_loaded_only_where_it_is_asked_for_and_never_by_outlook(newsletter, theme):
    assert "stylesheet" not in mail(newsletter(theme=theme)).html
    html = mail(
        newsletter('[look]\ntext_font = "Inter, serif"\nweb_font = "https://f.example/i.css?a=1&b=2"\n', theme)
    ).html
    link = r'<!--\[if !mso\]><!--><link href="https://f\.example/i\.css\?a=1&amp;b=2" rel="stylesheet"'
    assert re.search(link, html)
    assert "Georgia,serif !important" in html


@pytest.mark.parametrize("key", ["file", "dark"])
def test_a_logo_that_is_not_there_keeps_from_rendering_and_from_nothing_else(newsletter, key):
    names = {"file": "media/logo.png", "dark": "media/logo.png", key: "media/no.png"}
    rows = "".join(f'{name} = "{value}"\n' for name, value in names.items())
    made = newsletter(f'[look.logo]\n{rows}alt = "x"\n')
    with pytest.raises(RenderError, match=r"newsletter\.toml:7: the picture \S*media/no\.png cannot be read"):
        mail(made)
