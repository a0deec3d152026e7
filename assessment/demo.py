"""A synthetic organisation to try everything with: people simulated from the model itself, and named so."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment import demo_interviews
from assessment.bank.content import Bank
from assessment.measurement.model import UNANSWERED
from assessment.measurement.simulation import simulate
from assessment.services import links, members, occasions
from assessment.services.actors import Actor, Invited
from assessment.services.hiring import accommodations, decisions, fields, openings, public_links, reminders
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.hiring.fields import FieldKind, Question
from assessment.services.norms import making
from assessment.services.occasions import Occasion
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.services.scoring import computing, content, form_choices, results
from assessment.services.scoring.content import FormContent
from assessment.services.sitting import candidate_requests, facts, notices
from assessment.store.base import points_to
from assessment.store.hiring import Acknowledgement, Candidacy, Candidate, Invitation, Pilot, Vacancy, VacancyStatus
from assessment.store.profiles import ProfileVersion, RoleProfile
from assessment.store.sittings import Answer, AnswerEvent, Sitting, SittingDevice

SEED = 20261122
ORGANISATION = "Synthetic Demo Ltd"
CONTACT = "hiring@synthetic.invalid"
# One vacancy a sector; `.invalid` is reserved, so no letter can ever reach anybody.
VACANCIES = (
    ("retail", "shop_floor", "Sales assistant", "Demo shop"),
    ("hospitality", "front_desk", "Receptionist", "Demo hotel"),
    ("health_care", "clinic_reception", "Clinic receptionist", "Demo clinic"),
    ("financial_services", "counter", "Counter adviser", "Demo bank branch"),
    ("travel", "adviser", "Travel adviser", "Demo travel office"),
)
ACCOMMODATION = (
    "You may answer on paper, with somebody reading the situations to you, and take breaks whenever you like."
)
ANOTHER_WAY = "I would rather talk to somebody than read on a screen. I am free in the mornings."
UNCLEAR = "In the situation with the lost scarf I did not know whether the office may look for longer than a week."
REMINDERS = (5, 1)  # days before the deadline
# About the first vacancy's first people: the manager decides, and one asks another person to look.
DECISIONS = (
    (DecisionKind.SHORTLISTED, "Can work on Saturdays, as the shop needs", None),
    (DecisionKind.OFFERED, "A calm and clear talk; two years in a bakery", "I have called them"),
    (DecisionKind.DECLINED, "Looks for full-time work; the position has 20 hours a week", None),
)
SEEN_DIFFERENTLY = "I could take 20 hours to begin with. I should have said so."
JUDGEMENT_FIRST = "travel"  # the sector of the vacancy in which it comes first
PILOT = "Pilot among shop teams (synthetic)"


@dataclass(frozen=True)
class Crowd:
    """How many people of a vacancy or pilot have come how far."""

    finished: int
    unfinished: int
    invited: int
    clicked_at_random: int  # of the finished: so that the rule against nonsense can be seen at work


CANDIDATES = Crowd(finished=40, unfinished=6, invited=5, clicked_at_random=2)
VOLUNTEERS = Crowd(finished=34, unfinished=3, invited=8, clicked_at_random=1)
ANSWER_DAYS = 14
PLACES = 2
INVITING_DAYS = 45  # from the opening to the last day for invitations
QUESTIONS = (
    Question(FieldKind.YES_NO, "Can you work on Saturdays?"),
    Question(FieldKind.ONE_OF, "Which shift suits you best?", ("Early", "Late", "Either")),
    Question(FieldKind.NUMBER, "How many hours a week would you like?"),
)
FOUNDED_DAYS_AGO, OPENED_DAYS_AGO, INVITED_DAYS_AGO = 30, 12, 10
SHORTEST_PAST = timedelta(hours=3)
SHORTEST_AGO = timedelta(minutes=45)  # a sitting that began then is over


@dataclass(frozen=True)
class WaysIn:
    """Tokens of links printed at the start."""

    hr: str
    manager: str
    invitation: str


def build(
    session: Session, bank: Bank, rng: np.random.Generator, now: datetime, base_url: str = "http://localhost"
) -> None:
    """Make the demo organisation with its members, vacancies and people; nothing when it is there already."""
    if members.organisation_named(session, ORGANISATION) is not None:
        return
    founded = _founded(bank, now)
    organisation_id = members.found_organisation(session, ORGANISATION, CONTACT, founded, synthetic=True)
    role_profiles.copy_library(session, organisation_id, bank.profiles, founded)
    for name, email, role in (
        ("Demo HR", "hr", Role.HR),
        ("Demo Manager", "manager", Role.HIRING_MANAGER),
        ("Demo Analyst", "analyst", Role.ANALYST),
    ):
        members.add(session, organisation_id, name, f"{email}@synthetic.invalid", role, founded)
    opened = now - (now - founded) * (OPENED_DAYS_AGO / FOUNDED_DAYS_AGO)
    people = 0
    for sector, role_key, title, place in VACANCIES:
        vacancy = _vacancy(session, organisation_id, sector, role_key, title, place, opened)
        people = _people(session, occasions.of(vacancy, None), CANDIDATES, rng, opened, now, first=people + 1)
    pilot = _pilot(session, organisation_id, opened)
    _people(session, occasions.of(None, pilot), VOLUNTEERS, rng, opened, now, first=1, name="Synthetic Volunteer")
    _what_hr_did(session, organisation_id, now)
    _what_people_asked(session, organisation_id, now)
    _what_the_panel_rated(session, organisation_id, bank, now)
    _what_was_decided(session, organisation_id, base_url, now)


def _founded(bank: Bank, now: datetime) -> datetime:
    """When the demo's past begins: nobody can have worked with the library's profiles before they were written."""
    written = max(
        given.date
        for profile in bank.profiles.values()
        for name in profile.attributes
        for given in (profile.band_evidence(name), profile.weight_evidence(name))
    )
    since = now - datetime.combine(written, time(0, tzinfo=UTC))
    return now - min(timedelta(days=FOUNDED_DAYS_AGO), max(since, SHORTEST_PAST))


def ways_in(session: Session, now: datetime) -> WaysIn:
    """Fresh links for the demo's HR member and hiring manager, and an invitation nobody has finished."""
    organisation_id = members.organisation_named(session, ORGANISATION)
    if organisation_id is None:
        raise LookupError("the demo organisation is not there")
    hr, manager = (
        _member(session, organisation_id, email) for email in ("hr@synthetic.invalid", "manager@synthetic.invalid")
    )
    invitation = _visitor(session, organisation_id, now)
    return WaysIn(
        hr=links.make_sign_in_link(session, organisation_id, hr, now),
        manager=links.make_sign_in_link(session, organisation_id, manager, now),
        invitation=links.make_invitation_link(session, organisation_id, invitation.id, now, invitation.deadline),
    )


