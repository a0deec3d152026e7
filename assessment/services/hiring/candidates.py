"""One candidate's page: where the answers leave them, what was decided, and, for HR, what only HR may know."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import mail, requests
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.hiring import (
    candidacies,
    comparing,
    decisions,
    fields,
    judging,
    looking_again,
    panels,
    vacancies,
)
from assessment.services.hiring.candidacies import Case
from assessment.services.hiring.comparing import Person
from assessment.services.hiring.decisions import Decided
from assessment.services.hiring.fields import Fact
from assessment.services.hiring.interview import Ask
from assessment.services.hiring.judging import Judged
from assessment.services.hiring.looking_again import LookAgain
from assessment.services.hiring.panels import Rights
from assessment.services.hiring.vacancies import VacancyFacts
from assessment.services.mail import Delivery
from assessment.services.norms import placing
from assessment.services.norms.placing import Compared
from assessment.services.permissions import Permission
from assessment.services.profiles import role_profiles
from assessment.services.profiles.role_profiles import MeasuredProfile, Need
from assessment.services.requests import Request
from assessment.services.scoring import content, quality_notes
from assessment.services.scoring.quality_notes import QualityNotes
from assessment.services.scoring.results import Point
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Invitation
from assessment.store.people import Organisation


@dataclass(frozen=True)
class Attribute:
    """Where a person stands on one attribute, against what the role asks for."""

    need: Need
    point: Point
    below: float
    inside: float
    above: float
    loss_share: float | None  # None where totals are hidden
    ask: Ask | None


@dataclass(frozen=True)
class ForHR:
    """What HR knows of a candidate and a manager does not."""

    name: str
    email: str
    deadline: datetime | None
    requests: tuple[Request, ...]
    accommodation: str | None
    accommodated_at: datetime | None
    quality: QualityNotes | None
    letters: tuple[Delivery, ...]


@dataclass(frozen=True)
class CandidatePage:
    """Everything a member may see of one candidate."""

    vacancy: VacancyFacts
    profile: MeasuredProfile
    case: Case
    rights: Rights
    person: Person | None
    attributes: tuple[Attribute, ...]
    provisional: bool
    situations: int
    compared: Compared | None
    contact: str
    decisions: tuple[Decided, ...]
    judgements: tuple[Judged, ...]
    look_again: LookAgain | None  # for HR
    facts: tuple[Fact, ...]  # what the person said to the vacancy's plain questions, once they have finished
    for_hr: ForHR | None


def page(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> CandidatePage:
    """One candidate of the acting member's organisation."""
    actor.need(Permission.SEE_CANDIDATES)
    case = candidacies.one(session, actor, candidacy_id, now)
    if case is None:
        raise NotFoundError
    vacancy = vacancies.get(session, actor, case.vacancy_id)
    profile = role_profiles.measured(session, actor.organisation_id, vacancy.profile_version_id)
    finished = [case] if case.sitting_id is not None and not case.erased else []
    reading = comparing.read(session, actor, vacancy, profile, finished)
    person = reading.people[0] if reading.people else None
    attributes: tuple[Attribute, ...] = ()
    compared = None
    if person is not None and person.withheld is None:
        ask_of = {ask.attribute: ask for ask in person.asks}
        attributes = tuple(
            Attribute(
                need=need,
                point=person.points[d],
                below=float(reading.fit.below[0, d]),
                inside=float(reading.fit.inside[0, d]),
                above=float(reading.fit.above[0, d]),
                loss_share=person.loss_share[d] if person.loss_share else None,
                ask=ask_of.get(need.attribute),
            )
            for d, need in enumerate(profile.rows)
        )
    if attributes and case.sitting_id is not None:
        compared = placing.compared(
            session, actor, case.sitting_id, reading.scored, vacancy_id=vacancy.id, sector=vacancy.sector
        )
    return CandidatePage(
        vacancy=vacancy,
        profile=profile,
        case=case,
        rights=panels.rights(session, actor, vacancy.id),
        person=person,
        attributes=attributes,
        provisional=reading.scored.provisional,
        situations=len(content.form(session, vacancy.form_id).items),
        compared=compared,
        contact=session.scalars(sa.select(Organisation.contact).where(Organisation.id == actor.organisation_id)).one(),
        decisions=decisions.of_candidacy(session, actor, candidacy_id),
        judgements=judging.of_candidacy(session, actor, candidacy_id, hidden=person is not None and person.to_judge),
        look_again=looking_again.of_candidacy(session, actor, candidacy_id)
        if actor.may(Permission.MANAGE_VACANCIES)
        else None,
        facts=_facts(session, actor, case),
        for_hr=_for_hr(session, actor, case),
    )


def _facts(session: Session, actor: Actor, case: Case) -> tuple[Fact, ...]:
    if case.erased or case.sitting_id is None:
        return ()
    asked, said = fields.of_candidacies(session, actor, case.vacancy_id, [case.id])
    return said.get(case.id) or fields.unanswered(asked)


def _for_hr(session: Session, actor: Actor, case: Case) -> ForHR | None:
    if not actor.may(Permission.SEE_QUALITY_NOTES):
        return None
    row = session.execute(
        sa.select(
            Candidate.id,
            Candidate.name,
            Candidate.email,
            Invitation.deadline,
            Candidacy.accommodation,
            Candidacy.accommodated_at,
        )
        .join(
            Candidacy,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .outerjoin(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .where(
            Candidate.organisation_id == actor.organisation_id,
            Candidacy.id == case.id,
        )
        .order_by(Invitation.created_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.name is None or row.email is None:
        return None
    notes = None if case.sitting_id is None else quality_notes.of_sitting(session, actor, case.sitting_id)
    return ForHR(
        name=row.name,
        email=row.email,
        deadline=row.deadline,
        requests=requests.asked_by(session, actor, Candidacy.id == case.id).get(case.id, ()),
        accommodation=row.accommodation,
        accommodated_at=row.accommodated_at,
        quality=notes,
        letters=mail.to_candidate(session, actor, row.id),
    )
