"""Plain facts: asked of everybody alike, said by choice, erased with the rest, and in nothing that is computed."""

import json
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidates, comparing, fields
from assessment.services.hiring.fields import FieldKind, Question
from assessment.services.permissions import Role
from assessment.services.sitting import facts, own_data, retention
from assessment.store.hiring import CandidateFact, VacancyField
from assessment.store.records import AuditEntry
from tests import taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.taking import Person

SATURDAYS = Question(FieldKind.YES_NO, "Can you work on Saturdays?")
SHIFT = Question(FieldKind.ONE_OF, "Which shift suits you?", ("Early", "Late"))
LANGUAGES = Question(FieldKind.TEXT, "Which languages do you speak with customers?")
HOURS = Question(FieldKind.NUMBER, "How many hours a week?")
ALL = [SATURDAYS, SHIFT, LANGUAGES, HOURS]


@pytest.fixture
def person(session: Session) -> Person:
    return taking.make_person(session)


def ask(session: Session, person: Person, questions: list[Question] = ALL) -> list[uuid.UUID]:
    return [field.id for field in fields.change(session, person.actor, person.vacancy_id, questions, START)]


def said(session: Session, person: Person) -> list[str | None]:
    return [fact.value for fact in facts.of_invited(session, person.invited)]


def test_questions_are_kept_in_their_order_and_replaced_whole(session: Session, person: Person) -> None:
    ask(session, person)
    asked = fields.of_vacancy(session, person.organisation_id, person.vacancy_id)
    assert [field.question for field in asked] == ALL
    assert ask(session, person) == [field.id for field in asked], "the same questions are nothing new"
    ask(session, person, [HOURS, SATURDAYS])
    asked = fields.of_vacancy(session, person.organisation_id, person.vacancy_id)
    assert [field.question for field in asked] == [HOURS, SATURDAYS]
    assert ask(session, person, []) == []
    entries = session.scalars(sa.select(AuditEntry.body).where(AuditEntry.action == fields.CHANGED)).all()
    assert sorted(json.loads(body)["questions"] for body in entries) == [0, 2, 4]


@pytest.mark.parametrize(
    ("questions", "field"),
    [
        ([Question(FieldKind.TEXT, "  ")], "question_1"),
        ([SATURDAYS, Question(FieldKind.TEXT, "x" * 161)], "question_2"),
        ([Question(FieldKind.ONE_OF, "Which shift?", ("Early",))], "choices_1"),
        ([Question(FieldKind.ONE_OF, "Which shift?", ("Early", " Early "))], "choices_1"),
        ([Question(FieldKind.ONE_OF, "Which shift?", tuple("abcdefghijklm"))], "choices_1"),
        ([Question(FieldKind.ONE_OF, "Which shift?", ("Early", "x" * 61))], "choices_1"),
        ([SATURDAYS] * 11, None),
    ],
)
def test_what_is_no_question_is_refused_beside_its_input(
    session: Session, person: Person, questions: list[Question], field: str | None
) -> None:
    with pytest.raises(DomainError) as refusal:
        ask(session, person, questions)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "text",
    [
        "How old are you?",
        "Your AGE",
        "Date of birth",
        "Are you male or female?",
        "What is your religion?",
        "Nationality",
        "Are you pregnant, or do you plan to be?",
        "Do you have children?",
        "Any disability or illness?",
        "Are you a member of a union?",
        "Ethnicity",
        "Marital status",
    ],
)
def test_questions_about_who_somebody_is_are_refused_with_a_better_one(
    session: Session, person: Person, text: str
) -> None:
    for question in (Question(FieldKind.TEXT, text), Question(FieldKind.ONE_OF, "Which?", ("None", text))):
        with pytest.raises(DomainError, match="nobody may be chosen by that"):
            ask(session, person, [question])


@pytest.mark.parametrize(
    "text",
    [
        "Can you manage a two-stage language test?",
        "Do you come by public transport?",
        "May you work in this country from the first day?",
        "Do you hold a forklift licence?",
        "Can you start on 1 March?",
        "Would you transfer between shops?",
        "Which packages have you worked with?",
        "Are you willing to work on Sundays?",
    ],
)
def test_plain_facts_about_the_work_are_let_through(text: str) -> None:
    assert fields.protected(text) is None


def test_facts_come_after_the_situations_and_each_is_checked_by_its_kind(session: Session, person: Person) -> None:
    one, two, three, four = ask(session, person)
    with pytest.raises(DomainError, match="after the situations"):
        facts.say(session, person.invited, {one: "Yes"}, START)
    taking.take(session, person)
    assert said(session, person) == [None] * 4
    for wrong in ({one: "Maybe"}, {two: "Night"}, {three: "x" * 201}, {four: "many"}, {four: "NaN"}, {four: "1e99"}):
        with pytest.raises(DomainError) as refusal:
            facts.say(session, person.invited, wrong, START)
        assert refusal.value.field == f"fact-{next(iter(wrong))}"
    facts.say(session, person.invited, {one: "Yes", two: "Late", three: " Dutch,  Polish ", four: "37,50"}, START)
    assert said(session, person) == ["Yes", "Late", "Dutch, Polish", "37.5"]
    facts.say(session, person.invited, {one: "Yes", four: "40"}, START + timedelta(hours=1))
    assert said(session, person) == ["Yes", None, None, "40"]
    given = session.scalars(sa.select(AuditEntry.body).where(AuditEntry.action == "answered the plain questions")).all()
    assert sorted(json.loads(body)["given"] for body in given) == [2, 4]
    assert not any("Yes" in body or "Dutch" in body for body in given)


