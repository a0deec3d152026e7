"""Vacancies and people for tests: scores are given, so that a test says where somebody stands."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.attributes import ATTRIBUTES
from assessment.services import occasions, sign_in
from assessment.services.actors import Actor
from assessment.services.hiring import decisions, invitations, openings, vacancies
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.profiles import role_profiles
from assessment.services.scoring import content, results
from assessment.services.scoring.computing import Computed
from assessment.store.hiring import Candidacy, Candidate, Invitation, Pilot, Vacancy
from assessment.store.profiles import ProfileVersion, VersionStatus
from assessment.store.sittings import Sitting
from tests.conftest import START

BASE_URL = "http://localhost"


def make_vacancy(
    session: Session,
    hr: Actor,
    title: str = "Sales assistant",
    *,
    names_hidden: bool = True,
    judgement_first: bool = False,
    now: datetime = START,
) -> uuid.UUID:
    """An open vacancy of the retail shop floor."""
    choice = next(one for one in role_profiles.choices(session, hr) if one.title == "Shop floor")
    return vacancies.create(
        session,
        hr,
        title=title,
        place="Harbour Street",
        role_profile_id=choice.id,
        names_hidden=names_hidden,
        judgement_first=judgement_first,
        answer_days=14,
        now=now,
    )


def invite(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, name: str = "Ada Example", now: datetime = START
) -> uuid.UUID:
    """Somebody invited; their candidacy."""
    email = f"{name.replace(' ', '.').lower()}@candidate.example"
    return invitations.invite(
        session, actor, vacancy_id, name=name, email=email, base_url=BASE_URL, now=now
    ).candidacy_id


def make_person(
    session: Session, organisation_id: uuid.UUID, vacancy_id: uuid.UUID, number: int, now: datetime = START
) -> uuid.UUID:
    """Somebody invited, written straight into the tables: for crowds. Their candidacy."""
    candidate = Candidate(
        organisation_id=organisation_id,
        email=f"person{number}@{vacancy_id}.example",
        name=f"Nameof Person{number}",
        created_at=now,
    )
    session.add(candidate)
    session.flush()
    candidacy = Candidacy(
        organisation_id=organisation_id,
        candidate_id=candidate.id,
        vacancy_id=vacancy_id,
        number=number,
        created_at=now,
    )
    session.add(candidacy)
    session.flush()
    session.add(
        Invitation(
            organisation_id=organisation_id,
            candidacy_id=candidacy.id,
            created_at=now,
            deadline=now + timedelta(days=14),
        )
    )
    session.flush()
    return candidacy.id


def start(session: Session, organisation_id: uuid.UUID, candidacy_id: uuid.UUID, now: datetime = START) -> uuid.UUID:
    """Let somebody start on their newest invitation; the sitting."""
    invitation_id, form_id = session.execute(
        occasions.joined(
            sa.select(Invitation.id, sa.func.coalesce(Vacancy.form_id, Pilot.form_id)).join(
                Candidacy, Candidacy.id == Invitation.candidacy_id
            )
        )
        .where(Invitation.organisation_id == organisation_id, Invitation.candidacy_id == candidacy_id)
        .order_by(Invitation.created_at.desc())
        .limit(1)
    ).one()
    sitting = Sitting(
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        form_id=form_id,
        option_order="[]",
        started_at=now,
        finished_at=None,
    )
    session.add(sitting)
    session.flush()
    return sitting.id


def finish(
    session: Session,
    organisation_id: uuid.UUID,
    candidacy_id: uuid.UUID,
    theta: Sequence[float] | None = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4),
    *,
    sd: float = 0.5,
    p_random: float = 0.01,
    answered: int = 24,
    now: datetime = START,
) -> uuid.UUID:
    """Let somebody finish with these scores; None: too few answers. The sitting."""
    sitting_id = start(session, organisation_id, candidacy_id, now)
    sitting = session.get_one(Sitting, (organisation_id, sitting_id))
    sitting.finished_at = now + timedelta(minutes=20)
    session.flush()
    key = content.newest_key(session, sitting.form_id)
    prior = content.prior(session, key.prior_id)
    size = len(ATTRIBUTES)
    packed = [sd**2 if row == column else 0.0 for row in range(size) for column in range(row + 1)]
    computed = Computed(
        key_id=key.id,
        prior_id=prior.id,
        answered=answered,
        mean=None if theta is None else list(theta),
        own_covariance=None if theta is None else packed,
        covariance=None if theta is None else packed,
        keyed=[0.0] * size,
        p_random=None if theta is None else p_random,
        form_digest="",
        key_digest="",
        prior_digest="",
        answers_digest="",
    )
    results.keep(session, organisation_id, sitting_id, computed, now + timedelta(minutes=20))
    return sitting_id


def decide(
    session: Session,
    actor: Actor,
    candidacy_id: uuid.UUID,
    kind: DecisionKind = DecisionKind.SHORTLISTED,
    reason: str = "Because",
    now: datetime = START + timedelta(hours=1),
    not_told: str | None = None,
) -> None:
    """Open somebody's page and decide about them."""
    openings.record(session, actor, candidacy_id, now)
    decisions.decide(session, actor, candidacy_id, kind, reason, now, base_url=BASE_URL, not_told=not_told)


def publish_again(session: Session, hr: Actor, vacancy_id: uuid.UUID, now: datetime = START) -> uuid.UUID:
    """A second published version of the vacancy's role profile."""
    facts = vacancies.get(session, hr, vacancy_id)
    before = session.get_one(ProfileVersion, (hr.organisation_id, facts.profile_version_id))
    version = ProfileVersion(
        organisation_id=hr.organisation_id,
        role_profile_id=before.role_profile_id,
        status=VersionStatus.PUBLISHED,
        number=(before.number or 0) + 1,
        reason="A test needs it",
        published_at=now,
        published_by=hr.member_id,
        created_at=now,
        changed_at=now,
    )
    session.add(version)
    session.flush()
    rows = role_profiles.rows_of(session, hr.organisation_id, [before.id])[before.id]
    role_profiles.write_rows(session, hr.organisation_id, version.id, rows)
    return version.id


def signed_in(session: Session, actor: Actor, now: datetime = START) -> str:
    """The token of a session for this member, to be put into a browser's cookie."""
    return sign_in._begin(session, actor.organisation_id, actor.member_id, now)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that run inside the block."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    engine = session.get_bind().engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
