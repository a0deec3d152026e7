"""Nonsense must not win with what we ship: each standard form with its profiles, before a pilot and after."""

from functools import cache

import numpy as np
import pytest

from assessment import paths
from assessment.bank.key import expert_model, key_arrays, measured_profile
from assessment.bank.loading import read_bank
from assessment.measurement.fit import closed_form_fit, lean_sd
from assessment.measurement.scoring import DEFAULT_PRIOR, POPULARITY_ERROR
from assessment.measurement.simulation import simulate
from assessment.measurement.simulation.accuracy import accuracy
from assessment.measurement.simulation.nonsense import standing
from assessment.measurement.simulation.reference import ReferencePool, reference_pool

BANK = read_bank(paths.ITEM_BANK)
PILOT_ERROR = 0.15  # of a popularity, after a few hundred people
STANDARD = {form.sector: form.id for form in BANK.forms.values() if len(form.items) == 24 and form.parallel_to is None}
ROLES = pytest.mark.parametrize("role", sorted(BANK.profiles))
SECTORS = pytest.mark.parametrize("sector", sorted(STANDARD))


@cache
def pool_of(form: str, *, pilot: bool) -> ReferencePool:
    """A pilot finds popularities that differ from the experts' guesses by what nobody knew of them."""
    items, rng = BANK.form_items(BANK.forms[form]), np.random.default_rng(20261122)
    key = expert_model(items)
    if pilot:
        key = simulate.true_model(key, rng, popularity_error=POPULARITY_ERROR, lean_sd=0.0)
    return reference_pool(
        key,
        key_arrays(items).levels,
        DEFAULT_PRIOR,
        rng,
        count=1000,
        popularity_error=PILOT_ERROR if pilot else POPULARITY_ERROR,
        lean_sd=lean_sd(300 if pilot else 0),
    )


def pool_for(role: str, *, pilot: bool) -> ReferencePool:
    return pool_of(STANDARD[BANK.profiles[role].sector], pilot=pilot)


def test_each_sector_has_its_standard_form() -> None:
    assert set(STANDARD) == {profile.sector for profile in BANK.profiles.values()}


@ROLES
def test_clicking_at_random_stands_well_below_the_median_before_a_pilot(role: str) -> None:
    """Also when only those are looked at whose fit is stated."""
    pool, profile = pool_for(role, pilot=False), measured_profile(BANK.profiles[role])
    found = standing(pool, profile)
    assert found.random < 0.35
    assert found.half_random < 0.5
    assert found.random_in_top_quarter <= 0.05
    honest, random = (closed_form_fit(scores, profile) for scores in (pool.honest, pool.random))
    assert np.nanmean(random[:, None] > honest[np.isfinite(honest)]) < 0.5


@ROLES
def test_after_a_pilot_it_hardly_reaches_the_top_quarter(role: str) -> None:
    found = standing(pool_for(role, pilot=True), measured_profile(BANK.profiles[role]), lean_sd=lean_sd(300))
    assert found.random < 0.2
    assert found.random_in_top_quarter <= 0.03


@SECTORS
@pytest.mark.parametrize("pilot", [False, True])
def test_the_rule_against_nonsense_spares_honest_people(sector: str, pilot: bool) -> None:
    pool = pool_of(STANDARD[sector], pilot=pilot)
    found = standing(pool, measured_profile(BANK.profiles["retail/shop_floor"]))
    assert found.honest_withheld <= 0.01
    assert found.random_withheld > 0.25


@ROLES
def test_intervals_cover_and_fit_says_something_before_a_pilot(role: str) -> None:
    found = accuracy(pool_for(role, pilot=False), measured_profile(BANK.profiles[role]))
    assert found.correlation.min() > 0.7
    assert found.covered.mean() > 0.93
    assert found.covered_own.mean() < 0.92
    assert 0.86 < found.fit_covered < 0.95
    assert found.fit_correlation > 0.45
