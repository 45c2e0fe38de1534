"""`newsletter add` that is killed anywhere: what it said is recorded is there, once, and is read by the next fetch."""

import json
import os
import re
import time
from collections import Counter

from archive_samples import SETTINGS
from command_process import run_command, start_command
from kills import moments
from web_site import Says, web_site

from newsletter.app import open_newsletter
from newsletter.store.database import create

PAGES = 4
TEXT = "".join(
    f"<p>Paragraph {n} says how the queue {n} was moved, and that nothing of it was lost.</p>" for n in range(9)
)


def test_an_add_that_is_killed_loses_nothing_that_it_recorded_and_doubles_nothing(tmp_path):
    (tmp_path / "newsletter.toml").write_text(SETTINGS.format(more=""))
    (tmp_path / "newsletter.local.toml").write_text('[sources]\nallow_private = ["localhost"]\n')
    newsletter = open_newsletter(tmp_path)
    create(newsletter.settings.data_folder).close()

    def page(asked):
        time.sleep(0.01)
        html = f"<html><title>Page {asked.path}</title><body><article>{TEXT}{asked.path}</article></body></html>"
        return Says(body=html.encode(), headers={"Content-Type": "text/html"})

    said, links = set(), set()
    with web_site({"/robots.txt": Says(status=404), "/": page}) as site:
        for number, moment in enumerate(moments(0.0, 0.4)):
            addresses = [f"{site.url}/{number}-{one}" for one in range(PAGES)]
            with start_command(["add", *addresses], tmp_path, dict(os.environ), live=True) as command:
                time.sleep(moment)
                command.kill()
                told, _ = command.communicate(timeout=60)
            recorded = re.findall(r"^added +\w+  (http\S+)$", told, re.M)
            links |= set(addresses)
            said |= set(recorded)
            pool = {entry.article.link for entry in open_newsletter(tmp_path).pool().entries.values()}
            assert said <= pool <= links
            run_command(["add", "--wait", "0", *addresses], tmp_path, dict(os.environ))
        done = run_command(["fetch", "--force", "--json"], tmp_path, dict(os.environ))
        assert done.returncode == 0, done.stdout + done.stderr
    entries = list(open_newsletter(tmp_path).pool().entries.values())
    assert Counter(entry.article.link for entry in entries) == Counter(links)
    assert all(entry.article.text_sha256 and entry.article.title for entry in entries)
    lines = [json.loads(line) for line in next((tmp_path / "pool").glob("*.jsonl")).read_text().splitlines()]
    read = Counter(line["id"] for line in lines if line.get("article", {}).get("text_sha256"))
    assert set(read.values()) == {1}, "nothing that was read is written twice"
