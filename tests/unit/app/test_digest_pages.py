"""A digest whose pages come one by one, the last one first."""

from newsletter.app import open_newsletter
from newsletter.app.adding import Noted
from newsletter.app.collecting import collect, read
from newsletter.app.scaffold import make_newsletter
from newsletter.rendering.themes import builtin_templates

FIRST = """\
Queues in practice (Part 1 of 2)
https://example.com/queues-1

Why it matters: One queue for each tenant keeps a flood from everybody else.

  • Workers visit the queues in turn
  • The age of the oldest message is what is watched
Page 1 of 2
"""


def test_the_first_page_of_a_digest_may_come_after_the_second_and_doubles_nothing(tmp_path):
    make_newsletter(tmp_path, name="Digest", author="Digest <d@example.com>", address="Digest, 1 Street")
    newsletter = open_newsletter(tmp_path)
    second = (builtin_templates() / "sample" / "digest.txt").read_bytes()

    def add(data):
        reading = read("digest.txt", data, None)
        collection = collect(newsletter, newsletter.pool(), reading, Noted())
        return [row.outcome for row in collection.rows], [remark.what for remark in reading.remarks]

    outcomes, remarks = add(second)
    assert outcomes == ["added"] * 8
    assert "a page footer; earlier pages are not in this file" in remarks
    outcomes, remarks = add(FIRST.encode() + b"\n" + second)
    assert outcomes == ["added", *["known"] * 8]
    assert not any("earlier pages" in what for what in remarks)
    assert len(newsletter.pool().entries) == 9
    (first,) = [entry.article for entry in newsletter.pool().entries.values() if entry.article.link]
    assert first.title == "Queues in practice (Part 1 of 2)"
