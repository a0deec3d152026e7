"""Role profiles: the right amount of each attribute for a role, as published versions that never change."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import Evidence as LibraryEvidence
from assessment.bank.content import RoleProfile as LibraryProfile
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import Profile
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.hiring import panels
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import Vacancy
from assessment.store.people import Member
from assessment.store.profiles import ProfileAttribute, ProfileVersion, RoleProfile, VersionStatus

COPIED = "Copied from the library"
OPINION = "opinion"


@dataclass(frozen=True)
class Evidence:
    """What a number rests on, and until when that is worth believing."""

    label: str
    source: str
    n: int | None
    day: date
    expiry: date | None

    def expired(self, today: date) -> bool:
        """Whether it is time to look again."""
        return self.expiry is not None and self.expiry < today


@dataclass(frozen=True)
class Need:
    """What a role needs of one attribute: the band and tolerance on the T scale, a missing end is open."""

    attribute: str
    low: float | None
    high: float | None
    weight: float
    tolerance: float
    task: str
    band_evidence: Evidence
    weight_evidence: Evidence


@dataclass(frozen=True)
class MeasuredProfile:
    """A version ready to read scores with: `rows` for people, in T; `profile` for arithmetic, in theta."""

    role_profile_id: uuid.UUID
    version_id: uuid.UUID
    number: int | None
    title: str
    sector: str
    rows: tuple[Need, ...]
    profile: Profile


@dataclass(frozen=True)
class Choice:
    """A role profile that a vacancy can be made for, with the version it would read with."""

    id: uuid.UUID
    sector: str
    title: str
    version_id: uuid.UUID
    number: int


@dataclass(frozen=True)
class Version:
    """A published version; `published_by` is None where it came with the library."""

    id: uuid.UUID
    number: int
    reason: str
    published_at: datetime
    published_by: str | None
    rows: tuple[Need, ...]


@dataclass(frozen=True)
class Draft:
    """The one draft of a role profile; `changed_at` says which state of it somebody saw."""

    id: uuid.UUID
    created_at: datetime
    changed_at: datetime
    rows: tuple[Need, ...]


@dataclass(frozen=True)
class Card:
    """A role profile in the list."""

    id: uuid.UUID
    sector: str
    title: str
    summary: str
    number: int
    published_at: datetime
    draft_changed_at: datetime | None
    rows: tuple[Need, ...]

    @property
    def opinion_only(self) -> bool:
        """Whether no number that counts rests on anything but opinion."""
        return opinion_only(self.rows)


@dataclass(frozen=True)
class Reader:
    """A vacancy that reads with a version of this role profile."""

    id: uuid.UUID
    title: str
    place: str
    status: str
    number: int


@dataclass(frozen=True)
class Published:
    """A role profile as its page shows it: what is in force, and who reads with what."""

    id: uuid.UUID
    sector: str
    title: str
    summary: str
    version: Version
    draft_changed_at: datetime | None
    readers: tuple[Reader, ...]


@dataclass(frozen=True)
class Change:
    """An attribute that differs between two versions, and in `what`: names of `Need`, a band being "band"."""

    attribute: str
    what: tuple[str, ...]
    before: Need
    after: Need


@dataclass(frozen=True)
class Step:
    """A version of the history, and what it changed against the one before."""

    version: Version
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Past:
    """A version of the history as its page shows it; `until` is None where it is still in force."""

    version: Version
    until: datetime | None


def opinion_only(rows: Sequence[Need]) -> bool:
    """Whether no number that counts rests on anything but opinion."""
    used = [row for row in rows if row.weight > 0]
    return all(row.band_evidence.label == row.weight_evidence.label == OPINION for row in used)


def measure(rows: Sequence[Need]) -> Profile:
    """The numbers of a version for arithmetic."""
    return Profile.on_t(
        tuple(row.attribute for row in rows),
        low=[row.low for row in rows],
        high=[row.high for row in rows],
        tolerance=[row.tolerance for row in rows],
        weight=[row.weight for row in rows],
    )


def difference(before: Sequence[Need], after: Sequence[Need]) -> tuple[Change, ...]:
    """What changed from one version to another, attribute by attribute."""
    changes = []
    for old, new in zip(before, after, strict=True):
        names = ("weight", "tolerance", "task", "band_evidence", "weight_evidence")
        what = [name for name in names if getattr(old, name) != getattr(new, name)]
        if (old.low, old.high) != (new.low, new.high):
            what.insert(0, "band")
        if what:
            changes.append(Change(new.attribute, tuple(what), old, new))
    return tuple(changes)


def changed_numbers(changes: Sequence[Change]) -> list[str]:
    """What changed, for the log: "tact weight"."""
    return [f"{change.attribute} {what}" for change in changes for what in change.what]


def copy_library(
    session: Session, organisation_id: uuid.UUID, profiles: Mapping[str, LibraryProfile], now: datetime
) -> None:
    """Give a new organisation the library's role profiles, each as its first published version."""
    for library in profiles.values():
        role_profile = RoleProfile(
            organisation_id=organisation_id,
            sector=library.sector,
            role=library.role,
            title=library.title,
            summary=library.summary,
            created_at=now,
        )
        session.add(role_profile)
        session.flush()
        version = ProfileVersion(
            organisation_id=organisation_id,
            role_profile_id=role_profile.id,
            status=VersionStatus.PUBLISHED,
            number=1,
            reason=COPIED,
            published_at=now,
            published_by=None,
            created_at=now,
            changed_at=now,
        )
        session.add(version)
        session.flush()
        write_rows(session, organisation_id, version.id, [_from_library(library, name) for name in ATTRIBUTES])
        audit.record(
            session,
            None,
            "published",
            "role_profile",
            role_profile.id,
            now,
            organisation_id=organisation_id,
            version=version.id,
            number=1,
        )


