"""Vacancies: opened with a published role profile, followed, closed, and moved to a newer version with a reason."""

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from assessment.services import audit, inviting, occasions
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import closing, panels
from assessment.services.hiring import terms as conditions
from assessment.services.hiring.terms import Terms
from assessment.services.permissions import Permission
from assessment.services.profiles import role_profiles
from assessment.services.scoring import form_choices
from assessment.services.scoring.form_choices import STANDARD_LENGTH, Length
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Vacancy, VacancyStatus
from assessment.store.people import Organisation
from assessment.store.profiles import ProfileVersion, RoleProfile, VersionStatus
from assessment.store.records import AuditEntry

LONGEST_REASON = 500
# The log's word for a move; the page reads from that entry since when and why.
MOVED = "changed the profile version of"


@dataclass(frozen=True)
class Listed:
    """A line of the list of vacancies. Who finished is counted as started and as invited too."""

    id: uuid.UUID
    title: str
    place: str
    sector: str
    role: str
    is_open: bool
    invited: int
    started: int
    finished: int
    shortlisted: int


@dataclass(frozen=True)
class Moved:
    """The last change of the version a vacancy is read with."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class VacancyFacts:
    """A vacancy with what its answers are read with."""

    id: uuid.UUID
    title: str
    place: str
    sector: str
    role: str
    is_open: bool
    names_hidden: bool
    judgement_first: bool
    answer_days: int
    created_at: datetime
    closed_at: datetime | None
    last_day: date | None
    places: int | None
    kept_days: int  # after the end, until everything is erased
    form_id: uuid.UUID
    role_profile_id: uuid.UUID
    profile_version_id: uuid.UUID
    number: int
    newest_number: int
    moved: Moved | None

    def invites(self, now: datetime) -> bool:
        """Whether somebody can be invited."""
        return self.is_open and not conditions.is_over(self.last_day, now)

    @property
    def newer_is_published(self) -> bool:
        return self.newest_number > self.number


def listed(session: Session, actor: Actor) -> tuple[Listed, ...]:
    """The organisation's vacancies: open ones first, then the newest. One statement at any length."""
    actor.need(Permission.SEE_VACANCIES)
    # What is finished and withdrawn was erased: it is on no shortlist.
    known = sa.and_(
        Candidacy.shortlisted,
        Candidate.erased_at.is_(None),
        sa.not_(sa.and_(inviting.HAS_FINISHED, inviting.WITHDRAWN)),
    )
    counts = inviting.counts(actor.organisation_id, Candidacy.vacancy_id, shortlisted=known)
    rows = session.execute(
        sa.select(Vacancy, RoleProfile, counts.c.invited, counts.c.started, counts.c.finished, counts.c.shortlisted)
        .join(
            RoleProfile,
            points_to(Vacancy.role_profile_id, RoleProfile),
        )
        .outerjoin(counts, counts.c.of == Vacancy.id)
        .where(Vacancy.organisation_id == actor.organisation_id, panels.visible(actor))
        .order_by((Vacancy.status == VacancyStatus.CLOSED), Vacancy.created_at.desc(), Vacancy.title, Vacancy.id)
    )
    return tuple(
        Listed(
            id=vacancy.id,
            title=vacancy.title,
            place=vacancy.place,
            sector=profile.sector,
            role=profile.title,
            is_open=vacancy.status == VacancyStatus.OPEN,
            invited=invited or 0,
            started=started or 0,
            finished=finished or 0,
            shortlisted=shortlisted or 0,
        )
        for vacancy, profile, invited, started, finished, shortlisted in rows
    )


def create(
    session: Session,
    actor: Actor,
    *,
    title: str,
    place: str,
    role_profile_id: uuid.UUID,
    names_hidden: bool,
    answer_days: int,
    now: datetime,
    length: int = STANDARD_LENGTH,
    last_day: date | None = None,
    places: int | None = None,
    retention_days: int | None = None,
    judgement_first: bool = False,
) -> uuid.UUID:
    """Open a vacancy with the newest published version of a role profile and the form of its sector and `length`."""
    actor.need(Permission.MANAGE_VACANCIES)
    terms = conditions.checked(
        session, actor, Terms(title, place, answer_days, names_hidden, last_day, places, retention_days), now
    )
    offered = {choice.id: choice for choice in role_profiles.choices(session, actor)}
    profile = offered.get(role_profile_id)
    if profile is None:
        raise DomainError("Choose a role profile of the list; only published ones can be used.", "role_profile_id")
    vacancy = Vacancy(
        organisation_id=actor.organisation_id,
        **asdict(terms),
        role_profile_id=role_profile_id,
        profile_version_id=profile.version_id,
        form_id=form_choices.form_for_sector(
            session, actor.organisation_id, profile.sector, length=length, to_give=True
        ),
        status=VacancyStatus.OPEN,
        judgement_first=judgement_first,
        created_at=now,
    )
    session.add(vacancy)
    session.flush()
    audit.record(
        session,
        actor,
        "opened",
        "vacancy",
        vacancy.id,
        now,
        profile_version=profile.version_id,
        number=profile.number,
        names_hidden=names_hidden,
        judgement_first=judgement_first,
        answer_days=answer_days,
    )
    return vacancy.id


