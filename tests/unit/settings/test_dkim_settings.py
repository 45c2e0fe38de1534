import pytest

from newsletter.app import open_newsletter
from newsletter.app.signing import publish_key, signer_of, signing_domains
from newsletter.errors import FileError, SettingsError
from newsletter.model.mail import Message
from newsletter.sender.options import DkimOptions, is_aligned, is_selector

BASE = 'id = "weekly-news"\nname = "Weekly News"\nfrom = "editor@example.org"\n'
LISTS = '[lists.weekly]\n[lists.beta]\nfrom = "beta@News.Example.Org"\n'
MAIL = Message(
    message_id="",
    envelope_from="",
    envelope_to="",
    parts=(b"From: editor@example.org\r\nSubject: x\r\n\r\nHello.\r\n",),
)


@pytest.fixture
def newsletter(tmp_path):
    def opened(text: str = "", *, data: bool = True):
        (tmp_path / "newsletter.toml").write_text(BASE + text, encoding="utf-8")
        newsletter = open_newsletter(tmp_path)
        if data:
            newsletter.settings.data_folder.mkdir(parents=True, exist_ok=True)
        return newsletter

    return opened


def test_mail_is_signed_only_where_it_is_asked_for(newsletter):
    assert newsletter().settings.dkim is None
    assert signer_of(newsletter()) is None
    assert newsletter("[dkim]\n").settings.dkim == DkimOptions(selector="newsletter")


@pytest.mark.parametrize(
    "text, words",
    [
        ('[dkim]\nselector = "News"\n', 'newsletter.toml:5: "News" is no selector'),
        ('[dkim]\nselector = "../x"\n', "is no selector"),
        ('[dkim]\ned25519_selector = "newsletter"\n', "both keys have one selector"),
        ('[dkim]\ndomain = "example.com"\n', "example.com says nothing for mail from editor@example.org"),
        ('[dkim]\ndomain = "org"\n', '"org" is no domain'),
        ('[dkim]\ndomain = "a b.org"\n', "is no domain"),
        ('[dkim]\ndomain = "straße.example"\n', "has two readings"),
        ('[dkim]\nselektor = "x"\n', 'did you mean "selector"'),
        (
            '[dkim]\ndomain = "mail.example.org"\n' + LISTS.replace("News.Example.Org", "example.com"),
            "beta@example.com",
        ),
    ],
)
def test_what_cannot_sign_is_said_with_its_line(newsletter, text, words):
    with pytest.raises(SettingsError) as caught:
        newsletter(text)
    assert words in str(caught.value)


def test_each_list_is_signed_by_the_domain_that_it_is_from(newsletter):
    settings = newsletter("[dkim]\n" + LISTS).settings
    assert signing_domains(settings) == ("example.org", "news.example.org")
    assert signing_domains(newsletter('[dkim]\ndomain = "EXAMPLE.org"\n' + LISTS).settings) == ("example.org",)


def test_the_signer_signs_by_the_domain_and_the_keys_of_the_settings(newsletter):
    opened = newsletter('[dkim]\nselector = "a"\ned25519_selector = "b"\n' + LISTS)
    publish_key(opened)
    publish_key(opened, ed25519=True)
    signed = signer_of(opened, "beta").sign(MAIL).data
    assert signed.count(b"DKIM-Signature:") == 2
    assert b"a=rsa-sha256; c=relaxed/relaxed; d=news.example.org;\r\n s=a;" in signed
    assert b"a=ed25519-sha256; c=relaxed/relaxed; d=news.example.org;\r\n s=b;" in signed
    assert b"d=example.org;" in signer_of(opened, "weekly").sign(MAIL).data


def test_a_key_that_is_not_on_this_machine_is_said_and_how_to_get_it(newsletter):
    opened = newsletter("[dkim]\n", data=False)
    with pytest.raises(SettingsError, match=r"newsletter\.pem: .* missing; newsletter dns key makes it"):
        signer_of(opened)
    with pytest.raises(SettingsError, match="no data folder on this machine yet; newsletter init"):
        publish_key(opened)


def test_a_key_is_made_once_and_its_record_printed_again(newsletter):
    first = publish_key(newsletter())
    again = publish_key(newsletter("[dkim]\n"))
    assert (first.made, again.made) == (True, False)
    assert first.records == again.records
    assert first.settings == ("[dkim]", 'selector = "newsletter"')
    assert again.settings == ()
    other = publish_key(newsletter("[dkim]\n"), "next")
    assert (other.settings, other.records[0].name) == (('selector = "next"',), "next._domainkey.example.org")
    second = publish_key(newsletter("[dkim]\n"), ed25519=True)
    assert second.settings == ('ed25519_selector = "newsletter-ed25519"',)


def test_a_key_of_the_other_kind_is_no_answer(newsletter):
    publish_key(newsletter(), "a")
    with pytest.raises(SettingsError, match="a key for rsa-sha256"):
        publish_key(newsletter(), "a", ed25519=True)
    with pytest.raises(SettingsError, match="is no selector"):
        publish_key(newsletter(), "../a")


def test_a_key_that_cannot_be_written_is_an_error(newsletter):
    opened = newsletter()
    (opened.settings.data_folder / "dkim").write_text("in the way")
    with pytest.raises(FileError):
        publish_key(opened)


def test_selectors_and_alignment():
    assert all(map(is_selector, ("a", "news-2026", "2026.news")))
    assert not any(map(is_selector, ("", "-a", "a-", "a..b", "a_b", "Ä", "a" * 64, "a.pem/", "ab." * 41 + "a")))
    assert is_aligned("example.org", "News.example.org")
    assert is_aligned("news.example.org", "example.org")
    assert not is_aligned("a.example.org", "b.example.org")
    assert not is_aligned("example.org", "badexample.org")