def test_questions_stay_once_somebody_has_answered(session: Session, person: Person) -> None:
    one, *_ = ask(session, person)
    assert not fields.answered(session, person.actor, person.vacancy_id)
    taking.take(session, person)
    facts.say(session, person.invited, {one: "No"}, START)
    assert fields.answered(session, person.actor, person.vacancy_id)
    with pytest.raises(DomainError, match="asked alike"):
        ask(session, person, [HOURS])
    assert said(session, person)[0] == "No"


def test_facts_change_no_fit_no_group_and_no_order(session: Session, person: Person) -> None:
    ids = ask(session, person)
    second = taking.invite(session, person.actor, person.vacancy_id, "Bo", "bo@mail.example")
    for one in (person, second):
        taking.take_reading(session, one)
    before = comparing.of_vacancy(session, person.actor, person.vacancy_id, START)
    facts.say(session, person.invited, {ids[0]: "No", ids[3]: "2"}, START)
    after = comparing.of_vacancy(session, person.actor, person.vacancy_id, START)
    assert (after.groups, after.places, after.asks) == (before.groups, before.places, before.asks)


def test_members_read_facts_beside_the_answers(session: Session, person: Person) -> None:
    ids = ask(session, person)
    silent = taking.invite(session, person.actor, person.vacancy_id, "Bo", "bo@mail.example")
    for one in (person, silent):
        taking.take_reading(session, one)
    facts.say(session, person.invited, {ids[1]: "Early"}, START)
    manager = make_actor(session, person.organisation_id, Role.HIRING_MANAGER)
    page = candidates.page(session, manager, person.candidacy_id, START)
    assert [fact.value for fact in page.facts] == [None, "Early", None, None]
    assert [fact.value for fact in candidates.page(session, manager, silent.candidacy_id, START).facts] == [None] * 4
    comparison = comparing.compare(
        session, manager, person.vacancy_id, [person.candidacy_id, silent.candidacy_id], START
    )
    assert [field.question for field in comparison.fields] == ALL
    assert set(comparison.facts) == {person.candidacy_id}
    _, everybody = fields.of_candidacies(session, manager, person.vacancy_id)
    assert everybody == comparison.facts


def test_erasing_takes_facts_along_and_own_data_holds_them(session: Session, person: Person) -> None:
    ids = ask(session, person)
    taking.take(session, person)
    facts.say(session, person.invited, {ids[2]: "Unmistakable"}, START)
    (held,) = own_data.everything(session, person.invited).vacancies
    assert [(fact.question, fact.said) for fact in held.facts] == [(LANGUAGES.text, "Unmistakable")]
    assert "Unmistakable" in own_data.as_json(own_data.everything(session, person.invited))
    retention.erase_own(session, person.invited, START)
    assert session.scalars(sa.select(CandidateFact)).all() == []
    assert session.scalar(sa.select(sa.func.count()).select_from(VacancyField)) == 4, "questions are nobody's data"
    with pytest.raises(NotFoundError):
        facts.of_invited(session, person.invited)


def test_facts_go_when_their_time_is_over(session: Session, person: Person) -> None:
    ids = ask(session, person)
    taking.take(session, person)
    facts.say(session, person.invited, {ids[0]: "Yes"}, START)
    retention.erase_due(session, START + timedelta(days=181))
    assert session.scalars(sa.select(CandidateFact)).all() == []


def test_fields_and_facts_stay_within_their_organisation(session: Session, person: Person) -> None:
    ids = ask(session, person)
    taking.take(session, person)
    facts.say(session, person.invited, {ids[0]: "Yes"}, START)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    manager = make_actor(session, person.organisation_id, Role.HIRING_MANAGER)
    assert fields.of_candidacies(session, stranger, person.vacancy_id) == ((), {})
    for actor in (stranger, manager):
        with pytest.raises(NotFoundError):
            fields.change(session, actor, person.vacancy_id, [HOURS], START)
    analyst = make_actor(session, person.organisation_id, Role.ANALYST)
    with pytest.raises(NotFoundError):
        fields.of_candidacies(session, analyst, person.vacancy_id)


def test_a_field_of_another_vacancy_can_not_be_answered(session: Session, person: Person) -> None:
    ask(session, person, [SATURDAYS])
    other = taking.make_vacancy(session, person.actor, "Returns desk")
    (foreign,) = fields.change(session, person.actor, other, [HOURS], START)
    taking.take(session, person)
    facts.say(session, person.invited, {foreign.id: "12"}, START)
    assert session.scalars(sa.select(CandidateFact)).all() == []
