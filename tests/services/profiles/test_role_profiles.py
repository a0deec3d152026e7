"""Role profiles as they are published."""

import dataclasses
import uuid

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import Bank
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Role
from assessment.services.profiles import publishing, role_profiles, tuning
from assessment.store.profiles import ProfileVersion
from assessment.store.records import AuditEntry
from tests import hiring
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation
from tests.tuning import publish_change, shop_floor


def test_an_organisation_starts_with_the_library_as_first_versions(session: Session, bank: Bank) -> None:
    organisation_id = make_organisation(session)
    hr = make_actor(session, organisation_id)
    cards = role_profiles.cards(session, hr)
    assert {(card.sector, card.title) for card in cards} == {
        (profile.sector, profile.title) for profile in bank.profiles.values()
    }
    assert {card.number for card in cards} == {1}
    version = role_profiles.published(session, hr, shop_floor(session, hr)).version
    assert (version.reason, version.published_by) == ("Copied from the library", None)
    logged = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject == "role_profile")).all()
    assert list(logged) == ["published"] * len(cards)


def test_every_number_of_the_library_arrives_with_its_evidence(session: Session, bank: Bank) -> None:
    hr = make_actor(session, make_organisation(session))
    rows = role_profiles.published(session, hr, shop_floor(session, hr)).version.rows
    library = bank.profiles["retail/shop_floor"]
    assert [row.attribute for row in rows] == list(ATTRIBUTES)
    for row in rows:
        need, band = library.attributes[row.attribute], library.band_evidence(row.attribute)
        assert (row.low, row.high, row.weight, row.tolerance, row.task) == (
            need.low,
            need.high,
            need.weight,
            need.tolerance,
            need.task,
        )
        assert dataclasses.astuple(row.band_evidence) == (
            band.label,
            band.source,
            band.n,
            band.date,
            band.expiry,
        )


def test_a_version_is_measured_in_theta_with_open_ends(session: Session) -> None:
    hr = make_actor(session, make_organisation(session))
    profile_id = shop_floor(session, hr)
    version = role_profiles.published(session, hr, profile_id).version
    rows = [dataclasses.replace(version.rows[0], low=None), *version.rows[1:]]
    measured = role_profiles.measured(session, hr.organisation_id, version.id)
    assert measured.role_profile_id == profile_id
    assert (measured.title, measured.sector, measured.number) == ("Shop floor", "retail", 1)
    assert measured.profile.attributes == ATTRIBUTES
    assert measured.profile.low == pytest.approx([(row.low - 50) / 10 for row in version.rows if row.low])
    assert measured.profile.tolerance == pytest.approx([row.tolerance / 10 for row in version.rows])
    assert role_profiles.measure(rows).low[0] == -np.inf


def test_the_newest_version_is_in_force_and_the_history_keeps_all(session: Session, clock: Clock) -> None:
    hr = make_actor(session, make_organisation(session), name="Hanna")
    profile_id = shop_floor(session, hr)
    publish_change(session, hr, clock, weight=2.0)
    publish_change(session, hr, clock, weight=3.0)
    assert role_profiles.published(session, hr, profile_id).version.number == 3
    assert next(one for one in role_profiles.choices(session, hr) if one.id == profile_id).number == 3
    steps = role_profiles.history(session, hr, profile_id)
    assert [step.version.number for step in steps] == [3, 2, 1]
    assert [step.version.published_by for step in steps] == ["Hanna", "Hanna", None]
    assert [[change.what for change in step.changes] for step in steps] == [
        [("weight",)],
        [("weight", "weight_evidence")],
        [],
    ]


def test_an_older_version_shows_what_it_asked_for(session: Session, clock: Clock) -> None:
    hr = make_actor(session, make_organisation(session))
    profile_id = shop_floor(session, hr)
    rows = role_profiles.published(session, hr, profile_id).version.rows
    publish_change(session, hr, clock, weight=2.0)
    publish_change(session, hr, clock, weight=3.0)
    first, second, third = (role_profiles.version(session, hr, profile_id, number) for number in (1, 2, 3))
    assert (first.version.rows, first.until) == (rows, second.version.published_at)
    assert (second.until, third.until) == (third.version.published_at, None)
    for number in (0, 4, 10**30):
        with pytest.raises(NotFoundError):
            role_profiles.version(session, hr, profile_id, number)


