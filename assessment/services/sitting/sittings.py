"""A candidate's way from the invitation to the own result; saving an answer is in `answers.py`."""

import json
import random
import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, links, occasions
from assessment.services.actors import Invited
from assessment.services.errors import DomainError, NotFoundError, StaleError
from assessment.services.scoring import computing, content, results
from assessment.services.scoring.content import FormContent, Item
from assessment.services.sitting import answers, notices
from assessment.store.base import points_to
from assessment.store.hiring import Acknowledgement, Candidacy, Invitation, Pilot, Vacancy
from assessment.store.people import Organisation
from assessment.store.profiles import RoleProfile
from assessment.store.sittings import Answer, Sitting, SittingDevice

# Fewer answers are kept as a record, and no scores are made of them.
FEWEST_FOR_SCORES = 10
FIRST_WORDS = 14


@dataclass(frozen=True)
class Standing:
    """Where an invitation stands: what the pages around the questionnaire say. A pilot has no place and no role."""

    organisation_id: uuid.UUID
    organisation: str
    contact: str
    synthetic: bool
    notice: notices.Notice
    retention_days: int
    pilot: bool
    title: str
    place: str
    role: str | None
    names_hidden: bool
    open: bool
    deadline: datetime
    too_late: bool
    total: int
    minutes: tuple[int, int]
    started_at: datetime | None
    finished_at: datetime | None
    devices: int
    answered: int
    next_number: int
    accommodation: str | None


@dataclass(frozen=True)
class Given:
    """A line of "check your answers"."""

    number: int
    first_words: str
    most: str | None
    least: str | None


@dataclass(frozen=True)
class WorkedOut:
    """A result computed from the answers as they stood; kept only if they still stand so."""

    sitting_id: uuid.UUID
    answers: computing.Answers
    computed: computing.Computed


def open_link(session: Session, token: str, now: datetime) -> Invited | None:
    """Whose invitation a link opens; None for unknown, expired, used and withdrawn ones alike."""
    opened = links.open_invitation(session, token, now)
    if opened is None:
        return None
    good = session.scalar(
        sa.select(Invitation.id).where(
            Invitation.organisation_id == opened.organisation_id,
            Invitation.id == opened.invitation_id,
            Invitation.revoked_at.is_(None),
        )
    )
    return opened if good is not None else None


