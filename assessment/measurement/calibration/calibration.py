"""Calibration: a key and a prior from a pilot's answers, by marginal maximum likelihood (Bock & Aitkin 1981).

EM. The E step puts each person's posterior on a few weighted points (`expectation`), for every consistency of the
grid: who clicks at random hardly contributes to the key. The M step is one Newton step for each item, and

    Phi = (N R + 80 Phi0) / (N + 80),    R the correlations of the posterior second moments about 0,

as if theta of 80 more people had been seen; which is more than 80 people who only answered, whose own posteriors lean
on Phi too.

**What holds the estimates.** An expert's guess is data too. Popularity: c = c0 - a0 . s + e, with e ~ N(0, .6^2) per
option and s ~ N(0, .6^2 I), the key's lean: where the pilot's average person stands on the scale experts had in
mind. (Without s, the guesses of all options together would hold the average person where experts thought, against
what a hundred people say.) Loadings: a ~ N(a0, 1/100), free only for items that 500 people answered.

**What fixes the scale.** A shift of theta can be undone by the intercepts, a stretch by the loadings. Either the new
group is the scale: its mean is 0 and its variances are 1, so that T = 50 is the pilot's average person; turning the
axes is held by the experts' loadings. Or some items are `anchors`: their parameters stay as they are, the group's
mean and variances are free, and new items come out on the scale of the old ones (fixed-parameter calibration, Kim
2006). Where loadings are not free the variances could be estimated even without anchors; they stay at 1, so that
scores of every key have one unit, and the grid of consistencies takes up how strongly people answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.attributes import check_same
from assessment.measurement.calibration.expectation import Pilot, Rule, fifth_degree
from assessment.measurement.calibration.key_estimation import Guess, State, Sums, improve, sum_up
from assessment.measurement.calibration.key_uncertainty import standard_errors
from assessment.measurement.fit import LEAN_SD
from assessment.measurement.model import Booleans, ChoiceModel, Floats, Integers
from assessment.measurement.scoring import CONSISTENCY, MINIMUM_ANSWERS, POPULARITY_ERROR, Consistency, Prior

PEOPLE_FOR_INTERCEPTS = 100
PEOPLE_FOR_LOADINGS = 500  # freed earlier, they made scores worse
LOADING_PRECISION = 100.0  # of an expert's loading: sd .1
CORRELATION_PEOPLE = 80.0  # how many people the guessed correlations are worth
TOLERANCE = 1e-4  # the largest change of a parameter in the last iteration
MOST_ITERATIONS = 300


@dataclass(frozen=True, eq=False)
class Calibration:
    """A calibrated key, its prior and its errors.

    intercept_errors (J, K): standard errors of the intercepts, centred within the item, 0 for anchors; what
    `scoring.key_error` takes as `popularity_error`. loading_errors (J, K, D): 0 where fixed; None if all were.
    lean, lean_errors (D,): s, where the average person stands on the experts' scale, and how well that is known.
    people: how many were used. answers (J,): how many of them answered the item. anchors, loadings_freed (J,): what
    was held, what was freed.
    trace (iterations,): log marginal likelihood less penalties, before each step; log_likelihood: without penalties,
    at the result. converged: False where the last iteration still moved a parameter by more than the tolerance.
    """

    model: ChoiceModel
    prior: Prior
    intercept_errors: Floats
    loading_errors: Floats | None
    lean: Floats
    lean_errors: Floats
    people: int
    answers: Integers
    anchors: Booleans
    loadings_freed: Booleans
    iterations: int
    converged: bool
    trace: Floats
    log_likelihood: float


def calibrate(
    model: ChoiceModel,
    most: ArrayLike,
    least: ArrayLike,
    prior: Prior,
    *,
    anchors: ArrayLike | None = None,
    consistency: Consistency = CONSISTENCY,
    popularity_error: float = POPULARITY_ERROR,
    lean_sd: float = LEAN_SD,
    loading_precision: float = LOADING_PRECISION,
    minimum_answers: int = MINIMUM_ANSWERS,
    rule: Rule | None = None,
    tolerance: float = TOLERANCE,
    most_iterations: int = MOST_ITERATIONS,
    progress: Callable[[int, float], None] | None = None,
) -> Calibration:
    """Calibrate the experts' `model` and the guessed correlations of `prior` by the answers (N, J) of a pilot.

    People with fewer than `minimum_answers` answers are left out, as in scoring. `anchors` (J,) is True for items
    whose parameters stay as `model` has them. `rule` places the points of the E step: `spherical_radial` by default,
    and the finer `fifth_degree` for the errors and the final log likelihood. With few short items points of one's own
    choice are better: a posterior far from a normal needs more than two a dimension.
    `progress` is told the iteration and the trace. To add people to an earlier pilot, calibrate the experts' key
    again with all of them.
    ValueError: impossible answers, fewer than 100 people, anchors that don't fix the scale, numbers out of range.
    ArithmeticError: the answers leave parameters open, so that errors cannot be stated.
    """
    attributes = check_same(model, prior)
    pilot = Pilot.of(model, most, least, consistency, minimum_answers, rule)
    if len(pilot) < PEOPLE_FOR_INTERCEPTS:
        raise ValueError(
            f"a calibration needs {PEOPLE_FOR_INTERCEPTS} sittings with {minimum_answers} answers or more, "
            f"not {len(pilot)}: wait for more people"
        )
    if not (popularity_error > 0 and lean_sd > 0 and loading_precision > 0 and most_iterations > 0):
        raise ValueError("popularity_error, lean_sd, loading_precision and most_iterations must be positive")
    held = _checked_anchors(model, anchors)
    answers = (pilot.most >= 0).sum(axis=0)
    freed = (answers >= PEOPLE_FOR_LOADINGS) & ~held
    correlations = _correlations(prior.covariance)
    state = State.start(model, correlations)
    free = np.broadcast_to((model.mask & ~held[:, None])[..., None], state.parameters.shape).copy()
    free[~freed, :, 1:] = False
    guess = Guess(state.parameters, free, popularity_error, lean_sd, loading_precision)

    trace: list[float] = []
    converged, starts = False, None
    while not converged and len(trace) < most_iterations:
        sums = sum_up(model, state, guess, pilot, starts)
        trace.append(sums.log_likelihood - guess.penalty(state) - _penalty(state.covariance, correlations))
        new = improve(model, state, sums, guess, pilot)
        new = _with_group(new, sums, len(pilot), correlations, free=bool(held.any()))
        converged, state, starts = new.distance(state) < tolerance, new, sums.modes
        if progress is not None:
            progress(len(trace), trace[-1])
    finer = replace(pilot, rule=rule or fifth_degree(len(attributes)))
    sums = sum_up(model, state, guess, finer, starts)
    errors = standard_errors(model, state, sums, guess, finer, mean_free=bool(held.any()))
    return Calibration(
        model=_with_anchors(state.model(model), model, held),
        prior=Prior(attributes, state.mean, state.covariance),
        intercept_errors=errors[..., 0],
        loading_errors=errors[..., 1:] if freed.any() else None,
        lean=state.lean,
        lean_errors=guess.lean_errors(),
        people=len(pilot),
        answers=answers,
        anchors=held,
        loadings_freed=freed,
        iterations=len(trace),
        converged=converged,
        trace=np.array(trace),
        log_likelihood=sums.log_likelihood,
    )


def _with_group(state: State, sums: Sums, people: int, guessed: Floats, *, free: bool) -> State:
    """The M step for the group: correlations shrunk towards the guess; mean and variances only where `free`."""
    mean = sums.first / people if free else np.zeros_like(sums.first)
    moments = sums.second / people - np.outer(mean, mean)
    correlations = people * _correlations(moments) + CORRELATION_PEOPLE * guessed
    correlations /= people + CORRELATION_PEOPLE
    scale = np.sqrt(np.diagonal(moments)) if free else np.ones(len(mean))
    return replace(state, mean=mean, covariance=correlations * np.outer(scale, scale))


def _penalty(covariance: Floats, guessed: Floats) -> float:
    """80 people whose correlations are as guessed, as minus a log likelihood."""
    correlations = _correlations(covariance)
    spread = np.linalg.slogdet(correlations)[1] + np.trace(np.linalg.solve(correlations, guessed))
    return float(CORRELATION_PEOPLE / 2 * spread)


def _correlations(covariance: Floats) -> Floats:
    scale = np.sqrt(np.diagonal(covariance))
    return np.asarray(covariance / np.outer(scale, scale))


def _checked_anchors(model: ChoiceModel, anchors: ArrayLike | None) -> Booleans:
    """(J,) True for anchors. ValueError: another shape, or items that leave an attribute's mean open."""
    if anchors is None:
        return np.zeros(model.items, dtype=np.bool_)
    held = np.asarray(anchors)
    if held.shape != (model.items,) or held.dtype != np.bool_:
        raise ValueError(
            f"anchors must be True or False for each of {model.items} items, not {held.dtype} {held.shape}"
        )
    loadings = model.centred().loadings[held].reshape(-1, len(model.attributes))
    if held.any() and np.linalg.matrix_rank(loadings) < len(model.attributes):
        raise ValueError("the anchors do not measure every attribute; choose more of them")
    return held


def _with_anchors(calibrated: ChoiceModel, model: ChoiceModel, held: Booleans) -> ChoiceModel:
    """The calibrated key with the anchors exactly as they were given."""
    loadings = np.where(held[:, None, None], model.loadings, calibrated.loadings)
    return replace(
        calibrated, loadings=loadings, intercepts=np.where(held[:, None], model.intercepts, calibrated.intercepts)
    )
