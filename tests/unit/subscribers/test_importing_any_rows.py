"""Files of people made of good and bad rows in any order, in any encoding and any delimiter."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.address import Address
from newsletter.subscribers.importing import ImportRow, RejectedRow, open_import

addresses = st.sampled_from(
    ["ada@example.com", "ADA@Example.com", "bob@example.com", "o'neill@example.com", "c+news@example.com", "d@x.test"]
)
# No sign that begins a formula: what the import takes off before one is tested with the export.
names = st.text("abc éü,;|'\"", max_size=12).map(lambda name: name.strip(" ")).filter(lambda name: name[:1] != "'")
bad_addresses = st.sampled_from(["", "ada", "ada@", "@example.com", "a@b@c.de", "ada@localhost", "a b@example.com"])
bad_names = st.sampled_from(["A\nB", "A\r\nBcc: x@example.com", "A\x1bB", "A\x7fB", "A\u2028B", "x" * 201])

good = st.tuples(st.just(True), addresses, names)
bad = st.tuples(st.just(False), bad_addresses, names) | st.tuples(st.just(False), addresses, bad_names)


def written(rows, delimiter):
    """Return the file, and the line where each row begins."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["email", "name"])
    lines = []
    for _, address, name in rows:
        # The csv module writes line breaks as they are; the import counts CRLF as one.
        lines.append(file.getvalue().replace("\r\n", "\n").count("\n") + 1)
        writer.writerow([address, name])
    return file.getvalue(), lines


@given(st.lists(good | bad, max_size=12), st.sampled_from(",;\t|"))
def test_each_bad_row_is_named_by_its_line_and_each_good_one_goes_in(rows, delimiter):
    text, lines = written(rows, delimiter)
    expected = {}
    for line, (fine, address, name) in zip(lines, rows, strict=True):
        person = Address(address=address.replace("@Example", "@example"), name=name)
        expected[line] = person if fine else None
    found = {row.line: row for row in open_import(text.encode(), "people.csv").rows()}
    assert {line: getattr(row, "person", None) for line, row in found.items()} == expected
    for row in found.values():
        assert isinstance(row, ImportRow | RejectedRow)
        assert isinstance(row, ImportRow) or (row.reason and "\n" not in row.reason + row.text)


# No two of these letters follow one another as UTF-8 would have them.
western = st.text("aböüéèñ", min_size=1, max_size=10)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])


@given(st.lists(western, min_size=1, max_size=5), encodings, st.sampled_from(["\n", "\r\n", "\r"]))
def test_names_are_read_in_whatever_encoding_they_were_saved(people, encoding, end):
    rows = [f"{number}@example.com,{name}" for number, name in enumerate(people)]
    data = end.join(["email,name", *rows, ""]).encode(encoding)
    assert [row.person.name for row in open_import(data, "people.csv").rows()] == people


@given(st.text("aβ用\u0416😀", min_size=1, max_size=10), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_name_in_any_script_is_read_from_unicode(name, encoding):
    (row,) = open_import(f"email,name\nada@example.com,{name}\n".encode(encoding), "people.csv").rows()
    assert row.person.name == name
