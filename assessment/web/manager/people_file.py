"""A table with people, as a list with a line each: what is wrong in it is seen, and mended, there."""

import re
from collections.abc import Sequence

from assessment.services import listed
from assessment.services.errors import DomainError
from assessment.web.tables_read import Row

# How columns are called, written without anything but letters.
NAMES = ("name", "fullname", "candidate", "candidatename")
FIRST_NAMES = ("firstname", "givenname", "forename")
LAST_NAMES = ("lastname", "surname", "familyname")
ADDRESSES = ("email", "mail", "emailaddress", "mailaddress")

SAMPLE_HEADER = ("name", "e-mail")
SAMPLE = (("Ada Example", "ada@example.org"), ("Ben Example", "ben@example.org"))


def as_list(rows: Sequence[Row]) -> str:
    """A line for each row, so that lines have the numbers of the rows. Only names and addresses are taken over.

    The first row names the columns, unless an address stands in it: then there are names and addresses only.
    """
    head = next(number for number, row in enumerate(rows) if any(row))
    first = rows[head]
    address = next((place for place, cell in enumerate(first) if "@" in cell), None)
    if address is None:
        address, names = _columns(first)
        lines = [*[""] * head, listed.HEADER]
        people = rows[head + 1 :]
    else:
        names, lines, people = [1 if address == 0 else 0], [], rows
    for row in people:
        name, email = " ".join(_at(row, place) for place in names).strip(), _at(row, address)
        lines.append(f"{name}, {email}" if name or email else "")
    return "\n".join(lines)


def _columns(header: Row) -> tuple[int, list[int]]:
    """Where the address stands, and where the parts of the name do."""
    called = [re.sub("[^a-z]", "", cell.lower()) for cell in header]

    def place(names: Sequence[str]) -> list[int]:
        return [number for number, name in enumerate(called) if name in names][:1]

    address = place(ADDRESSES)
    names = place(NAMES) or [*place(FIRST_NAMES), *place(LAST_NAMES)]
    if not address or not names:
        raise DomainError(
            "The first row has to name the columns: one “name” (or “first name” and “last name”), one “e-mail”.", "file"
        )
    return address[0], names


def _at(row: Row, place: int) -> str:
    return row[place] if place < len(row) else ""
