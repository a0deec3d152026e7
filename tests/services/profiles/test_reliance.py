"""What a profile's page says about the form behind it."""

import pytest
from sqlalchemy.orm import Session

from assessment.measurement.simulation.accuracy import accuracy
from assessment.measurement.simulation.nonsense import standing
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.services.profiles.reliance import KINDS, reliance
from assessment.services.scoring import form_choices, pools
from tests.factories import make_actor, make_organisation
from tests.tuning import shop_floor, small_pools  # noqa: F401 - small_pools works by being here


def test_it_is_the_sectors_form_read_with_the_rows_of_the_profile(session: Session) -> None:
    hr = make_actor(session, make_organisation(session))
    rows = role_profiles.published(session, hr, shop_floor(session, hr)).version.rows
    found = reliance(session, hr, "retail", rows)
    pool = pools.of_form(session, form_choices.form_for_sector(session, hr.organisation_id, "retail"))
    profile = role_profiles.measure(rows)
    assert found.standing == standing(pool.people, profile)
    assert found.fit_correlation == accuracy(pool.people, profile).fit_correlation
    assert found.provisional
    assert found.people == pools.PEOPLE
    assert [told.attribute for told in found.attributes] == [row.attribute for row in rows]
    assert all(0.6 < told.correlation < 1 and 3 < told.error < 9 for told in found.attributes)
    assert all(0 <= getattr(found.standing, kind) <= 1 for kind in KINDS)


def test_every_member_sees_it_and_nobody_of_another_organisation(session: Session) -> None:
    organisation_id = make_organisation(session)
    hr = make_actor(session, organisation_id)
    rows = role_profiles.published(session, hr, shop_floor(session, hr)).version.rows
    for role in Role:
        assert reliance(session, make_actor(session, organisation_id, role), "retail", rows).situations == 24
    with pytest.raises(NotFoundError):
        role_profiles.published(
            session, make_actor(session, make_organisation(session, "Another")), shop_floor(session, hr)
        )
