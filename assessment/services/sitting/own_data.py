"""Everything an organisation holds about a candidate, for the candidate to take along.

It holds the texts that were read and what was chosen. It never holds levels, rationales or desirability: the key
to the situations is not the candidate's data.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, occasions
from assessment.services.actors import Invited
from assessment.services.errors import NotFoundError
from assessment.services.scoring import content, results
from assessment.services.scoring.content import FormContent
from assessment.services.scoring.results import OwnResult
from assessment.services.sitting import candidate_requests, own_interviews
from assessment.store.base import points_to
from assessment.store.hiring import (
    Acknowledgement,
    Candidacy,
    Candidate,
    CandidateFact,
    Decision,
    Invitation,
    Judgement,
    NoticeVersion,
    Pilot,
    RequestKind,
    Vacancy,
    VacancyField,
)
from assessment.store.inviting import Reminder
from assessment.store.people import AccessLink, Organisation
from assessment.store.records import AuditEntry, Outgoing
from assessment.store.sittings import AnswerEvent, Sitting, SittingDevice


@dataclass(frozen=True)
class OptionShown:
    position: int
    text: str


@dataclass(frozen=True)
class AnswerGiven:
    """One save, as it arrived. The last one of a situation counts."""

    number: int
    situation: str
    options: tuple[OptionShown, ...]
    most_likely: str
    least_likely: str
    browser: int
    sequence: int
    shown_at: datetime | None
    saved_at: datetime


@dataclass(frozen=True)
class Score:
    """A point on the scale where 50 is the middle and 10 a usual distance, with its 90% interval."""

    attribute: str
    score: float
    low: float
    high: float


@dataclass(frozen=True)
class ResultHeld:
    made_at: datetime
    answered: int
    scores: tuple[Score, ...]
    provisional: bool
    check_for_random_clicks: float | None
    what_the_check_means: str


@dataclass(frozen=True)
class NoticeRead:
    number: int
    read_at: datetime
    purpose: str
    who_sees: str
    retention: str


@dataclass(frozen=True)
class RequestHeld:
    """What the person asked somebody at the organisation for, or wrote to them. `what` follows "you"."""

    what: str
    words: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class InvitationHeld:
    invited_at: datetime
    deadline: datetime
    links_made_at: tuple[datetime, ...]
    reminded_at: tuple[datetime, ...]
    requests: tuple[RequestHeld, ...]
    notice: NoticeRead | None
    started_at: datetime | None
    finished_at: datetime | None
    browsers_joined_at: tuple[datetime, ...]
    answers: tuple[AnswerGiven, ...]
    result: ResultHeld | None
    scored_again: tuple[ResultHeld, ...]  # with newer keys; what the person was given is `result`


@dataclass(frozen=True)
class Decided:
    what: str
    reason: str
    decided_at: datetime
    told: bool
    why_not_told: str | None


@dataclass(frozen=True)
class JudgementHeld:
    """What a member made of the person's profile, from 1 to 5, before they saw any total or after."""

    judged_at: datetime
    rating: int
    note: str


@dataclass(frozen=True)
class FactHeld:
    """What the person said to a plain question of the vacancy."""

    question: str
    said: str
    said_at: datetime


@dataclass(frozen=True)
class VacancyHeld:
    """One position the person was invited for."""

    vacancy: str
    place: str
    number_in_list: int
    shortlisted: bool
    agreed_with_you: str | None  # an accommodation: only the person and HR know of it
    agreed_at: datetime | None
    facts: tuple[FactHeld, ...]
    invitations: tuple[InvitationHeld, ...]
    decisions: tuple[Decided, ...]
    interviews: tuple[own_interviews.InterviewHeld, ...]
    judgements: tuple[JudgementHeld, ...]


@dataclass(frozen=True)
class PilotHeld:
    """One pilot the person was asked to take part in: nothing is decided there."""

    pilot: str
    number_in_list: int
    invitations: tuple[InvitationHeld, ...]


@dataclass(frozen=True)
class LetterHeld:
    subject: str
    text: str
    written_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class LogEntry:
    """A line of the log that is about this person. Who it was is said by kind, not by name."""

    at: datetime
    who: str
    action: str
    about: str


@dataclass(frozen=True)
class OwnData:
    organisation: str
    contact: str
    name: str
    email: str
    known_since: datetime
    vacancies: tuple[VacancyHeld, ...]
    pilots: tuple[PilotHeld, ...]
    letters: tuple[LetterHeld, ...]
    log: tuple[LogEntry, ...]


WHAT_THE_CHECK_MEANS = (
    "Above 50% no comparison with the role is made, and you can ask a person to look. "
    "It says nothing about you as a person."
)
WHAT_THE_CHECK_MEANS_IN_A_PILOT = "Nothing follows from it. It says nothing about you as a person."
ASKED = {RequestKind.OTHER_WAY: "asked for another way", RequestKind.LOOK_AGAIN: "asked a person to look again"}
ASKED_IN_A_PILOT = {RequestKind.OTHER_WAY: "asked for help", RequestKind.LOOK_AGAIN: "wrote about your result"}
WHO = {"member": "somebody at the organisation", "candidate": "you", "system": "the software"}


