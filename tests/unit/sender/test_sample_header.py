"""The header of the sample mail, as it goes out: one line here for each rule of an RFC that it keeps."""

from dataclasses import replace

import pytest
from sender_samples import OPTIONS, VERP, header, message, parsed, reader, template

from newsletter.model.address import Address
from newsletter.sender.addressing import TEST_MARK, Addressing, sample_message
from newsletter.sender.headers import feedback_id_line, sender_id

OWN = replace(
    VERP,
    list_titles={"weekly": "Weekly News", "beta": "Beta Notes"},
    list_senders={"beta": Address(address="beta@labs.example.org", name="Zoë of Weekly News")},
    list_reply_to={"beta": Address(address="zoe@labs.example.org", name="Zoë")},
)
HEADER = """\
From: Weekly News <editor@example.org>
Reply-To: <answers@example.org>
Subject: Moka and PinConsole
Date: Fri, 27 Nov 2026 09:00:00 +0000
List-Id: Weekly News <weekly.example.org>
List-Help: <https://news.example.org/>,
 <mailto:answers@example.org?subject=help>
List-Archive: <https://news.example.org/>
List-Post: NO
Feedback-ID: issue42:weekly:newsletter:weekly-news
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Auto-Submitted: auto-generated
Precedence: bulk
To: Sample Reader <reader@example.com>
Message-ID: <42.xcbqc7q3uqhy6422zhnq@example.org>
List-Unsubscribe: <https://news.example.org/u/42.0.w7ApiIz5fj5zbu4h>,
 <mailto:editor@example.org?subject=unsubscribe%2042.0.w7ApiIz5fj5zbu4h>
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_381266ec05cbb459db354745c62b4d67"
"""


def own(list_name: str, mark: str = "") -> bytes:
    from sender_samples import DATE, KEY, rendered

    from newsletter.sender.addressing import MailTemplate

    mail = MailTemplate.compile(rendered(), OWN, list_name=list_name, date=DATE, subject_mark=mark)
    return Addressing(template=mail, key=KEY).message(reader()).data


def test_the_header_of_the_sample_mail():
    head = sample_message(template(options=VERP)).message.data.partition(b"\r\n\r\n")[0] + b"\r\n"
    assert head.decode() == HEADER.replace("\n", "\r\n")


def test_without_a_public_site_help_is_by_mail_and_there_is_no_archive():
    data = message(options=OPTIONS).data
    assert header(data, "List-Help") == b"<mailto:editor@example.org?subject=help>"
    assert b"List-Archive" not in data


def test_a_list_may_be_from_and_answered_to_somebody_of_its_own():
    mail = parsed(own("beta"))
    assert str(mail["From"]) == "Zoë of Weekly News <beta@labs.example.org>"
    assert str(mail["Reply-To"]) == "Zoë <zoe@labs.example.org>"
    assert mail["Message-ID"].endswith("@labs.example.org>")
    assert header(own("weekly"), "From") == b"Weekly News <editor@example.org>"
    assert header(own("weekly"), "Reply-To") == b"<answers@example.org>"


def test_the_id_of_a_list_is_the_newsletter_s_whatever_address_it_is_from():
    assert header(own("beta"), "List-Id") == b"Beta Notes <beta.example.org>"


def test_complaints_about_test_sends_are_counted_apart():
    assert header(own("beta"), "Feedback-ID") == b"issue42:beta:newsletter:weekly-news"
    assert header(own("beta", mark=TEST_MARK), "Feedback-ID") == b"issue42:beta:test:weekly-news"


def test_feedback_id_is_the_same_for_all_readers():
    mail = Addressing(template=template(options=VERP), key=bytes(32))
    ada, bob = (mail.message(reader(address=f"{name}@example.com", number=n)) for n, name in enumerate(("ada", "bob")))
    assert header(ada.data, "Feedback-ID") == header(bob.data, "Feedback-ID")


@pytest.mark.parametrize("id", ["abc", "abcd", "engineering-digest-weekly", "engineering-digest-sample", "x" * 63])
def test_an_id_too_short_or_long_for_gmail_is_made_to_fit(id):
    assert 5 <= len(sender_id(id)) <= 15
    assert sender_id(id).startswith(id[:3])


def test_no_two_newsletters_share_a_sender_id():
    ids = ["abc", "abcd", "abcde", "engineering-digest", "engineering-digest-weekly", "engineering-digest-sample"]
    assert len({sender_id(id) for id in ids}) == len(ids)


def test_a_newsletter_without_an_id_has_no_feedback_id():
    assert b"Feedback-ID" not in message(options=OPTIONS).data
    assert (
        feedback_id_line(issue=1, list_name="l", kind="k", newsletter_id="abcde")
        == b"Feedback-ID: issue1:l:k:abcde\r\n"
    )