def _what_hr_did(session: Session, organisation_id: uuid.UUID, now: datetime) -> None:
    """A group to compare people with, an accommodation of one who has finished, reminders, and a public link."""
    hr = _actor(session, organisation_id, Role.HR, "Demo HR", "hr@synthetic.invalid")
    sector, _, title, _ = VACANCIES[0]
    form_id = form_choices.form_for_sector(session, organisation_id, sector)
    making.make(session, hr, form_id, "sector", sector, now)
    finished = _first(session, organisation_id, f"{title} (synthetic)", finished=True)
    accommodations.grant(session, hr, finished.candidacy_id, ACCOMMODATION, now)
    reminders.change(session, hr, *REMINDERS, now)
    vacancy_id = session.scalars(
        sa.select(Candidacy.vacancy_id).where(
            Candidacy.organisation_id == organisation_id, Candidacy.id == finished.candidacy_id
        )
    ).one()
    if vacancy_id is not None:
        _plain_facts(session, hr, vacancy_id, now)
        public_links.switch(session, hr, vacancy_id, on=True, now=now)


def _plain_facts(session: Session, hr: Actor, vacancy_id: uuid.UUID, now: datetime) -> None:
    """Questions of one vacancy, and what most of those who have finished said to them."""
    asked = fields.change(session, hr, vacancy_id, QUESTIONS, now)
    invitations = session.execute(
        sa.select(Invitation.id, Candidacy.number)
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .join(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Invitation.organisation_id == hr.organisation_id,
            Candidacy.vacancy_id == vacancy_id,
            Sitting.finished_at.is_not(None),
        )
        .order_by(Candidacy.number)
    )
    for invitation_id, number in invitations.all():
        if number % 7:  # anything may be left out
            said = (
                facts.NO if number % 3 == 0 else facts.YES,
                QUESTIONS[1].choices[number % 3],
                str(16 + 8 * (number % 4)),
            )
            values = {field.id: value for field, value in zip(asked, said, strict=True)}
            facts.say(session, Invited(hr.organisation_id, invitation_id), values, now)


