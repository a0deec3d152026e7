"""Vacancies, the people invited to them, and what was decided."""

import uuid
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from assessment.store.base import Base, OfOrganisation, belongs_to, one_of


class VacancyStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class NoticeKind(StrEnum):
    HIRING = "hiring"
    PILOT = "pilot"


class DecisionKind(StrEnum):
    """What a person decides about a candidate. BACK_TO_LIST takes back what was decided: nothing is, then."""

    SHORTLISTED = "shortlisted"
    OFFERED = "offered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the candidate
    KEPT_FOR_LATER = "kept_for_later"
    BACK_TO_LIST = "back_to_list"


# With these a vacancy is over for somebody.
FINAL = (DecisionKind.OFFERED, DecisionKind.DECLINED, DecisionKind.WITHDRAWN, DecisionKind.KEPT_FOR_LATER)
# Whoever is to be met is named, also where a vacancy hides names.
NAMED = (DecisionKind.SHORTLISTED, DecisionKind.OFFERED)


class RequestKind(StrEnum):
    OTHER_WAY = "other_way"
    LOOK_AGAIN = "look_again"


class FieldKind(StrEnum):
    YES_NO = "yes_no"
    ONE_OF = "one_of"
    TEXT = "text"
    NUMBER = "number"


class Vacancy(OfOrganisation, Base):
    """`last_day`: nobody is invited after it. `retention_days`: None for as long as the organisation keeps data."""

    __tablename__ = "vacancy"
    __table_args__ = (
        belongs_to("role_profile_id", "role_profile"),
        belongs_to("profile_version_id", "profile_version"),
        one_of("status", VacancyStatus),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 365", name="answer_days"),
        sa.CheckConstraint("places BETWEEN 1 AND 10000", name="places"),
        sa.CheckConstraint("retention_days BETWEEN 1 AND 3650", name="retention_days"),
    )

    title: Mapped[str]
    place: Mapped[str]
    role_profile_id: Mapped[uuid.UUID]
    profile_version_id: Mapped[uuid.UUID]
    form_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("form.id"))
    status: Mapped[str]
    names_hidden: Mapped[bool] = mapped_column(default=True)
    panel_only: Mapped[bool] = mapped_column(default=False)  # hiring managers without a seat don't see it
    judgement_first: Mapped[bool] = mapped_column(default=False)
    answer_days: Mapped[int] = mapped_column(default=14)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    last_day: Mapped[date | None]
    places: Mapped[int | None]
    retention_days: Mapped[int | None]


class VacancyField(OfOrganisation, Base):
    """A plain fact that a vacancy asks of its candidates, never scored. `choices` is JSON, [] but for one of a list."""

    __tablename__ = "vacancy_field"
    __table_args__ = (
        belongs_to("vacancy_id", "vacancy"),
        one_of("kind", FieldKind),
        sa.CheckConstraint("place BETWEEN 1 AND 10", name="place"),
        sa.UniqueConstraint("organisation_id", "vacancy_id", "place"),
    )

    vacancy_id: Mapped[uuid.UUID]
    place: Mapped[int]
    kind: Mapped[str]
    question: Mapped[str]
    choices: Mapped[str]


class Pilot(OfOrganisation, Base):
    """A form that volunteers answer so that its key can be calibrated: nobody is judged by it."""

    __tablename__ = "pilot"
    __table_args__ = (
        belongs_to("created_by", "member"),
        one_of("status", VacancyStatus),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 365", name="answer_days"),
    )

    title: Mapped[str]
    form_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("form.id"))
    status: Mapped[str]
    answer_days: Mapped[int]
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class NoticeVersion(OfOrganisation, Base):
    """What somebody is told before starting. A change of text is a new number of its kind."""

    __tablename__ = "notice_version"
    __table_args__ = (
        one_of("kind", NoticeKind),
        sa.UniqueConstraint("organisation_id", "kind", "language", "number"),
    )

    kind: Mapped[str] = mapped_column(default=NoticeKind.HIRING)
    language: Mapped[str]
    number: Mapped[int]
    who_sees: Mapped[str]
    purpose: Mapped[str]
    retention: Mapped[str]
    created_at: Mapped[datetime]


