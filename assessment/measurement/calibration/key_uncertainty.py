"""Standard errors of a calibrated key: the observed information of the marginal likelihood (Louis 1982).

    I = sum over people of E[-Hessian] - Cov[score],    both given the person's answers,

what the answers would tell if theta and rho were seen, less what is lost because they are not. With the penalty's
curvature added, its inverse is the covariance of key and guess taken together. (Squares of the people's scores would
estimate the same; with a hundred people and as many parameters their inverse is far too large.)

A score is of the second degree in theta where loadings are free, its square of the fourth: a rule of the fifth degree
stands in for the E step's, whose square of a square is far off.

The group's correlations count as known: their part in the errors is small beside the items' own.
"""

import numpy as np

from assessment.measurement.calibration.expectation import Pilot, expect, per_person
from assessment.measurement.calibration.key_estimation import Guess, State, Sums, slopes
from assessment.measurement.model import Booleans, ChoiceModel, Floats
from assessment.measurement.posterior import Choices

CHUNK = 32  # people worked on at a time, each at R M points


def standard_errors(
    model: ChoiceModel, state: State, sums: Sums, guess: Guess, pilot: Pilot, *, mean_free: bool
) -> Floats:
    """Of each parameter (J, K, 1 + D), centred within the item; 0 where it is fixed.

    `sums` are those of an E step at `state`. `mean_free`: the group's mean was estimated too.
    ArithmeticError: an information that is not positive definite.
    """
    free, width, size = guess.free, guess.width, len(state.mean)
    used = free[..., :width].ravel()
    count = int(used.sum())
    complete = np.zeros((count + size * mean_free,) * 2)
    complete[:count, :count] = _block_diagonal(sums.hessian)[np.ix_(used, used)]
    if mean_free:
        complete[count:, count:] = len(pilot) * np.linalg.inv(state.covariance)
    information = complete - _missing(model, state, pilot, used, width, mean_free=mean_free)
    information[:count, :count] += _curvature(guess)
    if count and np.linalg.eigvalsh(information).min() <= 0:
        raise ArithmeticError("the answers leave parameters of the key open; hold more of them, or ask more people")
    variance = np.zeros((used.size, used.size))
    variance[np.ix_(used, used)] = np.linalg.inv(information)[:count, :count]
    return _centred_errors(variance.reshape(2 * (*free.shape[:2], width)), free)


def _missing(model: ChoiceModel, state: State, pilot: Pilot, used: Booleans, width: int, *, mean_free: bool) -> Floats:
    """The sum over people of the covariance of the scores, given the answers, over points and consistencies."""
    design = state.design(model)
    missing = np.zeros(1)
    for rows in pilot.chunks(CHUNK):
        choices = Choices.of(design, pilot.most[rows], pilot.least[rows])
        nodes, log_marginal = expect(design, choices, pilot)
        mean = np.zeros(1)
        for at in nodes:
            residual = np.tile(choices.chosen, len(pilot.rule.weights)) - at.moments.expected  # (K, J, M n)
            score: Floats = residual.transpose(1, 0, 2)[:, :, None] * slopes(at, width)
            score = score.reshape(-1, score.shape[-1])[used]
            if mean_free:
                score = np.concatenate([score, design.prior_precision @ (at.theta - state.mean[:, None])])
            weighted = score * at.weight
            missing = missing + weighted @ score.T
            mean = mean + per_person(weighted, len(log_marginal))
        missing = missing - mean @ mean.T
    return missing


def _curvature(guess: Guess) -> Floats:
    """Minus the Hessian of the log of the guess, the lean integrated out, for the free parameters."""
    free = guess.free[..., : guess.width]
    curvature = np.diag(np.broadcast_to(guess.precision[: guess.width], free.shape)[free])
    intercepts = np.flatnonzero(np.nonzero(free)[2] == 0)
    loadings = guess.parameters[guess.free[..., 0]][:, 1:]
    spread = guess.popularity_error**2 * np.eye(len(loadings)) + guess.lean_sd**2 * loadings @ loadings.T
    curvature[np.ix_(intercepts, intercepts)] = np.linalg.inv(spread)
    return np.asarray(curvature)


def _block_diagonal(blocks: Floats) -> Floats:
    """(J, K, P, K, P) as one matrix of all items, (J K P, J K P)."""
    items, options, width = blocks.shape[:3]
    whole = np.zeros((items, options * width, items, options * width))
    item = np.arange(items)
    whole[item, :, item] = blocks.reshape(items, options * width, -1)
    return whole.reshape(items * options * width, -1)


def _centred_errors(variance: Floats, free: Booleans) -> Floats:
    """The errors (J, K, 1 + D) from the covariance (J, K, P, J, K, P), without what all options of an item share."""
    items, options, size = free.shape
    errors = np.zeros((items, options, size))
    for j in range(items):
        exists = free[j, :, 0]
        centring = np.diag(exists.astype(float)) - np.outer(exists, exists) / max(exists.sum(), 1)
        for p in range(variance.shape[2]):
            own = centring @ variance[j, :, p, j, :, p] @ centring
            errors[j, :, p] = np.sqrt(np.maximum(np.diag(own), 0.0))  # fixed ones are 0 up to rounding
    return errors
