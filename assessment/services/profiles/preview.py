"""What a draft of a role profile would do, tried on past or simulated people who have no names here.

Nothing is written. People of an open vacancy never take part, so that nobody can be tuned in or out.
"""

import hashlib
import string
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session, aliased

from assessment.measurement.fit import Profile, fit, groups
from assessment.measurement.fit import withheld as no_fit
from assessment.measurement.scoring import Scores
from assessment.measurement.simulation import nonsense
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.permissions import Permission
from assessment.services.profiles import role_profiles, tuning
from assessment.services.profiles.reliance import KINDS
from assessment.services.profiles.role_profiles import Need, Published
from assessment.services.scoring import form_choices, pools, results
from assessment.services.scoring.pools import FormPool
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Invitation, Vacancy, VacancyStatus
from assessment.store.people import Organisation
from assessment.store.profiles import RoleProfile
from assessment.store.sittings import Sitting

FEWEST = 20  # past people with a fit; below it simulated ones are shown
MOST = 1000  # past people, the newest
SIMULATED = 200
MOST_MOVES = 12  # people shown of those who enter the first group, leave it, or stay
BINS = tuple(range(0, 101, 10))
TOO_HIGH = 0.5  # where random answering stands as well as half of the honest people


@dataclass(frozen=True)
class People:
    """Who the preview was made with: `n` of them have a fit, `withheld` have none."""

    simulated: bool
    n: int
    withheld: int
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True)
class Move:
    """Somebody of the first group, before or after. Fits are from 0 to 100."""

    label: str
    fit_before: float
    fit_after: float
    first_before: bool
    first_after: bool


@dataclass(frozen=True)
class Share:
    """Where people stand on an attribute, as shares of one: below, inside and above the band."""

    attribute: str
    before: tuple[float, float, float]
    after: tuple[float, float, float]


@dataclass(frozen=True)
class Nonsense:
    """The share of honest people, from 0 to 1, above whom answering without reading stands on average.

    `withheld`: the share of such sittings that get no fit; they count as below everybody.
    """

    kind: str
    before: float
    after: float
    withheld: float


@dataclass(frozen=True)
class Preview:
    """Published against draft."""

    people: People
    bins: tuple[int, ...]
    counts_before: tuple[int, ...]
    counts_after: tuple[int, ...]
    middle_before: float
    middle_after: float
    enter: tuple[Move, ...]
    leave: tuple[Move, ...]
    stay: tuple[Move, ...]
    first_before: int
    first_after: int
    entering: int
    leaving: int
    shares: tuple[Share, ...]
    nonsense: tuple[Nonsense, ...]
    warning: float | None
    provisional: bool

    @property
    def staying(self) -> int:
        """How many people are in the first group before and after."""
        return self.first_before - self.leaving

    @property
    def random(self) -> Nonsense:
        """Where clicking at random stands."""
        return next(one for one in self.nonsense if one.kind == "random")


@dataclass(frozen=True, eq=False)
class _Standing:
    """A profile read over the pool."""

    fits: NDArray[np.float64]
    first: NDArray[np.bool_]
    places: NDArray[np.float64]  # (3, D): mean share below, inside, above


def preview(session: Session, actor: Actor, role_profile_id: uuid.UUID, rows: Sequence[Need]) -> Preview:
    """What `rows` would change against the published version."""
    actor.need(Permission.TUNE_PROFILES)
    published = role_profiles.published(session, actor, role_profile_id)
    wrong = tuning.problems(rows)
    if wrong:
        raise DomainError(wrong[0].message)
    return _between(session, actor, published, published.version.rows, rows)


def of_versions(session: Session, actor: Actor, role_profile_id: uuid.UUID, number: int, newer: int) -> Preview:
    """What reading with a newer published version changes against reading with the one of this number."""
    actor.need(Permission.TUNE_PROFILES)
    was, will = (role_profiles.version(session, actor, role_profile_id, one).version for one in (number, newer))
    published = role_profiles.published(session, actor, role_profile_id)
    return _between(session, actor, published, was.rows, will.rows)


