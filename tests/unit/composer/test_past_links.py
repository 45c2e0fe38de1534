"""What ran before is found by its address, however the Markdown of the issue has it."""

import pytest

from newsletter.composer.issues import IssueFolder
from newsletter.composer.past import Past
from newsletter.model.article import Article

HEAD = '+++\nnumber = 1\ndate = 2024-01-01\nsubject = "s"\n+++\n\n'


@pytest.mark.parametrize(
    "written, link",
    [
        (r"https://acme.example/a\_b\_\(c\)?x=1&y\_z=2", "https://acme.example/a_b_(c)?x=1&y_z=2"),
        ("https://acme.example/wiki/Queue_(data)", "https://acme.example/wiki/Queue_(data)"),
        ("<https://acme.example/angles>", "https://acme.example/angles"),
        ('https://acme.example/titled "its title"', "https://acme.example/titled"),
        (r"https://acme.example/\*star\*", "https://acme.example/*star*"),
    ],
)
def test_a_link_of_a_heading_is_found_however_it_is_escaped(tmp_path, written, link):
    (tmp_path / "001.md").write_text(f"{HEAD}### [T \\{{#zz}}]({written}) {{#abcdefghijklm}}\n\nWords.\n")
    past = Past(IssueFolder(tmp_path))
    assert [seen.number for seen in past.of(Article(id="x", link=link))] == [1]
    assert [seen.number for seen in past.of(Article(id="abcdefghijklm"))] == [1]
    assert not past.of(Article(id="zz"))


def test_braces_that_are_escaped_are_no_id(tmp_path):
    (tmp_path / "001.md").write_text(HEAD + "### Prose \\{#zz}\n\nWords.\n")
    assert not Past(IssueFolder(tmp_path)).of(Article(id="zz"))
