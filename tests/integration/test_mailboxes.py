"""Mailboxes that reports come back to: a Maildir, an mbox, a real IMAP server; nothing in them changes unasked."""

import mailbox as standard
import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from imap_server import running_dovecot
from returned_mail import Ours, complaint, forwarded, postfix, reply, vacation
from store_press import Press, begin, record

from newsletter.app.mailboxes import Reception, take_mailbox
from newsletter.app.returning import Outcome, Taking
from newsletter.errors import InputError, NewsletterError
from newsletter.model.delivery import State
from newsletter.returning.imap import open_imap
from newsletter.returning.mailbox import Maildir, open_mailbox
from newsletter.returning.options import ImapProfile
from newsletter.returning.proving import Proof
from newsletter.store.database import open_database

PASSWORD = "grün&böse"


@pytest.fixture
def press(tmp_path):
    made = Press(tmp_path / "data")
    made.confirm("ada@example.com", "bob@example.com")
    made.start()
    with made.open() as run:
        deliveries = run.claim(10)
        begin(run, *deliveries)
        record(run, *(each.now(State.ACCEPTED) for each in deliveries))
    yield made
    made.close()


@pytest.fixture
def mails(press):
    """What a mailbox has: three reports, one of them forged, and what people wrote."""
    key = press.database.key
    ada, bob = Ours(subscriber=1, key=key), Ours(address="bob@example.com", subscriber=2, key=key)
    forged = postfix(Ours(address="bob@example.com", subscriber=2, key=b"x" * 32), name="f")
    return [postfix(ada), complaint(bob), forged, reply(ada), vacation(bob), forwarded(ada)]


def fill(folder: Path, mails) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(mails):
        place = "cur" if number % 2 else "new"
        (folder / place / f"{number}.host{':2,F' if number % 2 else ''}").write_bytes(data)
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def take(press, box, **options) -> Counter:
    taking = Taking(press.database, keep=options.pop("keep", True))
    steps = []
    taken = list(take_mailbox(box, taking, lambda done, total: steps.append((done, total)), **options))
    assert steps[-1] == (len(box), len(box))
    return Counter(one.outcome for mail in taken for one in mail.reports)


FIRST = {Outcome.SUPPRESSED: 1, Outcome.UNSUBSCRIBED: 1, Outcome.UNPROVEN: 1}
AGAIN = {Outcome.KNOWN: 2, Outcome.UNPROVEN: 1}


def test_a_maildir_stays_as_it_is_to_the_octet_and_reading_it_again_does_nothing(press, mails, tmp_path):
    folder = fill(tmp_path / "box", mails)
    before = snapshot(folder)
    with open_mailbox(folder) as box:
        assert take(press, box, keep=False) == FIRST
    with open_mailbox(folder) as box:
        assert take(press, box) == FIRST
    with open_mailbox(folder) as box:
        assert take(press, box) == AGAIN
    assert snapshot(folder) == before


def test_seen_marks_what_was_recorded_and_nothing_that_people_wrote(press, mails, tmp_path):
    folder = fill(tmp_path / "box", mails)
    with open_mailbox(folder, seen=True) as box:
        take(press, box, seen=True)
    names = {path.name: path.parent.name for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "0.host:2,S": "cur", "1.host:2,FS": "cur",
        "2.host": "new", "3.host:2,F": "cur", "4.host": "new", "5.host:2,F": "cur",
    }  # fmt: skip


def test_delete_takes_what_was_recorded_and_nothing_that_people_wrote(press, mails, tmp_path):
    folder = fill(tmp_path / "box", mails)
    with open_mailbox(folder, delete=True) as box:
        take(press, box, delete=True)
    assert sorted(snapshot(folder).values()) == sorted(mails[2:])


def test_a_mail_that_is_moved_or_taken_away_meanwhile_is_followed_or_left_out(press, mails, tmp_path):
    folder = fill(tmp_path / "box", mails)
    (folder / "new" / ".hidden").write_bytes(b"no mail")
    os.mkfifo(folder / "new" / "pipe")
    with open_mailbox(folder, delete=True) as box:
        (folder / "new" / "0.host").rename(folder / "cur" / "0.host:2,S")
        (folder / "new" / "2.host").unlink()
        assert take(press, box, delete=True) == {Outcome.SUPPRESSED: 1, Outcome.UNSUBSCRIBED: 1}
    assert not (folder / "cur" / "0.host:2,S").exists()


