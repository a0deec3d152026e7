"""Decisions to look at again, because the same answers were scored once more and say something else now.

A decision is named here while its person's newest result was made after it and their expected fit has moved by more
than half the half-width of its 90% interval, or a fit has come or gone. Nothing is stored: the next decision, or a
note that this one stands, is later than the result, and ends it. Fits then and now are read with the profile version
the vacancy has now, so that only the key makes the difference.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from assessment.measurement import fit as measure
from assessment.measurement.fit import Profile
from assessment.services import occasions
from assessment.services.actors import Actor
from assessment.services.hiring import judging
from assessment.services.hiring.comparing import Fitted, fitted
from assessment.services.permissions import Permission
from assessment.services.profiles import role_profiles
from assessment.services.scoring import results
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Decision, DecisionKind, Invitation, Vacancy, VacancyStatus
from assessment.store.sittings import Result, Sitting

MATERIAL = 0.25  # of the width of the 90% interval, as decided by: half of its half


@dataclass(frozen=True)
class LookAgain:
    """A decision that newer scores put in question. `label`: a name where the vacancy's lists show it.

    `hidden`: the acting member judges the profile first, and reads no fit before.
    """

    candidacy_id: uuid.UUID
    label: str
    vacancy: str
    kind: DecisionKind
    decided_at: datetime
    scored_at: datetime
    then: Fitted | None
    now: Fitted | None
    hidden: bool


def waiting(session: Session, actor: Actor) -> tuple[LookAgain, ...]:
    """All of the organisation, the oldest decision first. As many statements however many there are."""
    return _found(session, actor, _decisions(actor))


def of_candidacy(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> LookAgain | None:
    """The newest decision about one candidate, if it is to be looked at again."""
    found = _found(session, actor, _decisions(actor).where(Decision.candidacy_id == candidacy_id))
    return found[0] if found else None


def _decisions(actor: Actor) -> sa.Select[Decision, Candidacy, str | None, Vacancy, uuid.UUID]:
    """Each candidacy's newest decision with its newest finished sitting, where a result was made after it.

    Erasing takes results away, so nobody who was erased is here.
    """
    later, other, newer = aliased(Decision), aliased(Invitation), aliased(Sitting)
    decided_later = sa.exists().where(
        later.organisation_id == Decision.organisation_id,
        later.candidacy_id == Decision.candidacy_id,
        later.decided_at > Decision.decided_at,
    )
    answered_later = sa.exists().where(
        other.organisation_id == Invitation.organisation_id,
        other.candidacy_id == Invitation.candidacy_id,
        points_to(newer.invitation_id, other),
        newer.finished_at > Sitting.finished_at,
    )
    scored_later = sa.exists().where(points_to(Result.sitting_id, Sitting), Result.created_at > Decision.decided_at)
    return (
        sa.select(Decision, Candidacy, Candidate.name, Vacancy, Sitting.id)
        .join(Candidacy, points_to(Decision.candidacy_id, Candidacy))
        .join(Candidate, points_to(Candidacy.candidate_id, Candidate))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .join(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Decision.organisation_id == actor.organisation_id,
            Sitting.finished_at.is_not(None),
            ~decided_later,
            ~answered_later,
            scored_later,
        )
        .order_by(Decision.decided_at, Decision.id)
    )


def _found(
    session: Session, actor: Actor, decisions: sa.Select[Decision, Candidacy, str | None, Vacancy, uuid.UUID]
) -> tuple[LookAgain, ...]:
    actor.need(Permission.MANAGE_VACANCIES)
    rows = session.execute(decisions).all()
    if not rows:
        return ()
    made = results.results_of(session, actor.organisation_id, [sitting_id for *_, sitting_id in rows])
    hidden = judging.unjudged(
        session,
        actor,
        [
            candidacy.id
            for _, candidacy, _, vacancy, _ in rows
            if vacancy.judgement_first and vacancy.status == VacancyStatus.OPEN
        ],
    )
    profiles = _profiles(session, actor, {vacancy.profile_version_id for _, _, _, vacancy, _ in rows})
    found = []
    for decision, candidacy, name, vacancy, sitting_id in rows:
        known = [result for result in made[sitting_id] if result.created_at <= decision.decided_at]
        if not known:
            continue  # decided before there was any result, so not by one
        profile, newest = profiles[vacancy.profile_version_id], made[sitting_id][-1]
        then, now = _fit(session, known[-1], profile), _fit(session, newest, profile)
        if _material(then, now):
            found.append(
                LookAgain(
                    candidacy_id=candidacy.id,
                    label=occasions.label(candidacy, vacancy, name),
                    vacancy=vacancy.title,
                    kind=DecisionKind(decision.kind),
                    decided_at=decision.decided_at,
                    scored_at=newest.created_at,
                    then=None if then is None or candidacy.id in hidden else then.shown,
                    now=None if now is None or candidacy.id in hidden else now.shown,
                    hidden=candidacy.id in hidden,
                )
            )
    return tuple(found)


@dataclass(frozen=True)
class _Fit:
    """Shares of 1, and what pages show of them."""

    expected: float
    width: float
    shown: Fitted


def _fit(session: Session, result: Result, profile: Profile) -> _Fit | None:
    scored = results.scores_in(session, [result.sitting_id], [result])
    fit = measure.fit(scored.scores, profile, lean_sd=scored.lean_sd)
    if fit.withheld[0]:
        return None
    return _Fit(float(fit.expected[0]), float(fit.high[0] - fit.low[0]), fitted(fit, 0))


def _material(then: _Fit | None, now: _Fit | None) -> bool:
    if then is None or now is None:
        return then is not now
    return abs(now.expected - then.expected) > MATERIAL * then.width


def _profiles(session: Session, actor: Actor, versions: set[uuid.UUID]) -> Mapping[uuid.UUID, Profile]:
    rows = role_profiles.rows_of(session, actor.organisation_id, sorted(versions))
    return {version: role_profiles.measure(needs) for version, needs in rows.items()}