class Candidate(OfOrganisation, Base):
    """A person, once per organisation. Erasing takes name and address away; the number of the list stays."""

    __tablename__ = "candidate"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "email"),
        sa.CheckConstraint("email IS NULL OR email = lower(email)", name="email_lower"),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (email IS NOT NULL) AND (erased_at IS NULL) = (name IS NOT NULL)",
            name="erased_is_nameless",
        ),
        sa.Index("ix_candidate_email", "email"),
    )

    email: Mapped[str | None]
    name: Mapped[str | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class Candidacy(OfOrganisation, Base):
    """A candidate for a vacancy, or a volunteer of a pilot. `number` stands in lists while names are hidden.

    `disposition` is the kind of the newest decision about the person, if one stands; the decision says who, when and
    why. `accommodation` is what was granted to the person: for them and HR only.
    """

    __tablename__ = "candidacy"
    __table_args__ = (
        belongs_to("candidate_id", "candidate"),
        belongs_to("vacancy_id", "vacancy"),
        belongs_to("pilot_id", "pilot"),
        sa.UniqueConstraint("organisation_id", "candidate_id", "vacancy_id"),
        sa.UniqueConstraint("organisation_id", "vacancy_id", "number"),
        sa.UniqueConstraint("organisation_id", "candidate_id", "pilot_id"),
        sa.UniqueConstraint("organisation_id", "pilot_id", "number"),
        sa.CheckConstraint("(vacancy_id IS NULL) <> (pilot_id IS NULL)", name="vacancy_or_pilot"),
        sa.CheckConstraint("disposition <> 'back_to_list'", name="disposition_stands"),
        one_of("disposition", DecisionKind),
        sa.CheckConstraint("pilot_id IS NULL OR disposition IS NULL", name="pilot_is_never_decided"),
        sa.CheckConstraint("(accommodation IS NULL) = (accommodated_at IS NULL)", name="accommodated_at"),
    )

    candidate_id: Mapped[uuid.UUID]
    vacancy_id: Mapped[uuid.UUID | None]
    pilot_id: Mapped[uuid.UUID | None]
    number: Mapped[int]
    disposition: Mapped[str | None]
    accommodation: Mapped[str | None]
    accommodated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @hybrid_property
    def shortlisted(self) -> bool:
        return self.disposition == DecisionKind.SHORTLISTED


class Invitation(OfOrganisation, Base):
    __tablename__ = "invitation"
    __table_args__ = (
        belongs_to("candidacy_id", "candidacy"),
        sa.Index("ix_invitation_candidacy", "organisation_id", "candidacy_id"),
    )

    candidacy_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    deadline: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CandidateRequest(OfOrganisation, Base):
    """What a candidate asked a person for, in their words; a note added later is one more. Erasing takes it away."""

    __tablename__ = "candidate_request"
    __table_args__ = (
        belongs_to("invitation_id", "invitation"),
        belongs_to("answered_by", "member"),
        one_of("kind", RequestKind),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by"),
        sa.Index("ix_candidate_request_invitation", "organisation_id", "invitation_id"),
    )

    invitation_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    note: Mapped[str]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[uuid.UUID | None]


class Acknowledgement(Base):
    """ "I have read this": which notice, for which invitation, when."""

    __tablename__ = "acknowledgement"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "invitation_id"], ["invitation.organisation_id", "invitation.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "notice_version_id"], ["notice_version.organisation_id", "notice_version.id"]
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    notice_version_id: Mapped[uuid.UUID]
    read_at: Mapped[datetime]


class Decision(OfOrganisation, Base):
    """A person's decision about a candidacy. Rows are only ever added.

    `not_told` is why no letter went to the candidate; None: one did. `profile_version_id` is what the answers were read
    with; decisions from before it was written down have none.
    """

    __tablename__ = "decision"
    __table_args__ = (
        belongs_to("candidacy_id", "candidacy"),
        belongs_to("member_id", "member"),
        belongs_to("profile_version_id", "profile_version"),
        one_of("kind", DecisionKind),
        sa.Index("ix_decision_candidacy", "organisation_id", "candidacy_id"),
    )

    candidacy_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    reason: Mapped[str]
    not_told: Mapped[str | None]
    profile_version_id: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime]


class CandidateFact(Base):
    """What a candidate says to a field of the vacancy. Erasing takes it away."""

    __tablename__ = "candidate_fact"
    __table_args__ = (belongs_to("candidacy_id", "candidacy"), belongs_to("field_id", "vacancy_field"))

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    candidacy_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    field_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    value: Mapped[str]
    given_at: Mapped[datetime]


class Judgement(OfOrganisation, Base):
    """What a member makes of somebody's profile: the first one before any total is shown. Rows are only ever added."""

    __tablename__ = "judgement"
    __table_args__ = (
        belongs_to("candidacy_id", "candidacy"),
        belongs_to("member_id", "member"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        sa.UniqueConstraint("organisation_id", "candidacy_id", "member_id", "number"),
        sa.CheckConstraint("number >= 1", name="number"),
    )

    candidacy_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID]
    number: Mapped[int]  # of this member's judgements of this person: 1 is the one before the reveal
    rating: Mapped[int]
    note: Mapped[str]
    judged_at: Mapped[datetime]