def everything(session: Session, invited: Invited) -> OwnData:
    """All that is held about the person behind an invitation, in this organisation."""
    row = session.execute(
        sa.select(Candidate, Organisation.name, Organisation.contact)
        .join(
            Candidacy,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .join(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .join(Organisation, Organisation.id == Candidate.organisation_id)
        .where(
            Invitation.organisation_id == invited.organisation_id,
            Invitation.id == invited.invitation_id,
            Invitation.revoked_at.is_(None),
            Candidate.erased_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    candidate, organisation, contact = row
    subjects = [candidate.id]
    vacancies: list[VacancyHeld] = []
    pilots: list[PilotHeld] = []
    for candidacy, vacancy, pilot in session.execute(
        occasions.joined(sa.select(Candidacy, Vacancy, Pilot))
        .where(Candidacy.organisation_id == invited.organisation_id, Candidacy.candidate_id == candidate.id)
        .order_by(Candidacy.created_at)
    ).all():
        subjects.append(candidacy.id)
        invitations = _invitations(session, candidacy, subjects)
        if pilot is not None:
            pilots.append(PilotHeld(pilot.title, candidacy.number, invitations))
            continue
        vacancies.append(
            VacancyHeld(
                vacancy=vacancy.title,
                place=vacancy.place,
                number_in_list=candidacy.number,
                shortlisted=candidacy.shortlisted,
                agreed_with_you=candidacy.accommodation,
                agreed_at=candidacy.accommodated_at,
                facts=_facts(session, candidacy),
                invitations=invitations,
                decisions=_decisions(session, candidacy),
                interviews=own_interviews.held(session, candidacy),
                judgements=_judgements(session, candidacy),
            )
        )
    return OwnData(
        organisation=organisation,
        contact=contact,
        name=candidate.name or "",
        email=candidate.email or "",
        known_since=candidate.created_at,
        vacancies=tuple(vacancies),
        pilots=tuple(pilots),
        letters=_letters(session, candidate),
        log=_log(session, candidate, subjects),
    )


def record_taken(session: Session, invited: Invited, now: datetime) -> None:
    """Write down that the person has looked at or taken along their data."""
    audit.record(session, invited, "took along own data", "invitation", invited.invitation_id, now)


def _invitations(session: Session, candidacy: Candidacy, subjects: list[uuid.UUID]) -> tuple[InvitationHeld, ...]:
    held = []
    for invitation, sitting, read_at, notice in session.execute(
        sa.select(Invitation, Sitting, Acknowledgement.read_at, NoticeVersion)
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
        .outerjoin(
            Acknowledgement,
            points_to(Acknowledgement.invitation_id, Invitation),
        )
        .outerjoin(
            NoticeVersion,
            points_to(Acknowledgement.notice_version_id, NoticeVersion),
        )
        .where(Invitation.organisation_id == candidacy.organisation_id, Invitation.candidacy_id == candidacy.id)
        .order_by(Invitation.created_at)
    ).all():
        subjects.append(invitation.id)
        if sitting is not None:
            subjects.append(sitting.id)
        results_held = () if sitting is None else _results(session, sitting, pilot=candidacy.pilot_id is not None)
        held.append(
            InvitationHeld(
                invited_at=invitation.created_at,
                deadline=invitation.deadline,
                links_made_at=tuple(
                    session.scalars(
                        sa.select(AccessLink.created_at)
                        .where(
                            AccessLink.organisation_id == invitation.organisation_id,
                            AccessLink.invitation_id == invitation.id,
                        )
                        .order_by(AccessLink.created_at)
                    )
                ),
                reminded_at=tuple(
                    session.scalars(
                        sa.select(Reminder.written_at)
                        .where(
                            Reminder.organisation_id == invitation.organisation_id,
                            Reminder.invitation_id == invitation.id,
                        )
                        .order_by(Reminder.number)
                    )
                ),
                requests=_requests(session, invitation, pilot=candidacy.pilot_id is not None),
                notice=None
                if notice is None
                else NoticeRead(notice.number, read_at, notice.purpose, notice.who_sees, notice.retention),
                started_at=None if sitting is None else sitting.started_at,
                finished_at=None if sitting is None else sitting.finished_at,
                browsers_joined_at=() if sitting is None else _browsers(session, sitting),
                answers=() if sitting is None else _answers(session, sitting),
                result=results_held[0] if results_held else None,
                scored_again=results_held[1:],
            )
        )
    return tuple(held)


def _requests(session: Session, invitation: Invitation, *, pilot: bool) -> tuple[RequestHeld, ...]:
    said = ASKED_IN_A_PILOT if pilot else ASKED
    asked = candidate_requests.of_invitation(session, Invited(invitation.organisation_id, invitation.id))
    return tuple(RequestHeld(said[one.kind], one.note, one.asked_at, one.answered_at) for one in asked)


def _browsers(session: Session, sitting: Sitting) -> tuple[datetime, ...]:
    return tuple(
        session.scalars(
            sa.select(SittingDevice.joined_at)
            .where(SittingDevice.organisation_id == sitting.organisation_id, SittingDevice.sitting_id == sitting.id)
            .order_by(SittingDevice.device)
        )
    )


def _answers(session: Session, sitting: Sitting) -> tuple[AnswerGiven, ...]:
    form = content.form(session, sitting.form_id)
    order: list[list[str]] = json.loads(sitting.option_order)
    numbers = {item_id: number for number, item_id in enumerate(form.item_version_ids)}
    events = session.scalars(
        sa.select(AnswerEvent)
        .where(AnswerEvent.organisation_id == sitting.organisation_id, AnswerEvent.sitting_id == sitting.id)
        .order_by(AnswerEvent.answered_at, AnswerEvent.device, AnswerEvent.sequence)
    )
    return tuple(_answer(event, form, order, numbers[event.item_version_id]) for event in events)


def _answer(event: AnswerEvent, form: FormContent, order: Sequence[Sequence[str]], place: int) -> AnswerGiven:
    item = form.items[place]
    texts = {option.id: option.text for option in item.options}
    return AnswerGiven(
        number=place + 1,
        situation=item.situation,
        options=tuple(OptionShown(n, texts[name]) for n, name in enumerate(order[place], start=1)),
        most_likely=texts[event.most],
        least_likely=texts[event.least],
        browser=event.device,
        sequence=event.sequence,
        shown_at=event.shown_at,
        saved_at=event.answered_at,
    )


def _results(session: Session, sitting: Sitting, *, pilot: bool) -> tuple[ResultHeld, ...]:
    """What was made of the answers, the given result first."""
    made = results.results_of(session, sitting.organisation_id, [sitting.id]).get(sitting.id, [])
    return tuple(_held(results.shown_to_candidate(session, result), pilot=pilot) for result in made)


def _held(own: OwnResult, *, pilot: bool) -> ResultHeld:
    return ResultHeld(
        made_at=own.created_at,
        answered=own.answered,
        scores=tuple(
            Score(point.attribute, round(point.mean, 1), round(point.low, 1), round(point.high, 1))
            for point in own.points
        ),
        provisional=own.provisional,
        check_for_random_clicks=None if own.p_random is None else round(own.p_random, 3),
        what_the_check_means=WHAT_THE_CHECK_MEANS_IN_A_PILOT if pilot else WHAT_THE_CHECK_MEANS,
    )


def _facts(session: Session, candidacy: Candidacy) -> tuple[FactHeld, ...]:
    rows = session.execute(
        sa.select(VacancyField.question, CandidateFact.value, CandidateFact.given_at)
        .join(
            VacancyField,
            points_to(CandidateFact.field_id, VacancyField),
        )
        .where(CandidateFact.organisation_id == candidacy.organisation_id, CandidateFact.candidacy_id == candidacy.id)
        .order_by(VacancyField.place)
    )
    return tuple(FactHeld(*row) for row in rows)


def _decisions(session: Session, candidacy: Candidacy) -> tuple[Decided, ...]:
    rows = session.scalars(
        sa.select(Decision)
        .where(Decision.organisation_id == candidacy.organisation_id, Decision.candidacy_id == candidacy.id)
        .order_by(Decision.decided_at)
    )
    return tuple(
        Decided(row.kind.replace("_", " "), row.reason, row.decided_at, row.not_told is None, row.not_told)
        for row in rows
    )


def _judgements(session: Session, candidacy: Candidacy) -> tuple[JudgementHeld, ...]:
    rows = session.scalars(
        sa.select(Judgement)
        .where(Judgement.organisation_id == candidacy.organisation_id, Judgement.candidacy_id == candidacy.id)
        .order_by(Judgement.judged_at, Judgement.id)
    )
    return tuple(JudgementHeld(row.judged_at, row.rating, row.note) for row in rows)


def _letters(session: Session, candidate: Candidate) -> tuple[LetterHeld, ...]:
    rows = session.scalars(
        sa.select(Outgoing)
        .where(Outgoing.organisation_id == candidate.organisation_id, Outgoing.candidate_id == candidate.id)
        .order_by(Outgoing.created_at)
    )
    return tuple(LetterHeld(row.subject, row.text, row.created_at, row.sent_at) for row in rows)


def _log(session: Session, candidate: Candidate, subjects: Sequence[uuid.UUID]) -> tuple[LogEntry, ...]:
    rows = session.scalars(
        sa.select(AuditEntry)
        .where(
            AuditEntry.organisation_id == candidate.organisation_id,
            AuditEntry.at >= candidate.created_at,
            AuditEntry.subject_id.in_(subjects),
        )
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    return tuple(LogEntry(row.at, WHO[row.actor], row.action, row.subject) for row in rows)


def as_json(data: OwnData) -> str:
    """The same as a file for a person or a program; moments in ISO 8601, UTC."""
    return json.dumps(_plain(data), ensure_ascii=False, indent=2, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
