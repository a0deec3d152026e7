"""Where a person stands among the people of a norm group: a comparison, of which no fit and no order is made."""

import uuid
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.evidence.norms import NormGroup
from assessment.measurement.fit import withheld
from assessment.measurement.scoring import SCORING_VERSION, Scores
from assessment.services.actors import Actor
from assessment.services.norms import versions
from assessment.services.norms.versions import NormKind, Version
from assessment.services.permissions import Permission
from assessment.services.scoring.results import NORMAL_90, ScoredPeople
from assessment.services.sitting.notices import LANGUAGE
from assessment.store.base import points_to
from assessment.store.sittings import NormVersion, Result, Sitting

# The most specific first.
KINDS = (NormKind.VACANCY, NormKind.SECTOR, NormKind.LANGUAGE)


@dataclass(frozen=True)
class Place:
    """The share of the group below a person on an attribute, and from where to where the score's error lets it be."""

    attribute: str
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Compared:
    """A person among the people of a group. `margin`: by how much another such group could move a share."""

    version: Version
    places: tuple[Place, ...]
    margin: float


def compared(
    session: Session, actor: Actor, sitting_id: uuid.UUID, scored: ScoredPeople, *, vacancy_id: uuid.UUID, sector: str
) -> Compared | None:
    """Where the person of a sitting, the only row of `scored`, stands in the most specific group there is.

    Only among results under the same key and scoring version. The error is the person's own: the key's lean moves the
    group as well. None where no group can be compared with.
    """
    actor.need(Permission.SEE_CANDIDATES)
    made_with = session.execute(
        sa.select(Result.key_version_id, Result.scoring_version, Sitting.form_id)
        .join(Sitting, points_to(Result.sitting_id, Sitting))
        .where(Result.organisation_id == actor.organisation_id, Result.sitting_id == sitting_id)
        .order_by(Result.created_at.desc())
        .limit(1)
    ).one_or_none()
    if made_with is None or made_with.scoring_version != SCORING_VERSION or withheld(scored.scores)[0]:
        return None
    values = {NormKind.VACANCY: str(vacancy_id), NormKind.SECTOR: sector, NormKind.LANGUAGE: LANGUAGE}
    there = versions.versions(
        session,
        actor,
        NormVersion.form_id == made_with.form_id,
        NormVersion.key_version_id == made_with.key_version_id,
        sa.or_(*(sa.and_(NormVersion.kind == kind, NormVersion.value == value) for kind, value in values.items())),
    )
    # The newest of a kind comes first, and sorting keeps it there.
    for version in sorted(there, key=lambda one: KINDS.index(one.name.kind)):
        kept = versions.content_of(session, actor, version.id)
        if kept.scoring_version == SCORING_VERSION:
            return _placed(kept.group, version, scored.scores)
    return None


def _placed(group: NormGroup, version: Version, scores: Scores) -> Compared:
    half = NORMAL_90 * np.sqrt(np.diagonal(scores.whole_error()[0]))
    found = group.percentile(scores.mean[0] + np.array([[-1.0], [0.0], [1.0]]) * half)
    low, share, high = found.value.tolist()
    return Compared(
        version=version,
        places=tuple(Place(name, share[d], low[d], high[d]) for d, name in enumerate(group.attributes)),
        margin=float((found.high[1] - found.low[1]).max() / 2),
    )
