"""Which files of a folder are read."""

from newsletter.app.collecting import files_in, read_leniently


def test_files_that_may_have_articles_are_found_and_hidden_ones_passed_over(tmp_path):
    for name in ("b.md", "a.csv", "deep/er/c.eml", ".git/d.md", "deep/.hidden.md", "picture.png", "archive.zip"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "deep" / "round").symlink_to(tmp_path, target_is_directory=True)
    assert [str(path.relative_to(tmp_path)) for path in files_in(tmp_path)] == ["a.csv", "b.md", "deep/er/c.eml"]


def test_of_a_maildir_all_mail_is_read_whatever_it_is_called(tmp_path):
    mail = "From: a@b.example\nSubject: x\nDate: Tue, 03 Nov 2026 10:00:00 +0000\n\nOne: https://acme.example/1\n"
    for name in ("cur/1:2,S", "new/2", "tmp/3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(mail)
    found = files_in(tmp_path)
    assert [path.parent.name for path in found] == ["cur", "new"]
    assert [one.article.title for path in found for one in read_leniently(path).collected] == ["One", "One"]


def test_a_file_that_cannot_be_read_is_a_remark(tmp_path):
    (tmp_path / "broken.json").write_text('{\n"a": }')
    (remark,) = read_leniently(tmp_path / "broken.json").remarks
    assert (remark.line, remark.harmless) == (2, False)
    (remark,) = read_leniently(tmp_path / "gone.md").remarks
    assert "it cannot be read" in remark.what


def test_a_note_without_an_article_is_passed_over_and_a_broken_one_is_told(tmp_path):
    for name, text in {
        "note.md": "# A thought\n\nof mine\n",
        "todo.md": "---\ntags: [todo]\n---\n- [ ] call\n",
    }.items():
        (tmp_path / name).write_text(text)
        assert read_leniently(tmp_path / name) is None
        assert read_leniently(tmp_path / name, "markdown").remarks
    (tmp_path / "open.md").write_text("---\ntitle: A\n")
    assert "has no end" in read_leniently(tmp_path / "open.md").remarks[0].what
