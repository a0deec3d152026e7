"""Files made from what pages show: CSV whose cells a spreadsheet shows and never computes."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Response

Cell = str | int | float | None

# What a spreadsheet takes for a formula, also behind blanks and in the wide forms of East Asian keyboards.
_COMPUTED = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_MARK = "'"


def neutral(text: str) -> str:
    """The text as a cell that is only ever shown: what could be computed gets an apostrophe in front."""
    return _MARK + text if _COMPUTED.match(text) else text


def original(cell: str) -> str:
    """The text that `neutral` made the cell from."""
    return cell[1:] if cell.startswith(_MARK) and _COMPUTED.match(cell[1:]) else cell


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as CSV: every cell in quotes, texts neutralised, numbers as they are, nothing for None."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([neutral(cell) for cell in header])
    for row in rows:
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return written.getvalue()


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download. The mark at the start tells spreadsheets that the text is UTF-8."""
    return Response(
        csv_text(header, rows).encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
