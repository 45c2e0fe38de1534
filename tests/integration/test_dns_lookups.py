import dns.rcode
import pytest
from dns_server import NameServer, name_server, txt

from newsletter.errors import NetError
from newsletter.net.dns import Outcome, Resolver

LONG = "v=DKIM1; k=rsa; p=" + "A" * 380


@pytest.fixture
def server():
    zone = {
        "example.org": [*txt("v=spf1 -all", "a note"), "MX 20 b.example.org.", "MX 10 a.example.org.", "A 192.0.2.1"],
        "news._domainkey.example.org": txt(LONG),
        "alias.example.org": ["CNAME news._domainkey.example.org."],
        "dangling.example.org": ["CNAME gone.example.com."],
        "null.example.org": ["MX 0 ."],
        "umlaut.example.org": ['TXT "\\195\\164\\255"'],
    }
    with name_server(zone) as server:
        yield server


def ask(server: NameServer, name: str, kind: str, seconds: float = 5):
    return Resolver(server.address, seconds=seconds).look_up(name, kind)


def test_records_are_read_as_a_person_would_write_them(server):
    assert ask(server, "example.org", "TXT").values == ("a note", "v=spf1 -all")
    assert ask(server, "Example.ORG.", "MX").values == ("10 a.example.org", "20 b.example.org")
    assert ask(server, "example.org", "A").values == ("192.0.2.1",)
    assert ask(server, "null.example.org", "MX").values == ("0 .",)
    assert ask(server, "umlaut.example.org", "TXT").values == ("ä\\xff",)
    assert ask(server, "alias.example.org", "CNAME").values == ("news._domainkey.example.org",)


def test_the_strings_of_a_long_text_are_joined(server):
    assert ask(server, "news._domainkey.example.org", "TXT").values == (LONG,)


def test_an_alias_is_followed_and_named(server):
    found = ask(server, "alias.example.org", "TXT")
    assert (found.outcome, found.values, found.alias) == (Outcome.FOUND, (LONG,), "news._domainkey.example.org")


def test_what_is_not_there_is_told_apart(server):
    assert ask(server, "nobody.example.org", "TXT").outcome is Outcome.NO_NAME
    assert ask(server, "example.org", "AAAA").outcome is Outcome.NO_RECORD
    assert ask(server, "_domainkey.example.org", "TXT").outcome is Outcome.NO_RECORD
    assert ask(server, "dangling.example.org", "TXT").outcome is Outcome.NO_NAME


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_server_that_fails_says_with_which_code(server, code):
    server.rcodes["example.org"] = code
    found = ask(server, "example.org", "TXT")
    assert (found.outcome, found.words) == (Outcome.FAILED, dns.rcode.to_text(code))
    assert not found.answered


def test_an_answer_that_is_cut_comes_by_tcp(server):
    server.truncated = True
    assert ask(server, "news._domainkey.example.org", "TXT").values == (LONG,)
    assert [by for by, _, _ in server.asked] == ["udp", "tcp"]


def test_a_server_that_never_answers_is_given_up_after_two_names(server):
    server.silent = True
    resolver = Resolver(server.address, seconds=0.2)
    found = [resolver.look_up(f"{letter}.example.org", "TXT") for letter in "abcd"]
    assert {one.outcome for one in found} == {Outcome.TIMEOUT}
    assert {name for _, name, _ in server.asked} == {"a.example.org", "b.example.org"}
    assert "was not asked again" in found[-1].words


def test_where_nothing_can_be_sent_no_server_can_be_reached():
    # As without a network: the system lets nothing out to this address (ip(7): broadcasts need a flag of their own).
    found = Resolver("255.255.255.255").look_up("example.org", "TXT")
    assert (found.outcome, found.words) == (Outcome.UNREACHABLE, "permission denied")
    assert str(found) == "no name server can be reached (permission denied)"


def test_a_name_is_asked_once(server):
    resolver = Resolver(server.address)
    for name in ("example.org", "EXAMPLE.org", "example.org."):
        resolver.look_up(name, "TXT")
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", ["a..example.org", "a" * 64 + ".org", "x." * 140 + "org"])
def test_what_is_no_name_fails_in_words(server, name):
    found = ask(server, name, "TXT")
    assert found.outcome is Outcome.FAILED
    assert found.words


@pytest.mark.parametrize("text", ["ns.example.org", "127.0.0.1:0", "127.0.0.1:99999", "[::1", "::1:", "", " "])
def test_a_name_server_is_given_by_address(text):
    if text:
        with pytest.raises(NetError, match="is no address of a name server"):
            Resolver(text)
    for good in ("192.0.2.53", "192.0.2.53:5353", "[2001:db8::53]", "[2001:db8::53]:5353", "2001:db8::53"):
        Resolver(good)
