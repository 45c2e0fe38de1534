import pytest
from dns_names import Names

from newsletter.net.dmarc import judge_dmarc, targets, walk
from newsletter.net.dns import Outcome
from newsletter.net.judgement import Judgement, Verdict

GOOD = "v=DMARC1; p=reject; rua=mailto:reports@example.org"


def judged(table, author="example.org", signed: str | None = "example.org", path="example.org") -> Judgement:
    names = Names({f"_dmarc.{name} TXT": value for name, value in table.items()})
    dkim = walk(signed, names) if signed else None
    return judge_dmarc(walk(author, names), dkim=dkim, spf=walk(path, names))


def test_a_good_record_is_good_without_a_word():
    assert judged({"example.org": [GOOD, "something else"]}) == Judgement()
    assert judged({"example.org": [GOOD + ";"]}) == Judgement()


@pytest.mark.parametrize(
    "record, words",
    [
        ("v=DMARC1; p=block; rua=mailto:a@example.org", "p=block is no policy"),
        ("v=DMARC1; p=reject; sp=never; rua=mailto:a@example.org", "sp=never is not known"),
        ("v=DMARC1; p=reject; adkim=strict; rua=mailto:a@example.org", "adkim=strict is not known: r, s"),
        ("v=DMARC1; p=reject; rua=a@example.org", "is no address like mailto:"),
        ("v=DMARC1; p=reject; p=none; rua=mailto:a@example.org", "p= is there twice"),
        ("v=DMARC1, p=reject", "no DMARC record"),
        ("v=DMARC1; p=reject rua", "p=reject rua is no policy"),
        ("v=DMARC1; reject; rua=mailto:a@example.org", '"reject" is no tag'),
    ],
)
def test_what_is_wrong_is_said(record, words):
    judgement = judged({"example.org": [record]})
    assert judgement.verdict in (Verdict.WRONG, Verdict.MISSING)
    assert any(words in said for said in (*judgement.faults, judgement.missing)), judgement


@pytest.mark.parametrize(
    "record, words",
    [
        ("v=DMARC1; p=none; rua=mailto:a@example.org", "p=none: receivers are asked to do nothing"),
        ("v=DMARC1; rua=mailto:a@example.org", "p= is missing, which is p=none"),
        ("v=DMARC1; p=reject", "nobody gets reports"),
        ("v=DMARC1; p=reject; pct=20; ri=86400; rua=mailto:a@example.org", "pct=, ri= is obsolete"),
        ("v=DMARC1; p=reject; rf=afrf; rua=mailto:a@example.org", "rf= is obsolete"),
        ("v=DMARC1; p=reject; rua=mailto:a@example.org!10m", "the size behind ! is obsolete"),
        ("v=DMARC1; p=reject; t=y; rua=mailto:a@example.org", "as a test"),
        ("v=DMARC1; p=reject; colour=red; rua=mailto:a@example.org", "colour= is not known"),
    ],
)
def test_what_is_odd_is_noted_and_good(record, words):
    judgement = judged({"example.org": [record]})
    assert judgement.verdict is Verdict.GOOD
    assert any(words in note for note in judgement.notes), judgement.notes


def test_several_records_count_as_none():
    assert judged({"example.org": [GOOD, GOOD]}).faults == ("several DMARC records, which count as none; keep one",)


def test_missing_and_unknown_are_told_apart():
    assert judged({}).missing == "no DMARC record"
    for outcome in (Outcome.TIMEOUT, Outcome.FAILED, Outcome.UNREACHABLE):
        assert judged({"example.org": outcome}).verdict is Verdict.UNKNOWN
        assert judged({"org": outcome}).verdict is Verdict.UNKNOWN, "the record might be above"
    assert judged({"example.org": [GOOD], "org": Outcome.TIMEOUT}).verdict is Verdict.GOOD


def test_a_walk_asks_eight_names_at_most():
    assert targets("news.example.org") == ("news.example.org", "example.org", "org")
    long = targets("A.b.c.d.e.f.g.h.i.j.example.org.")
    assert long[0] == "a.b.c.d.e.f.g.h.i.j.example.org"
    assert long[1] == "f.g.h.i.j.example.org", "seven labels"
    assert (len(long), long[-1]) == (8, "org")
    assert targets("a.b.c.d.e.f.g.h")[1] == "b.c.d.e.f.g.h"


def walked(table, domain):
    return walk(domain, Names({f"_dmarc.{name} TXT": [value] for name, value in table.items()}))


def test_the_organisation_is_the_shortest_domain_with_a_record():
    table = {"a.mail.example.com": "v=DMARC1", "mail.example.com": "v=DMARC1", "example.com": GOOD}
    assert walked(table, "a.mail.example.com").organisation == "example.com"
    assert walked({}, "a.mail.example.com").organisation == "a.mail.example.com"


def test_a_public_suffix_is_no_organisation():
    table = {"bank.example": "v=DMARC1; psd=y; p=reject", "giant.bank.example": GOOD}
    assert walked(table, "mail.giant.bank.example").organisation == "giant.bank.example"
    assert walked({"bank.example": "v=DMARC1; psd=y"}, "mail.giant.bank.example").organisation == "giant.bank.example"
    found = walked({"bank.example": "v=DMARC1; psd=y; p=reject"}, "mail.giant.bank.example")
    assert found.domain == "bank.example", "a public suffix's own policy holds where there is no other"


def test_a_domain_may_end_the_walk_and_stand_for_itself():
    table = {"mail.example.com": "v=DMARC1; psd=n; p=none", "example.com": GOOD}
    found = walked(table, "a.mail.example.com")
    assert (found.organisation, found.domain) == ("mail.example.com", "mail.example.com")


def test_a_record_above_holds_with_its_policy_for_subdomains():
    table = {"example.org": ["v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@example.org"]}
    judgement = judged(table, author="news.example.org", signed="news.example.org", path="news.example.org")
    assert judgement.notes == ("the record is that of example.org; for news.example.org it says quarantine",)


STRICT = "v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:a@example.org"


@pytest.mark.parametrize(
    "record, signed, path, verdict, words",
    [
        (GOOD, "example.org", "example.org", Verdict.GOOD, ""),
        (GOOD, "news.example.org", "bounce.example.org", Verdict.GOOD, ""),
        (GOOD, "example.org", "provider.example", Verdict.GOOD, "DMARC rests on the signature alone"),
        (GOOD, "other.example", "example.org", Verdict.WRONG, "the signature's other.example is not aligned"),
        (GOOD, None, "example.org", Verdict.GOOD, "DMARC rests on SPF alone"),
        (GOOD, None, "provider.example", Verdict.WRONG, "mail is not signed here"),
        (STRICT, "example.org", "bounce.example.org", Verdict.GOOD, "bounce.example.org is not aligned"),
        (STRICT, "news.example.org", "example.org", Verdict.WRONG, "(adkim=s)"),
        (STRICT, "news.example.org", "bounce.example.org", Verdict.WRONG, "and the return path's"),
    ],
)
def test_signature_and_return_path_must_speak_for_from(record, signed, path, verdict, words):
    judgement = judged({"example.org": [record]}, signed=signed, path=path)
    assert judgement.verdict is verdict
    assert words in " ".join((*judgement.faults, *judgement.notes))


def test_whether_domains_belong_together_is_not_known_before_all_have_answered():
    table = {"example.org": [GOOD], "bounce.example.net": Outcome.TIMEOUT}
    judgement = judged(table, signed=None, path="bounce.example.net")
    assert judgement.verdict is Verdict.UNKNOWN
