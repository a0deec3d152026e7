"""Erasing a person's data: when they ask for it, and when it has been kept long enough."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, occasions
from assessment.services.actors import Invited
from assessment.services.errors import NotFoundError
from assessment.store.base import points_to
from assessment.store.hiring import (
    Candidacy,
    Candidate,
    CandidateFact,
    CandidateRequest,
    Invitation,
    Judgement,
    Pilot,
    Vacancy,
)
from assessment.store.interviews import InterviewSheet
from assessment.store.inviting import Reminder
from assessment.store.people import AccessLink, Organisation
from assessment.store.records import Outgoing
from assessment.store.sittings import Answer, AnswerEvent, Result, Sitting, SittingDevice

# One sweep holds the database no longer than this takes; the rest waits for the next one.
MOST_IN_ONE_SWEEP = 500


@dataclass(frozen=True)
class Affected:
    """A vacancy or pilot in which the person stands, and what of it goes or stays."""

    pilot: bool
    title: str
    number: int
    finished_at: datetime | None


def affected(session: Session, invited: Invited) -> list[Affected]:
    """Every vacancy and pilot that an erasure would touch: name and address are kept once for all of them."""
    candidate_id = _candidate_of(session, invited)
    rows = session.execute(
        occasions.joined(
            sa.select(
                Candidacy.pilot_id.is_not(None),
                sa.func.coalesce(Vacancy.title, Pilot.title),
                Candidacy.number,
                sa.func.max(Sitting.finished_at),
            ).select_from(Candidacy)
        )
        .outerjoin(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
        .where(Candidacy.organisation_id == invited.organisation_id, Candidacy.candidate_id == candidate_id)
        .group_by(Vacancy.title, Pilot.title, Candidacy.id, Candidacy.pilot_id, Candidacy.number, Candidacy.created_at)
        .order_by(Candidacy.created_at)
    )
    return [Affected(*row) for row in rows]


def erase_own(session: Session, invited: Invited, now: datetime) -> None:
    """Erase everything this organisation holds about the person behind an invitation."""
    candidate_id = _candidate_of(session, invited)
    candidacies = session.scalars(
        sa.select(Candidacy.id).where(
            Candidacy.organisation_id == invited.organisation_id, Candidacy.candidate_id == candidate_id
        )
    ).all()
    _erase_answers(session, invited, invited.organisation_id, candidacies, now)
    _erase_people(session, invited, invited.organisation_id, [candidate_id], now)


def erase_due(session: Session, now: datetime) -> int:
    """Erase what has been kept as long as its organisation, or its vacancy, said; how many candidacies that were.

    The time runs from the end of the last sitting, or from the deadline where it was not finished. A name goes
    with the last candidacy of its person.
    """
    erased = 0
    for organisation_id, days, shorter in _times(session):
        before = now - timedelta(days=days)
        kept = _kept(days, shorter, now)
        candidacies = session.scalars(_due_candidacies(organisation_id, kept)).all()
        _erase_answers(session, None, organisation_id, candidacies, now)
        people = session.scalars(_due_people(organisation_id, kept)).all()
        _erase_people(session, None, organisation_id, people, now)
        session.execute(
            sa.delete(Outgoing).where(
                Outgoing.organisation_id == organisation_id,
                Outgoing.candidate_id.is_not(None),
                Outgoing.created_at < before,
            )
        )
        erased += len(candidacies)
    return erased


END = sa.func.coalesce(Sitting.finished_at, Invitation.deadline)
ENDED = sa.func.max(END)


def _times(session: Session) -> list[tuple[uuid.UUID, int, set[int]]]:
    """Each organisation with the days it keeps data, and those of its vacancies that keep theirs shorter."""
    found: dict[tuple[uuid.UUID, int], set[int]] = {}
    for organisation_id, days, own in session.execute(
        sa.select(Organisation.id, Organisation.retention_days, Vacancy.retention_days)
        .outerjoin(
            Vacancy,
            sa.and_(Vacancy.organisation_id == Organisation.id, Vacancy.retention_days < Organisation.retention_days),
        )
        .distinct()
    ):
        found.setdefault((organisation_id, days), set()).update(() if own is None else {own})
    return [(organisation_id, days, shorter) for (organisation_id, days), shorter in found.items()]


def _kept(days: int, shorter: set[int], now: datetime) -> sa.ColumnElement[bool]:
    """Whether an invitation's data is to be kept still: by the organisation's time, or its vacancy's where shorter."""
    by_vacancy = {own: now - timedelta(days=own) <= END for own in sorted(shorter)}
    by_organisation = now - timedelta(days=days) <= END
    if not by_vacancy:
        return by_organisation
    return sa.case(
        *((Vacancy.retention_days == own, still) for own, still in by_vacancy.items()), else_=by_organisation
    )


