import json
import os
import stat
from pathlib import Path

import pytest
from dns_server import NameServer, name_server, txt

DKIM = '\n[dkim]\nselector = "news"\ned25519_selector = "news-ed"\n'


def configure(desk, text: str) -> None:
    path = desk.path("newsletter.toml")
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.fixture
def signed(sample):
    """The sample newsletter with keys and a return path of its own."""
    sample.change("newsletter.toml", "# return_path =", "return_path =")
    configure(sample, DKIM)
    sample.ok("dns", "key")
    sample.ok("dns", "key", "--ed25519")
    return sample


@pytest.fixture
def server(signed):
    """A name server with everything as it should be."""
    keys = [json.loads(signed.ok("dns", "key", *more, "--json"))["records"][0] for more in ([], ["--ed25519"])]
    zone = {
        **{record["name"]: txt(record["value"]) for record in keys},
        "news.example.com": [*txt("v=spf1 include:provider.example ~all"), "MX 10 mx.example.com."],
        "mx.example.com": ["A 192.0.2.1"],
        "provider.example": txt("v=spf1 ip4:192.0.2.0/24 -all"),
        "_dmarc.example.com": txt("v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com"),
    }
    with name_server(zone) as server:
        yield server


def check(desk, server: NameServer, code: int, *more: str) -> dict[str, dict]:
    done = desk.run("dns", "check", "--nameserver", server.address, "--json", *more)
    assert done.returncode == code, done.stdout + done.stderr
    return {f"{one['topic']} {one['name']}": one for one in json.loads(done.stdout)}


RSA, ED25519 = "DKIM news._domainkey.example.com", "DKIM news-ed._domainkey.example.com"
SPF, DMARC, MX = "SPF news.example.com", "DMARC _dmarc.example.com", "return path news.example.com"


def test_a_key_is_made_once_and_its_record_printed_as_often_as_one_likes(sample):
    before = sample.ok("dns", "key", "--selector", "news")
    (path,) = Path(os.environ["NEWSLETTER_HOME"]).glob("*/dkim/news.pem")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = path.read_bytes()
    again = sample.ok("dns", "key", "--selector", "news")
    assert before.startswith("made ")
    assert again.startswith("there ")
    assert before.partition("\n")[2] == again.partition("\n")[2]
    assert path.read_bytes() == key
    assert '[dkim]\nselector = "news"\n' in again
    assert 'news._domainkey.example.com. IN TXT ( "v=DKIM1; k=rsa; p=MII' in again


def test_the_record_comes_for_a_program_too(sample):
    (record,) = json.loads(sample.ok("dns", "key", "--json"))["records"]
    assert record["name"] == "newsletter._domainkey.example.com"
    assert "".join(record["strings"]) == record["value"]
    assert max(map(len, record["strings"])) == 255


def test_a_key_needs_a_selector_and_a_data_folder(sample, tmp_path):
    assert "is no selector" in sample.fails(2, "dns", "key", "--selector", "../../secret")
    sample.env["NEWSLETTER_HOME"] = str(tmp_path / "elsewhere")
    assert "newsletter init makes it" in sample.fails(2, "dns", "key")
    assert not (tmp_path / "elsewhere").exists()


def test_everything_right_is_good(signed, server):
    found = check(signed, server, 0)
    assert {one["verdict"] for one in found.values()} == {"good"}
    assert list(found) == [SPF, RSA, ED25519, DMARC, MX]
    assert found[RSA]["needed"] == found[RSA]["found"][0]
    assert "good     DKIM" in signed.ok("dns", "check", "--nameserver", server.address)


def test_each_wrong_record_is_said(signed, server):
    server.zone |= {
        "news.example.com": [*txt("v=spf1 +all", "v=spf1 -all"), "MX 0 ."],
        "news._domainkey.example.com": txt("v=DKIM1; k=rsa; p=MIIBother"),
        "news-ed._domainkey.example.com": txt("v=DKIM1; k=ed25519; p="),
        "_dmarc.example.com": txt("v=DMARC1; p=block; pct=10"),
    }
    found = check(signed, server, 1)
    assert {one["verdict"] for one in found.values()} == {"wrong"}
    assert "2 SPF records" in found[SPF]["faults"][0]
    assert "another key" in found[RSA]["faults"][0]
    assert "revoked" in found[ED25519]["faults"][0]
    assert "no policy" in found[DMARC]["faults"][0]
    assert "null MX" in found[MX]["faults"][0]
    said = signed.run("dns", "check", "--nameserver", server.address).stdout
    assert "publish  v=DKIM1; k=rsa; p=MIIB" in said
    assert "note     pct= is obsolete" in said