def measured(session: Session, organisation_id: uuid.UUID, profile_version_id: uuid.UUID) -> MeasuredProfile:
    """A version of the organisation's, ready to read scores with."""
    row = session.execute(
        sa.select(RoleProfile.id, ProfileVersion.number, RoleProfile.title, RoleProfile.sector)
        .join(RoleProfile, points_to(ProfileVersion.role_profile_id, RoleProfile))
        .where(ProfileVersion.organisation_id == organisation_id, ProfileVersion.id == profile_version_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    rows = rows_of(session, organisation_id, [profile_version_id])[profile_version_id]
    return MeasuredProfile(row.id, profile_version_id, row.number, row.title, row.sector, rows, measure(rows))


def choices(session: Session, actor: Actor) -> list[Choice]:
    """The role profiles of the acting member's organisation, each with its newest published version."""
    actor.need(Permission.SEE_PROFILES)
    return [
        Choice(profile.id, profile.sector, profile.title, version.id, version.number or 0)
        for profile, version in _newest(session, actor.organisation_id)
    ]


def cards(session: Session, actor: Actor) -> list[Card]:
    """All role profiles of the acting member's organisation, by sector and title."""
    actor.need(Permission.SEE_PROFILES)
    newest = _newest(session, actor.organisation_id)
    drafts = _drafts(session, actor.organisation_id)
    rows = rows_of(session, actor.organisation_id, [version.id for _, version in newest])
    return [
        Card(
            id=profile.id,
            sector=profile.sector,
            title=profile.title,
            summary=profile.summary,
            number=version.number or 0,
            published_at=version.published_at or version.created_at,
            draft_changed_at=drafts.get(profile.id) if actor.may(Permission.TUNE_PROFILES) else None,
            rows=rows[version.id],
        )
        for profile, version in newest
    ]


def published(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> Published:
    """What is in force for a role, and which vacancies read with which version of it."""
    actor.need(Permission.SEE_PROFILES)
    profile = own(session, actor, role_profile_id)
    newest = _versions(session, actor.organisation_id, role_profile_id, most=1)
    if not newest:
        raise NotFoundError
    readers: tuple[Reader, ...] = ()
    if actor.may(Permission.SEE_VACANCIES):
        readers = tuple(
            Reader(row.id, row.title, row.place, row.status, row.number or 0)
            for row in session.execute(
                sa.select(Vacancy.id, Vacancy.title, Vacancy.place, Vacancy.status, ProfileVersion.number)
                .join(ProfileVersion, points_to(Vacancy.profile_version_id, ProfileVersion))
                .where(
                    Vacancy.organisation_id == actor.organisation_id,
                    Vacancy.role_profile_id == role_profile_id,
                    panels.visible(actor),
                )
                .order_by(Vacancy.status.desc(), Vacancy.created_at.desc(), Vacancy.id)
            )
        )
    drafts = _drafts(session, actor.organisation_id) if actor.may(Permission.TUNE_PROFILES) else {}
    return Published(
        id=profile.id,
        sector=profile.sector,
        title=profile.title,
        summary=profile.summary,
        version=newest[0],
        draft_changed_at=drafts.get(role_profile_id),
        readers=readers,
    )


def history(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> list[Step]:
    """All published versions of a role profile, newest first, each with what it changed."""
    actor.need(Permission.SEE_PROFILES)
    own(session, actor, role_profile_id)
    versions = _versions(session, actor.organisation_id, role_profile_id)
    before = [*versions[1:], None]
    return [
        Step(version, difference(old.rows, version.rows) if old else ())
        for version, old in zip(versions, before, strict=True)
    ]


def version(session: Session, actor: Actor, role_profile_id: uuid.UUID, number: int) -> Past:
    """The published version with this number, and since when it is not in force any more."""
    actor.need(Permission.SEE_PROFILES)
    own(session, actor, role_profile_id)
    versions = _versions(session, actor.organisation_id, role_profile_id)
    for newer, one in zip([None, *versions], versions, strict=False):
        if one.number == number:
            return Past(one, newer.published_at if newer else None)
    raise NotFoundError


def own(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> RoleProfile:
    """The role profile, if it is the acting member's organisation's."""
    profile = session.scalar(
        sa.select(RoleProfile).where(
            RoleProfile.organisation_id == actor.organisation_id, RoleProfile.id == role_profile_id
        )
    )
    if profile is None:
        raise NotFoundError
    return profile


def rows_of(
    session: Session, organisation_id: uuid.UUID, version_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, tuple[Need, ...]]:
    """What each version asks for, in the order of ATTRIBUTES."""
    found: dict[uuid.UUID, dict[str, Need]] = {version_id: {} for version_id in version_ids}
    for row in session.scalars(
        sa.select(ProfileAttribute).where(
            ProfileAttribute.organisation_id == organisation_id,
            ProfileAttribute.profile_version_id.in_(version_ids),
        )
    ):
        found[row.profile_version_id][row.attribute] = Need(
            attribute=row.attribute,
            low=row.low,
            high=row.high,
            weight=row.weight,
            tolerance=row.tolerance,
            task=row.task,
            band_evidence=Evidence(row.band_evidence, row.band_source, row.band_n, row.band_date, row.band_expiry),
            weight_evidence=Evidence(
                row.weight_evidence, row.weight_source, row.weight_n, row.weight_date, row.weight_expiry
            ),
        )
    return {version: tuple(needs[name] for name in ATTRIBUTES) for version, needs in found.items()}


def write_rows(session: Session, organisation_id: uuid.UUID, version_id: uuid.UUID, rows: Sequence[Need]) -> None:
    """The six rows of a version that has none yet."""
    session.add_all(
        ProfileAttribute(
            organisation_id=organisation_id,
            profile_version_id=version_id,
            attribute=row.attribute,
            low=row.low,
            high=row.high,
            tolerance=row.tolerance,
            weight=row.weight,
            task=row.task,
            band_evidence=row.band_evidence.label,
            band_source=row.band_evidence.source,
            band_n=row.band_evidence.n,
            band_date=row.band_evidence.day,
            band_expiry=row.band_evidence.expiry,
            weight_evidence=row.weight_evidence.label,
            weight_source=row.weight_evidence.source,
            weight_n=row.weight_evidence.n,
            weight_date=row.weight_evidence.day,
            weight_expiry=row.weight_evidence.expiry,
        )
        for row in rows
    )
    session.flush()


def _from_library(library: LibraryProfile, attribute: str) -> Need:
    need = library.attributes[attribute]

    def evidence(given: LibraryEvidence) -> Evidence:
        return Evidence(given.label, given.source, given.n, given.date, given.expiry)

    return Need(
        attribute=attribute,
        low=need.low,
        high=need.high,
        weight=need.weight,
        tolerance=need.tolerance,
        task=need.task,
        band_evidence=evidence(library.band_evidence(attribute)),
        weight_evidence=evidence(library.weight_evidence(attribute)),
    )


def _newest(session: Session, organisation_id: uuid.UUID) -> list[tuple[RoleProfile, ProfileVersion]]:
    newest = (
        sa.select(ProfileVersion.role_profile_id, sa.func.max(ProfileVersion.number).label("number"))
        .where(ProfileVersion.organisation_id == organisation_id)
        .group_by(ProfileVersion.role_profile_id)
        .subquery()
    )
    found = session.execute(
        sa.select(RoleProfile, ProfileVersion)
        .join(newest, newest.c.role_profile_id == RoleProfile.id)
        .join(
            ProfileVersion,
            sa.and_(
                ProfileVersion.organisation_id == RoleProfile.organisation_id,
                ProfileVersion.role_profile_id == RoleProfile.id,
                ProfileVersion.number == newest.c.number,
            ),
        )
        .where(RoleProfile.organisation_id == organisation_id)
        .order_by(RoleProfile.sector, RoleProfile.title, RoleProfile.id)
    )
    return [(profile, version) for profile, version in found]


def _versions(
    session: Session, organisation_id: uuid.UUID, role_profile_id: uuid.UUID, *, most: int | None = None
) -> list[Version]:
    found = session.execute(
        sa.select(ProfileVersion, Member.name)
        .outerjoin(Member, points_to(ProfileVersion.published_by, Member))
        .where(
            ProfileVersion.organisation_id == organisation_id,
            ProfileVersion.role_profile_id == role_profile_id,
            ProfileVersion.status == VersionStatus.PUBLISHED,
        )
        .order_by(ProfileVersion.number.desc())
        .limit(most)
    ).all()
    rows = rows_of(session, organisation_id, [version.id for version, _ in found])
    return [
        Version(
            id=version.id,
            number=version.number or 0,
            reason=version.reason or "",
            published_at=version.published_at or version.created_at,
            published_by=name,
            rows=rows[version.id],
        )
        for version, name in found
    ]


def _drafts(session: Session, organisation_id: uuid.UUID) -> dict[uuid.UUID, datetime]:
    found = session.execute(
        sa.select(ProfileVersion.role_profile_id, ProfileVersion.changed_at).where(
            ProfileVersion.organisation_id == organisation_id, ProfileVersion.status == VersionStatus.DRAFT
        )
    )
    return {row.role_profile_id: row.changed_at for row in found}
