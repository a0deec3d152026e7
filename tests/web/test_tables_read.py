"""Uploaded tables: CSV in the forms that spreadsheets write, XLSX with limits, and lists of people made of them."""

import io
import zipfile

import openpyxl
import pytest

from assessment.services.errors import DomainError
from assessment.web import tables_read
from assessment.web.documents import csv_text
from assessment.web.manager import people_file

PEOPLE = (("name", "e-mail"), ("Zoë Example", "zoe@mail.example"), ("Müller, Ben", "ben@mail.example"))


def workbook(*rows: tuple[object, ...], more_sheets: int = 0) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    for _ in range(more_sheets):
        book.create_sheet().append(("other", "sheet"))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def changed(data: bytes, part: str, text: bytes) -> bytes:
    """The workbook with one part replaced."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return kept.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_csv_gives_the_same_rows(delimiter: str, encoding: str) -> None:
    text = "\r\n".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in PEOPLE)
    assert tables_read.rows(text.encode(encoding)) == PEOPLE


def test_a_semicolon_file_with_commas_in_names_is_not_split_at_them() -> None:
    assert tables_read.rows(b"name;e-mail\nDoe, Jane, Dr;jane@mail.example\n")[1] == (
        "Doe, Jane, Dr",
        "jane@mail.example",
    )


def test_the_first_sheet_of_a_workbook_is_read() -> None:
    assert tables_read.rows(workbook(*PEOPLE, more_sheets=1)) == PEOPLE


def test_numbers_and_empty_cells_are_texts() -> None:
    rows = tables_read.rows(workbook(("name", None, "e-mail"), (7, None, "seven@mail.example")))
    assert rows == (("name", "", "e-mail"), ("7", "", "seven@mail.example"))


def test_a_formula_is_shown_and_never_computed() -> None:
    data = workbook(("name", "e-mail"), ("Ann", '=HYPERLINK("ann@mail.example")'))
    assert tables_read.rows(data)[1][1].startswith("=HYPERLINK")


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = changed(workbook(*PEOPLE), "xl/theme/theme1.xml", b" " * (tables_read.LARGEST_UNPACKED + 1))
    assert len(bomb) < 100_000
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_args, **_named: pytest.fail("it was opened"))
    with pytest.raises(DomainError, match="too large when unpacked"):
        tables_read.rows(bomb)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_xml_with_a_doctype_is_refused(part: str) -> None:
    data = workbook(*PEOPLE)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read(part)
    text = text.replace(b"<?xml version='1.0' encoding='UTF-8'?>", b"")
    entity = b'<!DOCTYPE x [<!ENTITY a "Ann">]>' + text
    assert tables_read.rows(changed(data, part, text)) == PEOPLE
    with pytest.raises(DomainError, match="can’t be read as XLSX"):
        tables_read.rows(changed(data, part, entity))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b" \n\n,,\n", "empty"),
        (b"PK\x03\x04 no archive", "as XLSX"),
        (workbook(*PEOPLE)[:-400], "as XLSX"),
        (changed(workbook(*PEOPLE), "xl/worksheets/sheet1.xml", b"<no"), "as XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "can’t be kept"),
        (b"Ann \x81,ann@mail.example", "as text"),
        (b"name,e-mail\nAnn\x00,ann@mail.example", "can’t be kept"),
        (b"a,b\n" * 5001, "more than 5000 rows"),
        (b'name\n"' + b"x" * 200_000, "as CSV"),
    ],
    ids=["nothing", "blank", "no archive", "cut", "bad sheet", "old XLS", "no encoding", "NUL", "endless", "huge cell"],
)
def test_what_can_not_be_read_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(DomainError, match=told) as refusal:
        tables_read.rows(data)
    assert refusal.value.field == "file"


def test_a_workbook_with_too_many_rows_is_refused() -> None:
    with pytest.raises(DomainError, match="more than 5000 rows"):
        tables_read.rows(workbook(*(("a", "b"),) * 5002))


# --- people


@pytest.mark.parametrize(
    "rows",
    [
        (("name", "e-mail"), ("Ann Lee", "ann@mail.example")),
        (("E-Mail Address", "Phone", "Full name"), ("ann@mail.example", "123", "Ann Lee")),
        (("First name", "Last_Name", "EMAIL", "Notes"), ("Ann", "Lee", "ann@mail.example", "x, y@z.example")),
    ],
)
def test_columns_are_found_by_their_names_and_others_are_left_out(rows: tuple[tables_read.Row, ...]) -> None:
    assert people_file.as_list(rows) == "name, e-mail\nAnn Lee, ann@mail.example"


def test_without_headings_the_column_with_addresses_is_found() -> None:
    assert people_file.as_list((("ann@mail.example", "Ann"), ("ben@mail.example", "Ben"))) == (
        "Ann, ann@mail.example\nBen, ben@mail.example"
    )


def test_lines_have_the_numbers_of_the_rows() -> None:
    rows = ((), ("name", "e-mail"), ("Ann", "ann@mail.example"), (), ("Ben",))
    assert people_file.as_list(rows).split("\n") == ["", "name, e-mail", "Ann, ann@mail.example", "", "Ben, "]


def test_a_table_without_the_two_columns_is_refused() -> None:
    with pytest.raises(DomainError, match="first row has to name the columns"):
        people_file.as_list((("who", "where"), ("Ann", "ann@mail.example")))


def test_the_sample_is_read_as_it_is_given() -> None:
    sample = csv_text(people_file.SAMPLE_HEADER, people_file.SAMPLE).encode("utf-8-sig")
    assert people_file.as_list(tables_read.rows(sample)).splitlines()[1] == "Ada Example, ada@example.org"
