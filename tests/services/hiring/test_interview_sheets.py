"""Ratings of an interview: one's own first, then everybody's, and never changed without a trace."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import Bank
from assessment.bank.interview import Interview
from assessment.bank.lists import EVERYBODY
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import interview_ratings, interview_sheets, panels
from assessment.services.hiring.interview_ratings import NotYet, Ratings
from assessment.services.hiring.interview_sheets import LONGEST_NOTE, Wrote
from assessment.services.hiring.panels import Seat
from assessment.services.permissions import Role
from assessment.services.sitting import own_data, retention
from assessment.store.interviews import InterviewAddition, InterviewRating, InterviewSheet
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry
from tests import taking
from tests.conftest import START
from tests.factories import make_actor
from tests.hiring import counted, finish, make_person
from tests.taking import Person

NOW = START + timedelta(hours=1)
LATER = NOW + timedelta(hours=1)
FIRST, SECOND = "everybody-hard-to-help", "everybody-own-part"
WORDS = "Unmistakable words about a neighbour"
RATES = Seat(may_rate=True, may_decide=False)


@pytest.fixture
def texts(bank: Bank) -> Interview:
    return bank.interview


@pytest.fixture
def person(session: Session) -> Person:
    person = taking.make_person(session)
    finish(session, person.organisation_id, person.candidacy_id)
    return person


@pytest.fixture
def max_(session: Session, person: Person) -> Actor:
    return make_actor(session, person.organisation_id, Role.HIRING_MANAGER, "Max")


@pytest.fixture
def zoe(session: Session, person: Person) -> Actor:
    return make_actor(session, person.organisation_id, Role.HIRING_MANAGER, "Zoe")


def keep(
    session: Session,
    actor: Actor,
    candidacy_id: uuid.UUID,
    texts: Interview,
    *,
    first: int | None = 4,
    second: int | None = None,
    note: str = WORDS,
    hand_in: bool = True,
) -> None:
    wrote = {FIRST: Wrote(first, note), SECOND: Wrote(second, "")}
    interview_sheets.keep(session, actor, candidacy_id, texts, wrote, NOW, hand_in=hand_in)


def ratings(session: Session, actor: Actor, person: Person, texts: Interview) -> Ratings | NotYet:
    return interview_ratings.of_candidacy(session, actor, person.candidacy_id, texts, LATER)


def seen(session: Session, actor: Actor, person: Person, texts: Interview) -> Ratings:
    found = ratings(session, actor, person, texts)
    assert isinstance(found, Ratings)
    return found


def test_what_is_kept_is_ones_own_and_can_be_changed(
    session: Session, person: Person, max_: Actor, zoe: Actor, texts: Interview
) -> None:
    keep(session, max_, person.candidacy_id, texts, hand_in=False)
    keep(session, max_, person.candidacy_id, texts, first=None, second=2, note="", hand_in=False)
    own = interview_sheets.page(session, max_, person.candidacy_id, texts, NOW).own
    assert own is not None
    assert [(one.question, one.rating, one.note) for one in own.rated] == [(SECOND, 2, "")]
    assert interview_sheets.page(session, zoe, person.candidacy_id, texts, NOW).own is None
    keep(session, zoe, person.candidacy_id, texts)
    assert [sheet.member for sheet in seen(session, zoe, person, texts).sheets] == ["Zoe"]


def test_nobody_sees_ratings_before_handing_in_their_own(
    session: Session, person: Person, max_: Actor, zoe: Actor, texts: Interview
) -> None:
    keep(session, max_, person.candidacy_id, texts)
    before = ratings(session, zoe, person, texts)
    assert isinstance(before, NotYet)
    assert before.handed_in == 1
    assert WORDS not in repr(before)
    assert WORDS not in repr(interview_sheets.page(session, zoe, person.candidacy_id, texts, NOW))
    keep(session, zoe, person.candidacy_id, texts, first=2, hand_in=False)
    assert isinstance(ratings(session, zoe, person, texts), NotYet)
    keep(session, zoe, person.candidacy_id, texts, first=2)
    (question,) = seen(session, zoe, person, texts).questions
    assert question.row.ratings == (4, 2)
    assert (question.mean, question.spread) == (3, 2)


def test_handed_in_is_handed_in(session: Session, person: Person, max_: Actor, texts: Interview) -> None:
    keep(session, max_, person.candidacy_id, texts)
    for hand_in in (False, True):
        with pytest.raises(DomainError, match="handed in"):
            keep(session, max_, person.candidacy_id, texts, first=1, hand_in=hand_in)
    session.expire_all()
    assert session.scalars(sa.select(InterviewRating.rating)).all() == [4]


def test_what_is_added_later_stands_beside_with_its_time(
    session: Session, person: Person, max_: Actor, texts: Interview
) -> None:
    with pytest.raises(DomainError, match="Hand in your ratings first"):
        interview_sheets.add(session, max_, person.candidacy_id, "Too early", NOW)
    keep(session, max_, person.candidacy_id, texts)
    interview_sheets.add(session, max_, person.candidacy_id, " First afterthought ", LATER)
    interview_sheets.add(session, max_, person.candidacy_id, "Second", LATER + timedelta(hours=1))
    (sheet,) = seen(session, max_, person, texts).sheets
    assert [(one.text, one.at) for one in sheet.added] == [
        ("First afterthought", LATER),
        ("Second", LATER + timedelta(hours=1)),
    ]
    for text in ("  ", "x" * (LONGEST_NOTE + 1)):
        with pytest.raises(DomainError) as refused:
            interview_sheets.add(session, max_, person.candidacy_id, text, LATER)
        assert refused.value.field == "text"


def test_whoever_looks_first_rates_no_more(
    session: Session, person: Person, max_: Actor, zoe: Actor, texts: Interview
) -> None:
    keep(session, max_, person.candidacy_id, texts)
    keep(session, zoe, person.candidacy_id, texts, first=1, note="Zoe’s draft", hand_in=False)
    for _ in range(2):  # a second click changes nothing
        interview_sheets.look(session, zoe, person.candidacy_id, LATER)
    assert [sheet.member for sheet in seen(session, zoe, person, texts).sheets] == ["Max"]
    with pytest.raises(DomainError, match="looked at the others"):
        keep(session, zoe, person.candidacy_id, texts)
    assert not interview_sheets.page(session, zoe, person.candidacy_id, texts, LATER).writing
    assert "Zoe’s draft" not in session.scalars(sa.select(InterviewRating.note)).all()
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action.like("looked without rating%"))).all()
    assert len(entries) == 1


def test_looking_after_handing_in_takes_nothing_away(
    session: Session, person: Person, max_: Actor, texts: Interview
) -> None:
    keep(session, max_, person.candidacy_id, texts)
    interview_sheets.look(session, max_, person.candidacy_id, LATER)
    (sheet,) = seen(session, max_, person, texts).sheets
    assert (sheet.handed_in_at, sheet.looked_at) == (NOW, None)


def test_a_panel_is_who_rates_and_who_is_waited_for(
    session: Session, person: Person, max_: Actor, zoe: Actor, texts: Interview
) -> None:
    hr = person.actor
    panels.change(session, hr, person.vacancy_id, {max_.member_id: RATES, zoe.member_id: RATES}, only=False, now=NOW)
    with pytest.raises(DomainError, match="its panel’s"):
        keep(session, hr, person.candidacy_id, texts)
    keep(session, max_, person.candidacy_id, texts)
    assert seen(session, max_, person, texts).waiting == ("Zoe",)


def test_a_rating_that_is_missing_stays_missing(
    session: Session, person: Person, max_: Actor, zoe: Actor, texts: Interview
) -> None:
    keep(session, max_, person.candidacy_id, texts, first=5, second=3)
    keep(session, zoe, person.candidacy_id, texts, first=None, second=4)
    first, second = seen(session, zoe, person, texts).questions
    assert first.row.ratings == (5, None)
    assert (first.mean, first.spread) == (5, None)
    assert (second.mean, second.spread) == (3.5, 1)
    assert seen(session, zoe, person, texts).apart == 1


@pytest.mark.parametrize(
    ("wrote", "field"),
    [
        ({FIRST: Wrote(6, "")}, f"rating-{FIRST}"),
        ({FIRST: Wrote(0, "")}, f"rating-{FIRST}"),
        ({FIRST: Wrote(3, "x" * (LONGEST_NOTE + 1))}, f"note-{FIRST}"),
        ({"nobody-asked-this": Wrote(3, "")}, None),
        ({FIRST: Wrote(None, "Only a note")}, None),
        ({}, None),
    ],
)
def test_what_can_not_be_handed_in_is_refused_at_its_place(
    session: Session, person: Person, max_: Actor, texts: Interview, wrote: dict[str, Wrote], field: str | None
) -> None:
    with pytest.raises(DomainError) as refused:
        interview_sheets.keep(session, max_, person.candidacy_id, texts, wrote, NOW, hand_in=True)
    assert refused.value.field == field


def test_what_was_asked_when_the_guide_was_another_is_kept_and_stays_in_reach(
    session: Session, person: Person, max_: Actor, texts: Interview
) -> None:
    guide = interview_sheets.page(session, max_, person.candidacy_id, texts, NOW).guide
    gone = next(one for one in interview_sheets.every_question(texts) if one not in guide.questions)
    wrote = {gone.id: Wrote(2, WORDS)}
    interview_sheets.keep(session, max_, person.candidacy_id, texts, wrote, NOW, hand_in=False)
    page = interview_sheets.page(session, max_, person.candidacy_id, texts, NOW)
    assert page.earlier == (gone,)
    assert page.questions == (*guide.questions, gone)
    keep(session, max_, person.candidacy_id, texts)
    first, second = seen(session, max_, person, texts).questions
    assert (first.row.ratings, second.row.ratings) == ((4,), (2,))


def test_the_question_is_kept_as_it_was_asked(session: Session, person: Person, max_: Actor, texts: Interview) -> None:
    keep(session, max_, person.candidacy_id, texts)
    asked = texts[EVERYBODY].questions[0].question
    other = texts[EVERYBODY].model_copy(
        update={"questions": tuple(replace_text(question) for question in texts[EVERYBODY].questions)}
    )
    changed = {**texts, EVERYBODY: other}
    assert seen(session, max_, person, changed).questions[0].row.asked == asked


def replace_text(question: object) -> object:
    return question.model_copy(update={"question": "Another text"})  # type: ignore[attr-defined]


def test_other_organisations_and_erased_people_are_not_found(
    session: Session, person: Person, max_: Actor, texts: Interview
) -> None:
    stranger = replace(max_, organisation_id=uuid.uuid4())
    for actor, candidacy_id in ((stranger, person.candidacy_id), (max_, uuid.uuid4())):
        with pytest.raises(NotFoundError):
            interview_sheets.page(session, actor, candidacy_id, texts, NOW)
        with pytest.raises(NotFoundError):
            keep(session, actor, candidacy_id, texts)
        with pytest.raises(NotFoundError):
            interview_sheets.look(session, actor, candidacy_id, NOW)
        with pytest.raises(NotFoundError):
            interview_sheets.add(session, actor, candidacy_id, "x", NOW)
        with pytest.raises(NotFoundError):
            interview_ratings.of_candidacy(session, actor, candidacy_id, texts, NOW)
    retention.erase_own(session, person.invited, NOW)
    with pytest.raises(NotFoundError):
        keep(session, max_, person.candidacy_id, texts)


def test_the_person_reads_every_word_and_no_name_of_who_wrote_it(
    session: Session, person: Person, max_: Actor, zoe: Actor, texts: Interview
) -> None:
    keep(session, max_, person.candidacy_id, texts)
    interview_sheets.add(session, max_, person.candidacy_id, "An afterthought", LATER)
    keep(session, zoe, person.candidacy_id, texts, first=2, note="A draft", hand_in=False)
    held = own_data.as_json(own_data.everything(session, person.invited))
    for text in (WORDS, "An afterthought", "A draft", texts[EVERYBODY].questions[0].question):
        assert text in held
    assert "Max" not in held
    assert "Zoe" not in held
    (vacancy,) = own_data.everything(session, person.invited).vacancies
    assert [one.rater for one in vacancy.interviews] == [1, 2]
    assert {one.handed_in_at for one in vacancy.interviews} == {NOW, None}


@pytest.mark.parametrize("wish", ["asked", "due"])
def test_erasing_takes_ratings_notes_and_remarks(
    session: Session, person: Person, max_: Actor, texts: Interview, wish: str
) -> None:
    keep(session, max_, person.candidacy_id, texts)
    interview_sheets.add(session, max_, person.candidacy_id, WORDS, LATER)
    if wish == "asked":
        retention.erase_own(session, person.invited, LATER)
    else:
        session.get_one(Organisation, person.organisation_id).retention_days = 10
        session.flush()
        assert retention.erase_due(session, START + timedelta(days=60)) == 1
    for table in (InterviewSheet, InterviewRating, InterviewAddition):
        assert session.scalars(sa.select(table)).all() == []


def test_ratings_alone_make_somebody_due(session: Session, person: Person, max_: Actor, texts: Interview) -> None:
    """Written down after everything else was erased already."""
    session.get_one(Organisation, person.organisation_id).retention_days = 10
    session.flush()
    late = START + timedelta(days=60)
    assert retention.erase_due(session, late) == 1
    session.add(
        InterviewSheet(
            organisation_id=person.organisation_id,
            candidacy_id=person.candidacy_id,
            member_id=max_.member_id,
            begun_at=late,
        )
    )
    session.flush()
    assert retention.erase_due(session, late) == 1
    assert session.scalars(sa.select(InterviewSheet)).all() == []
    assert retention.erase_due(session, late) == 0


def test_the_log_holds_that_and_never_what(session: Session, person: Person, max_: Actor, texts: Interview) -> None:
    keep(session, max_, person.candidacy_id, texts)
    interview_sheets.add(session, max_, person.candidacy_id, WORDS, LATER)
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.member_id == max_.member_id)).all()
    assert [entry.action for entry in entries] == ["rated an interview with", "added to their ratings of"]
    assert all(entry.action in audit.GROUPS["Interviews and panels"] for entry in entries)
    assert WORDS not in "".join(entry.body for entry in entries)


def test_over_ten_people_the_panel_has_a_coefficient(
    session: Session, person: Person, max_: Actor, zoe: Actor, texts: Interview
) -> None:
    people = [person.candidacy_id]
    for number in range(2, 11):
        people.append(make_person(session, person.organisation_id, person.vacancy_id, number))
    for place, candidacy_id in enumerate(people):
        first, second = 1 + place % 5, 1 + (place + place // 5) % 5
        keep(session, max_, candidacy_id, texts, first=first, second=first)
        if place == 9:
            assert seen(session, max_, person, texts).panel is None
        keep(session, zoe, candidacy_id, texts, first=second, second=first)
    found = seen(session, max_, person, texts).panel
    assert found is not None
    assert found.people == 10
    assert found.low < found.value < found.high


def test_a_page_of_ratings_takes_as_many_statements_for_one_person_as_for_twelve(
    session: Session, person: Person, max_: Actor, zoe: Actor, texts: Interview
) -> None:
    people = [person.candidacy_id]
    for number in range(2, 13):
        people.append(make_person(session, person.organisation_id, person.vacancy_id, number))
    for candidacy_id in people[:10]:
        keep(session, max_, candidacy_id, texts)
    with counted(session) as few:
        seen(session, max_, person, texts)
    for candidacy_id in people:
        keep(session, zoe, candidacy_id, texts)
    for candidacy_id in people[10:]:
        keep(session, max_, candidacy_id, texts)
    with counted(session) as many:
        seen(session, max_, person, texts)
    assert len(many) == len(few)
