import pytest
from dns_names import Names

from newsletter.net.dns import Outcome
from newsletter.net.judgement import Judgement, Verdict
from newsletter.net.spf import judge_spf

PROVIDERS = {
    "spf.provider.example TXT": ["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all", "something else"],
    "open.example TXT": ["v=spf1 +all"],
    "two.example TXT": ["v=spf1 -all", "v=spf1 ~all"],
    "none.example TXT": ["hello"],
    "slow.example TXT": Outcome.TIMEOUT,
    "host.example A": ["192.0.2.1"],
    "six.example AAAA": ["2001:db8::1"],
    "mail.example MX": ["10 host.example"],
    "round.example TXT": ["v=spf1 include:example.org -all"],
    "odd.example TXT": ["v=spf1 ip4:nonsense -all"],
}


def judged(*records: str, **more: list[str]) -> Judgement:
    return judge_spf("example.org", Names({**PROVIDERS, **more, "example.org TXT": list(records)}))


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 include:spf.provider.example ~all",
        "v=spf1 include:spf.provider.example -all",
        "V=SPF1  A:host.example  mx:mail.example a:six.example/24//64 -ALL",
        "v=spf1 redirect=spf.provider.example",
        "v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 ip6:2001:db8::1 -all exp=why.example.org",
        "v=spf1 -all",
    ],
)
def test_a_good_record_is_good_without_a_word(record):
    assert judged(record) == Judgement(), record
    assert judged(record, "google-site-verification=x") == Judgement()


@pytest.mark.parametrize(
    "record, words",
    [
        ("v=spf1 +all", "lets everybody send"),
        ("v=spf1 all", "lets everybody send"),
        ("v=spf1 include:open.example -all", '"include:open.example" lets everybody send'),
        ("v=spf1 redirect=open.example", '"redirect=open.example" lets everybody send'),
        ("v=spf1 inlcude:spf.provider.example ~all", '"inlcude:spf.provider.example" is no term'),
        ("v=spf1 spf.provider.example ~all", '"spf.provider.example" is no term'),
        ("v=spf1 include=spf.provider.example ~all", "write include:spf.provider.example"),
        ("v=spf1 include: ~all", "is no term"),
        ("v=spf1 include ~all", "names no domain"),
        ("v=spf1 ip4:300.1.1.1 ~all", '"ip4:300.1.1.1" is no IPv4 address'),
        ("v=spf1 ip4:192.0.2.0/33 ~all", "is no IPv4 address or network"),
        ("v=spf1 ip4:2001:db8::1 ~all", "is no IPv4 address"),
        ("v=spf1 ip6:192.0.2.1 ~all", "is no IPv6 address"),
        ("v=spf1 a/40 ~all", "/40 is no size of a network"),
        ("v=spf1 a:host ~all", '"a:host" names no domain'),
        ("v=spf1 redirect=a.example redirect=b.example", "redirect= is there twice"),
        ("v=spf1 include:none.example ~all", "none.example has no SPF record that counts (found)"),
        ("v=spf1 include:gone.example ~all", "(no such name)"),
        ("v=spf1 include:two.example ~all", "(2 SPF records)"),
        ("v=spf1 include:round.example ~all", "leads round in a circle"),
        ("v=spf1 include:odd.example ~all", 'odd.example: "ip4:nonsense" is no IPv4'),
        ("v=spf1 íp4:192.0.2.1 -all", "more than ASCII"),
    ],
)
def test_what_is_wrong_is_said(record, words):
    judgement = judged(record)
    assert judgement.verdict is Verdict.WRONG
    assert any(words in fault for fault in judgement.faults), judgement.faults


@pytest.mark.parametrize(
    "record, words",
    [
        ("v=spf1 include:spf.provider.example", "keeps nobody out"),
        ("v=spf1 ?all", "says nothing of strangers"),
        ("v=spf1 -all include:spf.provider.example", 'stands behind "all"'),
        ("v=spf1 ptr -all", '"ptr" is slow'),
        ("v=spf1 exists:%{i}.spf.example -all", "depends on the message"),
        ("v=spf1 a:gone.example -all", "gone.example has no such address"),
        ("v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(40)) + " -all", "octets; more than 450"),
    ],
)
def test_what_is_odd_is_noted_and_good(record, words):
    judgement = judged(record)
    assert judgement.verdict is Verdict.GOOD
    assert any(words in note for note in judgement.notes), judgement.notes


def test_several_records_are_an_error_whatever_they_say():
    assert judged("v=spf1 -all", "v=spf1 -all").faults == ("2 SPF records, which is an error; make one of them",)


def chain(length: int) -> dict[str, list[str]]:
    return {f"n{n}.example TXT": [f"v=spf1 include:n{n + 1}.example -all"] for n in range(length)} | {
        f"n{length}.example TXT": ["v=spf1 -all"]
    }


def test_ten_lookups_are_good_and_eleven_are_not():
    # n0 to n9 are ten.
    assert judge_spf("example.org", Names({"example.org TXT": ["v=spf1 include:n0.example -all"], **chain(9)})) == (
        Judgement()
    )
    eleven = Names({"example.org TXT": ["v=spf1 include:n0.example -all"], **chain(10)})
    assert judge_spf("example.org", eleven).faults == (
        "more than 10 look-ups, which is an error; take out what does not send for you",
    )
    endless = Names({"example.org TXT": ["v=spf1 include:n0.example -all"], **chain(500)})
    assert judge_spf("example.org", endless).verdict is Verdict.WRONG
    assert len(endless.asked) < 20, "a receiver gives up, and so does this"


def test_three_lookups_that_find_nothing_are_too_many():
    judgement = judged("v=spf1 a:x.example a:y.example mx:z.example -all")
    assert judgement.faults == (
        "more than 2 look-ups find nothing (x.example, y.example, z.example), which is an error",
    )


def test_missing_and_unknown_are_told_apart():
    assert judge_spf("example.org", Names({})).missing == "no such name"
    assert judge_spf("example.org", Names({"example.org A": ["192.0.2.1"]})).missing == "no SPF record"
    assert judged("v=spf10 -all").missing == "no SPF record"
    for outcome in (Outcome.TIMEOUT, Outcome.FAILED, Outcome.UNREACHABLE):
        judgement = judge_spf("example.org", Names({"example.org TXT": outcome}))
        assert (judgement.verdict, judgement.unknown) == (Verdict.UNKNOWN, (f"example.org: {outcome.value}",))
    assert judged("v=spf1 include:slow.example -all").verdict is Verdict.UNKNOWN
    assert judged("v=spf1 include:slow.example +all").verdict is Verdict.WRONG