def lengths(session: Session, actor: Actor) -> tuple[Length, ...]:
    """How long the questionnaire of a new vacancy may be, for each sector with a published role profile."""
    actor.need(Permission.MANAGE_VACANCIES)
    sectors = sorted({choice.sector for choice in role_profiles.choices(session, actor)})
    return form_choices.lengths(session, actor.organisation_id, sectors)


def get(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> VacancyFacts:
    """One vacancy of the organisation."""
    actor.need(Permission.SEE_VACANCIES)
    published = aliased(ProfileVersion)
    newest = (
        sa.select(sa.func.max(published.number))
        .where(
            published.organisation_id == actor.organisation_id,
            published.role_profile_id == Vacancy.role_profile_id,
            published.status == VersionStatus.PUBLISHED,
        )
        .scalar_subquery()
    )
    row = session.execute(
        sa.select(
            Vacancy, RoleProfile.title, RoleProfile.sector, ProfileVersion.number, newest, Organisation.retention_days
        )
        .join(Organisation, Organisation.id == Vacancy.organisation_id)
        .join(
            RoleProfile,
            points_to(Vacancy.role_profile_id, RoleProfile),
        )
        .join(
            ProfileVersion,
            points_to(Vacancy.profile_version_id, ProfileVersion),
        )
        .where(Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id, panels.visible(actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    vacancy, role, sector, number, newest_number, longest = row
    return VacancyFacts(
        id=vacancy.id,
        title=vacancy.title,
        place=vacancy.place,
        sector=sector,
        role=role,
        is_open=vacancy.status == VacancyStatus.OPEN,
        names_hidden=vacancy.names_hidden,
        judgement_first=vacancy.judgement_first,
        answer_days=vacancy.answer_days,
        created_at=vacancy.created_at,
        closed_at=vacancy.closed_at,
        last_day=vacancy.last_day,
        places=vacancy.places,
        kept_days=occasions.of(vacancy, None).kept_days(longest),
        form_id=vacancy.form_id,
        role_profile_id=vacancy.role_profile_id,
        profile_version_id=vacancy.profile_version_id,
        number=number,
        newest_number=newest_number,
        moved=_last_move(session, actor, vacancy_id),
    )


def close(session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> None:
    """Invite nobody any more, once each person has a decision. Who is invited can still answer; nothing is lost."""
    vacancy = _to_change(session, actor, vacancy_id)
    if vacancy.status == VacancyStatus.CLOSED:
        raise DomainError("This vacancy is closed already.")
    due = len(closing.undecided(session, actor, vacancy_id, now))
    if due:
        raise DomainError(
            f"{due} {'person has' if due == 1 else 'people have'} no decision yet. Open each page and decide, one"
            " person at a time; then the vacancy can be closed."
        )
    vacancy.status, vacancy.closed_at = VacancyStatus.CLOSED, now
    session.flush()
    audit.record(session, actor, "closed", "vacancy", vacancy_id, now)


def reopen(session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> None:
    """Let people be invited again."""
    vacancy = _to_change(session, actor, vacancy_id)
    if vacancy.status == VacancyStatus.OPEN:
        raise DomainError("This vacancy is open already.")
    vacancy.status, vacancy.closed_at = VacancyStatus.OPEN, None
    session.flush()
    audit.record(session, actor, "reopened", "vacancy", vacancy_id, now)


def move_to_newest(session: Session, actor: Actor, vacancy_id: uuid.UUID, reason: str, now: datetime) -> int:
    """Read the vacancy with the newest published version from now on; its number. The reason stays on show."""
    vacancy = _to_change(session, actor, vacancy_id)
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError("Write why: the reason is shown beside every fit of this vacancy.", "reason")
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"Use at most {LONGEST_REASON} characters.", "reason")
    newest = session.execute(
        sa.select(ProfileVersion.id, ProfileVersion.number)
        .where(
            ProfileVersion.organisation_id == actor.organisation_id,
            ProfileVersion.role_profile_id == vacancy.role_profile_id,
            ProfileVersion.status == VersionStatus.PUBLISHED,
        )
        .order_by(ProfileVersion.number.desc())
        .limit(1)
    ).one()
    if newest.id == vacancy.profile_version_id:
        raise DomainError("The vacancy is judged by the newest published version already.")
    before = vacancy.profile_version_id
    vacancy.profile_version_id = newest.id
    session.flush()
    audit.record(
        session,
        actor,
        MOVED,
        "vacancy",
        vacancy_id,
        now,
        before=before,
        after=newest.id,
        number=newest.number,
        reason=reason,
    )
    return int(newest.number)


def _to_change(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> Vacancy:
    actor.need(Permission.MANAGE_VACANCIES)
    vacancy = session.scalar(
        sa.select(Vacancy)
        .where(Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id)
        .with_for_update()
    )
    if vacancy is None:
        raise NotFoundError
    return vacancy


def _last_move(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> Moved | None:
    row = session.execute(
        sa.select(AuditEntry.at, AuditEntry.body)
        .where(
            AuditEntry.organisation_id == actor.organisation_id,
            AuditEntry.subject == "vacancy",
            AuditEntry.subject_id == vacancy_id,
            AuditEntry.action == MOVED,
        )
        .order_by(AuditEntry.at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Moved(row.at, json.loads(row.body)["reason"])
