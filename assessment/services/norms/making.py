"""Making a norm group of this organisation's finished sittings: results under one key, never of two."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from assessment.bank.content import canonical_json, sha256
from assessment.measurement.evidence import norms
from assessment.measurement.fit import withheld
from assessment.measurement.scoring import MINIMUM_ANSWERS, SCORING_VERSION, Scores
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.norms.versions import Kept, LeftOut, Name, NormKind
from assessment.services.permissions import Permission
from assessment.services.scoring import content, results
from assessment.services.sitting.notices import LANGUAGE
from assessment.store.base import points_to
from assessment.store.content import Form
from assessment.store.hiring import Candidacy, Invitation, Vacancy
from assessment.store.people import Organisation
from assessment.store.profiles import RoleProfile
from assessment.store.sittings import NormVersion, Result, Sitting

_Row = TypeVarTuple("_Row")

FEWEST = 20  # people: among fewer, numbers of single people would show through


@dataclass(frozen=True)
class Choice:
    """A group that can be asked for, and how many people have finished the form in it."""

    name: Name
    people: int


def choices(session: Session, actor: Actor) -> tuple[Choice, ...]:
    """The groups that can be asked for: the most people first within each kind; a statement for each kind."""
    actor.need(Permission.MAKE_NORMS)
    found: list[Choice] = []
    people = sa.func.count(sa.distinct(Candidacy.candidate_id))
    groups: dict[NormKind, list[InstrumentedAttribute[Any]]] = {
        NormKind.SECTOR: [RoleProfile.sector],
        NormKind.LANGUAGE: [],
        NormKind.VACANCY: [Vacancy.id, Vacancy.title],
    }
    for kind, columns in groups.items():
        rows = session.execute(
            _finished(sa.select(people, Form.id, Form.title, *columns), actor)
            .join(Form, Form.id == Sitting.form_id)
            .group_by(Form.id, Form.title, *columns)
            .order_by(people.desc(), *columns, Form.title, Form.id)
        )
        for count, form_id, form, *of in rows:
            value, title = (of[0], of[-1]) if of else (LANGUAGE, LANGUAGE)
            found.append(Choice(Name(form_id, form, kind, str(value), title), count))
    return tuple(found)


def make(session: Session, actor: Actor, form_id: uuid.UUID, kind: str, value: str, now: datetime) -> uuid.UUID:
    """Make a group of everybody who has a result under the form's key in force, each once with the newest sitting.

    The next version of the same group, where there is one; its id. DomainError: a covariate that norms may not be made
    by, with the law's reason, and fewer than 20 people.
    """
    actor.need(Permission.MAKE_NORMS)
    try:
        norms.check_kind(kind)
    except ValueError as refusal:
        raise _told(refusal) from None
    _one_at_a_time(session, actor)
    given = session.get(Form, form_id)
    if given is None:
        raise NotFoundError
    key = content.newest_key(session, form_id)
    scores, other_key = _scores(session, actor, form_id, key.id, _condition(NormKind(kind), value))
    out = withheld(scores)
    kept = len(scores) - int(out.sum())
    if kept < FEWEST:
        raise DomainError(
            f"{kept} people have results that can be compared. A group needs at least {FEWEST}: among fewer, the"
            " numbers of single people would show through.",
            "group",
        )
    few = int((scores.answered < MINIMUM_ANSWERS).sum())
    left_out = LeftOut(other_key, few, int(out.sum()) - few)
    try:
        group = norms.norm_group(scores, kind, value, now.date())
    except ValueError as refusal:
        raise _told(refusal) from None
    text = canonical_json(Kept(group, left_out, SCORING_VERSION).to_dict())
    version = NormVersion(
        organisation_id=actor.organisation_id,
        form_id=form_id,
        key_version_id=key.id,
        kind=kind,
        value=value,
        number=1 + _newest_number(session, actor, form_id, kind, value),
        people=group.n,
        left_out=left_out.total,
        content=text,
        digest=sha256(text),
        created_by=actor.member_id,
        created_at=now,
    )
    session.add(version)
    session.flush()
    audit.record(
        session, actor, "made", "norm_version", version.id, now, kind=kind, number=version.number, digest=version.digest
    )
    return version.id


def _told(refusal: ValueError) -> DomainError:
    """What measurement refuses, as a sentence beside the choice."""
    return DomainError(f"{str(refusal)[0].upper()}{str(refusal)[1:]}.", "group")


def _finished(statement: sa.Select[*_Row], actor: Actor) -> sa.Select[*_Row]:
    """Finished sittings for vacancies of the organisation, not erased. Volunteers of pilots are not candidates."""
    return (
        statement.select_from(Sitting)
        .join(Invitation, points_to(Sitting.invitation_id, Invitation))
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .join(RoleProfile, points_to(Vacancy.role_profile_id, RoleProfile))
        .where(
            Sitting.organisation_id == actor.organisation_id,
            Sitting.finished_at.is_not(None),
            Invitation.revoked_at.is_(None),  # a finished one is withdrawn by erasing what was answered
        )
    )


def _condition(kind: NormKind, value: str) -> sa.ColumnElement[bool]:
    if kind == NormKind.SECTOR:
        return RoleProfile.sector == value
    if kind == NormKind.LANGUAGE:
        return sa.true() if value == LANGUAGE else sa.false()
    try:
        return Vacancy.id == uuid.UUID(value)
    except ValueError:
        raise NotFoundError from None


def _scores(
    session: Session, actor: Actor, form_id: uuid.UUID, key_id: uuid.UUID, condition: sa.ColumnElement[bool]
) -> tuple[Scores, int]:
    """The scores of the people under one key, each once, and how many people have none under it."""
    rows = session.execute(
        _finished(sa.select(Candidacy.candidate_id, Result), actor)
        .outerjoin(
            Result,
            sa.and_(
                points_to(Result.sitting_id, Sitting),
                Result.key_version_id == key_id,
                Result.scoring_version == SCORING_VERSION,
            ),
        )
        .where(Sitting.form_id == form_id, condition)
        .order_by(Sitting.finished_at.desc(), Sitting.id)
    )
    newest: dict[uuid.UUID, Result | None] = {}
    for candidate_id, result in rows:
        newest[candidate_id] = newest.get(candidate_id) or result
    kept = [result for result in newest.values() if result is not None]
    people = results.scores_in(session, [result.sitting_id for result in kept], kept)
    return people.scores, len(newest) - len(kept)


def _one_at_a_time(session: Session, actor: Actor) -> None:
    """Two who make the same group at once get one number each."""
    session.execute(
        sa.select(Organisation.id).where(Organisation.id == actor.organisation_id).with_for_update(key_share=True)
    )


def _newest_number(session: Session, actor: Actor, form_id: uuid.UUID, kind: str, value: str) -> int:
    newest = session.scalar(
        sa.select(sa.func.max(NormVersion.number)).where(
            NormVersion.organisation_id == actor.organisation_id,
            NormVersion.form_id == form_id,
            NormVersion.kind == kind,
            NormVersion.value == value,
        )
    )
    return newest or 0
