"""What a candidate sees of a decision about them: what the role asks for, where they stood, what mattered most.

It is read from the scores and the profile version that were there when it was decided. It holds no levels and no key.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement import fit as measure
from assessment.services.actors import Invited
from assessment.services.profiles import role_profiles
from assessment.services.scoring import results
from assessment.services.scoring.results import Point
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Decision, DecisionKind, Invitation, Vacancy
from assessment.store.sittings import Result, Sitting

__all__ = ["DecisionKind", "OwnDecision", "Stood", "of_invited"]

MATTERED = 0.1  # of what was missing from the best fit
SOON_AS_LIKELY = 0.5  # of standing there


@dataclass(frozen=True)
class Stood:
    """Where the person stood on one attribute the role asks for: the band on the T scale, an open end is None.

    `side`: "below", "inside", "above" the band, or "near" it where the answers leave that open. `share` is how much of
    what was missing from the best fit came from here.
    """

    point: Point
    low: float | None
    high: float | None
    side: str
    share: float


@dataclass(frozen=True)
class OwnDecision:
    """The decision that stands; `stood` is empty where no comparison with the role was made."""

    kind: DecisionKind
    decided_at: datetime
    reason: str
    stood: tuple[Stood, ...]

    @property
    def mattered(self) -> tuple[Stood, ...]:
        """What mattered most, the weightiest first."""
        return tuple(sorted((one for one in self.stood if one.share >= MATTERED), key=lambda one: -one.share))


def of_invited(session: Session, invited: Invited) -> OwnDecision | None:
    """The decision that stands about the person behind an invitation; None where nothing is decided."""
    row = session.execute(
        sa.select(Decision, Vacancy.profile_version_id, Sitting.id)
        .join(Candidacy, points_to(Decision.candidacy_id, Candidacy))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .outerjoin(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Invitation.organisation_id == invited.organisation_id,
            Invitation.id == invited.invitation_id,
            Invitation.revoked_at.is_(None),
            Candidacy.disposition.is_not(None),
        )
        .order_by(Decision.decided_at.desc(), Decision.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    decision, version_now, sitting_id = row
    made = results.results_of(session, invited.organisation_id, [] if sitting_id is None else [sitting_id])
    known = [result for result in made.get(sitting_id, ()) if result.created_at <= decision.decided_at]
    return OwnDecision(
        kind=DecisionKind(decision.kind),
        decided_at=decision.decided_at,
        reason=decision.reason,
        stood=_stood(session, invited, known[-1], decision.profile_version_id or version_now) if known else (),
    )


def _stood(session: Session, invited: Invited, result: Result, version_id: uuid.UUID) -> tuple[Stood, ...]:
    scored = results.scores_in(session, [result.sitting_id], [result])
    profile = role_profiles.measured(session, invited.organisation_id, version_id)
    fit = measure.fit(scored.scores, profile.profile, lean_sd=scored.lean_sd)
    if fit.withheld[0]:
        return ()
    points = results.points(scored, 0)
    chances = {"below": fit.below, "inside": fit.inside, "above": fit.above}
    return tuple(
        Stood(
            point=points[d],
            low=need.low,
            high=need.high,
            side=next((side for side, chance in chances.items() if chance[0, d] >= SOON_AS_LIKELY), "near"),
            share=float(fit.loss_share[0, d]),
        )
        for d, need in enumerate(profile.rows)
        if need.weight > 0
    )