def test_nothing_published_is_missing_and_what_to_publish_is_said(signed, server):
    server.zone = {}
    found = check(signed, server, 1)
    assert {one["verdict"] for one in found.values()} == {"missing"}
    assert found[SPF]["needed"].startswith("v=spf1 include:")
    assert found[RSA]["needed"].startswith("v=DKIM1; k=rsa; p=MII")
    assert found[DMARC]["needed"].startswith("v=DMARC1; p=none; rua=mailto:")


def test_a_server_that_never_answers_leaves_all_unknown(signed, server):
    server.silent = True
    found = check(signed, server, 2, "--timeout", "0.2")
    assert {one["verdict"] for one in found.values()} == {"unknown"}
    assert "no answer in time" in found[SPF]["unknown"][0]
    assert found[RSA]["needed"].startswith("v=DKIM1"), "what to publish is said all the same"


def test_without_a_network_all_is_unknown_and_said_so(signed):
    # Nothing may be sent to this address, as where there is no network.
    done = signed.run("dns", "check", "--nameserver", "255.255.255.255")
    assert done.returncode == 2, done.stdout
    assert "no name server can be reached" in done.stdout


def test_one_record_that_is_wrong_counts_more_than_those_that_do_not_answer(signed, server):
    server.zone["news.example.com"] = [*txt("v=spf1 include:silent.example +all"), "MX 10 mx.example.com."]
    import dns.rcode

    server.rcodes["silent.example"] = dns.rcode.SERVFAIL
    assert check(signed, server, 1)[SPF]["verdict"] == "wrong"
    server.zone["news.example.com"] = [*txt("v=spf1 include:silent.example -all"), "MX 10 mx.example.com."]
    assert check(signed, server, 2)[SPF]["unknown"] == ["silent.example: the name server failed (SERVFAIL)"]


def test_answers_that_are_cut_are_read_whole(signed, server):
    server.truncated = True
    check(signed, server, 0)
    assert {by for by, _, _ in server.asked} == {"udp", "tcp"}


def test_a_name_server_is_given_by_its_address(sample):
    assert "is no address of a name server" in sample.fails(2, "dns", "check", "--nameserver", "ns.example.com")


def test_the_doctor_says_how_mail_is_signed(signed):
    (line,) = [one for one in json.loads(signed.run("doctor", "--json").stdout) if one["topic"] == "signing"]
    assert line["verdict"] == "ok"
    assert "news (rsa-sha256), news-ed (ed25519-sha256) by example.com" in line["words"]


def test_a_clone_without_the_key_checks_and_builds_the_same_bytes(signed, tmp_path):
    signed.ok("build", "1")
    built = signed.path(".newsletter/build/001/001.eml").read_bytes()
    assert b"DKIM-Signature" not in built
    signed.env["NEWSLETTER_HOME"] = str(tmp_path / "elsewhere")
    signed.ok("check", "1")
    signed.ok("build", "1")
    assert signed.path(".newsletter/build/001/001.eml").read_bytes() == built
    (line,) = [one for one in json.loads(signed.run("doctor", "--json").stdout) if one["topic"] == "signing"]
    assert line["verdict"] == "missing"
    assert "newsletter dns key makes it" in line["words"]
    done = signed.run("dns", "check", "--nameserver", "255.255.255.255")
    assert done.returncode == 1, "the keys are not there, whatever DNS says"


def test_the_lists_that_are_from_elsewhere_are_looked_at_too(signed, server):
    sample = signed
    sample.change("newsletter.toml", "[lists.weekly]", '[lists.beta]\nfrom = "beta@lab.example.net"\n[lists.weekly]')
    found = check(sample, server, 1)
    assert found["DKIM news._domainkey.lab.example.net"]["verdict"] == "missing"
    assert found["DMARC _dmarc.lab.example.net"]["verdict"] == "missing"
    assert found[DMARC]["verdict"] == "good"
