import numpy as np
from numpy.testing import assert_allclose

from assessment.measurement.fit import closed_form_fit, fit, withheld
from assessment.measurement.scoring import DEFAULT_PRIOR
from assessment.measurement.simulation.accuracy import accuracy
from assessment.measurement.simulation.reference import reference_pool
from tests.measurement.making import make_bank, make_profile, true_fit


def test_accuracy_compares_the_scores_of_honest_people_with_what_they_are_made_from():
    rng = np.random.default_rng(70)
    model, levels = make_bank(rng)
    pool, profile = reference_pool(model, levels, DEFAULT_PRIOR, rng, count=300), make_profile()
    found = accuracy(pool, profile)
    kept = ~withheld(pool.honest)
    off = (pool.honest.mean - pool.theta)[kept]
    assert_allclose(found.error, np.sqrt(np.mean(off**2, axis=0)))
    assert_allclose(found.correlation[2], np.corrcoef(pool.honest.mean[kept, 2], pool.theta[kept, 2])[0, 1])
    drawn = fit(pool.honest, profile)
    true = true_fit(pool.theta, profile)
    inside = [drawn.low[n] <= true[n] <= drawn.high[n] for n in np.flatnonzero(kept)]
    assert_allclose(found.fit_covered, np.mean(inside))
    assert 0.93 < found.covered.mean() < 0.99
    assert found.covered_own.mean() < found.covered.mean() - 0.03


def test_honest_people_of_a_pool_answer_under_keys_that_are_off_by_what_is_said():
    rng = np.random.default_rng(71)
    model, levels = make_bank(rng)
    exact = reference_pool(model, levels, DEFAULT_PRIOR, rng, count=400, popularity_error=0.0, lean_sd=0.0)
    off = reference_pool(model, levels, DEFAULT_PRIOR, rng, count=400)
    errors = [accuracy(pool, make_profile(), lean_sd=0.0).error.mean() for pool in (exact, off)]
    assert errors[0] + 0.05 < errors[1]
    assert np.isfinite(closed_form_fit(exact.honest, make_profile())).mean() > 0.97