def test_an_mbox_is_read_and_only_what_was_recorded_is_deleted_from_it(press, mails, tmp_path):
    path = tmp_path / "mbox"
    path.write_bytes(b"".join(b"From MAILER-DAEMON Fri Nov 27 10:00:00 2026\n" + data + b"\n" for data in mails))
    before = path.read_bytes()
    with open_mailbox(path) as box:
        assert len(box) == 6
        assert take(press, box) == FIRST
    assert path.read_bytes() == before
    with open_mailbox(path, delete=True) as box:
        assert take(press, box, delete=True) == AGAIN
    left = standard.mbox(path, create=False)
    assert [left.get_bytes(key) for key in left.keys()] == mails[2:]  # noqa: SIM118
    left.lock()
    with pytest.raises(InputError, match="another program has it locked"), open_mailbox(path, delete=True):
        pass
    left.close()


def test_one_mail_in_a_file_is_a_mailbox_too(press, mails, tmp_path):
    path = tmp_path / "bounce.eml"
    path.write_bytes(mails[0])
    with open_mailbox(path) as box:
        assert take(press, box) == {Outcome.SUPPRESSED: 1}
    with open_mailbox(path, delete=True) as box:
        assert take(press, box, delete=True) == {Outcome.KNOWN: 1}
    assert not path.exists()


def test_what_is_no_mailbox_is_said_plainly(tmp_path):
    for path, what in ((tmp_path / "none", "there is nothing"), (tmp_path, "no Maildir"), (Path("/dev/null"), "gone")):
        with pytest.raises(InputError, match=what), open_mailbox(path):
            pass
    (tmp_path / "file").write_bytes(b"Subject: x\n\n")
    with pytest.raises(InputError, match="no marks"), open_mailbox(tmp_path / "file", seen=True):
        pass


def test_what_is_kept_is_whole_in_a_maildir_that_is_made(tmp_path):
    for data in (b"Subject: 1\n\n", b"Subject: 2\n\n"):
        Maildir.keep(tmp_path / "kept", data)
    with open_mailbox(tmp_path / "kept") as box:
        assert sorted(letter.data for letter in box.letters()) == [b"Subject: 1\n\n", b"Subject: 2\n\n"]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "kept" / "new").iterdir()} == {0o600}


@pytest.fixture(scope="module")
def dovecot(authority):
    with running_dovecot(authority, PASSWORD) as server:
        yield server


@pytest.fixture
def account(dovecot, ca_file, mails, request):
    """A profile of an account that has *mails*, and its Maildir."""
    user = f"user{abs(hash(request.node.name))}"
    folder = fill(dovecot.maildir(user), mails)
    for path in folder.rglob("*.host*"):
        os.chown(path, 65534, 65534)
    profile = ImapProfile(
        name="bounces", host="localhost", port=dovecot.port, username=user, password_env="P", ca_file=ca_file
    )
    return profile, folder


def letters(folder: Path) -> dict[str, bytes]:
    """Return the mails of Dovecot's Maildir, but not what it writes beside them."""
    return {name: data for name, data in snapshot(folder).items() if name.startswith(("new/", "cur/"))}


def test_a_mailbox_behind_imap_is_opened_read_only_and_no_mail_is_marked(press, account):
    profile, folder = account
    with open_imap(profile, PASSWORD) as box:
        assert len(box) == 6
        assert take(press, box) == FIRST
    with open_imap(profile, PASSWORD) as box:
        assert take(press, box) == AGAIN
    assert sorted(name for name in letters(folder) if name.startswith("new/")) == [
        "new/0.host",
        "new/2.host",
        "new/4.host",
    ]
    assert not any("S" in name.partition(":2,")[2] for name in letters(folder))


