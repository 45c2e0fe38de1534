"""What the preview knows of an issue: as it stands, broken, mended, gone."""

import json

import pytest

from newsletter.app.sample import make_sample
from newsletter.sender.addressing import sample_reader
from newsletter.web.proof import make_proof

SAMPLE = sample_reader()


@pytest.fixture
def sample(tmp_path, monkeypatch):
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder, make_sample(folder)[1]


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_issue_is_shown_as_the_sample_reader_gets_it(sample):
    folder, path = sample
    proof = make_proof(folder, path)
    assert proof.error is None
    assert proof.sheet is not None
    for part, words in {"html": "Hello Sample Reader", "text": "Hello Sample Reader", "mjml": "<mjml"}.items():
        assert words in (proof.part(part, SAMPLE) or "")
    assert proof.source == path.read_text(encoding="utf-8")


def test_the_summary_is_json_and_has_the_inbox_line_the_size_and_the_findings(sample):
    folder, path = sample
    told = json.loads(json.dumps(make_proof(folder, path).summary(SAMPLE)))
    mail = told["mail"]
    assert told["path"] == path.as_posix()
    assert told["error"] is None
    assert mail["from"] == {"name": "Engineering Digest", "address": "digest@example.com"}
    assert mail["subject"] == "Moka, PinConsole, and a one-in-a-million failure"
    assert mail["preheader"].startswith("Eight write-ups")
    assert 0 < mail["bytes"] < mail["clip"] == 102_400
    findings = json.loads(json.dumps(make_proof(folder, path).findings()))["findings"]
    serious = [one for one in findings if one["severity"] != "note"]
    assert [(one["severity"], one["rule"], one["path"]) for one in serious] == [
        ("error", "link-missing", path.as_posix())
    ]
    assert serious[0]["line"] > 1
    assert mail["remote"] is False


def test_a_broken_issue_says_where_and_keeps_the_last_sheet(sample):
    folder, path = sample
    good = make_proof(folder, path)
    change(path, 'subject = "', "subject = unquoted ")
    broken = make_proof(folder, path, good.sheet)
    told = broken.summary(SAMPLE)
    assert broken.sheet is good.sheet
    assert told["error"]["where"] == path.as_posix()
    assert told["error"]["line"] == 4
    assert told["error"]["what"]
    assert told["mail"]["subject"] == good.sheet.issue.subject
    assert "unquoted" in broken.source
    change(path, "subject = unquoted ", 'subject = "')
    assert make_proof(folder, path, broken.sheet).summary(SAMPLE) == good.summary(SAMPLE)


def test_an_issue_that_was_never_good_has_an_error_and_no_mail(sample):
    folder, path = sample
    path.write_text("no front matter\n", encoding="utf-8")
    proof = make_proof(folder, path)
    assert proof.summary(SAMPLE)["mail"] is None
    assert proof.error is not None
    assert [proof.part(name, SAMPLE) for name in ("source", "text", "mjml", "html")] == [
        "no front matter\n",
        "",
        "",
        "",
    ]


def test_an_issue_that_is_gone_is_an_error_and_no_traceback(sample):
    folder, path = sample
    path.unlink()
    proof = make_proof(folder, path)
    assert proof.error is not None
    assert "put the file back" in proof.error.todo


def test_bytes_that_are_no_text_are_shown_as_far_as_they_are(sample):
    folder, path = sample
    path.write_bytes(b"+++\n\xff\n")
    proof = make_proof(folder, path)
    assert proof.source == "+++\n\ufffd\n"
    assert proof.error is not None
    assert proof.error.line == 2


@pytest.mark.parametrize("name", ["newsletter.toml", "newsletter.local.toml"])
def test_broken_settings_are_the_proofs_error(sample, name):
    folder, path = sample
    (folder / name).write_text("broken [\n", encoding="utf-8")
    told = make_proof(folder, path).summary(SAMPLE)
    assert told["error"]["where"].endswith(name)
    assert told["error"]["line"] == 1


def test_a_broken_template_of_the_newsletters_own_is_the_proofs_error(sample):
    folder, path = sample
    own = folder / "templates" / "digest"
    own.mkdir(parents=True)
    (own / "footer.mjml.j2").write_text("<mj-section>\n{{ nobody.knows }}\n", encoding="utf-8")
    told = make_proof(folder, path).summary(SAMPLE)
    assert told["error"]["where"].endswith("footer.mjml.j2")
    assert told["error"]["line"] == 2


def test_the_digest_tells_a_change_of_the_mail_from_a_change_beside_it(sample):
    folder, path = sample
    before = make_proof(folder, path).summary(SAMPLE)["mail"]["digest"]
    change(path, "+++\n\nEight", "# a comment\n+++\n\nEight")
    assert make_proof(folder, path).summary(SAMPLE)["mail"]["digest"] == before
    change(path, "If you read only one", "If you read just one")
    assert make_proof(folder, path).summary(SAMPLE)["mail"]["digest"] != before


def test_there_is_no_part_of_another_name(sample):
    folder, path = sample
    proof = make_proof(folder, path)
    assert [proof.part(name, SAMPLE) for name in ("", "findings", "__class__", "sheet", "../x")] == [None] * 5


def test_all_faults_of_a_theme_are_told_though_there_is_no_mail(sample):
    folder, path = sample
    good = make_proof(folder, path)
    own = folder / "templates" / "digest"
    own.mkdir(parents=True)
    (own / "footer.mjml.j2").write_text(
        '<mj-section paddng="0">\n<mj-txt>a</mj-txt>\n</mj-section>\n', encoding="utf-8"
    )
    broken = make_proof(folder, path, good.sheet)
    found = [(one["rule"], one["line"]) for one in broken.findings()["findings"] if "footer" in one["path"]]
    assert broken.error is not None
    assert found == [("render", 1), ("mjml-unknown", 2)]
    assert broken.findings()["weight"] is None
    change(path, "+++\n", "+++\nbroken ")
    assert make_proof(folder, path, good.sheet).findings()["findings"] == []
