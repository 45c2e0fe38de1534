import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import InputError
from newsletter.model.address import UNSAFE, Address
from newsletter.model.subscriber import Consent
from newsletter.subscribers.importing import ImportRow, RejectedRow, open_import

ADA, BOB = Address(address="ada@example.com", name="Ada"), Address(address="bob@example.com", name="Bob")


def rows_of(text: str | bytes):
    data = text if isinstance(text, bytes) else text.encode()
    return list(open_import(data, "people.csv").rows())


def people_of(text: str | bytes):
    return [row.person for row in rows_of(text) if isinstance(row, ImportRow)]


def rejected_of(text: str | bytes):
    return [(row.line, row.reason) for row in rows_of(text) if isinstance(row, RejectedRow)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_will_do(delimiter):
    text = "email,name\nada@example.com,Ada\nbob@example.com,Bob\n".replace(",", delimiter)
    assert people_of(text) == [ADA, BOB]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end):
    text = "email,name\nada@example.com,Ada\n\nbob@example.com,Bob".replace("\n", end)
    assert [(row.line, row.person) for row in rows_of(text)] == [(2, ADA), (4, BOB)]


@pytest.mark.parametrize(
    "encoding, called",
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
    ],
)
def test_any_usual_encoding_will_do(encoding, called):
    data = "email;name\nzoe@example.com;Zoë\n".encode(encoding)
    assert open_import(data, "people.csv").encoding == called
    assert people_of(data) == [Address(address="zoe@example.com", name="Zoë")]


def test_one_line_in_another_encoding_spoils_no_other():
    data = "email,name\nzoe@example.com,Zoë\n".encode() + "jorg@example.com,Jörg\n".encode("cp1252")
    assert [person.name for person in people_of(data)] == ["Zoë", "Jörg"]


def test_broken_utf_16_is_an_error_with_the_name_of_the_file():
    with pytest.raises(InputError, match=r"people\.csv: this looks like UTF-16"):
        open_import(b"\xff\xfea", "people.csv")


@pytest.mark.parametrize(
    "column", ["email", "E-Mail", "EMAIL ADDRESS", "address", "e_mail", "Email Address ", "e-mail"]
)
def test_a_column_of_addresses_is_known_by_its_usual_names(column):
    assert people_of(f"id,{column},full name\n1,ada@example.com,Ada\n") == [ADA]


def test_first_and_last_name_make_a_name():
    text = "First Name,Last Name,Email\nAda,Lovelace,ada@example.com\n,Byron,b@example.com\n"
    assert [person.name for person in people_of(text)] == ["Ada Lovelace", "Byron"]


def test_where_there_is_an_email_the_address_is_a_street_and_is_ignored():
    file = open_import(b"Address,Email\n12 High Street,ada@example.com\n", "people.csv")
    assert file.columns.ignored == ("Address",)
    assert [row.person.address for row in file.rows()] == ["ada@example.com"]


def test_without_a_header_the_first_row_is_a_person():
    assert people_of("ada@example.com,Ada\nbob@example.com,Bob\n") == [ADA, BOB]
    assert people_of("Ada;ada@example.com\n") == [ADA]
    assert people_of("ada@example.com\nbob@example.com\n") == [Address(address=p.address) for p in (ADA, BOB)]


def test_without_a_header_several_other_columns_are_not_guessed():
    file = open_import(b"ada@example.com,Ada,2024\n", "people.csv")
    assert file.columns.ignored == ("column 2", "column 3")


def test_a_comma_inside_a_name_does_not_make_it_the_delimiter():
    assert people_of("ada@example.com;Lovelace, Ada\n")[0].name == "Lovelace, Ada"
    assert people_of('email, name\nada@example.com, "Lovelace, Ada"\n')[0].name == "Lovelace, Ada"


def test_the_delimiter_that_excel_announces_is_believed():
    text = "sep=;\nemail;name\nada@example.com;Ada\nno;No\n"
    assert people_of(text) == [ADA]
    assert [line for line, _ in rejected_of(text)] == [4]


def test_each_bad_row_is_rejected_with_line_and_reason_and_the_rest_goes_in():
    text = (
        "email,name\n"
        "ada@example.com,Ada\n"
        "not an address,Nobody\n"
        ",Nameless\n"
        'eve@example.com,"Eve\nBcc: all@example.com"\n'
        "one@example.com,One,Two\n"
        "alone@example.com\n"
        'open@example.com,"Open\n'
        "nul@example.com,N\0ul\n"
        'stray@example.com,"St"ray\n'
        "\n"
        "bob@example.com,Bob\n"
    )
    assert people_of(text) == [ADA, BOB]
    reasons = dict(rejected_of(text))
    assert list(reasons) == [3, 4, 5, 7, 8, 9, 10, 11]
    assert "is not an address" in reasons[3]
    assert reasons[4] == "there is no address"
    assert "line break" in reasons[5]
    assert reasons[7] == "3 cells where the first row has 2"
    assert reasons[8] == "1 cell where the first row has 2"
    assert reasons[9] == "a quote is open at its end"
    assert "NUL" in reasons[10]
    assert reasons[11] == "a quote stands where none may"