def _between(
    session: Session, actor: Actor, published: Published, old: Sequence[Need], rows: Sequence[Need]
) -> Preview:
    before, after = role_profiles.measure(old), role_profiles.measure(rows)
    people, scores, labels, lean_sd, provisional = _people(session, actor, published.sector, published.id)
    threshold = session.scalars(
        sa.select(Organisation.group_threshold).where(Organisation.id == actor.organisation_id)
    ).one()
    was = _read(scores, before, lean_sd, threshold)
    will = _read(scores, after, lean_sd, threshold)
    found = _nonsense(session, actor, published.sector, before, after)
    return Preview(
        people=people,
        bins=BINS,
        counts_before=_counts(was.fits),
        counts_after=_counts(will.fits),
        middle_before=float(np.median(was.fits)),
        middle_after=float(np.median(will.fits)),
        enter=_moves(labels, was, will, will.first & ~was.first),
        leave=_moves(labels, was, will, was.first & ~will.first),
        stay=_moves(labels, was, will, was.first & will.first),
        first_before=int(was.first.sum()),
        first_after=int(will.first.sum()),
        entering=int((will.first & ~was.first).sum()),
        leaving=int((was.first & ~will.first).sum()),
        shares=tuple(
            Share(row.attribute, _triple(was.places[:, d]), _triple(will.places[:, d])) for d, row in enumerate(rows)
        ),
        nonsense=found,
        warning=_too_high(found),
        provisional=provisional,
    )


def warning(
    session: Session, actor: Actor, sector: str, published: Sequence[Need], draft: Sequence[Need]
) -> float | None:
    """The share of honest people below random answering under the draft where it is over half; None where it is not."""
    return _too_high(_nonsense(session, actor, sector, role_profiles.measure(published), role_profiles.measure(draft)))


def _too_high(found: Sequence[Nonsense]) -> float | None:
    after = next(one.after for one in found if one.kind == "random")
    return after if after > TOO_HIGH else None


def _people(
    session: Session, actor: Actor, sector: str, role_profile_id: uuid.UUID
) -> tuple[People, Scores, list[str], float, bool]:
    """Past people where there are enough of them, else simulated ones; only those who have a fit."""
    past = _past(session, actor, sector)
    if len(past) >= FEWEST:
        scored = results.scores_of(session, actor.organisation_id, list(past))
        kept = np.flatnonzero(~no_fit(scored.scores))
        if len(kept) >= FEWEST:
            ids = [scored.sitting_ids[row] for row in kept]
            ages = [past[sitting] for sitting in ids]
            people = People(False, len(ids), len(past) - len(ids), min(ages), max(ages))
            labels = _labels(ids, role_profile_id)
            return people, scored.scores.rows(kept), labels, scored.lean_sd, scored.provisional
    pool = _reference(session, actor, sector)
    scores = pool.people.honest.rows(slice(SIMULATED))
    scores = scores.rows(~no_fit(scores))
    labels = [_someone(n) for n in range(1, len(scores) + 1)]
    people = People(True, len(scores), SIMULATED - len(scores), None, None)
    return people, scores, labels, pool.key.lean_sd, pool.key.pilot_n < results.PILOTED_FROM


