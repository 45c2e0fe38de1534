"""An import of past issues that is killed anywhere: run once more it does what is left, each issue once."""

import os
import shutil
import time
import zipfile

import pytest
from command_process import run_command, start_command
from kills import moments

from newsletter.app.sample import make_sample

COUNT = 10


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A newsletter without issues, and an export beside it."""
    base = tmp_path_factory.mktemp("killed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSLETTER_HOME", str(base / "home"))
        make_sample(base / "desk")
    for path in (base / "desk" / "issues").iterdir():
        path.unlink()
    rows = ["post_id,post_date,is_published,type,title"]
    with zipfile.ZipFile(base / "export.zip", "w") as archive:
        for number in range(COUNT):
            rows.append(f"{number}.p,2024-01-{number + 1:02}T10:00:00Z,true,newsletter,Post {number}")
            archive.writestr(f"posts/{number}.p.html", f'<p>See <a href="https://acme.example/{number}">it</a>.</p>')
        archive.writestr("posts.csv", "\n".join(rows) + "\n")
    return base


def files(desk):
    return {path.name: path.read_bytes() for path in (desk / "issues").iterdir()}


def test_an_import_that_was_killed_goes_on_and_every_issue_is_there_once(made, tmp_path):
    def copy(name):
        shutil.copytree(made, tmp_path / name)
        home = str(tmp_path / name / "home")
        return tmp_path / name / "desk", {**os.environ, "NEWSLETTER_HOME": home}

    desk, env = copy("whole")
    begun = time.monotonic()
    assert run_command(("import", "../export.zip"), desk, env).returncode == 0
    took, whole = time.monotonic() - begun, files(desk)
    assert len(whole) == 3 * COUNT
    for at, moment in enumerate(moments(0.1 * took, took)[::2]):
        desk, env = copy(str(at))
        process = start_command(("import", "../export.zip"), desk, env)
        time.sleep(moment)
        process.kill()
        process.communicate()
        half = files(desk)
        assert all(whole[name] == data for name, data in half.items() if not name.startswith(".")), "never half a file"
        for name in half:
            if name.endswith(".md"):  # what has an issue file has its receipt
                assert name.replace(".md", ".receipt.toml") in half
        assert run_command(("import", "../export.zip"), desk, env).returncode == 0
        assert {name: data for name, data in files(desk).items() if not name.startswith(".")} == whole
        shutil.rmtree(desk.parent)
