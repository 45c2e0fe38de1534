"""A newsletter with [dkim]: what arrives is signed, and verifies with somebody else's program."""

import json

import dkim


def test_what_a_reader_gets_is_signed_and_verifies(sending, inbox):
    text = sending.path("newsletter.toml").read_text()
    sending.path("newsletter.toml").write_text(text + '\n[dkim]\nselector = "news"\n')
    refused = sending.fails(2, "send", "1", "--really", "--yes", "--expect", "3")
    assert "newsletter dns key" in refused
    assert inbox.messages == []
    assert "nothing has been sent" in sending.ok("status")
    key = json.loads(sending.ok("dns", "key", "--json"))
    public = key["records"][0]["value"].encode()
    sending.ok("send", "1", "--really", "--yes", "--expect", "3")
    assert len(inbox.messages) == 3
    for _, data in inbox.messages:
        assert data.startswith(b"DKIM-Signature: ")
        assert dkim.verify(data, dnsfunc=lambda name, timeout=5: public)
        assert not dkim.verify(data.replace(b"Moka", b"Mocha"), dnsfunc=lambda name, timeout=5: public)


def test_a_test_send_and_a_rehearsal_are_signed_too(sending, inbox):
    text = sending.path("newsletter.toml").read_text()
    sending.path("newsletter.toml").write_text(text + '\n[dkim]\nselector = "news"\n')
    sending.ok("dns", "key")
    sending.ok("send", "1", "--test", "editor@example.com")
    assert inbox.messages[0][1].startswith(b"DKIM-Signature: ")
    sending.ok("send", "1", "--rehearse")
    written = sorted((sending.folder / ".newsletter" / "rehearsals" / "001").iterdir())
    assert len(written) == 3
    assert all(path.read_bytes().startswith(b"DKIM-Signature: ") for path in written)
