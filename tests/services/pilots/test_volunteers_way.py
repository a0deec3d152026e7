"""A volunteer's way: the same questionnaire, other words, and nothing that judges."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import inviting
from assessment.services.errors import DomainError
from assessment.services.permissions import Role
from assessment.services.pilots import pilots, volunteers
from assessment.services.scoring import results, verifying
from assessment.services.sitting import candidate_requests, notices, own_data, retention, sittings
from assessment.store.hiring import Acknowledgement, Candidate, CandidateRequest, NoticeKind, NoticeVersion
from assessment.store.records import Outgoing
from assessment.store.sittings import Answer, Result
from tests import hiring, piloting, taking
from tests.conftest import START
from tests.factories import make_actor
from tests.hiring import BASE_URL, finish
from tests.piloting import TITLE
from tests.taking import Person

LATER = START + timedelta(days=1)
LONG_AFTER = START + timedelta(days=181)


@pytest.fixture
def volunteer(session: Session) -> Person:
    return piloting.make_volunteer(session)


def count(session: Session, table: type) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def newest_letter(session: Session) -> Outgoing:
    return session.scalars(sa.select(Outgoing).order_by(Outgoing.created_at.desc()).limit(1)).one()


def test_a_volunteer_stands_in_a_pilot(session: Session, volunteer: Person) -> None:
    standing = sittings.standing(session, volunteer.invited, START)
    assert (standing.pilot, standing.title, standing.place, standing.role) == (True, TITLE, "", None)
    assert (standing.open, standing.names_hidden, standing.total) == (True, False, 24)
    assert standing.notice == notices.words("Harbour Stores", 180, NoticeKind.PILOT)


def test_the_notice_of_a_pilot_promises_what_a_pilot_is(session: Session) -> None:
    notice = notices.words("Harbour Stores", 180, NoticeKind.PILOT)
    whole = " ".join((notice.purpose, notice.who_sees, notice.retention))
    for said in ("voluntary", "Nothing is decided about you", "Nobody at Harbour Stores sees your result", "180 days"):
        assert said in whole
    for hiring_word in ("position", "role", "hiring", "a person decides"):
        assert hiring_word not in whole


def test_pilots_and_vacancies_number_their_notices_apart(session: Session, volunteer: Person) -> None:
    vacancy_id = hiring.make_vacancy(session, volunteer.actor)
    applicant = taking.invite(session, volunteer.actor, vacancy_id)
    taking.start(session, applicant)
    taking.start(session, volunteer)
    read = session.execute(
        sa.select(Acknowledgement.invitation_id, NoticeVersion.kind, NoticeVersion.number).join(
            NoticeVersion, NoticeVersion.id == Acknowledgement.notice_version_id
        )
    ).all()
    assert {tuple(row) for row in read} == {
        (applicant.invited.invitation_id, "hiring", 1),
        (volunteer.invited.invitation_id, "pilot", 1),
    }


def test_a_volunteer_sees_the_own_result_at_once_and_it_can_be_made_again(session: Session, volunteer: Person) -> None:
    own = taking.take(session, volunteer)
    assert len(own.points) == 6
    assert own.provisional
    session.commit()
    assert verifying.verify(session) == (1, [])


def test_a_closed_pilot_starts_nobody_and_lets_who_has_started_finish(session: Session, volunteer: Person) -> None:
    other = piloting.ask(session, volunteer.actor, volunteer.vacancy_id, "Other", "other@mail.example")
    taking.start(session, volunteer)
    pilots.close(session, volunteer.actor, volunteer.vacancy_id, START)
    taking.answer_first(session, volunteer, 12)
    taking.finish(session, volunteer)
    assert results.own(session, volunteer.invited) is not None
    with pytest.raises(DomainError, match="This pilot is closed"):
        taking.start(session, other)


def test_a_lost_link_is_sent_for_pilots_and_vacancies_alike(session: Session, volunteer: Person) -> None:
    email = "vera@mail.example"
    taking.invite(session, volunteer.actor, hiring.make_vacancy(session, volunteer.actor), "Vera Example", email)
    before = count(session, Outgoing)
    inviting.send_lost_links(session, email, BASE_URL, LATER)
    subjects = session.scalars(sa.select(Outgoing.subject).order_by(Outgoing.created_at)).all()[before:]
    assert set(subjects) == {f"Your new link: {TITLE}", "Your new link: Sales assistant"}


def test_asking_for_help_tells_the_organisation_in_the_words_of_a_pilot(session: Session, volunteer: Person) -> None:
    candidate_requests.ask_other_way(session, volunteer.invited, "I need more days", LATER)
    letter = newest_letter(session)
    assert letter.subject == "A volunteer asks for help"
    for said in (f"Pilot: {TITLE}", "Number in the list: 1", "I need more days"):
        assert said in letter.text
    for hiring_word in ("Position", "candidate", "hiring manager", "$"):
        assert hiring_word not in letter.text


def test_a_note_about_the_result_needs_words_because_nobody_sees_the_result(
    session: Session, volunteer: Person
) -> None:
    finish(session, volunteer.organisation_id, volunteer.candidacy_id)
    with pytest.raises(DomainError):
        candidate_requests.ask_another_look(session, volunteer.invited, " ", LATER)
    candidate_requests.ask_another_look(session, volunteer.invited, "Situation 4 is unclear", LATER)
    letter = newest_letter(session)
    assert letter.subject == "A volunteer writes about their result"
    assert "which nobody else sees" in letter.text
    candidate_requests.ask_another_look(session, volunteer.invited, "So is 5", LATER + timedelta(hours=1))
    assert newest_letter(session).subject == "A volunteer adds a note"


def test_own_data_holds_the_pilot_beside_the_vacancies(session: Session, volunteer: Person) -> None:
    vacancy_id = hiring.make_vacancy(session, volunteer.actor)
    taking.invite(session, volunteer.actor, vacancy_id, "Vera Example", "vera@mail.example")
    taking.take(session, volunteer)
    candidate_requests.ask_another_look(session, volunteer.invited, "Unclear", LATER)
    data = own_data.everything(session, volunteer.invited)
    assert [held.vacancy for held in data.vacancies] == ["Sales assistant"]
    (held,) = data.pilots
    assert (held.pilot, held.number_in_list) == (TITLE, 1)
    (invitation,) = held.invitations
    assert [(one.what, one.words) for one in invitation.requests] == [("wrote about your result", "Unclear")]
    assert len(invitation.answers) == 24
    assert invitation.notice is not None
    assert invitation.result is not None
    assert "role" not in invitation.result.what_the_check_means
    assert '"pilot": "Pilot among shop teams"' in own_data.as_json(data)
    assert "loading" not in own_data.as_json(data)


def test_erasing_names_everything_it_touches_and_takes_it_away(session: Session, volunteer: Person) -> None:
    vacancy_id = hiring.make_vacancy(session, volunteer.actor)
    taking.invite(session, volunteer.actor, vacancy_id, "Vera Example", "vera@mail.example", now=LATER)
    taking.take(session, volunteer)
    candidate_requests.ask_other_way(session, volunteer.invited, "Unmistakable words", START)
    listed = retention.affected(session, volunteer.invited)
    assert [(one.pilot, one.title, one.number) for one in listed] == [
        (True, TITLE, 1),
        (False, "Sales assistant", 1),
    ]
    retention.erase_own(session, volunteer.invited, LATER)
    assert count(session, Answer) == count(session, Result) == count(session, Outgoing) == 0
    assert count(session, CandidateRequest) == 0
    assert session.scalars(sa.select(Candidate.name)).all() == [None]


def test_a_pilot_is_kept_as_long_as_a_vacancy(session: Session, volunteer: Person) -> None:
    taking.take(session, volunteer)
    candidate_requests.ask_another_look(session, volunteer.invited, "Unclear", LATER)
    assert retention.erase_due(session, LONG_AFTER - timedelta(days=2)) == 0
    assert retention.erase_due(session, LONG_AFTER) == 1
    assert count(session, Answer) == count(session, Result) == count(session, CandidateRequest) == 0
    assert session.scalars(sa.select(Candidate.erased_at)).all() == [LONG_AFTER]


def test_a_member_has_no_way_to_a_volunteers_result(session: Session, volunteer: Person) -> None:
    """The services of a pilot hand out names and states; that is all there is in what they return."""
    taking.take(session, volunteer)
    hr = make_actor(session, volunteer.organisation_id, Role.OWNER)
    (found,) = volunteers.of_pilot(session, hr, volunteer.vacancy_id, LATER).people
    assert set(vars(found)) == {
        "candidacy_id",
        "pilot_id",
        "number",
        "name",
        "email",
        "standing",
        "invited_at",
        "deadline",
    }
