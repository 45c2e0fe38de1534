"""``make client-table``: what it takes from npm's package, and that the table here is what it writes."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "client_table.py"
TABLE = Path(__file__).parents[3] / "newsletter" / "checks" / "clients" / "features.json"
GAP = {
    "slug": "css-gap",
    "title": "gap ",
    "category": "css",
    "url": "https://www.caniemail.com/features/css-gap/",
    "stats": {
        "gmail": {"ios": {"2019": "y", "2022": "a #1 #3"}, "android": {"2019": "n"}},
        "outlook": {"macos": {"2011": "y", "2016": "y", "16.80": "n #2"}},
    },
    "notes_by_num": {
        "1": "Partial. Not `row-gap`. (See [email-bugs#13](https://github.com/hteumeuleu/email-bugs/issues/13))",
        "2": "[The spec](https://example.com) says so.",
        "3": "Buggy.",
        "9": "Once so.",
    },
}
OTHER = {**GAP, "slug": "css-x", "url": "https://www.caniemail.com/features/css-x/", "stats": {}, "notes_by_num": None}


def package(folder: Path, version="2.0.2", features=(GAP, OTHER)) -> Path:
    files = {
        "package.json": json.dumps({"version": version}),
        "LICENSE": "MIT License\n\nCopyright © A. Author\n",
        "dist/data/caniemail.json": json.dumps({"last_update_date": "2026-05-13 14:45:41 +0000", "data": features}),
    }
    path = folder / "caniemail.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return path


def run(folder: Path, **kwargs) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, "--package", package(folder, **kwargs), "--into", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_newest_word_on_each_platform_is_taken_with_its_notes(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    table = json.loads((tmp_path / "features.json").read_text(encoding="utf-8"))
    assert table["platforms"] == ["gmail.android", "gmail.ios", "outlook.macos"]
    assert (table["version"], table["date"]) == ("2.0.2", "2026-05-13")
    assert table["features"]["css-gap"] == {
        "title": "gap",
        "category": "css",
        "support": "n a1,3 n2",
        "notes": {"1": "Partial. Not row-gap.", "2": "The spec says so.", "3": "Buggy."},
    }
    assert table["features"]["css-x"]["support"] == "- - -"
    assert "A. Author" in (tmp_path / "LICENSE-caniemail").read_text(encoding="utf-8")


@pytest.mark.parametrize("changes, words", [
    ({"version": "2.1.0"}, "this script knows 2.0.2"),
    ({"features": [{**GAP, "url": "https://example.com/gap"}]}, "css-gap has an address of its own"),
])  # fmt: skip
def test_what_is_not_as_it_was_is_refused(tmp_path, changes, words):
    done = run(tmp_path, **changes)
    assert done.returncode == 1
    assert words in done.stderr
    assert not (tmp_path / "features.json").exists()


def test_the_table_has_a_line_for_each_feature_and_a_word_for_each_platform():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    table = json.loads("\n".join(lines))
    assert sum(line.startswith("    ") for line in lines) == len(table["features"]) == 307
    for row in table["features"].values():
        words = row["support"].split()
        assert len(words) == len(table["platforms"])
        assert {word[0] for word in words} <= set("ynau-")
        assert {number for word in words for number in word[1:].split(",") if number} >= set(row["notes"])
