"""The exports of other tools: who is who, what proves a consent, and what keeps somebody away."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.errors import InputError, SubscriberError
from newsletter.model.subscriber import Consent
from newsletter.subscribers import address as address_module
from newsletter.subscribers.address import validate
from newsletter.subscribers.dates import read_date
from newsletter.subscribers.importing import ImportRow, RejectedRow, open_import
from newsletter.subscribers.particulars import (
    read_attributes,
    split_tags,
    valid_attributes,
    valid_language,
    valid_tags,
    valid_timezone,
)

PENDING, CONFIRMED, UNSUBSCRIBED = Consent
NOW = datetime(2026, 11, 27, tzinfo=UTC)

MAILCHIMP = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,TIMEZONE,"
MAILCHIMP_SUBSCRIBED = (
    f"{MAILCHIMP}LEID,EUID,NOTES,TAGS\n"
    "a@example.com,Ada,Lovelace,2,2018-02-05 19:28:23,1.2.3.4,2018-02-05 19:30:00,1.2.3.4,Europe/Berlin,1,x,,"
    '"""VIP"",""Press, old"""\n'
    "b@example.com,,,2,,,2018-10-11 09:55:14,,Nowhere/Land,2,y,,\n"
)
MAILCHIMP_UNSUBSCRIBED = (
    f"{MAILCHIMP}UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,LEID,EUID,NOTES,TAGS\n"
    "a@example.com,,,,2018-02-12 10:54:27,,2018-02-12 10:54:27,,,2018-07-23 12:19:27,,,,,,\n"
)
MAILCHIMP_CLEANED = (
    f"{MAILCHIMP}CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID,EUID,NOTES,TAGS\n"
    "a@example.com,,,1,2018-02-05 19:28:23,,2018-02-05 19:28:23,,,2020-03-23 17:30:05,,,,,Editors\n"
)
SUBSTACK = (
    "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
    "a@example.com,true,2027-07-06T16:20:44.000Z,yearly,false,2018-08-27T15:06:27.713Z,2019-01-02T00:00:00.000Z\n"
    "b@example.com,false,,other,false,2018-12-19T08:03:04.977Z,\n"
    "c@example.com,false,,other,true,2018-12-19T08:03:04.977Z,\n"
)
GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n"
    '1,a@example.com,Ada,,true,false,cus_AbC123,2024-01-15T10:00:00.000Z,,"VIP,News",\n'
    "2,b@example.com,,,true,false,,2024-01-15T10:00:00.000Z,,,\n"
    "3,c@example.com,,,false,false,cus_9,2024-01-15T10:00:00.000Z,,,\n"
    "4,d@example.com,,,true,false,,2024-01-15T10:00:00.000Z,2024-02-01T10:00:00.000Z,,\n"
)
BUTTONDOWN = (
    "email_address,type,creation_date,tags,metadata,unsubscription_date\n"
    'a@example.com,premium,2024-11-27T22:12:29.991163Z,"[""x"", ""y""]","{""plan"": ""gold""}",\n'
    "b@example.com,regular,2024-11-27T22:12:29.991163Z,,{},\n"
    "c@example.com,unactivated,2024-11-27T22:12:29.991163Z,,,\n"
    "d@example.com,undeliverable,2024-11-27T22:12:29.991163Z,,,\n"
    "e@example.com,complained,2024-11-27T22:12:29.991163Z,,,2025-01-01T00:00:00Z\n"
)
BEEHIIV = (
    "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,unsubscribed_at\n"
    "a@example.com, Ada ,,active,premium,2023-03-24 10:36:47 UTC,,\n"
    "b@example.com,,,active,free,2023-03-24 10:23:10 UTC,,\n"
    "c@example.com,,,inactive,free,2023-03-24 10:36:48 UTC,,\n"
    "d@example.com,,,active,premium,2023-04-11 14:02:46 UTC,cus_1,2024-03-13 11:33:53 UTC\n"
    "e@example.com,,,pending,free,2023-04-11 14:02:46 UTC,,\n"
)
LISTMONK = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    '1,a@example.com,Ada,"{""city"": ""Bengaluru"", ""age"": 7}",enabled,2024-01-02 03:04:05.6 +0000 UTC,x\n'
    "2,b@example.com,,{},disabled,2024-01-02 03:04:05.6 +0000 UTC,x\n"
    "3,c@example.com,,{},blocklisted,2024-01-02 03:04:05.6 +0000 UTC,x\n"
)
OURS = (
    "address,name,list,consent,basis,since\n"
    "a@example.com,Ada,weekly,confirmed,paper form,2026-01-02T03:04:05Z\n"
    "b@example.com,,daily,unsubscribed,one click,2026-01-02T03:04:05Z\n"
    "c@example.com,,daily,confirmed,,2026-01-02T03:04:05Z\n"
)


def read(text):
    file = open_import(text.encode(), "people.csv")
    rows = list(file.rows(NOW))
    assert not [row for row in rows if isinstance(row, RejectedRow)]
    return file.columns.format.name, {row.person.address[0]: row for row in rows}


@pytest.mark.parametrize(
    "text, name, expected",
    [
        (MAILCHIMP_SUBSCRIBED, "Mailchimp", {"a": (CONFIRMED, "2018-02-05T19:30:00Z", False), "b": (None, "", False)}),
        (MAILCHIMP_UNSUBSCRIBED, "Mailchimp", {"a": (UNSUBSCRIBED, "2018-07-23T12:19:27Z", False)}),
        (MAILCHIMP_CLEANED, "Mailchimp", {"a": (CONFIRMED, "2018-02-05T19:28:23Z", True)}),
        (
            SUBSTACK,
            "Substack",
            {"a": (CONFIRMED, "2019-01-02T00:00:00Z", False), "b": (None, "", False), "c": (UNSUBSCRIBED, "", False)},
        ),
        (
            GHOST,
            "Ghost",
            {
                "a": (CONFIRMED, "2024-01-15T10:00:00Z", False),
                "b": (None, "", False),
                "c": (UNSUBSCRIBED, "", False),
                "d": (UNSUBSCRIBED, "2024-02-01T10:00:00Z", False),
            },
        ),
        (
            BUTTONDOWN,
            "Buttondown",
            {
                "a": (CONFIRMED, "2024-11-27T22:12:29Z", False),
                "b": (None, "", False),
                "c": (PENDING, "2024-11-27T22:12:29Z", False),
                "d": (None, "", True),
                "e": (UNSUBSCRIBED, "2025-01-01T00:00:00Z", True),
            },
        ),
        (
            BEEHIIV,
            "beehiiv",
            {
                "a": (CONFIRMED, "2023-03-24T10:36:47Z", False),
                "b": (None, "", False),
                "c": (UNSUBSCRIBED, "", False),
                "d": (UNSUBSCRIBED, "2024-03-13T11:33:53Z", False),
                "e": (PENDING, "2023-04-11T14:02:46Z", False),
            },
        ),
        (
            LISTMONK,
            "listmonk",
            {"a": (None, "", False), "b": (UNSUBSCRIBED, "", False), "c": (UNSUBSCRIBED, "", True)},
        ),
        (
            OURS,
            "newsletter",
            {
                "a": (CONFIRMED, "2026-01-02T03:04:05Z", False),
                "b": (UNSUBSCRIBED, "2026-01-02T03:04:05Z", False),
                "c": (None, "", False),
            },
        ),
    ],
)
def test_an_export_is_known_by_its_columns_and_only_a_proof_confirms(text, name, expected):
    known, rows = read(text)
    assert known == name
    told = {key: (row.verdict.consent, row.verdict.at, bool(row.verdict.suppressed)) for key, row in rows.items()}
    assert told == expected
    assert all(row.verdict.basis for row in rows.values() if row.verdict.consent is CONFIRMED)


def test_names_tags_attributes_and_time_zones_come_along():
    rows = read(MAILCHIMP_SUBSCRIBED)[1]
    assert (rows["a"].person.name, rows["a"].tags, rows["a"].timezone) == (
        "Ada Lovelace", ("Press, old", "VIP"), "Europe/Berlin",
    )  # fmt: skip
    assert rows["b"].timezone == "", "what another tool guessed, and is no time zone, costs nobody"
    assert read(BUTTONDOWN)[1]["a"].tags == ("x", "y")
    assert read(BUTTONDOWN)[1]["a"].attributes == '{"plan": "gold"}'
    assert read(LISTMONK)[1]["a"].attributes == '{"age": 7, "city": "Bengaluru"}'
    assert read(GHOST)[1]["a"].tags == ("News", "VIP")
    assert [row.list for row in read(OURS)[1].values()] == ["weekly", "daily", "daily"]


def test_a_column_is_what_somebody_says_that_it_is():
    text = "Kontakt,Vorname,Nachname,Tarif,Gruppe,Seit,Sprache\na@example.com,Ada,Lovelace,gold,x,2026-01-02,de\n"
    chosen = [
        ("email", "Kontakt"), ("name", "Vorname"), ("name", "nachname"), ("attribute.plan", "Tarif"), ("tag", "Gruppe"),
        ("confirmed-at", "Seit"), ("language", "Sprache"),
    ]  # fmt: skip
    file = open_import(text.encode(), "people.csv", chosen=chosen)
    (row,) = file.rows(NOW)
    assert isinstance(row, ImportRow)
    assert (row.person.address, row.person.name) == ("a@example.com", "Ada Lovelace")
    assert (row.attributes, row.tags, row.language) == ('{"plan": "gold"}', ("x",), "de")
    assert (row.verdict.consent, row.verdict.at) == (CONFIRMED, "2026-01-02T00:00:00Z")
    assert file.columns.ignored == ()
    with pytest.raises(InputError, match=r'people\.csv:1: there is no column "Plan"; the first row has: Kontakt, Vorn'):
        open_import(text.encode(), "people.csv", chosen=[("email", "Kontakt"), ("attribute.plan", "Plan")])


def test_a_language_that_is_none_costs_nobody_unless_somebody_said_what_the_column_is():
    text = "email,language\na@example.com,English\nb@example.com,de\n"
    assert [row.language for row in read(text)[1].values()] == ["", "de"]
    rows = open_import(text.encode(), "people.csv", chosen=[("language", "language")]).rows(NOW)
    assert [row.reason for row in rows if isinstance(row, RejectedRow)] == ['"English" is no language']


def test_a_no_that_answers_no_question_of_leaving_is_no_refusal():
    rows = read("email,confirmed\na@example.com,no\nb@example.com,yes\n")[1]
    assert (rows["a"].verdict.consent, rows["b"].verdict.consent) == (PENDING, None)


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2024-01-02", "2024-01-02T00:00:00Z"),
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z"),
        ("2023-03-24 10:23:10 UTC", "2023-03-24T10:23:10Z"),
        ("2024-01-02 03:04:05.678 +0100 CET", "2024-01-02T02:04:05Z"),
        ("1700000000", "2023-11-14T22:13:20Z"),
        ("03/04/2024", ""),
        ("2031-01-01", ""),
        ("0001-01-01T00:00:00+14:00", ""),
        ("yes", ""),
        ("", ""),
    ],
)
def test_a_date_is_read_as_tools_write_it_and_never_guessed(text, moment):
    assert read_date(text, NOW) == moment


@given(st.text())
@example('0"\n0')
def test_no_text_breaks_a_date_or_a_cell_of_tags(text):
    assert re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?", read_date(text, NOW))
    assert all(tag.strip() for tag in split_tags(text))


def test_languages_and_time_zones_are_written_one_way():
    assert [valid_language(text) for text in ("DE", "pt_br", "zh-hant-tw", "")] == ["de", "pt-BR", "zh-Hant-TW", ""]
    assert valid_timezone("Europe/Berlin") == "Europe/Berlin"
    for valid, text in ((valid_language, "english"), (valid_timezone, "Berlin"), (valid_timezone, "../etc/passwd")):
        with pytest.raises(SubscriberError):
            valid(text)


@pytest.mark.parametrize(
    "attributes",
    [{"a": "x" * 20_000}, {"a": [[[[[[1]]]]]]}, {"a": float("nan")}, {"a": 2**60}, {"": 1}, {"a": "\0"}, {"a\nb": 1}],
)
def test_attributes_are_bounded(attributes):
    with pytest.raises(SubscriberError):
        valid_attributes(attributes)


def test_tags_are_bounded_and_compared_as_typed():
    assert valid_tags([" b", "a", "a", "A"]) == ("A", "a", "b")
    for tags in (["x" * 101], ["a\nb"], [" "], [str(number) for number in range(101)]):
        with pytest.raises(SubscriberError):
            valid_tags(tags)
    with pytest.raises(SubscriberError, match="is no JSON object"):
        read_attributes("[1]")


pieces = st.sampled_from(
    ["a", "B", "1", "-", "--", ".", "_", "+", "'", "@", "xn", "test", "com", "local", "é", " ", '"']
)


@given(st.lists(pieces, max_size=14).map("".join) | st.emails() | st.text(max_size=20))
@example("a@example.com")
@example("a@xn--bcher-kva.example")
@example("a@axn--b.com")
@example(f"{'a' * 65}@example.com")
@example(f"a@{'b' * 64}.com")
@example(f"a@{'b.' * 124}com")
@example("a@example.c0")
@example("a@b.test")
def test_the_short_way_gives_exactly_what_the_library_gives(text):
    def judged():
        try:
            return validate(text).address
        except SubscriberError:
            return None

    short = judged()
    shortcut, address_module._plain_address = address_module._plain_address, lambda text: False
    try:
        assert judged() == short
    finally:
        address_module._plain_address = shortcut
