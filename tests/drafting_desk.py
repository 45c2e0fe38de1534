"""A newsletter with articles whose texts are known, for what is drafted of them; and a model that is played."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from web_site import Asked, Says

from newsletter.app import Newsletter, open_newsletter
from newsletter.app.picking import pick
from newsletter.app.texts import keep_texts
from newsletter.composer.picking import Rules
from newsletter.model.article import Article
from newsletter.store.database import create

BASE = 'id = "news-1"\nname = "News"\nfrom = "News <news@example.com>"\npostal_address = "Street 1"\n'
LISTS = '\n[lists.weekly]\ntitle = "News"\n'
CAUSE = "cAdvisor scans the page tables of every process each 30 s to compute its working set."
FOUND = "The team at Pinterest traced one query in 1,000,000 that was slower than 5 s."
MENDED = "Turning that metric off in Manas took the outliers away on all 240 nodes."
FILLER = (
    "Search nodes keep most of their index in memory, and a scan of that memory holds a lock.",
    "Nobody saw it in the dashboards, since an average over a minute hides a pause of a second.",
    "A profile of the kernel showed where the time went, and it was not in the service itself.",
    "They compared two clusters, took the machines apart one by one, and moved the index to other hosts.",
    "Each of these steps removed a suspect, and the list of what remained became shorter every day.",
    "What helped most was to record each slow request with the thread that held the lock at that time.",
    "After the change the tail of the latency was flat, and the on-call engineers slept again.",
    "They now watch for pauses of the whole machine, and not only for requests that take too long.",
)
TEXT = "\n".join((FOUND, *FILLER[:4], CAUSE, *FILLER[4:], MENDED, "The search team wrote the tools in C++."))
"""Of 180 words: a model may read it."""
GOOD = {
    "why": "A metric that nobody reads can stop a whole machine: turn off what scans memory.",
    "points": [
        "cAdvisor scans page tables of each process every 30 s",
        "One query in 1,000,000 took more than 5 s",
        "Turning the metric off removed the outliers on 240 nodes",
    ],
    "quotes": [CAUSE, FOUND, MENDED],
    "confident": True,
}
MANAS, OTHER, SHORT = "aaaaaaaaaaaaa", "bbbbbbbbbbbbb", "ccccccccccccc"


def other_text() -> str:
    """A second text that a model may read, in which the same sentences stand."""
    return TEXT.replace("The search team wrote the tools in C++.", "The other team wrote the tools in Rust.")


def make_desk(folder: Path, *, local: str = "", settings: str = "") -> Newsletter:
    """Make an issue of three articles without words: two whose texts are known, and one of which little is known."""
    (folder / "issues").mkdir(parents=True)
    (folder / "newsletter.toml").write_text(BASE + settings + LISTS)
    (folder / "newsletter.local.toml").write_text(local)
    newsletter = open_newsletter(folder)
    create(newsletter.settings.data_folder).close()
    one, two = keep_texts(newsletter, [TEXT, other_text()])
    newsletter.pool().add([
        Article(id=MANAS, title="One in a million", link="https://a.example/m", source="Pinterest", text_sha256=one),
        Article(id=OTHER, title="The other", link="https://a.example/other", text_sha256=two),
        Article(id=SHORT, title="Little", link="https://a.example/short", summary="Too little is known of it."),
    ])  # fmt: skip
    pick(newsletter, [MANAS, OTHER, SHORT], Rules(), path=None, section=None, again="")
    return newsletter


def answer(**changes: object) -> str:
    return json.dumps({**GOOD, **changes})


def completion(content: str, *, reason: str = "stop", usage: tuple[int, int] | None = (500, 100)) -> bytes:
    """Return a chat completion as an OpenAI-compatible API sends it."""
    body: dict[str, object] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "played-2026",
        "choices": [{"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": content}}],
    }
    if usage:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return json.dumps(body).encode()


def model_says(*answers: bytes | Says) -> Callable[[Asked], Says]:
    """Return what plays a model: it says one after the other, and the last one again and again."""
    left = list(answers)

    def says(asked: Asked) -> Says:
        said = left.pop(0) if len(left) > 1 else left[0]
        return said if isinstance(said, Says) else Says(body=said, headers={"Content-Type": "application/json"})

    return says


def api(site_url: str, more: str = "") -> str:
    """Return the TOML of a model behind *site_url*."""
    return f'[draft]\nurl = "{site_url}/v1"\nmodel = "played"\nkey_env = "DRAFT_KEY"\nprivate = true\n{more}\n'


def script(path: Path, body: str) -> str:
    """Write a Python script that reads the task as *task*, and return the TOML of a command that runs it."""
    path.write_text(f"import json, sys\ntask = json.load(sys.stdin)\n{body}\n")
    return f'[draft]\ncommand = ["{sys.executable}", "{path}"]\n'
