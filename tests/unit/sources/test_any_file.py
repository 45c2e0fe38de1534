"""Whatever is wrong with a file, it gives what it has, or an error for people."""

import json
import random
from datetime import UTC, datetime

from broken_bytes import mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import InputError
from newsletter.sources.reader import read_source

MAIL = (
    b"From: w@weekly.example\nSubject: =?utf-8?q?Weekly?=\nDate: Tue, 03 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/alternative; boundary="x"\n\n--x\nContent-Type: text/plain\n\nOne: https://acme.example/1\n'
    b"--x\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    b'<p><a href=3D"https://click.acme.example/c?url=3Dhttps%3A%2F%2Facme.example%2F2">Two</a></p>\n--x--\n'
)
FILES = {
    "weekly.eml": MAIL,
    "box.mbox": (b"From w@weekly.example Tue Nov  3 10:00:00 2026\n" + MAIL) * 2,
    "marks.html": b'<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p><DT><H3 ADD_DATE="1">Q</H3><DL><p>\n'
    b'<DT><A HREF="https://acme.example/" ADD_DATE="1762160400" TAGS="a,b">One</A>\n<DD>A note</DL></DL>',
    "pocket.csv": b"title,url,time_added,tags,status\nA page,https://acme.example/1,1762160400,one|two,unread\n",
    "pinboard.json": b'[{"href":"https://a.example/","description":"A","extended":"","time":"2025-11-03","tags":"a"}]',
    "clipped.md": b'---\ntitle: "A"\nsource: "https://a.example/"\nauthor:\n  - "[[B]]"\ntags:\n  - c\n---\n[a](b)\n',
}


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(FILES)), seed=st.integers(0, 2**32), changes=st.integers(1, 15))
def test_no_file_however_broken_raises_anything_but_an_input_error(name, seed, changes):
    data = mutated(FILES[name], random.Random(seed), changes)
    try:
        reading = read_source(data, name, now=datetime(2026, 11, 27, tzinfo=UTC))
    except InputError:
        return
    for one in reading.collected:
        json.dumps(one.article.facts(), ensure_ascii=False).encode()
        assert one.article.title or one.article.link
