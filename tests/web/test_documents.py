"""Files for spreadsheets: nothing in them is computed, and everything comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.web.documents import csv_response, csv_text, neutral, original

DANGEROUS = ("=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "'=1", "''@x")


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_spreadsheet_would_compute_is_only_shown(text: str) -> None:
    assert neutral(text).startswith("'")
    assert original(neutral(text)) == text


@pytest.mark.parametrize("text", ["", "Candidate 14", "O'Neil", "'quoted'", "3-4", "a=b"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text
    assert original(text) == text


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    assert original(neutral(text)) == text


@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=1))
def test_a_table_comes_back_cell_by_cell(cells: list[str]) -> None:
    written = csv_text(["h"] * len(cells), [cells])
    _, row = csv.reader(io.StringIO(written, newline=""))
    assert [original(cell) for cell in row] == cells


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert csv_text(["a", "b", "c"], [[-3, 2.5, None]]) == '"a","b","c"\r\n"-3","2.5",""\r\n'


def test_a_file_is_a_download_in_utf_8() -> None:
    response = csv_response("people", ["Größe"], [["Ü"]])
    assert response.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.get_data().startswith(b"\xef\xbb\xbf")
    assert response.get_data().decode("utf-8-sig") == '"Größe"\r\n"Ü"\r\n'