def test_the_page_lists_the_vacancies_with_the_version_each_reads_with(session: Session, clock: Clock) -> None:
    hr = make_actor(session, make_organisation(session))
    hiring.make_vacancy(session, hr, "Before")
    publish_change(session, hr, clock)
    hiring.make_vacancy(session, hr, "After")
    readers = role_profiles.published(session, hr, shop_floor(session, hr)).readers
    assert {(reader.title, reader.number) for reader in readers} == {("Before", 1), ("After", 2)}
    analyst = make_actor(session, hr.organisation_id, Role.ANALYST)
    assert role_profiles.published(session, analyst, shop_floor(session, hr)).readers == ()


def test_opinion_only_looks_at_what_counts(session: Session) -> None:
    hr = make_actor(session, make_organisation(session))
    rows = role_profiles.published(session, hr, shop_floor(session, hr)).version.rows
    assert role_profiles.opinion_only(rows)
    studied = dataclasses.replace(rows[0], band_evidence=dataclasses.replace(rows[0].band_evidence, label="own data"))
    assert not role_profiles.opinion_only([studied, *rows[1:]])
    assert role_profiles.opinion_only([dataclasses.replace(studied, weight=0.0), *rows[1:]])


def test_evidence_expires_the_day_after_its_last(session: Session) -> None:
    hr = make_actor(session, make_organisation(session))
    evidence = role_profiles.published(session, hr, shop_floor(session, hr)).version.rows[0].band_evidence
    assert evidence.expiry is not None
    assert not evidence.expired(evidence.expiry)
    assert evidence.expired(evidence.expiry.replace(year=evidence.expiry.year + 1))


@pytest.mark.parametrize("foreign", [True, False])
def test_another_organisations_profile_is_as_absent_as_none(session: Session, foreign: bool) -> None:
    hr = make_actor(session, make_organisation(session))
    other = make_actor(session, make_organisation(session, "Other Organisation"))
    strange = shop_floor(session, other) if foreign else uuid.uuid4()
    version = role_profiles.published(session, other, strange).version.id if foreign else uuid.uuid4()
    for use in (
        lambda: role_profiles.published(session, hr, strange),
        lambda: role_profiles.history(session, hr, strange),
        lambda: role_profiles.version(session, hr, strange, 1),
        lambda: role_profiles.measured(session, hr.organisation_id, version),
        lambda: tuning.begin(session, hr, strange, START),
        lambda: tuning.draft(session, hr, strange),
        lambda: publishing.review(session, hr, strange),
    ):
        with pytest.raises(NotFoundError):
            use()


def test_lists_take_as_many_statements_however_long_they_are(session: Session, clock: Clock) -> None:
    hr = make_actor(session, make_organisation(session))
    profile_id = shop_floor(session, hr)

    def statements() -> list[int]:
        session.expire_all()
        counts = []
        for look in (
            lambda: role_profiles.cards(session, hr),
            lambda: role_profiles.published(session, hr, profile_id),
            lambda: role_profiles.history(session, hr, profile_id),
        ):
            with hiring.counted(session) as seen:
                look()
            counts.append(len(seen))
        return counts

    before = statements()
    for weight in (2.0, 3.0, 1.0, 2.0):
        publish_change(session, hr, clock, weight=weight)
        hiring.make_vacancy(session, hr)
    for profile in role_profiles.choices(session, hr):
        tuning.begin(session, hr, profile.id, START)
    assert statements() == before


def test_a_published_version_says_when_and_why(session: Session, clock: Clock) -> None:
    hr = make_actor(session, make_organisation(session))
    publish_change(session, hr, clock, reason="The panel of shop managers asked for it")
    version = role_profiles.published(session, hr, shop_floor(session, hr)).version
    assert version.reason == "The panel of shop managers asked for it"
    assert version.published_at == clock.now
    assert session.get_one(ProfileVersion, (hr.organisation_id, version.id)).published_by == hr.member_id
