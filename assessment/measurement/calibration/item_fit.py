"""Does an item behave as the key says? Observed choices against those expected from the same people's other answers.

Under the model the answer to item j, given a person's other answers, has the probability

    P(most = b, least = w | other answers) = E[P_j(b, w | theta, rho) | other answers],

exactly, although theta is only estimated: the estimate's uncertainty is in the expectation, and the answer that is
judged is not in the estimate. From the points of the posterior given all answers it is had by weighting each with
1 / P_j(own answer) (importance sampling leave-one-out; Gelfand, Dey & Chang 1992). People are then sorted into strata
by their rest score, the posterior mean without the item (as Orlando & Thissen 2000 do with sums), on the attribute on
which the item's options differ most, and in each stratum the shares chosen are compared with those expected.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri
from scipy.stats import chi2

from assessment.measurement.attributes import check_same
from assessment.measurement.calibration.expectation import Pilot, expect, per_person
from assessment.measurement.model import Booleans, ChoiceModel, Floats, Integers
from assessment.measurement.posterior import Choices, Design
from assessment.measurement.scoring import CONSISTENCY, MINIMUM_ANSWERS, Consistency, Prior

STRATA = 5
INTERVAL = 0.95
RANK = 1e-9  # of a covariance, relative: less is nothing
CHUNK = 64  # people worked on at a time, each at R M points


@dataclass(frozen=True, eq=False)
class ItemFit:
    """The choices of people in G strata, and how well J items fit. [..., 0] is most, [..., 1] least.

    attribute (J,): the position of the one the strata are made by. strata (J, G): people in each. level (J, G): their
    mean rest score, theta. observed, expected, low, high (J, G, K, 2): shares of each option, the observed ones with a
    95% interval (Wilson 1927); NaN for empty strata. distance (J,): root mean square difference of the shares, what
    is not chance taken alone: 0 for an item that fits. chi_square, degrees, p_value (J,): do all shares differ by
    chance? NaN where nobody answered.
    """

    attributes: tuple[str, ...]
    attribute: Integers
    strata: Integers
    level: Floats
    observed: Floats
    expected: Floats
    low: Floats
    high: Floats
    distance: Floats
    chi_square: Floats
    degrees: Integers
    p_value: Floats

    def misfits(self, error_rate: float = 0.05) -> Booleans:
        """(J,) True for items that do not fit; where all do, none is named with probability 1 - error_rate (Holm)."""
        p = np.where(np.isnan(self.p_value), 1.0, self.p_value)
        order = np.argsort(p, kind="stable")
        adjusted = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
        named = np.zeros(len(p), dtype=np.bool_)
        named[order] = adjusted <= error_rate
        return named


def item_fit(
    model: ChoiceModel,
    most: ArrayLike,
    least: ArrayLike,
    prior: Prior,
    *,
    consistency: Consistency = CONSISTENCY,
    minimum_answers: int = MINIMUM_ANSWERS,
    strata: int = STRATA,
    fitted: ArrayLike = True,
) -> ItemFit:
    """The fit of each item of `model` to the answers (N, J) of a group with this `prior`.

    People with fewer than `minimum_answers` answers are left out. `fitted`, one or (J,): the intercepts were estimated
    from these answers, which costs K - 1 degrees of freedom. ValueError: impossible answers, attributes that differ.
    """
    attributes = check_same(model, prior)
    pilot = Pilot.of(model, most, least, consistency, minimum_answers)
    predicted, rest = _predictions(model, pilot, prior)
    attribute = _main_attribute(model)
    answered = pilot.most >= 0
    rest = np.take_along_axis(rest, attribute[None, :, None], axis=2)[..., 0]
    member = _strata(rest, answered, strata)
    option = np.arange(model.mask.shape[1])
    chosen = np.concatenate([pilot.most[..., None] == option, pilot.least[..., None] == option], axis=2)
    share = np.concatenate([predicted.sum(axis=3), predicted.sum(axis=2)], axis=2) * answered[..., None]
    observed = np.einsum("njg,njs->jgs", member, chosen)
    expected = np.einsum("njg,njs->jgs", member, share)
    spread = _covariance(member, predicted, share)
    residual = observed - expected
    inverse = np.linalg.pinv(spread, rcond=RANK, hermitian=True)
    chi_square = np.einsum("jgs,jgst,jgt->j", residual, inverse, residual)
    degrees = np.linalg.matrix_rank(spread, rtol=RANK, hermitian=True).sum(axis=1)
    degrees = np.maximum(degrees - np.asarray(fitted, dtype=np.bool_) * (model.mask.sum(axis=1) - 1), 0)
    tested = degrees > 0
    count = np.where(member.any(axis=0), member.sum(axis=0), np.nan)  # (J, G)
    chance = np.trace(spread, axis1=2, axis2=3)
    excess = np.nansum(((residual**2).sum(axis=2) - chance) / count, axis=1) / (2 * model.mask.sum(axis=1))
    observed, expected = (_shares(numbers, count) for numbers in (observed, expected))
    low, high = _wilson(observed, count[..., None, None])
    level = np.einsum("njg,nj->jg", member, rest) / count
    return ItemFit(
        attributes=attributes,
        attribute=attribute,
        strata=member.sum(axis=0).astype(np.int64),
        level=level,
        observed=observed,
        expected=expected,
        low=low,
        high=high,
        distance=np.sqrt(np.maximum(excess, 0.0) / np.maximum(answered.sum(axis=0), 1)),
        chi_square=np.where(tested, chi_square, np.nan),
        degrees=degrees,
        p_value=np.where(tested, chi2.sf(chi_square, np.maximum(degrees, 1)), np.nan),
    )


def _shares(numbers: Floats, count: Floats) -> Floats:
    """(J, G, 2 K) people of `count` (J, G) as shares (J, G, K, 2), most and least."""
    shares = numbers / count[..., None]
    return np.moveaxis(shares.reshape(*count.shape, 2, -1), 2, 3)


def _predictions(model: ChoiceModel, pilot: Pilot, prior: Prior) -> tuple[Floats, Floats]:
    """From each person's other answers: P(most, least) (N, J, K, K), and the mean of theta (N, J, D)."""
    design = Design.of(model, prior.mean, prior.covariance)
    options, items = design.mask.shape
    predicted = np.zeros((len(pilot), items, options, options))
    rest = np.zeros((len(pilot), items, len(prior.mean)))
    for rows in pilot.chunks(CHUNK):
        choices = Choices.of(design, pilot.most[rows], pilot.least[rows])
        nodes, log_marginal = expect(design, choices, pilot)
        count = len(log_marginal)
        total, joint, theta = np.zeros(1), np.zeros(1), np.zeros(1)
        for at in nodes:
            plus, minus = at.moments.plus, at.moments.minus
            chosen = np.tile(choices.chosen, len(pilot.rule.weights))
            own = (plus * (chosen > 0)).sum(axis=0) * (minus * (chosen < 0)).sum(axis=0)  # (J, M n)
            weight = np.divide(at.weight, own, out=np.zeros_like(own), where=own > 0)
            total = total + per_person(weight, count)
            joint = joint + per_person(plus[:, None] * (minus[None, :] * weight), count)
            theta = theta + per_person(at.theta[:, None] * weight, count)
        answered = choices.answered > 0
        total = np.where(answered, total, 1.0)
        predicted[rows] = np.moveaxis(joint / total, (0, 1, 2, 3), (2, 3, 1, 0))
        rest[rows] = np.moveaxis(theta / total, (0, 1, 2), (2, 1, 0))
    predicted[..., np.arange(options), np.arange(options)] = 0.0
    return predicted, rest


