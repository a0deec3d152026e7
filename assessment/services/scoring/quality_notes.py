"""Notes on how far the answers of finished sittings can be trusted: "read with caution", for HR alone.

A note rejects nobody and changes no number. Managers, candidates and files never see any.
"""

import json
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.key import mirror_pairs
from assessment.measurement.model import UNANSWERED, Floats, Integers
from assessment.measurement.quality import quality
from assessment.measurement.quality.response_style import item_medians
from assessment.services.actors import Actor
from assessment.services.permissions import Permission
from assessment.services.scoring import computing, content, results
from assessment.services.scoring.content import FormContent, Key
from assessment.store.base import points_to
from assessment.store.content import Form
from assessment.store.hiring import Candidacy, Invitation
from assessment.store.sittings import AnswerEvent, Result, Sitting

# Of honest people, for each flag. 5.1% of 20,000 simulated ones then meet any flag on the shipped form, which has no
# mirrors (`assessment study quality --people 20000 --seed 20261122`); at .02 6.8% did. Who reads meets no "rapid".
LEVEL = 0.015
PEOPLE = quality.PEOPLE  # simulated behind a cut
SEED = 20261122
MOST_TIMED = 100  # sittings behind the items' median times, the newest


@dataclass(frozen=True)
class Note:
    """A flag that a sitting raises, of `quality.FLAGS`, with its value (`quality.Quality.values`)."""

    flag: str
    value: float


@dataclass(frozen=True)
class QualityNotes:
    """What is noticeable about the answers of a sitting.

    `timed`: whether it was looked at how fast they came. `random`: the probability, from 0 to 1, that they were given
    at random, of which the fit counts nothing.
    """

    notes: tuple[Note, ...]
    timed: bool
    random: float


# Simulating the cuts takes some seconds, and gives the same for the same form and key.
_cuts: dict[uuid.UUID, quality.Cuts] = {}
_simulating = threading.Lock()


def of_sitting(session: Session, actor: Actor, sitting_id: uuid.UUID) -> QualityNotes | None:
    """Notes on a finished sitting of the acting member's organisation; None where it has no scores.

    They go by the stored scores under the key of the newest result.
    """
    actor.need(Permission.SEE_QUALITY_NOTES)
    sitting = session.execute(
        sa.select(
            Sitting.form_id,
            Sitting.option_order,
            Candidacy.accommodation.is_(None).label("timed"),
            Result.key_version_id,
            Result.answered,
        )
        .join(Result, points_to(Result.sitting_id, Sitting))
        .join(Invitation, points_to(Sitting.invitation_id, Invitation))
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .where(
            Sitting.organisation_id == actor.organisation_id,
            Sitting.id == sitting_id,
            Sitting.finished_at.is_not(None),
            Result.mean.is_not(None),
        )
        .order_by(Result.created_at.desc())
        .limit(1)
    ).one_or_none()
    if sitting is None:
        return None
    form, key = content.form(session, sitting.form_id), content.key(session, sitting.key_version_id)
    most, least = computing.chosen(form, computing.answers_of(session, actor.organisation_id, sitting_id))
    if (most >= 0).sum() != sitting.answered:
        return None
    timed = bool(sitting.timed)
    scores = results.scores_of(session, actor.organisation_id, [sitting_id]).scores
    found = quality.assess(
        key.model,
        scores,
        most,
        least,
        _cuts_of(session, form, key),
        order=_order(form, sitting.option_order),
        seconds=_seconds(session, actor.organisation_id, form, [sitting_id]),
        medians=_medians(session, actor.organisation_id, form, sitting_id),
        timed=timed,
        mirrors=mirror_pairs(form.items),
    )
    notes = (Note(name, float(found.values[0, flag])) for flag, name in enumerate(found.names) if found.flags[0, flag])
    return QualityNotes(tuple(notes), timed, float(scores.p_random[0]))


def warm(session: Session) -> None:
    """Simulate the cuts of all forms ahead, so that nobody waits for the first note."""
    for form_id in session.scalars(sa.select(Form.id).order_by(Form.id)).all():
        _cuts_of(session, content.form(session, form_id), content.newest_key(session, form_id))


def _order(form: FormContent, stored: str) -> Integers:
    """The option at each shown position, (1, J, K), as `quality.assess` takes it."""
    shown: list[list[str]] = json.loads(stored)
    order = np.full((1, len(form.items), max(map(len, shown))), UNANSWERED)
    for j, (item, names) in enumerate(zip(form.items, shown, strict=True)):
        place = {option.id: k for k, option in enumerate(item.options)}
        order[0, j, : len(names)] = [place[name] for name in names]
    return order


def _seconds(
    session: Session, organisation_id: uuid.UUID, form: FormContent, sitting_ids: Sequence[uuid.UUID]
) -> Floats:
    """How long each item took in each sitting, (N, J), NaN where unknown.

    An item that was shown several times took the sum of its showings, each from when it was shown to the last save in
    it: who comes back to change a choice has read before, and must not look fast. Showings without a save are not
    known. Where one showing has no beginning, neither has the sum.
    """
    events = session.execute(
        sa.select(
            AnswerEvent.sitting_id, AnswerEvent.item_version_id, AnswerEvent.shown_at, AnswerEvent.answered_at
        ).where(AnswerEvent.organisation_id == organisation_id, AnswerEvent.sitting_id.in_(sitting_ids))
    )
    showings: dict[tuple[uuid.UUID, uuid.UUID], dict[datetime | None, datetime]] = {}
    for sitting_id, item_id, shown_at, answered_at in events:
        of_item = showings.setdefault((sitting_id, item_id), {})
        of_item[shown_at] = max(answered_at, of_item.get(shown_at, answered_at))
    row = {sitting_id: n for n, sitting_id in enumerate(sitting_ids)}
    column = {item_id: j for j, item_id in enumerate(form.item_version_ids)}
    seconds = np.full((len(row), len(column)), np.nan)
    for (sitting_id, item_id), of_item in showings.items():
        seconds[row[sitting_id], column[item_id]] = sum(
            np.nan if shown is None else (last - shown).total_seconds() for shown, last in of_item.items()
        )
    return seconds


def _medians(session: Session, organisation_id: uuid.UUID, form: FormContent, but: uuid.UUID) -> Floats:
    """The items' median times over the organisation's newest other finished sittings of the form, (J,); NaN below 30.

    Sittings of people to whom something was granted are left out.
    """
    newest = session.scalars(
        sa.select(Sitting.id)
        .join(Invitation, points_to(Sitting.invitation_id, Invitation))
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .where(
            Sitting.organisation_id == organisation_id,
            Sitting.form_id == form.id,
            Sitting.id != but,
            Sitting.finished_at.is_not(None),
            Candidacy.accommodation.is_(None),
        )
        .order_by(Sitting.finished_at.desc(), Sitting.id)
        .limit(MOST_TIMED)
    ).all()
    return item_medians(_seconds(session, organisation_id, form, newest))


def _cuts_of(session: Session, form: FormContent, key: Key) -> quality.Cuts:
    """Where the flags of a form begin under a key, simulated once in the life of the process."""
    prior = content.prior(session, key.prior_id).prior
    with _simulating:
        if key.id not in _cuts:
            _cuts[key.id] = quality.simulated_cuts(
                key.model,
                prior,
                np.random.default_rng(SEED),
                people=PEOPLE,
                level=LEVEL,
                popularity_error=key.popularity_error,
                mirrors=mirror_pairs(form.items),
            )
    return _cuts[key.id]
