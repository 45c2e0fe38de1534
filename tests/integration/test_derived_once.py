"""What is worked out of an article is worked out once, in all the commands of a week, until the article changes."""

import pytest
from click.testing import CliRunner
from drafting_desk import TEXT, answer, api, completion, model_says, other_text
from feed_server import item, rss
from fetch_desk import make_desk, opened
from web_site import Says, web_site

from newsletter.app.clustering import STORIES, VERSION
from newsletter.app.texts import keep_texts
from newsletter.cli.root import root
from newsletter.composer.tfidf import Wordings
from newsletter.net.robots import forget_robots
from newsletter.sources.feed_reader import FeedReader
from newsletter.sources.page_reader import PageReader


def page(title, text):
    body = "".join(f"<p>{line}</p>" for line in text.splitlines())
    html = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"
    return Says(body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def feed(slug, **said):
    """A feed of two articles, without validators: it comes whole each time."""
    items = item(slug, 0) + item(slug, 1)
    return Says(body=rss(slug, items.replace(*said["but"]) if said else items).encode())


@pytest.fixture
def worked_out(monkeypatch):
    """How often each thing was done since it was looked at last."""
    done = {"feeds": 0, "pages": 0, "wordings": 0}

    def count(owner, method, what):
        original = getattr(owner, method)

        def counted(*args):
            done[what] += 1
            return original(*args)

        monkeypatch.setattr(owner, method, counted)

    count(FeedReader, "read", "feeds")
    count(PageReader, "read", "pages")
    count(Wordings, "of", "wordings")

    def since():
        found = dict(done)
        done.update(dict.fromkeys(done, 0))
        return found

    return since


def run(*words):
    done = CliRunner().invoke(root, words)
    assert done.exit_code == 0, done.output + repr(done.exception)
    return done.output


def test_a_second_week_on_unchanged_input_works_nothing_out_and_a_changed_article_itself_alone(
    tmp_path, monkeypatch, worked_out
):
    folder = make_desk(tmp_path / "desk", private='["127.0.0.1", "localhost"]')
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DRAFT_KEY", "k")
    forget_robots()
    third = other_text().replace("Rust", "Zig")
    answers = {
        "/robots.txt": Says(status=404),
        "/v1/chat": model_says(completion(answer())),
        "/one": feed("one"),
        "/two": feed("two"),
        "/a": page("One in a million", TEXT),
        "/b": page("The other", other_text()),
    }
    with web_site(answers) as site:
        with (folder / "newsletter.local.toml").open("a") as file:
            file.write(api(site.url))
        base = f"http://127.0.0.1:{site.port}"
        (folder / "feeds.toml").write_text("".join(f'[feeds.{n}]\naddress = "{base}/{n}"\n' for n in ("one", "two")))

        (folder / "saved.html").write_bytes(
            b"<!-- saved from url=(0020)https://c.example/c -->" + page("C", third).body
        )

        def model_calls():
            return sum(asked.path.startswith("/v1/chat") for asked in site.asked)

        def collect():
            run("fetch", "--force")
            run("add", f"{base}/a", f"{base}/b", "saved.html")
            run("triage", "--print")

        def reckoning():
            with opened(folder) as newsletter:
                return newsletter.derived.get(STORIES, VERSION)

        collect()
        assert worked_out() == {"feeds": 2, "pages": 3, "wordings": 7}
        run("pick", "--all")
        issue = folder / "issues/001.md"
        undrafted = issue.read_bytes()
        run("draft", "--with", "model")
        drafted, before = issue.read_bytes(), reckoning()
        assert model_calls() == 3
        assert drafted.count(b"Why it matters") == 3
        worked_out()

        issue.write_bytes(undrafted)
        collect()
        run("draft", "--with", "model")
        assert worked_out() == {"feeds": 0, "pages": 0, "wordings": 0}
        assert (model_calls(), issue.read_bytes(), reckoning()) == (3, drafted, before)

        issue.write_bytes(undrafted)
        site.answers["/two"] = feed("two", but=("What two says in its piece 1", "What two says anew"))
        with (folder / "saved.html").open("ab") as file:
            file.write(b"<p>One line more.</p>")
        with opened(folder) as newsletter:
            (changed,) = keep_texts(newsletter, [other_text().replace("Rust", "Go")])
            pool = newsletter.pool()
            (id,) = (entry.article.id for entry in pool.entries.values() if entry.article.title == "The other")
            pool.edit(id, {"text_sha256": changed})
        collect()
        run("draft", "--with", "model")
        assert worked_out() == {"feeds": 1, "pages": 1, "wordings": 2}
        assert model_calls() == 4
