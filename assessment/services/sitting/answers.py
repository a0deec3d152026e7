"""Saving an answer: one short transaction of the same few statements, whoever else is in the house.

The statements are built once, because building them costs more than running them, and each finds its rows by
their key. The sitting's row is locked first: what follows reads and writes as if it were alone.
"""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from assessment.services.actors import Invited
from assessment.services.errors import DomainError, NotFoundError, StaleError
from assessment.services.scoring import content
from assessment.services.scoring.content import FormContent
from assessment.store.hiring import Invitation
from assessment.store.sittings import Answer, AnswerEvent, Sitting

MOST_SEQUENCE = 2**31 - 1


@dataclass(frozen=True)
class Shown:
    """An option as a candidate sees it."""

    id: str
    text: str


@dataclass(frozen=True)
class Situation:
    """One page of the questionnaire, with the answer that counts now."""

    number: int
    total: int
    text: str
    options: tuple[Shown, ...]
    most: str | None = None
    least: str | None = None
    sequence: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True)
class Choice:
    """An answer as it was sent. Without a sequence (a form sent by the browser) it is newer than what is kept."""

    key: str
    most: str | None
    least: str | None
    device: int
    sequence: int | None = None
    shown_at: datetime | None = None


@dataclass(frozen=True)
class Stored:
    """The answer that is kept instead of the one sent."""

    most: str
    least: str
    device: int
    sequence: int


@dataclass(frozen=True)
class Saved:
    """What the browser is told once the answer is safe."""

    saved_at: datetime
    sequence: int
    total: int
    elsewhere: bool  # a later browser has joined
    following: Situation | None


