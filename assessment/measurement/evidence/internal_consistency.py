"""How well the items of one attribute hang together: alpha and omega of the keyed sum, for those who ask.

**What they mean here.** One most/least choice decides the contributions to all six attributes at once: an option
taken for its tact is an option not taken for its focus. So the items of one attribute share whatever made people
choose, not that attribute alone, and where the options are balanced the sums of the attributes must correlate
negatively (Hicks 1970). Errors of different items are independent, so alpha is still a lower bound of how far the
*keyed sum* would come out the same a second time. It is neither a bound nor an estimate of the reliability of theta,
which weighs all six sums together; it does not show that the items measure one thing; and it must not be compared
with the alpha of rating scales. Judge by `reliability.empirical_reliability`.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from assessment.measurement.evidence.reliability import TAIL, Estimate, Z, complete
from assessment.measurement.model import ChoiceModel, Floats, checked_answers
from assessment.measurement.scoring import explain

DRAWS = 1000  # of the bootstrap
MOST_SWEEPS = 1000
SMALL_ENOUGH = 1e-7  # a change of a loading below it is the last


def contributions(model: ChoiceModel, most: ArrayLike, least: ArrayLike) -> Floats:
    """What each answer adds to the keyed sums, (N, J, D), as `scoring.explain`, but NaN where unanswered."""
    most, least = checked_answers(model, most, least)
    return np.where((most >= 0)[..., None], explain(model, most, least), np.nan)


def alpha(items: ArrayLike, *, standardised: bool = False) -> Estimate:
    """Coefficient alpha of the keyed sum of one attribute, from its contributions (N, J); NaN = unanswered.

    alpha = J/(J-1) (1 - sum of the items' variances / variance of the sum); `standardised`: from the mean
    correlation r, J r / (1 + (J-1) r). Interval: (1 - alpha) / (1 - alpha^) is F with n-1 and (n-1)(J-1) degrees
    of freedom (Feldt 1965), exact for normal, parallel items, near for others, and for the standardised only
    borrowed. People with an unanswered item and items on which all are equal are left out.

    For most/least items it says less than it seems to: see the head of this file. Never taken for theta's.
    ValueError: fewer than 2 people or items are left, a sum that does not vary.
    """
    answers = _answers(items, least_people=2, least_items=2)
    people, count = answers.shape
    covariance = np.cov(answers.T)
    if standardised:
        covariance = _correlation(covariance)
    own, total = np.trace(covariance), covariance.sum()
    if not total > 1e-12 * own:
        raise ValueError("the keyed sum is the same for everybody: no alpha")
    value = count / (count - 1) * (1 - own / total)
    df, error_df = people - 1, (people - 1) * (count - 1)
    low = 1 - (1 - value) * fdtri(df, error_df, TAIL)
    high = 1 - (1 - value) * fdtri(df, error_df, 1 - TAIL)
    return Estimate(np.asarray(value), np.asarray(low), np.asarray(high), people)


def omega(items: ArrayLike, rng: np.random.Generator, *, draws: int = DRAWS) -> Estimate:
    """Omega total of the keyed sum of one attribute, from its contributions (N, J); NaN = unanswered.

    (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses) of one common factor (McDonald 1999). The
    interval is normal on the scale ln(1 - omega), its standard error by the bootstrap over people (percentiles
    cover less). Left out: as in `alpha`, whose warning holds here too: the one factor is whatever made people choose.
    ValueError: fewer than 3 people or items are left.
    """
    answers = _answers(items, least_people=3, least_items=3)
    people = len(answers)
    resampled = np.array([np.cov(answers[rng.integers(people, size=people)].T) for _ in range(draws)])
    left = _unique_share(np.cov(answers.T))
    factor = np.exp(Z * np.log(_unique_share(resampled)).std(ddof=1))
    return Estimate(np.asarray(1 - left), np.asarray(1 - left * factor), np.asarray(1 - left / factor), people)


def one_factor(covariance: ArrayLike) -> tuple[Floats, Floats]:
    """Loadings (..., J) and uniquenesses (..., J) of one factor behind covariances (..., J, J).

    Minres: least squares of the correlations off the diagonal, one loading after the other, each step of which is
    exact and can only lower the sum (Harman & Jones 1966); a loading stays within [-1, 1], so that no
    uniqueness is negative (Harman & Fukuda 1966). It starts from the first principal axis and ends when no loading
    moves, or after 1000 rounds, which only items that hardly hang together need; these may have other solutions
    about as good. The loadings' sum is positive.
    """
    covariance = np.asarray(covariance, dtype=np.float64)
    correlation = _correlation(covariance)
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    sizes, vectors = np.linalg.eigh(correlation)
    loadings = np.clip(vectors[..., -1] * np.sqrt(sizes[..., -1:]), -1, 1)
    for _ in range(MOST_SWEEPS):
        before = loadings.copy()
        for j in range(loadings.shape[-1]):
            loadings[..., j] = 0
            explained = (correlation[..., j, :] * loadings).sum(axis=-1)
            size = np.maximum((loadings**2).sum(axis=-1), np.finfo(np.float64).tiny)
            loadings[..., j] = np.clip(explained / size, -1, 1)
        if np.abs(loadings - before).max() < SMALL_ENOUGH:
            break
    loadings *= np.sqrt(variance)
    loadings *= np.where(loadings.sum(axis=-1, keepdims=True) < 0, -1, 1)
    return loadings, np.maximum(variance - loadings**2, 0)


def _answers(items: ArrayLike, *, least_people: int, least_items: int) -> Floats:
    """Complete rows and varying columns of contributions (N, J)."""
    given = np.asarray(items, dtype=np.float64)
    if given.ndim != 2:
        raise ValueError(f"contributions must be (people, items) of one attribute, not {given.shape}")
    answers = complete(given, least_people)
    answers = answers[:, np.ptp(answers, axis=0) > 0]
    if answers.shape[1] < least_items:
        raise ValueError(f"only {answers.shape[1]} items differ between people; at least {least_items} are needed")
    return answers


def _correlation(covariance: Floats) -> Floats:
    """Correlations of covariances (..., J, J); something that does not vary correlates with nothing."""
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    sd = np.sqrt(np.where(variance > 0, variance, 1.0))
    correlation = covariance / (sd[..., :, None] * sd[..., None, :])
    correlation[..., np.eye(sd.shape[-1], dtype=bool)] = 1.0
    return np.asarray(correlation)


def _unique_share(covariance: Floats) -> Floats:
    """1 - omega, (...,), kept from 0."""
    loadings, uniqueness = one_factor(covariance)
    unique = uniqueness.sum(axis=-1)
    return np.asarray(np.maximum(unique / (loadings.sum(axis=-1) ** 2 + unique), np.finfo(np.float64).eps))
