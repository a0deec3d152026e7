"""What HR finds waiting: requests of candidates and of volunteers, in one list."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from assessment.services import requests
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Role
from assessment.services.requests import RequestKind
from assessment.services.sitting import candidate_requests
from assessment.store.hiring import Candidacy
from tests import hiring, piloting, taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation

LATER = START + timedelta(hours=1)


def test_candidates_and_volunteers_wait_in_one_list_the_oldest_first(session: Session) -> None:
    volunteer = piloting.make_volunteer(session)
    vacancy_id = hiring.make_vacancy(session, volunteer.actor)
    applicant = taking.invite(session, volunteer.actor, vacancy_id)
    candidate_requests.ask_other_way(session, applicant.invited, "By phone?", LATER)
    candidate_requests.ask_other_way(session, volunteer.invited, "More days", START)
    first, second = requests.waiting(session, volunteer.actor)
    assert (first.candidacy_id, first.label) == (volunteer.candidacy_id, "Vera Example")
    assert (first.occasion.pilot, first.occasion.title) == (True, piloting.TITLE)
    assert (second.candidacy_id, second.label) == (applicant.candidacy_id, "Candidate 1"), "names are hidden"
    assert (second.occasion.pilot, second.occasion.title) == (False, "Sales assistant")
    (asked,) = requests.asked_by(session, volunteer.actor, Candidacy.id == volunteer.candidacy_id).values()
    requests.answered(session, volunteer.actor, volunteer.candidacy_id, asked[0].id, LATER)
    assert [one.candidacy_id for one in requests.waiting(session, volunteer.actor)] == [applicant.candidacy_id]


def test_an_answer_is_noted_once_by_a_member_with_a_name(session: Session) -> None:
    volunteer = piloting.make_volunteer(session)
    candidate_requests.ask_other_way(session, volunteer.invited, "More days", START)
    ((asked,),) = requests.asked_by(session, volunteer.actor, Candidacy.id == volunteer.candidacy_id).values()
    with pytest.raises(NotFoundError):
        requests.answered(session, volunteer.actor, uuid.uuid4(), asked.id, LATER)
    requests.answered(session, volunteer.actor, volunteer.candidacy_id, asked.id, LATER)
    ((noted,),) = requests.asked_by(session, volunteer.actor, Candidacy.id == volunteer.candidacy_id).values()
    assert (noted.kind, noted.answered_at, noted.answered_by) == (RequestKind.OTHER_WAY, LATER, "Hanna")
    with pytest.raises(DomainError):
        requests.answered(session, volunteer.actor, volunteer.candidacy_id, asked.id, LATER)


def test_nobody_else_finds_any(session: Session) -> None:
    volunteer = piloting.make_volunteer(session)
    candidate_requests.ask_other_way(session, volunteer.invited, "More days", START)
    ((asked,),) = requests.asked_by(session, volunteer.actor, Candidacy.id == volunteer.candidacy_id).values()
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    assert requests.waiting(session, stranger) == ()
    assert requests.asked_by(session, stranger, Candidacy.id == volunteer.candidacy_id) == {}
    with pytest.raises(NotFoundError):
        requests.answered(session, stranger, volunteer.candidacy_id, asked.id, LATER)
    for role in (Role.HIRING_MANAGER, Role.ANALYST):
        colleague = make_actor(session, volunteer.organisation_id, role)
        with pytest.raises(NotFoundError):
            requests.waiting(session, colleague)
        with pytest.raises(NotFoundError):
            requests.asked_by(session, colleague, Candidacy.id == volunteer.candidacy_id)
        with pytest.raises(NotFoundError):
            requests.answered(session, colleague, volunteer.candidacy_id, asked.id, LATER)
