"""Scoring finished sittings once more, with the key now in force: new results beside the old ones, never instead."""

import uuid
from collections import Counter
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.scoring import SCORING_VERSION
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Permission
from assessment.services.scoring import computing, content, results
from assessment.services.scoring.content import Key
from assessment.store.base import points_to
from assessment.store.content import KeyVersion
from assessment.store.hiring import Candidacy, Invitation, Vacancy
from assessment.store.sittings import Answer, Result, Sitting

SCORED_AGAIN = "scored again with"
BATCH = 500  # sittings in one transaction: under a second
MOST_ON_A_PAGE = 2000  # more is work for the command line


def waiting(session: Session, form_id: uuid.UUID, organisation_id: uuid.UUID | None = None) -> int:
    """How many finished sittings of a form, of one organisation or of all, have no result under the key in force."""
    found = _without(content.newest_key(session, form_id), organisation_id)
    return session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def rescore(
    session: Session,
    form_id: uuid.UUID,
    now: datetime,
    *,
    actor: Actor | None = None,
    vacancy_id: uuid.UUID | None = None,
    most: int = BATCH,
) -> int:
    """Score up to `most` finished sittings that have no result under the key in force; how many that were.

    Of the actor's organisation, or of `vacancy_id` in it; without an actor, of all: that is the operator's work.
    Fewer than `most`: nobody is left. Ending halfway loses nothing; the next call goes on. No result changes.
    """
    key = content.newest_key(session, form_id)
    # One at a time, so that no sitting is scored twice; candidates who finish meanwhile do not wait for this.
    session.execute(sa.select(KeyVersion.id).where(KeyVersion.id == key.id).with_for_update(key_share=True))
    found = session.execute(
        _without(key, actor.organisation_id if actor else None, vacancy_id)
        .order_by(Sitting.finished_at, Sitting.id)
        .limit(most)
    ).all()
    if not found:
        return 0
    answers: dict[uuid.UUID, dict[uuid.UUID, tuple[str, str]]] = {sitting_id: {} for _, sitting_id in found}
    for sitting_id, item_id, chosen, rejected in session.execute(
        sa.select(Answer.sitting_id, Answer.item_version_id, Answer.most, Answer.least)
        .join(Sitting, points_to(Answer.sitting_id, Sitting))
        .where(Sitting.id.in_(list(answers)), Sitting.organisation_id.in_({organisation for organisation, _ in found}))
    ):
        answers[sitting_id][item_id] = (chosen, rejected)
    computed = computing.compute_all(
        content.form(session, form_id), key, content.prior(session, key.prior_id), list(answers.values())
    )
    session.add_all(
        results.row_of(organisation_id, sitting_id, one, now)
        for (organisation_id, sitting_id), one in zip(found, computed, strict=True)
    )
    for organisation_id, count in Counter(organisation_id for organisation_id, _ in found).items():
        audit.record(
            session,
            actor,
            SCORED_AGAIN,
            "key_version",
            key.id,
            now,
            organisation_id=organisation_id,
            sittings=count,
            vacancy=vacancy_id,
        )
    return len(found)


def of_organisation(session: Session, actor: Actor, form_id: uuid.UUID, now: datetime) -> int:
    """Score up to 2,000 finished sittings of the actor's organisation with the key in force."""
    actor.need(Permission.PUBLISH_KEYS)
    return rescore(session, form_id, now, actor=actor, most=MOST_ON_A_PAGE)


def of_vacancy(session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> int:
    """Bring the people of a vacancy under one key: score up to 2,000 of them with the one in force."""
    actor.need(Permission.MANAGE_VACANCIES)
    form_id = session.scalar(
        sa.select(Vacancy.form_id).where(Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id)
    )
    if form_id is None:
        raise NotFoundError
    return rescore(session, form_id, now, actor=actor, vacancy_id=vacancy_id, most=MOST_ON_A_PAGE)


def _without(
    key: Key, organisation_id: uuid.UUID | None, vacancy_id: uuid.UUID | None = None
) -> sa.Select[uuid.UUID, uuid.UUID]:
    """Finished sittings, not withdrawn by erasing them, that have no result under the key."""
    has_one = sa.exists().where(
        points_to(Result.sitting_id, Sitting),
        Result.key_version_id == key.id,
        Result.prior_version_id == key.prior_id,
        Result.scoring_version == SCORING_VERSION,
    )
    statement = (
        sa.select(Sitting.organisation_id, Sitting.id)
        .join(Invitation, points_to(Sitting.invitation_id, Invitation))
        .where(
            Sitting.form_id == key.form_id,
            Sitting.finished_at.is_not(None),
            Invitation.revoked_at.is_(None),
            ~has_one,
        )
    )
    if organisation_id is not None:
        statement = statement.where(Sitting.organisation_id == organisation_id)
    if vacancy_id is not None:
        statement = statement.join(Candidacy, points_to(Invitation.candidacy_id, Candidacy)).where(
            Candidacy.vacancy_id == vacancy_id
        )
    return statement