class NotKeptError(StaleError):
    """The answer came too late for its place: "newer", "finished" or "too_late"."""

    def __init__(self, reason: str, stored: Stored | None = None, *, elsewhere: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.stored = stored
        self.elsewhere = elsewhere  # a later browser has joined


_sitting = cast(sa.Table, Sitting.__table__)
_invitation = cast(sa.Table, Invitation.__table__)
_answer = cast(sa.Table, Answer.__table__)
_event = cast(sa.Table, AnswerEvent.__table__)

LOCK_SITTING = (
    sa.select(
        _sitting.c.id,
        _sitting.c.form_id,
        _sitting.c.option_order,
        _sitting.c.devices,
        _sitting.c.started_at,
        _sitting.c.finished_at,
        _invitation.c.deadline,
    )
    .join(
        _invitation,
        sa.and_(
            _invitation.c.organisation_id == _sitting.c.organisation_id,
            _invitation.c.id == _sitting.c.invitation_id,
        ),
    )
    .where(
        _sitting.c.organisation_id == sa.bindparam("organisation_id"),
        _sitting.c.invitation_id == sa.bindparam("invitation_id"),
        _invitation.c.revoked_at.is_(None),
    )
    .with_for_update(of=_sitting, key_share=True)
)

# The answers that count for this situation and the next one, and whatever was saved under this key before.
KEPT = sa.union_all(
    sa.select(
        sa.literal_column("0").label("is_event"),
        _answer.c.item_version_id,
        _answer.c.most,
        _answer.c.least,
        _answer.c.device,
        _answer.c.sequence,
        _answer.c.answered_at,
    ).where(
        _answer.c.organisation_id == sa.bindparam("organisation_id"),
        _answer.c.sitting_id == sa.bindparam("sitting_id"),
        _answer.c.item_version_id.in_(
            (sa.bindparam("item", type_=sa.Uuid()), sa.bindparam("following", type_=sa.Uuid()))
        ),
    ),
    sa.select(
        sa.literal_column("1"),
        _event.c.item_version_id,
        _event.c.most,
        _event.c.least,
        _event.c.device,
        _event.c.sequence,
        _event.c.answered_at,
    ).where(
        _event.c.organisation_id == sa.bindparam("organisation_id"),
        _event.c.sitting_id == sa.bindparam("sitting_id"),
        _event.c.idempotency_key == sa.bindparam("key"),
    ),
)

APPEND = sa.insert(_event)


def _keep_newest(insert: Callable[[sa.Table], Any]) -> Any:
    statement = insert(_answer)
    changing = ("most", "least", "device", "sequence", "answered_at")
    return statement.on_conflict_do_update(
        index_elements=["organisation_id", "sitting_id", "item_version_id"],
        set_={name: statement.excluded[name] for name in changing},
    )


KEEP = {"sqlite": _keep_newest(sqlite.insert), "postgresql": _keep_newest(postgresql.insert)}


def save(
    session: Session,
    invited: Invited,
    number: int,
    choice: Choice,
    now: datetime,
    *,
    following: int | None = None,
) -> Saved:
    """Keep the answer to situation `number` (from 1); with `following`, hand out that situation as well.

    A key that was used before is answered as before when it means the same, and refused with a DomainError
    when it does not. NotKeptError when something newer is kept, the sitting is finished, or the deadline has
    passed.
    """
    sitting = session.execute(
        LOCK_SITTING, {"organisation_id": invited.organisation_id, "invitation_id": invited.invitation_id}
    ).one_or_none()
    if sitting is None:
        raise NotFoundError
    form = content.form(session, sitting.form_id)
    order = json.loads(sitting.option_order)
    item_id = item_version(form, number)
    if following is not None and following > len(form.items):
        following = None
    next_id = item_id if following is None else item_version(form, following)
    most, least = check_pair(order[number - 1], choice.most, choice.least)
    kept = session.execute(
        KEPT,
        {
            "organisation_id": invited.organisation_id,
            "sitting_id": sitting.id,
            "item": item_id,
            "following": next_id,
            "key": choice.key,
        },
    ).all()
    answers = {row.item_version_id: row for row in kept if not row.is_event}
    before = next((row for row in kept if row.is_event), None)
    elsewhere = choice.device < sitting.devices
    after = None if following is None else show(form, order, following, answers.get(next_id))
    if before is not None:
        same = (before.item_version_id, before.most, before.least) == (item_id, most, least)
        if not same or choice.sequence not in (None, before.sequence):
            raise DomainError("This was sent before with another answer. Reload the page and choose again.")
        return Saved(before.answered_at, before.sequence, len(form.items), elsewhere, after)

    now_kept = answers.get(item_id)
    stored = None
    if now_kept is not None:
        stored = Stored(now_kept.most, now_kept.least, now_kept.device, now_kept.sequence)
    if sitting.finished_at is not None:
        raise NotKeptError("finished", stored)
    if now >= sitting.deadline:
        raise NotKeptError("too_late", stored)
    if choice.sequence is not None:
        sequence = choice.sequence
    else:
        sequence = 1 if stored is None or stored.device != choice.device else stored.sequence + 1
    if stored is not None and (choice.device, sequence) <= (stored.device, stored.sequence):
        raise NotKeptError("newer", stored, elsewhere=elsewhere)

    answer = {
        "organisation_id": invited.organisation_id,
        "sitting_id": sitting.id,
        "item_version_id": item_id,
        "most": most,
        "least": least,
        "device": choice.device,
        "sequence": sequence,
        "answered_at": now,
    }
    shown_at = choice.shown_at
    possible = shown_at is not None and sitting.started_at <= shown_at <= now
    session.execute(
        APPEND,
        answer
        | {
            "idempotency_key": choice.key,
            "most_position": order[number - 1].index(most) + 1,
            "least_position": order[number - 1].index(least) + 1,
            "shown_at": shown_at if possible else None,
        },
    )
    session.execute(KEEP[session.get_bind().dialect.name], answer)
    return Saved(now, sequence, len(form.items), elsewhere, after)


def check_pair(options: Sequence[str], most: str | None, least: str | None) -> tuple[str, str]:
    """A whole pair of two different options of the situation; a DomainError says what is missing."""
    if not most and not least:
        raise DomainError("Choose what you would most likely do, and what you would least likely do.", "most")
    if not most:
        raise DomainError("One choice is missing. Now choose what you would most likely do.", "most")
    if not least:
        raise DomainError("One choice is missing. Now choose what you would least likely do.", "least")
    if most not in options or least not in options:
        raise DomainError("One of these options is not part of this situation. Reload the page and choose again.")
    if most == least:
        raise DomainError(
            "One option can’t be both. Choose another one as the least likely, or as the most likely.", "least"
        )
    return most, least


def item_version(form: FormContent, number: int) -> uuid.UUID:
    """The row of situation `number`; absent when the form has no such number."""
    if not 1 <= number <= len(form.items):
        raise NotFoundError
    return form.item_version_ids[number - 1]


def show(
    form: FormContent, order: Sequence[Sequence[str]], number: int, kept: sa.Row[Any] | Answer | None
) -> Situation:
    """A situation with its options in the order of this sitting, and its answer."""
    item = form.items[number - 1]
    texts = {option.id: option.text for option in item.options}
    page = Situation(
        number=number,
        total=len(form.items),
        text=item.situation,
        options=tuple(Shown(name, texts[name]) for name in order[number - 1]),
    )
    if kept is None:
        return page
    return replace(page, most=kept.most, least=kept.least, sequence=kept.sequence, saved_at=kept.answered_at)
