"""SpamAssassin's report is read whatever its texts look like."""

from newsletter.checks.spam_report import SpamTest, read_spam_report

REPORT = """\
{score}
Spam detection software, running on the system "mx", has NOT identified this
incoming email as spam.

Content preview:  1.0 FREE  is no test

Content analysis details:   (2.4 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
 0.7 HTML_FONT_LOW_CONTRAST BODY: HTML font color similar or identical to
                            background
-1.0 MAILING_LIST_MULTI     Multiple indicators imply a widely-seen list
                            manager
1000 GTUBE                  BODY: Generic Test
 0.0 HTML_MESSAGE           BODY: HTML included in message

"""


def test_points_names_and_words_are_read():
    report = read_spam_report(REPORT.format(score="2.4/5.0"))
    assert str(report) == "2.4 of 5.0 points"
    assert [test.name for test in report.tests] == [
        "HTML_FONT_LOW_CONTRAST", "MAILING_LIST_MULTI", "GTUBE", "HTML_MESSAGE",
    ]  # fmt: skip
    assert report.costly == (
        SpamTest(name="GTUBE", points=1000, words="BODY: Generic Test"),
        SpamTest(
            name="HTML_FONT_LOW_CONTRAST",
            points=0.7,
            words="BODY: HTML font color similar or identical to background",
        ),
    )


def test_no_judgement_is_none():
    assert read_spam_report("0/0\n") is None
    assert read_spam_report("") is None
    assert read_spam_report("<html>") is None


def test_a_report_without_a_table_has_a_score():
    report = read_spam_report("-0.2/6.3\n")
    assert (report.score, report.required, report.tests) == (-0.2, 6.3, ())
