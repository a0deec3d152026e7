"""How well a form tells honest people apart, by simulation: recovery of theta and of fit, and coverage."""

from dataclasses import dataclass

import numpy as np

from assessment.measurement.fit import LEAN_SD, Profile, fit, fit_of, withheld
from assessment.measurement.model import Floats
from assessment.measurement.simulation.reference import ReferencePool

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Over the honest people of a reference pool who have a fit.

    correlation (D,): of score and true theta. error (D,): root mean squared difference, theta. covered_own and
    covered (D,): share of people whose theta lies in a 95% interval of the own error V alone, and of both errors.
    fit_correlation: of expected and true fit. fit_covered: share whose true fit lies in the 90% interval.
    """

    correlation: Floats
    error: Floats
    covered_own: Floats
    covered: Floats
    fit_correlation: float
    fit_covered: float


def accuracy(pool: ReferencePool, profile: Profile, *, lean_sd: float = LEAN_SD) -> Accuracy:
    """What the form of `pool` can tell of people, and of their fit to `profile`."""
    kept = ~withheld(pool.honest)
    scores, theta = pool.honest.rows(kept), pool.theta[kept]
    off = scores.mean - theta
    own = np.einsum("ndd->nd", scores.covariance)
    both = np.einsum("ndd->nd", scores.whole_error()) + lean_sd**2 * (scores.lean**2).sum(axis=2)
    found, true = fit(scores, profile, lean_sd=lean_sd), fit_of(theta, profile)
    return Accuracy(
        correlation=np.array([np.corrcoef(scores.mean[:, d], theta[:, d])[0, 1] for d in range(theta.shape[1])]),
        error=np.sqrt((off**2).mean(axis=0)),
        covered_own=(np.abs(off) < NORMAL_95 * np.sqrt(own)).mean(axis=0),
        covered=(np.abs(off) < NORMAL_95 * np.sqrt(both)).mean(axis=0),
        fit_correlation=float(np.corrcoef(found.expected, true)[0, 1]),
        fit_covered=float(((found.low <= true) & (true <= found.high)).mean()),
    )