def _past(session: Session, actor: Actor, sector: str) -> dict[uuid.UUID, datetime]:
    """Finished sittings of the sector that may take part, one a person, with when they were finished.

    In a real organisation: of nobody who is in an open vacancy, be it another one.
    """
    query = (
        sa.select(Sitting.id, Sitting.finished_at, Candidacy.candidate_id)
        .join(
            Invitation,
            points_to(Sitting.invitation_id, Invitation),
        )
        .join(
            Candidacy,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .join(
            Vacancy,
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .join(
            RoleProfile,
            points_to(Vacancy.role_profile_id, RoleProfile),
        )
        .where(
            Sitting.organisation_id == actor.organisation_id,
            Sitting.finished_at.is_not(None),
            RoleProfile.sector == sector,
        )
        .order_by(Sitting.finished_at.desc(), Sitting.id)
        .limit(MOST)
    )
    if not actor.synthetic:
        anywhere, still_open = aliased(Candidacy), aliased(Vacancy)
        query = query.where(
            ~sa.exists()
            .where(
                anywhere.organisation_id == Candidacy.organisation_id,
                anywhere.candidate_id == Candidacy.candidate_id,
                still_open.organisation_id == anywhere.organisation_id,
                still_open.id == anywhere.vacancy_id,
                still_open.status == VacancyStatus.OPEN,
            )
            .correlate(Candidacy),
        )
    newest: dict[uuid.UUID, tuple[uuid.UUID, datetime]] = {}
    for sitting_id, finished_at, candidate_id in session.execute(query):
        if finished_at is not None:
            newest.setdefault(candidate_id, (sitting_id, finished_at))
    return dict(newest.values())


def _labels(sitting_ids: Sequence[uuid.UUID], role_profile_id: uuid.UUID) -> list[str]:
    """ "Someone AA": the same from one preview to the next, and unlike anything these people are called elsewhere."""

    def shuffled(sitting_id: uuid.UUID) -> bytes:
        return hashlib.sha256(role_profile_id.bytes + sitting_id.bytes).digest()

    number = {sitting: n for n, sitting in enumerate(sorted(sitting_ids, key=shuffled), start=1)}
    return [_someone(number[sitting]) for sitting in sitting_ids]


def _someone(number: int) -> str:
    """ "Someone A", "Someone Z", "Someone AA": letters can't be taken for a candidate's number."""
    letters = ""
    while number > 0:
        number, place = divmod(number - 1, 26)
        letters = string.ascii_uppercase[place] + letters
    return f"Someone {letters}"


def _reference(session: Session, actor: Actor, sector: str) -> FormPool:
    """Simulated people of the sector's form."""
    return pools.of_form(session, form_choices.form_for_sector(session, actor.organisation_id, sector))


def _nonsense(session: Session, actor: Actor, sector: str, before: Profile, after: Profile) -> tuple[Nonsense, ...]:
    pool = _reference(session, actor, sector)
    was, will = (nonsense.standing(pool.people, profile, lean_sd=pool.key.lean_sd) for profile in (before, after))
    return tuple(
        Nonsense(kind, getattr(was, kind), getattr(will, kind), float(no_fit(getattr(pool.people, kind)).mean()))
        for kind in KINDS
    )


def _read(scores: Scores, profile: Profile, lean_sd: float, threshold: float) -> _Standing:
    found = fit(scores, profile, lean_sd=lean_sd)
    return _Standing(
        fits=100 * found.expected,
        first=groups(scores, profile, threshold=threshold, lean_sd=lean_sd) == 1,
        places=np.array([found.below.mean(axis=0), found.inside.mean(axis=0), found.above.mean(axis=0)]),
    )


def _counts(fits: NDArray[np.float64]) -> tuple[int, ...]:
    return tuple(int(count) for count in np.histogram(fits, bins=BINS)[0])


def _triple(shares: NDArray[np.float64]) -> tuple[float, float, float]:
    below, inside, above = (float(share) for share in shares)
    return below, inside, above


def _moves(labels: Sequence[str], was: _Standing, will: _Standing, who: NDArray[np.bool_]) -> tuple[Move, ...]:
    """Those of `who` whose fit changes most. Their order says nothing of how they stand: there are ties."""
    shown = np.flatnonzero(who)
    change = np.abs(will.fits - was.fits)[shown]
    return tuple(
        Move(
            label=labels[row],
            fit_before=float(was.fits[row]),
            fit_after=float(will.fits[row]),
            first_before=bool(was.first[row]),
            first_after=bool(will.first[row]),
        )
        for row in shown[np.argsort(-change, kind="stable")][:MOST_MOVES]
    )
