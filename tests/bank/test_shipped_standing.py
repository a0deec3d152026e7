"""Nonsense must not win with what we ship: the general form, read with each shipped profile."""

import numpy as np
import pytest

from assessment import paths
from assessment.bank.content import RoleProfile
from assessment.bank.key import expert_model, key_arrays
from assessment.bank.loading import read_bank
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import Profile
from assessment.measurement.nonsense import ReferencePool, reference_pool, standing
from assessment.measurement.scale import theta_from_t
from assessment.measurement.scoring import DEFAULT_PRIOR

BANK = read_bank(paths.ITEM_BANK)


@pytest.fixture(scope="module")
def pool() -> ReferencePool:
    items = BANK.form_items(BANK.forms["general-24"])
    rng = np.random.default_rng(20261122)
    return reference_pool(expert_model(items), key_arrays(items).levels, DEFAULT_PRIOR, rng, count=600)


def measured(shipped: RoleProfile) -> Profile:
    needs = [shipped.attributes[name] for name in ATTRIBUTES]
    return Profile(
        ATTRIBUTES,
        theta_from_t([-np.inf if need.low is None else need.low for need in needs]),
        theta_from_t([np.inf if need.high is None else need.high for need in needs]),
        np.array([need.tolerance / 10 for need in needs]),
        np.array([need.weight for need in needs]),
    )


@pytest.mark.parametrize("name", sorted(BANK.profiles))
def test_clicking_at_random_does_not_stand_above_the_median(pool: ReferencePool, name: str) -> None:
    """Or at it: the figure of 600 simulated people is known to about a point and a half."""
    assert standing(pool, measured(BANK.profiles[name])).random < 0.515


def test_the_rule_against_nonsense_spares_honest_people(pool: ReferencePool) -> None:
    found = standing(pool, measured(BANK.profiles["retail/shop_floor"]))
    assert found.honest_withheld <= 0.01
    assert found.random_withheld > 0.25