def _what_was_decided(session: Session, organisation_id: uuid.UUID, base_url: str, now: datetime) -> None:
    """The manager has read and decided about three; the one who was declined asks another person to look again."""
    manager = _actor(session, organisation_id, Role.HIRING_MANAGER, "Demo Manager", "manager@synthetic.invalid")
    title = f"{VACANCIES[0][2]} (synthetic)"
    people = _people_of(session, organisation_id, title, len(DECISIONS), finished=True)
    for (kind, reason, not_told), invitation in zip(DECISIONS, people, strict=True):
        person = invitation.candidacy_id
        openings.record(session, manager, person, now)
        decisions.decide(session, manager, person, kind, reason, now, base_url=base_url, not_told=not_told)
    candidate_requests.ask_another_look(session, Invited(organisation_id, people[-1].id), SEEN_DIFFERENTLY, now)


def _actor(session: Session, organisation_id: uuid.UUID, role: Role, name: str, email: str) -> Actor:
    member_id = _member(session, organisation_id, email)
    return Actor(organisation_id, member_id, role, name, email, ORGANISATION, synthetic=True)


def _what_people_asked(session: Session, organisation_id: uuid.UUID, now: datetime) -> None:
    """A candidate and a volunteer wait for HR's answer."""
    candidate = _first(session, organisation_id, f"{VACANCIES[0][2]} (synthetic)", finished=False)
    candidate_requests.ask_other_way(session, Invited(organisation_id, candidate.id), ANOTHER_WAY, now)
    volunteer = _first(session, organisation_id, PILOT, finished=True)
    candidate_requests.ask_another_look(session, Invited(organisation_id, volunteer.id), UNCLEAR, now)


def _what_the_panel_rated(session: Session, organisation_id: uuid.UUID, bank: Bank, now: datetime) -> None:
    """One interview that both have rated, and one that waits for the manager's ratings."""
    hr = _actor(session, organisation_id, Role.HR, "Demo HR", "hr@synthetic.invalid")
    manager = _actor(session, organisation_id, Role.HIRING_MANAGER, "Demo Manager", "manager@synthetic.invalid")
    finished = _first(session, organisation_id, f"{VACANCIES[0][2]} (synthetic)", finished=True)
    vacancy_id = session.scalars(sa.select(Candidacy.vacancy_id).where(Candidacy.id == finished.candidacy_id)).one()
    if vacancy_id is not None:
        demo_interviews.build(session, hr, manager, vacancy_id, bank.interview, now)


def _first(session: Session, organisation_id: uuid.UUID, title: str, *, finished: bool) -> Invitation:
    """The invitation of the first person of a vacancy or pilot who has finished, or who has not started."""
    return _people_of(session, organisation_id, title, 1, finished=finished)[0]


def _people_of(
    session: Session, organisation_id: uuid.UUID, title: str, most: int, *, finished: bool
) -> Sequence[Invitation]:
    return session.scalars(
        occasions.joined(sa.select(Invitation).join(Candidacy, points_to(Invitation.candidacy_id, Candidacy)))
        .outerjoin(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Invitation.organisation_id == organisation_id,
            sa.func.coalesce(Vacancy.title, Pilot.title) == title,
            Sitting.finished_at.is_not(None) if finished else Sitting.id.is_(None),
        )
        .order_by(Candidacy.number)
        .limit(most)
    ).all()


def _member(session: Session, organisation_id: uuid.UUID, email: str) -> uuid.UUID:
    member_id = members.member_with(session, organisation_id, email)
    if member_id is None:
        raise LookupError(f"the demo has no member {email}")
    return member_id


