"""A mail as Word's Outlook and as a client without images show it."""

import pytest

from newsletter.rendering.views import as_outlook, text_page, without_images


def test_outlook_shows_what_is_for_it_and_not_what_is_for_all_others():
    html = "<p>a</p><!--[if !mso]><!--><p>others</p><!--<![endif]--><!--[if mso | IE]><p>word</p><![endif]-->"
    assert as_outlook(html) == "<p>a</p><p>word</p>"


@pytest.mark.parametrize("condition", ["mso", "gte mso 9", "mso | IE", "mso 16", "(gt mso 12)&(lt mso 17)"])
def test_outlook_reads_a_condition_that_holds_for_it(condition):
    assert as_outlook(f"<!--[if {condition}]>x<![endif]-->") == "x"


@pytest.mark.parametrize("condition", ["IE", "lte mso 11", "mso 12", "!mso"])
def test_outlook_hides_what_is_for_another(condition):
    assert as_outlook(f"<!--[if {condition}]>x<![endif]-->") == ""


def test_settings_for_office_are_no_text():
    html = "<!--[if mso]><noscript><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml></noscript><p>x</p><![endif]-->"
    assert as_outlook(html) == "<p>x</p>"


def test_outlook_knows_no_media_queries():
    html = "<style>a{color:red}@media (max-width:480px){a{color:blue} b{color:green}}i{top:0}</style>"
    assert as_outlook(html) == "<style>a{color:red}i{top:0}</style>"


def test_an_image_becomes_a_box_with_its_alt_text():
    page = without_images('<img src="https://example.com/a.png" alt="A &lt;b&gt; > c" width="120">')
    assert ">A &lt;b&gt; &gt; c</span>" in page
    assert "width:120px" in page
    assert "example.com" not in page


def test_an_image_that_is_not_shown_has_no_box():
    assert (
        without_images('<p><img src="https://example.com/a.png" alt="A" style="height:auto; display: none"></p>')
        == "<p></p>"
    )


def test_background_images_go_with_the_images():
    page = without_images('<td background="https://example.com/a.png" style="background:url(b.png) red">x</td>')
    assert page == '<td style="background: red">x</td>'


def test_the_text_part_is_shown_as_it_is():
    assert "a &lt;b&gt; &amp; c" in text_page("a <b> & c")
