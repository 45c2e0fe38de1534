"""Which saves concern the preview, and which folders it looks at."""

import asyncio
from pathlib import Path

import pytest

from newsletter.web.saves import concerns, moved, saves, watched

FOLDER = Path("/press/digest")
ISSUE = FOLDER / "issues" / "042.md"


@pytest.mark.parametrize(
    "path, expected",
    [
        ("issues/042.md", True),
        ("issues/041.md", True),
        ("issues/042.receipt.toml", True),
        ("newsletter.toml", True),
        ("newsletter.local.toml", True),
        ("templates/digest/footer.mjml.j2", True),
        ("templates", True),
        ("media/chart.png", True),
        ("media", True),
        ("issues", True),
        ("issues/.042.md.swp", False),
        ("issues/042.md~", False),
        ("issues/#042.md#", False),
        ("issues/4913", False),
        ("issues/.042.md.k2j3", False),
        ("README.md", False),
        ("pool/ada.jsonl", True),
        (".newsletter/build/042/042.html", False),
    ],
)
def test_a_save_concerns_the_preview_or_it_does_not(path, expected):
    assert concerns(FOLDER / path, FOLDER, ISSUE) is expected


def test_an_issue_outside_of_the_newsletter_is_looked_at_where_it_is():
    elsewhere = Path("/drafts/042.md")
    assert concerns(elsewhere, FOLDER, elsewhere)
    assert not concerns(FOLDER / "issues" / "041.md", FOLDER, elsewhere)


def test_only_folders_that_matter_are_watched(tmp_path):
    for name in ("issues", "media/2026", "templates/digest/parts", ".git/objects", ".venv/lib", "pool"):
        (tmp_path / name).mkdir(parents=True)
    places = [path.relative_to(tmp_path).as_posix() for path in watched(tmp_path, tmp_path / "issues" / "1.md")]
    assert places == [
        ".",
        "issues",
        "media",
        "media/2026",
        "pool",
        "templates",
        "templates/digest",
        "templates/digest/parts",
    ]


def test_a_folder_that_comes_or_goes_makes_the_watch_anew(tmp_path):
    (tmp_path / "new").mkdir()
    assert moved({tmp_path / "new"}, [tmp_path])
    assert moved({tmp_path / "gone"}, [tmp_path, tmp_path / "gone"])
    assert not moved({tmp_path / "a.md"}, [tmp_path])


def test_templates_that_are_made_while_it_runs_are_watched_from_then_on(tmp_path):
    issue = tmp_path / "issues" / "1.md"
    issue.parent.mkdir()

    async def run() -> None:
        ended = asyncio.Event()
        told = saves(tmp_path, issue, ended)
        waiting = asyncio.ensure_future(anext(told))
        await asyncio.sleep(0)
        own = tmp_path / "templates" / "digest"
        own.mkdir(parents=True)
        async with asyncio.timeout(30):
            await waiting
            for number in range(3):
                waiting = asyncio.ensure_future(anext(told))
                await asyncio.sleep(0)
                (own / "footer.mjml.j2").write_text(str(number))
                await waiting
        ended.set()
        await told.aclose()

    asyncio.run(run())
