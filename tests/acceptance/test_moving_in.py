"""People come in from a file and go out into one, by the command line."""

import json
import shlex
import subprocess
import zipfile

MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID,TAGS\n"
    'new@example.org,Ada,L,2,2024-01-02 03:04:05,1.2.3.4,2024-01-02 03:05:05,1.2.3.4,1,x,"""VIP"""\n'
    "added@example.org,,,2,,,2024-01-02 03:05:05,,2,y,\n"
    "=nobody,,,2,,,2024-01-02 03:05:05,,3,z,\n"
    "NEW@example.org,,,2,,,2024-01-02 03:05:05,,4,z,\n"
)


def test_an_export_of_another_tool_is_tried_imported_and_shown(sample):
    sample.path("m.csv").write_text(MAILCHIMP)
    before = sample.ok("subscribers", "export")
    tried = sample.run("subscribers", "import", "m.csv", "--dry-run", "--tag", "moved")
    assert tried.returncode == 1
    assert "nothing was changed; it would be: 2 new, 2 left out; list weekly" in tried.stdout
    unasked = sample.path(".newsletter/rejects/m.csv")
    assert "left out  2 rows, written to .newsletter/rejects/m.csv" in tried.stdout.splitlines()
    assert (unasked.stat().st_mode & 0o777, len(unasked.read_text().splitlines())) == (0o600, 3)
    assert sample.ok("subscribers", "export") == before
    done = sample.run("subscribers", "import", "m.csv", "--tag", "moved", "--rejects", "../left-out.csv")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        'm.csv:4: left out: "=nobody" is not an address: An email address must have an @-sign',
        "m.csv:5: left out: the same address as in line 2",
        "m.csv: an export of Mailchimp",
        "m.csv: not read: MEMBER_RATING, OPTIN_IP, CONFIRM_IP, LEID, EUID",
        "2 new, 2 left out; list weekly",
        "Of the new and changed: 1 pending, 1 confirmed",
        "left out  2 rows, written to ../left-out.csv",
        "Proof of consent here: OPTIN_TIME and CONFIRM_TIME, both there: they signed up themselves",
        "The pending get no mail. If they said yes, import them again with:",
        '  --consent confirmed --basis "how and when"',
    ]
    written, guarded = sample.path("../left-out.csv"), "'=nobody,,,2,,,2024-01-02 03:05:05,,3,z,"
    assert written.stat().st_mode & 0o777 == 0o600
    assert written.read_text().splitlines() == [
        "line,reason,row",
        f'4,"""=nobody"" is not an address: An email address must have an @-sign","{guarded}"',
        "5,the same address as in line 2,NEW@example.org",
    ]
    shown = json.loads(sample.ok("subscribers", "show", "new@example.org", "--json"))
    assert shown["tags"] == ["VIP", "moved"]
    (entry,) = shown["consent_log"]
    assert (entry["way"], entry["source"], entry["at"]) == ("import", "m.csv:2", "2024-01-02T03:05:05Z")
    assert "added@example.org" in sample.ok("subscribers", "list", "--tag", "moved")
    assert "2 unchanged, 2 left out" in sample.run("subscribers", "import", "m.csv").stdout
    again = sample.run("subscribers", "import", "-", "--map", "email=Mail", typed="Mail\nx@example.org\n")
    assert "1 new" in again.stdout


def test_a_column_that_is_not_there_and_a_field_that_is_none_are_said(sample):
    sample.path("r.csv").write_text("email,plan\na@example.org,x\n")
    done = sample.run("subscribers", "import", "r.csv", "--map", "attribute.plan=Plan type")
    assert done.returncode == 2
    assert 'r.csv:1: there is no column "Plan type"; the first row has: email, plan' in done.stderr
    done = sample.run("subscribers", "import", "r.csv", "--map", "town=plan")
    assert done.returncode == 2
    assert "FIELD is email, name, language" in " ".join(done.stderr.split())


def test_what_is_known_of_a_person_is_changed_and_changed_back(sample):
    edit = ("subscribers", "edit", "ada@example.com")
    done = sample.ok(*edit, "--tag", "VIP", "--attribute", "age=36", "--language", "de", "--name", "Lady Ada")
    assert 'Lady Ada; tags VIP; attributes {"age": 36}; language de' in done
    undo = done.splitlines()[1].removeprefix("Undo: newsletter ")
    assert "no tags; no attributes" in sample.ok(*shlex.split(undo))
    assert sample.run("subscribers", "edit", "ada@example.com").returncode == 2
    assert "is no time zone" in sample.run(*edit, "--timezone", "Berlin", "--tag", "x").stderr
    assert json.loads(sample.ok(*edit, "--tag", "x", "--json"))["tags"] == ["x"]
    more = ("--tag", "x", "--attribute", "plan=free", "--timezone", "Asia/Tokyo")
    sample.ok("subscribers", "add", "tim@example.org", *more)
    shown = json.loads(sample.ok("subscribers", "show", "tim@example.org", "--json"))
    assert (shown["tags"], shown["attributes"], shown["timezone"]) == (["x"], {"plan": "free"}, "Asia/Tokyo")


def test_csv_says_what_it_is_for_and_git_does_not_see_either(sample):
    done = sample.run("subscribers", "export", "--format", "csv")
    assert done.stderr == "CSV is for spreadsheets: a value like a formula has a ' in front; jsonl loses nothing\n"
    subprocess.run(["git", "init", "-q", str(sample.path("."))], check=True)
    for arguments in (("export", "-o", "people.txt"), ("import", "r.csv", "--rejects", "left.txt")):
        sample.path("r.csv").write_text("email\nno\n")
        refused = sample.run("subscribers", *arguments)
        assert refused.returncode == 2
        assert "git would track" in " ".join(refused.stderr.split())


def test_past_issues_of_another_tool_come_in_and_nothing_of_them_repeats(sample, tmp_path):
    for path in sample.path("issues").iterdir():
        path.unlink()
    export = tmp_path / "export.zip"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr(
            "posts.csv", "post_id,post_date,is_published,type,title\n1.a,2024-03-10T12:00:00Z,true,newsletter,First\n"
        )
        archive.writestr("posts/1.a.html", '<p>See <a href="https://acme.example/moved">this</a>.</p>')
    assert "1 issue of Substack would be taken in for weekly" in sample.ok("import", str(export), "--dry-run")
    told = sample.ok("import", str(export))
    assert "001  2024-03-10  First (1 link)" in told
    assert "1 issue of Substack taken in for weekly; 0 known already, 0 drafts left out" in told
    sample.path("list.csv").write_text("title,url,why\nAgain,https://www.acme.example/moved/?utm_source=x,Because.\n")
    sample.ok("add", "list.csv")
    id = json.loads(sample.ok("pool", "list", "--json"))[-1]["id"]
    sample.ok("new", "--subject", "Mine")
    assert "issue 1" in sample.fails(2, "pick", id)
    assert "sent by Substack" in sample.fails(2, "send", "1", "--really")
    assert "no ZIP archive" in sample.fails(2, "import", "list.csv")
    assert json.loads(sample.ok("import", str(export), "--json"))["known"] == 1