def standing(session: Session, invited: Invited, now: datetime) -> Standing:
    """Where this invitation stands; absent when it was withdrawn or its data erased."""
    row = session.execute(
        occasions.joined(
            sa.select(Invitation, Candidacy.accommodation, Vacancy, Pilot, RoleProfile.title, Organisation, Sitting)
            .join(Organisation, Organisation.id == Invitation.organisation_id)
            .join(
                Candidacy,
                points_to(Invitation.candidacy_id, Candidacy),
            )
        )
        .outerjoin(
            RoleProfile,
            points_to(Vacancy.role_profile_id, RoleProfile),
        )
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
        .where(
            Invitation.organisation_id == invited.organisation_id,
            Invitation.id == invited.invitation_id,
            Invitation.revoked_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    invitation, accommodation, vacancy, pilot, role, organisation, sitting = row
    occasion = occasions.of(vacancy, pilot)
    form = content.form(session, occasion.form_id if sitting is None else sitting.form_id)
    answered: computing.Answers = (
        {} if sitting is None else computing.answers_of(session, sitting.organisation_id, sitting.id)
    )
    return Standing(
        organisation_id=organisation.id,
        organisation=organisation.name,
        contact=organisation.contact,
        synthetic=organisation.synthetic,
        notice=notices.words(organisation.name, occasion.kept_days(organisation.retention_days), occasion.kind),
        retention_days=occasion.kept_days(organisation.retention_days),
        pilot=occasion.pilot,
        title=occasion.title,
        place=occasion.place,
        role=role,
        names_hidden=vacancy is not None and vacancy.names_hidden,
        open=occasion.open,
        deadline=invitation.deadline,
        too_late=now >= invitation.deadline,
        total=len(form.items),
        minutes=form.minutes,
        started_at=None if sitting is None else sitting.started_at,
        finished_at=None if sitting is None else sitting.finished_at,
        devices=0 if sitting is None else sitting.devices,
        answered=len(answered),
        next_number=_goes_on_at(form, answered),
        accommodation=accommodation,
    )


def start(session: Session, invited: Invited, notice: str, now: datetime, *, rng: random.Random) -> int:
    """Begin the sitting after "I have read this"; the number of this browser.

    `notice` is the digest of the words that were shown. Refused when they have changed since, past the
    deadline, or when the vacancy or pilot is closed. Somebody who has started already joins with one more browser.
    """
    row = session.execute(
        occasions.joined(
            sa.select(Invitation, Vacancy, Pilot).join(
                Candidacy,
                points_to(Invitation.candidacy_id, Candidacy),
            )
        )
        .where(
            Invitation.organisation_id == invited.organisation_id,
            Invitation.id == invited.invitation_id,
            Invitation.revoked_at.is_(None),
        )
        .with_for_update(of=Invitation, key_share=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    invitation, occasion = row[0], occasions.of(row[1], row[2])
    if _sitting(session, invited) is not None:
        return join(session, invited, now)
    if now >= invitation.deadline:
        raise DomainError("The time for this questionnaire is over.")
    if not occasion.open:
        raise DomainError("This pilot is closed." if occasion.pilot else "This position is no longer open.")
    shown = notices.current(
        session, invited.organisation_id, now, occasion.kind, retention_days=occasion.retention_days
    )
    if shown.notice.digest != notice:
        raise DomainError("What you are told here has changed since you opened the page. Please read it again.")
    session.add(
        Acknowledgement(
            organisation_id=invited.organisation_id,
            invitation_id=invited.invitation_id,
            notice_version_id=shown.id,
            read_at=now,
        )
    )
    form = content.form(session, occasion.form_id)
    sitting = Sitting(
        organisation_id=invited.organisation_id,
        invitation_id=invited.invitation_id,
        form_id=form.id,
        option_order=json.dumps([_shuffled(item, rng) for item in form.items]),
        devices=1,
        started_at=now,
    )
    session.add(sitting)
    session.flush()
    _add_device(session, sitting, now)
    audit.record(session, invited, "read the notice", "invitation", invited.invitation_id, now, notice=shown.number)
    audit.record(session, invited, "started", "sitting", sitting.id, now, notice=shown.number)
    return 1


def join(session: Session, invited: Invited, now: datetime) -> int:
    """Go on in another browser: its number is the highest, so what it saves counts."""
    sitting = _sitting(session, invited, lock=True)
    if sitting is None:
        raise NotFoundError
    sitting.devices += 1
    session.flush()
    _add_device(session, sitting, now)
    audit.record(session, invited, "went on in another browser", "sitting", sitting.id, now, device=sitting.devices)
    return sitting.devices


def practice(session: Session, invited: Invited) -> answers.Situation:
    """The situation to try things out on; nothing of it is kept."""
    form = _form_of(session, invited)
    if not form.practice:
        raise NotFoundError
    item = form.practice[0]
    return answers.Situation(
        number=0,
        total=len(form.items),
        text=item.situation,
        options=tuple(answers.Shown(option.id, option.text) for option in item.options),
    )


def situation(session: Session, invited: Invited, number: int) -> answers.Situation:
    """Situation `number` (from 1) as this sitting shows it."""
    sitting = _sitting(session, invited)
    if sitting is None:
        raise NotFoundError
    form = content.form(session, sitting.form_id)
    kept = session.scalar(
        sa.select(Answer).where(
            Answer.organisation_id == sitting.organisation_id,
            Answer.sitting_id == sitting.id,
            Answer.item_version_id == answers.item_version(form, number),
        )
    )
    return answers.show(form, json.loads(sitting.option_order), number, kept)


def overview(session: Session, invited: Invited) -> list[Given]:
    """Every situation with what was answered, for checking."""
    sitting = _sitting(session, invited)
    if sitting is None:
        raise NotFoundError
    form = content.form(session, sitting.form_id)
    given = computing.answers_of(session, sitting.organisation_id, sitting.id)
    lines = []
    for number, (item, item_id) in enumerate(zip(form.items, form.item_version_ids, strict=True), start=1):
        texts = {option.id: option.text for option in item.options}
        most, least = given.get(item_id, (None, None))
        lines.append(
            Given(
                number=number,
                first_words=_first_words(item.situation),
                most=None if most is None else texts[most],
                least=None if least is None else texts[least],
            )
        )
    return lines


def work_out(session: Session, invited: Invited) -> WorkedOut | None:
    """Compute the result of the answers given so far; changes nothing. None when it is finished already."""
    sitting = _sitting(session, invited)
    if sitting is None:
        raise NotFoundError
    if sitting.finished_at is not None:
        return None
    given = computing.answers_of(session, sitting.organisation_id, sitting.id)
    return WorkedOut(sitting.id, given, computing.compute_in_force(session, sitting.form_id, given))


def finish(session: Session, invited: Invited, worked_out: WorkedOut, now: datetime) -> None:
    """Close the sitting and keep its result; a second time changes nothing.

    StaleError when an answer has changed since the result was computed: compute it again.
    """
    sitting = _sitting(session, invited, lock=True)
    if sitting is None or sitting.id != worked_out.sitting_id:
        raise NotFoundError
    if sitting.finished_at is not None:
        return
    deadline = session.scalar(
        sa.select(Invitation.deadline).where(
            Invitation.organisation_id == invited.organisation_id, Invitation.id == invited.invitation_id
        )
    )
    if deadline is None or now >= deadline:
        raise DomainError("The time for this questionnaire is over.")
    if computing.answers_of(session, sitting.organisation_id, sitting.id) != worked_out.answers:
        raise StaleError
    sitting.finished_at = now
    session.flush()
    results.keep(session, invited.organisation_id, sitting.id, worked_out.computed, now)
    audit.record(session, invited, "finished", "sitting", sitting.id, now, answered=len(worked_out.answers))


def _sitting(session: Session, invited: Invited, *, lock: bool = False) -> Sitting | None:
    """The sitting of an invitation that was not withdrawn; locked where it is going to change."""
    statement = (
        sa.select(Sitting)
        .join(
            Invitation,
            points_to(Sitting.invitation_id, Invitation),
        )
        .where(
            Sitting.organisation_id == invited.organisation_id,
            Sitting.invitation_id == invited.invitation_id,
            Invitation.revoked_at.is_(None),
        )
    )
    if lock:
        statement = statement.with_for_update(of=Sitting, key_share=True).execution_options(populate_existing=True)
    return session.scalar(statement)


def _form_of(session: Session, invited: Invited) -> FormContent:
    sitting = _sitting(session, invited)
    if sitting is None:
        raise NotFoundError
    return content.form(session, sitting.form_id)


def _add_device(session: Session, sitting: Sitting, now: datetime) -> None:
    session.add(
        SittingDevice(
            organisation_id=sitting.organisation_id, sitting_id=sitting.id, device=sitting.devices, joined_at=now
        )
    )
    session.flush()


def _shuffled(item: Item, rng: random.Random) -> list[str]:
    names = [option.id for option in item.options]
    rng.shuffle(names)
    return names


def _goes_on_at(form: FormContent, answered: computing.Answers) -> int:
    """The first situation without an answer after the last answered one, so that what was skipped is not met again
    at once; else the first without an answer; the last one when all have theirs.
    """
    numbers = range(1, len(form.items) + 1)
    done = {number for number, item_id in zip(numbers, form.item_version_ids, strict=True) if item_id in answered}
    furthest = max(done, default=0)
    if furthest < len(form.items):
        return furthest + 1
    return next((number for number in numbers if number not in done), len(form.items))


def _first_words(text: str) -> str:
    words = text.split()
    return text if len(words) <= FIRST_WORDS else " ".join(words[:FIRST_WORDS]) + " …"
