import pytest
from dns_names import Names

from newsletter.model.dns_record import TxtRecord
from newsletter.net.dkim_record import judge_dkim
from newsletter.net.dns import Lookup, Outcome
from newsletter.net.judgement import Judgement, Verdict
from newsletter.net.mail_exchange import judge_mx

NAME = "news._domainkey.example.org"
OWN = TxtRecord(name=NAME, value="v=DKIM1; k=rsa; p=MIIBAAAABBBBCCCC")


def judged(*values: str) -> Judgement:
    return judge_dkim(Names({f"{NAME} TXT": values}).look_up(NAME, "TXT"), OWN)


@pytest.mark.parametrize(
    "record",
    [
        OWN.value,
        "p=MIIBAAAABBBBCCCC",
        "v=DKIM1;k=rsa;t=s;h=sha256;s=email;n=a note;p=MIIB AAAA BBBB CCCC;",
        "k=RSA; h=sha1:sha256; s=*; p=MIIBAAAABBBBCCCC",
    ],
)
def test_our_key_is_good_however_it_is_written(record):
    assert judged(record) == Judgement()


@pytest.mark.parametrize(
    "record, words",
    [
        ("v=DKIM1; k=rsa; p=", "the key is revoked: p= is empty"),
        ("v=DKIM1; k=rsa", "p= is missing"),
        ("v=DKIM1; k=rsa; p=MIIBAAAA", "the key is cut short"),
        ("v=DKIM1; k=rsa; p=MIIBXXXX", "another key than ours"),
        ("v=DKIM1; k=ed25519; p=MIIBAAAABBBBCCCC", "another kind of key"),
        ("k=rsa; p=MIIBAAAABBBBCCCC; v=DKIM1", "must be the first tag"),
        ("v=DKIM2; p=MIIBAAAABBBBCCCC", "must be the first tag"),
        ("v=DKIM1; h=sha1; p=MIIBAAAABBBBCCCC", "does not allow sha256"),
        ("v=DKIM1; s=tlsrpt; p=MIIBAAAABBBBCCCC", "does not allow mail"),
        ("v=DKIM1; p=MIIBAAAABBBBCCCC; p=x", "twice"),
        ("hello", "is no tag"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(record, words):
    assert any(words in fault for fault in judged(record).faults), judged(record)


def test_several_keys_at_one_name_are_wrong():
    assert judged(OWN.value, "v=DKIM1; p=").faults == ("2 TXT records; keep the one of this key",)


def test_a_test_mode_and_an_alias_are_noted():
    assert judged(OWN.value + "; t=y:s").notes[0].startswith("t=y")
    aliased = Lookup(name=NAME, kind="TXT", outcome=Outcome.FOUND, values=(OWN.value,), alias="k.provider.example")
    assert judge_dkim(aliased, OWN).notes == ("an alias (CNAME) of k.provider.example",)


def test_a_key_that_is_not_there_is_missing_and_one_that_is_not_answered_is_unknown():
    def says(outcome: Outcome, alias: str = "") -> Judgement:
        return judge_dkim(Lookup(name=NAME, kind="TXT", outcome=outcome, alias=alias), OWN)

    assert says(Outcome.NO_NAME).missing == "no such name"
    assert says(Outcome.NO_RECORD).missing == "no record"
    assert "leads to k.provider.example" in says(Outcome.NO_RECORD, "k.provider.example").missing
    for outcome in (Outcome.TIMEOUT, Outcome.FAILED, Outcome.UNREACHABLE):
        assert says(outcome).verdict is Verdict.UNKNOWN


def mx(table: dict) -> Judgement:
    return judge_mx("example.org", Names(table))


def test_a_server_with_an_address_takes_bounces():
    assert mx({"example.org MX": ["10 mx.example.org"], "mx.example.org A": ["192.0.2.1"]}) == Judgement()
    assert mx({"example.org MX": ["10 mx.example.org"], "mx.example.org AAAA": ["2001:db8::1"]}) == Judgement()


def test_a_domain_that_takes_no_mail_takes_no_bounces():
    assert "null MX" in mx({"example.org MX": ["0 ."]}).faults[0]
    assert mx({"example.org MX": ["10 gone.example"]}).faults == ("gone.example has no address",)
    assert mx({}).missing == "no such name: bounces cannot come back"
    assert mx({"example.org TXT": ["x"]}).missing == "no record: bounces cannot come back"


def test_one_server_of_two_is_enough():
    judgement = mx({"example.org MX": ["10 gone.example", "20 mx.example.org"], "mx.example.org A": ["192.0.2.1"]})
    assert (judgement.verdict, judgement.notes) == (Verdict.GOOD, ("gone.example has no address",))


def test_a_domain_with_an_address_alone_is_noted():
    judgement = mx({"example.org A": ["192.0.2.1"]})
    assert judgement.verdict is Verdict.GOOD
    assert judgement.notes[0].startswith("no MX")


def test_what_did_not_answer_is_unknown():
    assert mx({"example.org MX": Outcome.TIMEOUT}).verdict is Verdict.UNKNOWN
    assert mx({"example.org TXT": ["x"], "example.org A": Outcome.TIMEOUT}).verdict is Verdict.UNKNOWN
    assert mx({"example.org MX": ["1 mx.example"], "mx.example A": Outcome.FAILED}).verdict is Verdict.UNKNOWN
