"""A list of people to invite, as somebody wrote or uploaded it: a line each, and what is wrong with a line."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assessment.services import inviting
from assessment.services.actors import Actor
from assessment.services.errors import DomainError

MOST_AT_ONCE = 500
HEADER = "name, e-mail"
_HEADER = re.compile(r"\s*name\s*[,;\t]\s*e-?mail( address)?\s*", re.IGNORECASE)
FORMULA = "="


@dataclass(frozen=True)
class Line:
    """One person of a list: name and address as they would be kept, or as written where there is a problem."""

    number: int
    name: str
    email: str
    problem: str | None = None


@dataclass(frozen=True)
class Checked:
    """What would become of a list: the people who can be invited, and the lines that can't be used."""

    lines: tuple[Line, ...]

    @property
    def good(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.problem is None)

    @property
    def wrong(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.problem is not None)

    @property
    def digest(self) -> str:
        """Names exactly the people who can be invited, so that a "yes" is about those who were shown."""
        people = "\n".join(f"{line.email} {line.name}" for line in self.good)
        return hashlib.sha256(people.encode("utf-8", "surrogatepass")).hexdigest()


def read(actor: Actor, people: str) -> Checked:
    """A list with a line for each person: "name, e-mail address". A first line of headings is no person.

    An address that stands in the list twice is a problem of the second line. DomainError for an empty list and for
    one of more than MOST_AT_ONCE people.
    """
    written = [(number, line) for number, line in enumerate(people.splitlines(), start=1) if line.strip()]
    if written and _HEADER.fullmatch(written[0][1]):
        del written[0]
    if not written:
        raise DomainError("Write a line for each person: name, e-mail address.", "people")
    if len(written) > MOST_AT_ONCE:
        raise DomainError(
            f"Invite at most {MOST_AT_ONCE} people at once; these are {len(written)}. Nobody was invited.", "people"
        )
    first: dict[str, int] = {}
    lines = []
    for number, text in written:
        line = _read(actor, number, text)
        if line.problem is None:
            earlier = first.setdefault(line.email, number)
            if earlier != number:
                line = replace(line, problem=f"The address stands in line {earlier} already.")
        lines.append(line)
    return Checked(tuple(lines))


def refused(checked: Checked, reasons: Mapping[str, str]) -> Checked:
    """The list where the people of these addresses can't be invited, each for the reason given."""
    return Checked(
        tuple(
            replace(line, problem=reasons[line.email]) if line.problem is None and line.email in reasons else line
            for line in checked.lines
        )
    )


def addresses(checked: Checked) -> Sequence[str]:
    """The addresses of the people who can be invited."""
    return [line.email for line in checked.good]


def _read(actor: Actor, number: int, text: str) -> Line:
    """A name, which may hold commas, and an address."""
    name, comma, address = (part.strip() for part in text.rpartition(","))
    if not comma:
        return Line(number, text.strip(), "", "Write a name, a comma, and an e-mail address.")
    if name.startswith(FORMULA) or address.startswith(FORMULA):
        return Line(number, name, address, "This is a formula. Write the name and the address themselves.")
    if "@" in name:
        return Line(number, name, address, "Write one address in a line, after the name and a comma.")
    try:
        return Line(number, *inviting.checked_person(actor, name, address))
    except DomainError as refusal:
        return Line(number, name, address, refusal.message)