def test_a_stray_quote_that_nothing_closes_costs_its_own_line_alone():
    between = "".join(f"r{number}@example.com,R\n" for number in range(100))
    text = f'email,name\na@example.com,"A\n{between}b@example.com,"B\n'
    assert len(people_of(text)) == 100
    assert rejected_of(text) == [(2, "a quote is open at its end"), (103, "a quote is open at its end")]


def test_rows_between_two_stray_quotes_are_reported_and_never_guessed():
    text = 'email,name\na@example.com,"A\nbob@example.com,Bob\nz@example.com,Z"\nada@example.com,Ada\n'
    assert people_of(text) == [ADA]
    assert rejected_of(text) == [(2, "a quote opens here and runs to line 4, over what looks like rows")]


def test_a_note_of_several_lines_is_no_fault():
    text = 'email,name,note\nada@example.com,Ada,"likes\n\nengines"\nbob@example.com,Bob,\n'
    assert [(row.line, row.person) for row in rows_of(text)] == [(2, ADA), (5, BOB)]


def test_a_cell_that_is_too_long_is_one_bad_row():
    text = f"email,name\nada@example.com,{'x' * 200_000}\nbob@example.com,Bob\n"
    assert people_of(text) == [BOB]
    assert "a cell has more than" in rejected_of(text)[0][1]


def test_each_row_tells_how_its_person_stands():
    text = (
        "email,status\nada@example.com,subscribed\nbob@example.com,Unsubscribed\nzoe@example.com,cleaned\n"
        "eve@example.com,\nmal@example.com,complained\npat@example.com,pending\n"
    )
    told = {row.person.address[:3]: (row.verdict.consent, bool(row.verdict.suppressed)) for row in rows_of(text)}
    assert told == {
        "ada": (None, False),
        "bob": (Consent.UNSUBSCRIBED, False),
        "zoe": (None, True),
        "eve": (Consent.PENDING, False),
        "mal": (Consent.UNSUBSCRIBED, True),
        "pat": (Consent.PENDING, False),
    }


def test_a_status_that_may_be_a_no_is_no_person():
    assert rejected_of("email,status\nada@example.com,vip\n") == [(2, 'its status is "vip", which may be a no')]


def test_old_macintosh_files_are_told_by_their_accents():
    data = "email,name\nelsa@example.com,Fran\u00e7oise\n".encode("mac_roman")
    file = open_import(data, "people.csv")
    assert (file.encoding, people_of(data)[0].name) == ("Mac Roman", "Fran\u00e7oise")


def test_an_encoding_can_be_said_and_one_that_is_wrong_is_an_error():
    data = "email,name\nz@example.com,Zo\u00eb\n".encode("mac_roman")
    (row,) = open_import(data, "people.csv", encoding="mac_roman").rows()
    assert row.person.name == "Zo\u00eb"
    with pytest.raises(InputError, match=r"people\.csv: it is not written in utf-8"):
        open_import(data, "people.csv", encoding="utf-8")
    with pytest.raises(InputError, match="there is no encoding klingon"):
        open_import(data, "people.csv", encoding="klingon")


def test_a_line_without_an_end_costs_no_memory_and_is_one_bad_row():
    text = f"email,name\nada@example.com,{'x,' * 700_000}\nbob@example.com,Bob\n"
    assert people_of(text) == [BOB]
    assert rejected_of(text) == [(2, "the line has more than 1,000,000 characters")]


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff", "sep=;\n"])
def test_an_empty_file_is_an_error(text):
    with pytest.raises(InputError, match=r"people\.csv: it is empty"):
        open_import(text.encode(), "people.csv")


@pytest.mark.parametrize("text, line", [("name,town\nAda,London\n", 1), ("\n\nname\nAda\n", 3), ("sep=;\nname\n", 2)])
def test_a_file_without_addresses_is_an_error_with_its_line(text, line):
    with pytest.raises(InputError, match=rf"people\.csv:{line}: no column has addresses: name"):
        open_import(text.encode(), "people.csv")


def check_never_raises(data: bytes):
    try:
        file = open_import(data, "people.csv")
    except InputError:
        return
    lines = []
    for row in file.rows():
        lines.append(row.line)
        assert not UNSAFE.search(str(row.person) if isinstance(row, ImportRow) else row.reason + row.text)
    assert lines == sorted(set(lines))


@given(st.binary())
def test_no_bytes_raise_but_an_input_error(data):
    check_never_raises(data)


@given(st.text(st.sampled_from("a@b.,;\t\n\r\"'|\0é= ")))
def test_no_mixture_of_quotes_and_delimiters_raises(text):
    check_never_raises(("email,name\n" + text).encode())
    check_never_raises(text.encode("utf-16"))