def _vacancy(
    session: Session,
    organisation_id: uuid.UUID,
    sector: str,
    role_key: str,
    title: str,
    place: str,
    opened: datetime,
) -> Vacancy:
    profile_id, version_id = session.execute(
        sa.select(RoleProfile.id, ProfileVersion.id)
        .join(
            ProfileVersion,
            points_to(ProfileVersion.role_profile_id, RoleProfile),
        )
        .where(
            RoleProfile.organisation_id == organisation_id,
            RoleProfile.sector == sector,
            RoleProfile.role == role_key,
            ProfileVersion.number == 1,
        )
    ).one()
    vacancy = Vacancy(
        organisation_id=organisation_id,
        title=f"{title} (synthetic)",
        place=place,
        role_profile_id=profile_id,
        profile_version_id=version_id,
        form_id=form_choices.form_for_sector(session, organisation_id, sector),
        status=VacancyStatus.OPEN,
        judgement_first=sector == JUDGEMENT_FIRST,
        answer_days=ANSWER_DAYS,
        places=PLACES,
        last_day=(opened + timedelta(days=INVITING_DAYS)).date(),
        created_at=opened,
    )
    session.add(vacancy)
    session.flush()
    return vacancy


def _pilot(session: Session, organisation_id: uuid.UUID, opened: datetime) -> Pilot:
    """An open pilot of the form for any sector."""
    pilot = Pilot(
        organisation_id=organisation_id,
        title=PILOT,
        form_id=form_choices.form_for_sector(session, organisation_id, "any"),
        status=VacancyStatus.OPEN,
        answer_days=ANSWER_DAYS,
        created_by=_member(session, organisation_id, "hr@synthetic.invalid"),
        created_at=opened,
    )
    session.add(pilot)
    session.flush()
    return pilot


def _people(
    session: Session,
    occasion: Occasion,
    crowd: Crowd,
    rng: np.random.Generator,
    opened: datetime,
    now: datetime,
    *,
    first: int,
    name: str = "Synthetic Person",
) -> int:
    """Finished, unfinished and only invited people of a vacancy or pilot; the number of the last one."""
    form = content.form(session, occasion.form_id)
    key = content.newest_key(session, occasion.form_id)
    prior = content.prior(session, key.prior_id)
    answering = crowd.finished + crowd.unfinished
    clicking = simulate.answers("random", key.model, prior.prior, crowd.clicked_at_random, rng)
    honest = simulate.answers("honest", key.model, prior.prior, answering - crowd.clicked_at_random, rng)
    most, least, shown = (
        np.concatenate([getattr(clicking, part), getattr(honest, part)]) for part in ("most", "least", "order")
    )
    order = rng.permutation(answering + crowd.invited)
    for number, person in enumerate(order, start=1):
        invitation = _invited(session, occasion, number, first + number - 1, opened, now, name=name)
        if person >= answering:
            continue
        answered = len(form.items) if person < crowd.finished else int(rng.integers(3, len(form.items) - 2))
        sitting = _sitting(
            session, occasion, invitation, form, most[person], least[person], shown[person], answered, rng, now
        )
        if person < crowd.finished:
            answers = {
                form.item_version_ids[j]: (
                    form.items[j].options[most[person, j]].id,
                    form.items[j].options[least[person, j]].id,
                )
                for j in range(answered)
            }
            computed = computing.compute(form, key, prior, answers)
            results.keep(session, occasion.organisation_id, sitting.id, computed, sitting.finished_at or now)
    return first + len(order) - 1


def _invited(
    session: Session, occasion: Occasion, number: int, person: int, opened: datetime, now: datetime, *, name: str
) -> Invitation:
    since_opened = (now - opened) * (INVITED_DAYS_AGO / OPENED_DAYS_AGO)
    invited_at = now - min(since_opened, timedelta(days=INVITED_DAYS_AGO))
    candidate = Candidate(
        organisation_id=occasion.organisation_id,
        email=f"{name.rsplit(maxsplit=1)[-1].lower()}{person:03}@synthetic.invalid",
        name=f"{name} {person:03}",
        created_at=invited_at,
    )
    session.add(candidate)
    session.flush()
    candidacy = Candidacy(
        organisation_id=occasion.organisation_id,
        candidate_id=candidate.id,
        vacancy_id=occasion.vacancy_id,
        pilot_id=occasion.pilot_id,
        number=number,
        created_at=invited_at,
    )
    session.add(candidacy)
    session.flush()
    invitation = Invitation(
        organisation_id=occasion.organisation_id,
        candidacy_id=candidacy.id,
        created_at=invited_at,
        deadline=now + timedelta(days=ANSWER_DAYS),
    )
    session.add(invitation)
    session.flush()
    return invitation


