"""The manager's pages as tables for a file: the same people, the same numbers, the same names."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assessment.services.hiring import fields
from assessment.services.hiring.comparing import Comparison, Person, VacancyPeople
from assessment.services.hiring.fields import Fact, Field
from assessment.services.hiring.following import Line
from assessment.services.profiles.role_profiles import Need
from assessment.services.scoring.content import Attribute
from assessment.web.documents import Cell
from assessment.web.manager.words import STANDINGS

PROVISIONAL = "provisional: key not yet piloted"
TO_JUDGE = "Fit hidden until you have judged the profile"
PLACES = ("Best place, 90%", "Worst place, 90%", "Best place, weights near", "Worst place, weights near")


def people_header(people: VacancyPeople, attributes: Mapping[str, Attribute]) -> list[str]:
    person = _person_header(people.profile.rows, attributes)
    return ["Group", *person, *PLACES, "State", "Profile version", "Key version", "Remark"]


def people_rows(people: VacancyPeople, attributes: Mapping[str, Attribute]) -> Iterator[list[Cell]]:
    """Groups in their order, within them by number; then everybody without a fit."""
    remark = PROVISIONAL if people.provisional else ""
    number = people.vacancy.number
    for group in people.groups:
        for person in group.people:
            place = people.places[person.case.id]
            places: list[Cell] = [place.low, place.high, place.weights_low, place.weights_high]
            yield [
                group.number,
                *_person_cells(person, len(attributes)),
                *places,
                "Finished",
                number,
                person.key_number,
                remark,
            ]
    nowhere: list[Cell] = [None] * len(PLACES)
    for person in people.withheld:
        reason = person.withheld.reason if person.withheld is not None else None
        cells = _person_cells(person, len(attributes))
        remark = reason or "No fit is shown"
        yield [None, *cells, *nowhere, "Finished", number, person.key_number, remark]
    for person in people.to_judge:
        cells = _person_cells(person, len(attributes))
        yield [
            None,
            *cells,
            *nowhere,
            "Finished",
            number,
            person.key_number,
            TO_JUDGE,
        ]
    for case in (*people.underway, *people.over):
        state = "" if case.standing is None else STANDINGS[case.standing]
        blank: list[Cell] = [None] * (3 + 3 * len(attributes))
        yield [None, case.label, _yes(case.shortlisted), *blank, *nowhere, state, number, None, ""]


def comparison_header(comparison: Comparison, attributes: Mapping[str, Attribute]) -> list[str]:
    return ["Letter", *_person_header(comparison.profile.rows, attributes), "Profile version", "Key version", "Remark"]


def comparison_rows(comparison: Comparison, attributes: Mapping[str, Attribute]) -> Iterator[list[Cell]]:
    remark = PROVISIONAL if comparison.provisional else ""
    for compared in comparison.people:
        cells = _person_cells(compared.person, len(attributes))
        yield [compared.letter, *cells, comparison.vacancy.number, compared.person.key_number, remark]


def following_header(asked: Sequence[Field]) -> list[str]:
    """The board's columns, then the vacancy's plain questions."""
    own = ("Number", "Person", "Shortlisted", "State", "Invited", "Started", "Finished")
    return [*own, *(field.question.text for field in asked)]


def following_rows(
    lines: Iterable[Line], asked: Sequence[Field], said: Mapping[uuid.UUID, Sequence[Fact]]
) -> Iterator[list[Cell]]:
    """Moments in ISO 8601, UTC; numbers stay numbers, so that a spreadsheet can sort by them."""
    for line in lines:
        facts = said.get(line.candidacy_id) or fields.unanswered(asked)
        moments = (line.invited_at, line.started_at, line.finished_at)
        yield [
            line.number,
            line.label,
            _yes(line.shortlisted),
            STANDINGS[line.state],
            *("" if moment is None else moment.isoformat(timespec="seconds") for moment in moments),
            *(fact.value or "" for fact in facts),
        ]


def _person_header(needs: tuple[Need, ...], attributes: Mapping[str, Attribute]) -> list[str]:
    titles = [attributes[need.attribute].title for need in needs]
    return [
        "Person",
        "Shortlisted",
        "Fit",
        "Fit, low end of 90%",
        "Fit, high end of 90%",
        *(f"{title}, {part}" for title in titles for part in ("T", "low end of 90%", "high end of 90%")),
    ]


def _person_cells(person: Person, attributes: int) -> list[Cell]:
    fit: list[Cell] = (
        [None, None, None] if person.fit is None else [person.fit.expected, person.fit.low, person.fit.high]
    )
    points: list[Cell] = [round(value, 1) for point in person.points for value in (point.mean, point.low, point.high)]
    return [person.label, _yes(person.case.shortlisted), *fit, *(points or [None] * (3 * attributes))]


def _yes(shortlisted: bool) -> str:
    return "yes" if shortlisted else "no"