def _main_attribute(model: ChoiceModel) -> Integers:
    """(J,) the attribute on which the item's options differ most."""
    weight = model.mask[..., None] / model.mask.sum(axis=1)[:, None, None]
    mean = (model.loadings * weight).sum(axis=1, keepdims=True)
    return np.asarray(((model.loadings - mean) ** 2 * weight).sum(axis=1).argmax(axis=1))


def _strata(values: Floats, answered: Booleans, strata: int) -> Floats:
    """(N, J, G) 1 where the person is in that fifth (for G = 5) of the values (N, J); 0 where unanswered."""
    member = np.zeros((*values.shape, strata))
    for j in range(values.shape[1]):
        people = np.flatnonzero(answered[:, j])
        if people.size:
            edges = np.quantile(values[people, j], np.arange(1, strata) / strata)
            member[people, j, np.searchsorted(edges, values[people, j], side="right")] = 1.0
    return member


def _covariance(member: Floats, predicted: Floats, share: Floats) -> Floats:
    """Of the numbers of people who choose each option as most and as least, by stratum, (J, G, 2 K, 2 K)."""
    options = predicted.shape[2]
    total = np.einsum("njg,njs->jgs", member, share)
    covariance = total[..., None] * np.eye(2 * options)
    both = np.einsum("njg,njbw->jgbw", member, predicted)
    covariance[..., :options, options:] = both
    covariance[..., options:, :options] = both.swapaxes(2, 3)
    return np.asarray(covariance - np.einsum("njg,njs,njt->jgst", member, share, share, optimize=True))


def _wilson(share: Floats, count: Floats) -> tuple[Floats, Floats]:
    """The ends of Wilson's interval of an observed share."""
    z = float(ndtri((1 + INTERVAL) / 2))
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return middle - half, middle + half
