"""The sample issue as a reader's mail server judges it."""

import email
import os
import re
import shutil
import subprocess
from email import policy

import pytest
from needs import missing

LIMIT = 1.0
RULE = re.compile(r"^\s*(-?\d+\.\d+) ([A-Z][A-Z0-9_]+) ", re.M)


@pytest.fixture(params=["", "https://digest.example.com"])
def built(sample, request) -> bytes:
    """The sample issue, built without and with a public site."""
    if request.param:
        settings = sample.path("newsletter.toml")
        settings.write_text(
            f'public_url = "{request.param}"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8"
        )
    sample.ok("build", "1")
    return sample.path(".newsletter/build/001/001.eml").read_bytes()


def test_spamassassin_has_little_against_the_sample_issue(built, tmp_path):
    program = shutil.which("spamassassin")
    if not program:
        missing("SpamAssassin", "apt-get install spamassassin")
    date = re.search(rb"^Date: (.*)\r\n", built, re.M)[1]  # it is compared with the time of the arrival
    arrived = b"Received: from mx.example.com (mx.example.com [10.0.0.1]) by mx.example.net with ESMTPS; " + date
    done = subprocess.run(
        [program, "-t", "-L", "-x"], input=arrived + b"\r\n" + built,
        capture_output=True, timeout=120, check=True, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    report = done.stdout.decode("utf-8", "replace").rpartition("Content analysis details:")[2]
    hits = {name: float(points) for points, name in RULE.findall(report)}
    assert "HTML_MESSAGE" in hits  # the rules are there
    assert float(re.search(r"\((-?[\d.]+) points", report)[1]) <= LIMIT, report
    assert sum(points for points in hits.values() if points > 0) <= LIMIT, report  # without the bonus of a list


def test_the_sample_issue_parses_with_no_defects(built):
    message = email.message_from_bytes(built, policy=policy.default)
    assert [part.defects for part in message.walk() if part.defects] == []
    assert [value.defects for part in message.walk() for value in part.values() if value.defects] == []
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    for part in message.iter_parts():
        part.get_content()