def _due_candidacies(organisation_id: uuid.UUID, kept: sa.ColumnElement[bool]) -> sa.Select[uuid.UUID]:
    """Candidacies that ended long ago and of which more is left than their dates."""
    link = sa.exists().where(
        AccessLink.organisation_id == Invitation.organisation_id, AccessLink.invitation_id == Invitation.id
    )
    device = sa.exists().where(
        SittingDevice.organisation_id == Sitting.organisation_id, SittingDevice.sitting_id == Sitting.id
    )
    request = sa.exists().where(
        CandidateRequest.organisation_id == Invitation.organisation_id, CandidateRequest.invitation_id == Invitation.id
    )
    fact = sa.exists().where(
        CandidateFact.organisation_id == Candidacy.organisation_id, CandidateFact.candidacy_id == Candidacy.id
    )
    sheet = sa.exists().where(
        InterviewSheet.organisation_id == Candidacy.organisation_id, InterviewSheet.candidacy_id == Candidacy.id
    )
    left = sa.or_(
        Invitation.revoked_at.is_(None), Candidacy.accommodation.is_not(None), request, fact, link, device, sheet
    )
    return (
        _with_invitations(sa.select(Candidacy.id))
        .where(Candidacy.organisation_id == organisation_id)
        .group_by(Candidacy.id)
        .having(_nothing(kept), sa.func.max(sa.case((left, 1), else_=0)) == 1)
        .order_by(ENDED)
        .limit(MOST_IN_ONE_SWEEP)
    )


def _due_people(organisation_id: uuid.UUID, kept: sa.ColumnElement[bool]) -> sa.Select[uuid.UUID]:
    """People with a name, all of whose candidacies ended long ago."""
    return (
        _with_invitations(sa.select(Candidacy.candidate_id))
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .where(Candidacy.organisation_id == organisation_id, Candidate.erased_at.is_(None))
        .group_by(Candidacy.candidate_id)
        .having(_nothing(kept))
        .order_by(ENDED)
        .limit(MOST_IN_ONE_SWEEP)
    )


def _nothing(kept: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.func.max(sa.case((kept, 1), else_=0)) == 0


def _with_invitations(statement: sa.Select[uuid.UUID]) -> sa.Select[uuid.UUID]:
    return (
        statement.join(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .outerjoin(
            Vacancy,
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
    )


def _erase_answers(
    session: Session,
    actor: Invited | None,
    organisation_id: uuid.UUID,
    candidacies: Sequence[uuid.UUID],
    now: datetime,
) -> None:
    """Take away what was answered, made of it, asked for and rated; number, dates and decisions stay."""
    invitations = session.scalars(
        sa.select(Invitation.id).where(
            Invitation.organisation_id == organisation_id, Invitation.candidacy_id.in_(candidacies)
        )
    ).all()
    sittings = session.scalars(
        sa.select(Sitting.id).where(Sitting.organisation_id == organisation_id, Sitting.invitation_id.in_(invitations))
    ).all()
    for table in (Result, Answer, AnswerEvent, SittingDevice):
        session.execute(
            sa.delete(table).where(table.organisation_id == organisation_id, table.sitting_id.in_(sittings))
        )
    session.execute(
        sa.update(Sitting)
        .where(Sitting.organisation_id == organisation_id, Sitting.id.in_(sittings))
        .values(option_order="[]")
    )
    for of_invitation in (AccessLink, CandidateRequest, Reminder):
        session.execute(
            sa.delete(of_invitation).where(
                of_invitation.organisation_id == organisation_id, of_invitation.invitation_id.in_(invitations)
            )
        )
    # Ratings, notes and remarks go with the sheet they stand on.
    for of_candidacy in (CandidateFact, Judgement, InterviewSheet):
        session.execute(
            sa.delete(of_candidacy).where(
                of_candidacy.organisation_id == organisation_id, of_candidacy.candidacy_id.in_(candidacies)
            )
        )
    # Withdrawn: a browser that has opened the invitation before finds nothing any more.
    session.execute(
        sa.update(Invitation)
        .where(Invitation.organisation_id == organisation_id, Invitation.id.in_(invitations))
        .values(revoked_at=sa.func.coalesce(Invitation.revoked_at, now))
    )
    session.execute(
        sa.update(Candidacy)
        .where(Candidacy.organisation_id == organisation_id, Candidacy.id.in_(candidacies))
        .values(accommodation=None, accommodated_at=None)
    )
    for candidacy in candidacies:
        audit.record(session, actor, "erased", "candidacy", candidacy, now, organisation_id=organisation_id)


def _erase_people(
    session: Session,
    actor: Invited | None,
    organisation_id: uuid.UUID,
    people: Sequence[uuid.UUID],
    now: datetime,
) -> None:
    """Take away names, addresses and letters."""
    session.execute(
        sa.delete(Outgoing).where(Outgoing.organisation_id == organisation_id, Outgoing.candidate_id.in_(people))
    )
    session.execute(
        sa.update(Candidate)
        .where(
            Candidate.organisation_id == organisation_id,
            Candidate.id.in_(people),
            Candidate.erased_at.is_(None),
        )
        .values(name=None, email=None, erased_at=now)
    )
    for person in people:
        audit.record(session, actor, "erased", "candidate", person, now, organisation_id=organisation_id)


def _candidate_of(session: Session, invited: Invited) -> uuid.UUID:
    candidate_id = session.scalar(
        sa.select(Candidacy.candidate_id)
        .join(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .where(
            Invitation.organisation_id == invited.organisation_id,
            Invitation.id == invited.invitation_id,
            Invitation.revoked_at.is_(None),
        )
    )
    if candidate_id is None:
        raise NotFoundError
    return candidate_id