def _sitting(
    session: Session,
    occasion: Occasion,
    invitation: Invitation,
    form: FormContent,
    most: np.ndarray,
    least: np.ndarray,
    order: np.ndarray,
    answered: int,
    rng: np.random.Generator,
    now: datetime,
) -> Sitting:
    """A sitting of the last days with its first `answered` situations answered, minutes apart."""
    organisation_id = occasion.organisation_id
    share = float(rng.uniform(6, 200)) / (24 * INVITED_DAYS_AGO)
    started = now - max((now - invitation.created_at) * share, SHORTEST_AGO)
    moments = [started + timedelta(seconds=float(s)) for s in np.cumsum(rng.gamma(4.0, 12.0, answered))]
    shown = [
        [item.options[k].id for k in places if k != UNANSWERED] for item, places in zip(form.items, order, strict=True)
    ]
    finished = answered == len(form.items)
    session.add(
        Acknowledgement(
            organisation_id=organisation_id,
            invitation_id=invitation.id,
            notice_version_id=notices.current(
                session, organisation_id, now, occasion.kind, retention_days=occasion.retention_days
            ).id,
            read_at=started,
        )
    )
    sitting = Sitting(
        organisation_id=organisation_id,
        invitation_id=invitation.id,
        form_id=form.id,
        option_order=json.dumps(shown),
        started_at=started,
        finished_at=moments[-1] + timedelta(minutes=1) if finished else None,
    )
    session.add(sitting)
    session.flush()
    session.add(SittingDevice(organisation_id=organisation_id, sitting_id=sitting.id, device=1, joined_at=started))
    session.flush()
    rows = []
    for j in range(answered):
        chosen, rejected = form.items[j].options[most[j]].id, form.items[j].options[least[j]].id
        rows.append(
            {
                "organisation_id": organisation_id,
                "sitting_id": sitting.id,
                "item_version_id": form.item_version_ids[j],
                "most": chosen,
                "least": rejected,
                "device": 1,
                "sequence": j + 1,
                "answered_at": moments[j],
                "idempotency_key": uuid.UUID(bytes=rng.bytes(16)).hex,
                "most_position": shown[j].index(chosen) + 1,
                "least_position": shown[j].index(rejected) + 1,
                "shown_at": moments[j - 1] if j else started,
            }
        )
    current = {column.key for column in sa.inspect(Answer).columns}
    session.execute(sa.insert(AnswerEvent), rows)
    session.execute(sa.insert(Answer), [{name: row[name] for name in row if name in current} for row in rows])
    return sitting


def _visitor(session: Session, organisation_id: uuid.UUID, now: datetime) -> Invitation:
    """An invitation for whoever tries the demo: the newest one that is still to be finished, or a new one."""
    waiting = session.scalar(
        sa.select(Invitation)
        .join(
            Candidacy,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
        .where(
            Invitation.organisation_id == organisation_id,
            Candidate.email.like("visitor%"),
            Sitting.finished_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.deadline > now,
        )
        .order_by(Invitation.created_at.desc())
        .limit(1)
    )
    if waiting is not None:
        return waiting
    vacancy = session.scalars(
        sa.select(Vacancy)
        .where(Vacancy.organisation_id == organisation_id, Vacancy.status == VacancyStatus.OPEN)
        .order_by(Vacancy.created_at, Vacancy.title)
        .limit(1)
    ).one()
    number = session.scalar(
        sa.select(sa.func.max(Candidacy.number)).where(
            Candidacy.organisation_id == organisation_id, Candidacy.vacancy_id == vacancy.id
        )
    )
    visitors = session.scalar(
        sa.select(sa.func.count())
        .select_from(Candidate)
        .where(Candidate.organisation_id == organisation_id, Candidate.email.like("visitor%"))
    )
    return _invited(
        session,
        occasions.of(vacancy, None),
        (number or 0) + 1,
        (visitors or 0) + 1,
        vacancy.created_at,
        now,
        name="Synthetic Visitor",
    )
