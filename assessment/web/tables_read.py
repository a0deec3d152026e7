"""Tables that people upload, CSV or XLSX: read into rows of text with limits, and never kept."""

import csv
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

from assessment.services.errors import DomainError

Row = tuple[str, ...]

MOST_ROWS = 5000
MOST_COLUMNS = 100
LARGEST_UNPACKED = 8 * 1024 * 1024  # bytes; a workbook of 5000 people has about one
DELIMITERS = ",;\t|"
_ZIP = b"PK"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def rows(data: bytes) -> tuple[Row, ...]:
    """The rows of a CSV file, or of the first sheet of an XLSX file; each cell as text without blanks around it.

    A formula is read as "=" and what follows, never computed. DomainError for what can't be read and for more than
    MOST_ROWS rows.
    """
    found = _xlsx(data) if data.startswith(_ZIP) else _csv(_text(data))
    while found and not any(found[-1]):
        found.pop()
    if not found:
        raise DomainError("This file is empty.", "file")
    if len(found) > MOST_ROWS:
        raise DomainError(f"This file has more than {MOST_ROWS} rows. Take a part of it.", "file")
    if any(_UNSTORABLE.search(cell) for row in found for cell in row):
        raise DomainError("This file holds characters that can’t be kept. Is it a CSV or XLSX file?", "file")
    return tuple(found)


def _text(data: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it; else what spreadsheets in Western Europe write."""
    encodings = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError("This file can’t be read as text. Save it as “CSV UTF-8” or as XLSX.", "file")


def _csv(text: str) -> list[Row]:
    """Rows by the delimiter that leaves the most cells with an e-mail address and nothing else; else by a comma."""
    try:
        readings = [_split(text, delimiter) for delimiter in DELIMITERS]
    except csv.Error:
        raise DomainError("This file can’t be read as CSV. Save it as “CSV UTF-8” or as XLSX.", "file") from None
    return max(readings, key=_addresses)


def _split(text: str, delimiter: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [_row(cells[:MOST_COLUMNS]) for cells in itertools.islice(reader, MOST_ROWS + 1)]


def _addresses(found: Sequence[Row]) -> int:
    return sum("@" in cell and not any(mark in cell for mark in f"{DELIMITERS} ") for row in found for cell in row)


def _xlsx(data: bytes) -> list[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError):
        raise _unreadable() from None
    if unpacked > LARGEST_UNPACKED:  # a part is never read past the size that it states
        raise DomainError("This file is too large when unpacked. Copy names and addresses into a new one.", "file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and checks that are not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            sheet = book.worksheets[0]
            wanted = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)
            return [_row(_cell(cell) for cell in cells) for cells in wanted]
    except Exception:  # whatever is wrong inside a stranger's file, it is the file that can't be read
        raise _unreadable() from None


def _cell(cell: Any) -> str:
    if cell.value is None:
        return ""
    text = str(cell.value)
    return f"={text.removeprefix('=')}" if cell.data_type == "f" else text


def _row(cells: Iterable[str]) -> Row:
    """Blanks and line breaks are single blanks; empty cells at the end are none."""
    row = [" ".join(cell.split()) for cell in cells]
    while row and not row[-1]:
        row.pop()
    return tuple(row)


def _unreadable() -> DomainError:
    return DomainError("This file can’t be read as XLSX. Save it once more as XLSX or as “CSV UTF-8”.", "file")