def test_behind_imap_too_what_was_recorded_is_marked_or_deleted_when_asked(press, account, dovecot):
    profile, folder = account
    plain = ImapProfile(**{**{name: getattr(profile, name) for name in profile.__slots__}, "port": dovecot.plain_port,
                           "security": "starttls", "auth": "PLAIN"})  # fmt: skip
    with open_imap(plain, PASSWORD, change=True) as box:
        take(press, box, seen=True)
    assert sorted(name for name in letters(folder) if "S" in name.partition(":2,")[2]) == [
        "cur/0.host:2,S", "cur/1.host:2,FS",
    ]  # fmt: skip
    with open_imap(profile, PASSWORD, change=True) as box:
        assert take(press, box, delete=True) == AGAIN
    assert len(letters(folder)) == 4
    with open_imap(profile, PASSWORD) as box:
        assert len(box) == 4


def test_an_imap_server_that_cannot_be_used_is_said_plainly_and_without_the_password(account, ca_file, tmp_path):
    profile, _ = account
    values = {name: getattr(profile, name) for name in profile.__slots__}
    for changes, password, what in (
        ({}, "wrong", "the server refuses the login of user"),
        ({"mailbox": "Rückläufer & mehr"}, PASSWORD, "no mailbox"),
        ({"ca_file": ""}, PASSWORD, "its certificate does not hold"), ({"port": 1}, PASSWORD, "refused"),
        ({"ca_file": str(tmp_path / "none")}, PASSWORD, "cannot be used"), ({"auth": "LOGIN"}, PASSWORD, "ASCII"),
        ({"auth": "XOAUTH2"}, PASSWORD, "refuses the login"),
    ):  # fmt: skip
        with pytest.raises(NewsletterError) as caught, open_imap(ImapProfile(**{**values, **changes}), password):
            pass
        assert what in str(caught.value)
        assert password not in str(caught.value)


def test_an_empty_mailbox_behind_imap_has_no_mail(dovecot, ca_file):
    dovecot.maildir("empty")
    profile = ImapProfile(
        name="e", host="localhost", port=dovecot.port, username="empty", password_env="P", ca_file=ca_file
    )
    with open_imap(profile, PASSWORD) as box:
        assert (len(box), list(box.letters())) == (0, [])


def test_what_lmtp_hands_over_is_recorded_kept_refused_or_asked_for_again(press, mails, tmp_path):
    told, failed = [], []
    with open_database(tmp_path / "data", patience=0.1) as database:
        taking = Taking(database)

        def reception(keep: Path | None) -> Reception:
            return Reception(taking, keep=keep, answers="editor@example.org", told=told.append, failed=failed.append)

        alone, keeping = reception(None), reception(tmp_path / "kept")
        with closing(sqlite3.connect(tmp_path / "data" / "newsletter.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert alone.take(mails[0], "", "bounces@news.example.org").code == 451
            other.execute("ROLLBACK")
        assert (len(told), len(failed)) == (0, 1)
        senders = ["" if data.startswith(b"Return-Path: <>") else "ada@example.com" for data in mails]
        said = [
            alone.take(data, sender, "bounces@news.example.org") for data, sender in zip(mails, senders, strict=True)
        ]
        assert [(each.code, each.words) for each in said] == [
            (250, "recorded"), (250, "recorded"), (250, "nothing to do"),
            (550, "this address is read by a program; write to editor@example.org"), (250, "nothing to do"),
            (550, "this address is read by a program; write to editor@example.org"),
        ]  # fmt: skip
        for data in mails:
            keeping.take(data, "ada@example.com", "bounces@news.example.org")
    head = b"Return-Path: <ada@example.com>\r\nDelivered-To: bounces@news.example.org\r\n"
    assert sorted(snapshot(tmp_path / "kept").values()) == sorted(head + data for data in mails[2:])
    bare = Ours(subscriber=1, key=press.database.key)
    answer = reception_of_envelope(press, postfix(bare, to="x@y.example", returned=False), bare.return_path)
    assert answer.code == 250
    assert told[0].kind.value == "bounce"


def reception_of_envelope(press, data: bytes, recipient: str):
    seen = []
    reception = Reception(Taking(press.database), keep=None, answers="", told=seen.append, failed=seen.append)
    answer = reception.take(data, "", recipient)
    assert [report.proof for report in seen[0].reports] == [Proof.TOKEN]
    return answer
