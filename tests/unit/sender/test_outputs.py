import mailbox
import re

import pytest
from sender_samples import message, reader, rendered

from newsletter.errors import SendError
from newsletter.sender.outputs import FORMATS, open_output


def readers():
    return [
        message(reader()),
        message(reader(name="Zoë", address="/etc/zoë/.!x@example.com", number=8)),
        message(reader(name="", address="ada@example.com", number=9)),
    ]


def written(form, folder, messages):
    with open_output(form, folder) as output:
        return [output.write(sent) for sent in messages]


def test_eml_files_are_the_messages(tmp_path):
    paths = written("eml", tmp_path / "new" / "folder", readers())
    assert [path.read_bytes() for path in paths] == [sent.data for sent in readers()]
    assert [path.name for path in paths] == [
        "000001-ada@example.com.eml",
        "000002-_etc_zo__._x@example.com.eml",
        "000003-ada@example.com.eml",
    ]
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(path.name for path in paths)


def test_html_files_have_the_slots_filled(tmp_path):
    paths = written("html", tmp_path, readers())
    assert "<p>Hello Zoë,</p>" in paths[1].read_text(encoding="utf-8")


def test_a_maildir_is_one(tmp_path):
    written("maildir", tmp_path / "box", readers())
    box = mailbox.Maildir(tmp_path / "box", create=False)
    assert min(str(mail["To"]) for mail in box) == "<ada@example.com>"
    assert len(box) == 3
    assert not any((tmp_path / "box" / "tmp").iterdir())


def test_an_mbox_gives_each_message_back(tmp_path):
    issue = rendered(text="From here\n>From there\n\nFrom everywhere\n")
    messages = [message(reader(), issue=issue), *readers()]
    (path,) = set(written("mbox", tmp_path, messages))
    whole = path.read_bytes()
    assert whole.startswith(b"From editor@example.org Fri Nov 27 09:00:00 2026\n")
    unquoted = [re.sub(rb"(?m)^>(>*From )", rb"\1", part) for part in re.split(rb"(?m)^From .*\n", whole)[1:]]
    assert [part.removesuffix(b"\n").replace(b"\n", b"\r\n") for part in unquoted] == [sent.data for sent in messages]
    box = mailbox.mbox(path, create=False)
    assert len(box) == 4
    box.close()


def test_an_mbox_that_was_not_finished_is_not_there(tmp_path):
    with pytest.raises(ZeroDivisionError), open_output("mbox", tmp_path) as output:
        output.write(message())
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_rehearsing_again_replaces_the_files(tmp_path):
    for form in FORMATS:
        written(form, tmp_path / form, readers())
        before = sorted(path for path in (tmp_path / form).rglob("*"))
        written(form, tmp_path / form, readers())
        assert sorted(path for path in (tmp_path / form).rglob("*")) == before


def test_an_unknown_format_names_the_known_ones(tmp_path):
    with pytest.raises(SendError, match="eml, maildir, mbox, html"):
        open_output("pst", tmp_path)


@pytest.mark.parametrize("form", FORMATS)
def test_a_folder_that_cannot_be_made_is_said(tmp_path, form):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SendError, match="cannot be written to"):
        open_output(form, tmp_path / "file" / "folder")


@pytest.mark.parametrize(
    "form, name",
    [
        ("eml", "000001-ada@example.com.eml"),
        ("html", "000001-ada@example.com.html"),
        ("maildir", "new/000001-ada@example.com"),
        ("mbox", "messages.mbox"),
    ],
)
def test_a_file_that_cannot_be_written_is_said_and_no_half_of_it_is_left(tmp_path, form, name):
    (tmp_path / name / "in the way").mkdir(parents=True)
    with pytest.raises(SendError, match="cannot be written to"):
        written(form, tmp_path, [message()])
    assert (tmp_path / name / "in the way").is_dir()
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set()
