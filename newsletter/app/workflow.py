"""The workflow that checks an issue on GitHub, before anybody merges it."""

import json
from pathlib import Path

from newsletter.app.git import top_of
from newsletter.files import write_new

NAME = Path(".github", "workflows", "newsletter.yml")

_TEXT = """\
# Checks the newest issue in each pull request: findings stand beside the changed lines, pictures of all views are
# attached to the run. It needs no secret and no database, and sends nothing. Written by newsletter init --github.
name: newsletter
on:
  pull_request:
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    defaults:
      run:
        working-directory: WHERE
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - run: python -m pip install "newsletterpress[browser]"
      - run: newsletter check --github
      - if: ${{ !cancelled() }}
        run: newsletter shots --out "$RUNNER_TEMP/shots"
      - if: ${{ !cancelled() }}
        uses: actions/upload-artifact@v4
        with:
          name: shots
          path: ${{ runner.temp }}/shots
          if-no-files-found: ignore
"""


def write_workflow(folder: Path) -> Path:
    """Write the workflow of the newsletter in *folder* to the top of its git repository; return the file.

    :raises FileError: there is one already, or it cannot be written.
    """
    top = top_of(folder) or folder.resolve()
    where = folder.resolve().relative_to(top).as_posix()
    path = top / NAME
    write_new(path, _TEXT.replace("WHERE", json.dumps(where, ensure_ascii=False)).encode(), mode=0o644)
    return path
