"""Who is in a vacancy and how far they have come, as far as the acting member may know."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import occasions
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.hiring import panels
from assessment.services.inviting import Standing, standing
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, DecisionKind, Invitation, Vacancy
from assessment.store.sittings import Sitting


@dataclass(frozen=True)
class Case:
    """A candidacy; what was granted to the person is not in here. `label` is what pages call them.

    The newest invitation says how far the person has come, the newest finished sitting what they answered.
    """

    id: uuid.UUID
    vacancy_id: uuid.UUID
    number: int
    label: str
    disposition: DecisionKind | None
    erased: bool
    standing: Standing | None
    invited_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    sitting_id: uuid.UUID | None

    @property
    def shortlisted(self) -> bool:
        return self.disposition is DecisionKind.SHORTLISTED


def of_vacancy(
    session: Session,
    actor: Actor,
    vacancy_id: uuid.UUID,
    now: datetime,
    *,
    only: Iterable[uuid.UUID] | None = None,
) -> tuple[Case, ...]:
    """The candidacies of a vacancy by their numbers, or `only` these of them, in one statement."""
    actor.need(Permission.SEE_CANDIDATES)
    wanted = _rows(actor).where(Candidacy.vacancy_id == vacancy_id)
    if only is not None:
        wanted = wanted.where(Candidacy.id.in_(list(only)))
    return _cases(_loaded(session, wanted), now)


def chosen(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, candidacy_ids: Iterable[uuid.UUID], now: datetime
) -> tuple[Case, ...]:
    """These candidacies of one vacancy by their numbers; one that isn't of it: NotFoundError."""
    wanted = set(candidacy_ids)
    cases = of_vacancy(session, actor, vacancy_id, now, only=wanted)
    if len(cases) != len(wanted):
        raise NotFoundError
    return cases


def one(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> Case | None:
    """One candidacy of the acting member's organisation."""
    actor.need(Permission.SEE_CANDIDATES)
    found = _cases(_loaded(session, _rows(actor).where(Candidacy.id == candidacy_id)), now)
    return found[0] if found else None


def _rows(actor: Actor) -> sa.Select[Candidacy, Candidate, Vacancy, Invitation, Sitting]:
    """A row an invitation, the oldest first within each person."""
    return (
        sa.select(Candidacy, Candidate, Vacancy, Invitation, Sitting)
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .join(
            Vacancy,
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .outerjoin(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
        .where(Candidacy.organisation_id == actor.organisation_id, panels.visible(actor))
        .order_by(Candidacy.number, Invitation.created_at, Invitation.id)
    )


@dataclass(frozen=True)
class _Row:
    """One invitation of a person, or the lack of any."""

    candidacy: Candidacy
    candidate: Candidate
    vacancy: Vacancy
    invitation: Invitation | None
    sitting: Sitting | None


def _loaded(session: Session, wanted: sa.Select[Candidacy, Candidate, Vacancy, Invitation, Sitting]) -> list[_Row]:
    return [_Row(*row) for row in session.execute(wanted)]


def _cases(rows: Sequence[_Row], now: datetime) -> tuple[Case, ...]:
    of_person: dict[uuid.UUID, list[_Row]] = {}
    for row in rows:
        of_person.setdefault(row.candidacy.id, []).append(row)
    return tuple(_case(invitations, now) for invitations in of_person.values())


def _case(rows: Sequence[_Row], now: datetime) -> Case:
    newest = rows[-1]
    candidacy, invitation, sitting = newest.candidacy, newest.invitation, newest.sitting
    ended = [row for row in rows if row.sitting is not None and row.sitting.finished_at is not None]
    # A finished invitation is withdrawn by erasing what was answered; the person's name may live on elsewhere.
    finished = [row.sitting for row in ended if row.invitation is not None and row.invitation.revoked_at is None]
    return Case(
        id=candidacy.id,
        vacancy_id=newest.vacancy.id,
        number=candidacy.number,
        label=occasions.label(candidacy, newest.vacancy, newest.candidate.name),
        disposition=None if candidacy.disposition is None else DecisionKind(candidacy.disposition),
        erased=newest.candidate.erased_at is not None or len(finished) < len(ended),
        standing=None
        if invitation is None
        else standing(
            started_at=None if sitting is None else sitting.started_at,
            finished_at=None if sitting is None else sitting.finished_at,
            revoked_at=invitation.revoked_at,
            deadline=invitation.deadline,
            now=now,
        ),
        invited_at=None if invitation is None else invitation.created_at,
        started_at=None if sitting is None else sitting.started_at,
        finished_at=finished[-1].finished_at if finished and finished[-1] else None,
        sitting_id=finished[-1].id if finished and finished[-1] else None,
    )
