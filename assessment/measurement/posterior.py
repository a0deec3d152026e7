"""The mode of each person's posterior at a given consistency: Newton, people last in memory.

Everything here works on one chunk of n people; arrays are (..., n), so that a step on all of them runs over
numbers side by side, and the key's part is a matrix product. `scoring` makes the chunks and mixes the grid.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from assessment.measurement import symmetric
from assessment.measurement.model import UTILITY_LIMIT, ChoiceModel, centred

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LONGEST_STEP = 2.0  # per Newton step and attribute, theta
SMALL_ENOUGH = 1e-6  # a step below it is the last; Newton squares it
MOST_STEPS = 50


@dataclass(frozen=True, eq=False)
class Design:
    """The key in the order the loop wants it: options first, then items, so that an option is one block."""

    loadings: Floats  # (K, J, D), centred within the item
    intercepts: Floats  # (K, J), centred within the item
    mask: Floats  # (K, J), 1 or 0
    pairs: tuple[tuple[int, int], ...]  # the P pairs of options k < l
    products: Floats  # (D(D+1)/2, P J): (a_k - a_l)(a_k - a_l)', packed
    prior_mean: Floats  # (D,)
    prior_precision: Floats  # (D, D)

    @classmethod
    def of(cls, model: ChoiceModel, prior_mean: Floats, prior_covariance: Floats) -> "Design":
        """The design of a key and a normal prior."""
        centred_loadings = centred(model.loadings.transpose(2, 0, 1), model.mask)
        loadings = np.ascontiguousarray(centred_loadings.transpose(2, 1, 0))
        intercepts = np.ascontiguousarray(centred(model.intercepts, model.mask).T)
        pairs = tuple(combinations(range(len(loadings)), 2))
        delta = np.array([loadings[k] - loadings[low] for k, low in pairs]).reshape(-1, loadings.shape[2])
        products = symmetric.pack(delta.T[:, None] * delta.T[None, :])
        precision = np.asarray(np.linalg.inv(prior_covariance), dtype=np.float64)
        mask = model.mask.T.astype(np.float64)
        return cls(loadings, intercepts, mask, pairs, products, prior_mean, precision)


@dataclass(frozen=True, eq=False)
class Choices:
    """The answers of n people as the likelihood needs them."""

    chosen: Floats  # (K, J, n): 1 at most, -1 at least
    answered: Floats  # (J, n): 1 or 0
    keyed: Floats  # (D, n): T, the sum of a_most - a_least
    base: Floats  # (n,): the sum of c_most - c_least

    @classmethod
    def of(cls, design: Design, most: Integers, least: Integers) -> "Choices":
        """From most, least (n, J), -1 for unanswered."""
        option = np.arange(len(design.mask))[:, None, None]
        chosen = (option == most.T).astype(np.float64) - (option == least.T)
        keyed = _flat(design.loadings).T @ _flat(chosen)
        base = design.intercepts.ravel() @ _flat(chosen)
        return cls(chosen, np.ascontiguousarray((most.T >= 0).astype(np.float64)), keyed, base)


@dataclass(frozen=True, eq=False)
class Moments:
    """What the model expects of n people at theta and rho, unanswered items at 0."""

    plus: Floats  # (K, J, n): exp(u) / Z
    minus: Floats  # (K, J, n): exp(-u)
    expected: Floats  # (K, J, n): E[x_k], x_k = 1[most = k] - 1[least = k]
    coupling: Floats  # (P, J, n): -Cov[x_k, x_l]
    log_z: Floats  # (J, n)


@dataclass(frozen=True, eq=False)
class Mode:
    """The posterior of n people at one consistency: its mode, V there, and the Laplace evidence."""

    rho: float
    theta: Floats  # (D, n)
    covariance: Floats  # (D, D, n)
    evidence: Floats  # (n,): log p(answers, theta^ | rho) + (1/2) log det V, up to a constant
    moments: Moments


def find_modes(design: Design, choices: Choices, consistency: tuple[float, ...]) -> list[Mode]:
    """The mode at each rho; each search starts from the one before, the first at the prior's mean."""
    theta = np.repeat(design.prior_mean[:, None], choices.keyed.shape[1], axis=1)
    modes = []
    for rho in consistency:
        mode = find_mode(design, choices, rho, theta)
        modes.append(mode)
        theta = mode.theta
    return modes


def find_mode(design: Design, choices: Choices, rho: float, start: Floats) -> Mode:
    """Maximise log p(answers | theta, rho) + log p(theta) from `start` (D, n).

    The log-posterior is concave, so there is one maximum. Gradient rho (T - sum E[a_most - a_least])
    - Phi^-1 (theta - mu); minus the Hessian rho^2 sum Cov[a_most - a_least] + Phi^-1, exactly.
    """
    theta, longest = start, np.full(start.shape[1], LONGEST_STEP)
    previous = np.zeros_like(start)
    for _ in range(MOST_STEPS):
        moments, factor = _evaluate(design, choices, rho, theta)
        pull = design.prior_precision @ (theta - design.prior_mean[:, None])
        gradient = rho * (choices.keyed - _flat(design.loadings).T @ _flat(moments.expected)) - pull
        step = symmetric.solve(factor, gradient)
        longest = np.where((step * previous).sum(axis=0) < 0, longest / 2, longest)  # no swinging to and fro
        size = np.abs(step).max(axis=0)
        step *= np.minimum(1.0, longest / np.maximum(size, longest))
        theta, previous = theta + step, step
        if size.max() < SMALL_ENOUGH:
            break
    else:
        raise ArithmeticError(f"no mode found within {MOST_STEPS} steps at consistency {rho}")
    moments, factor = _evaluate(design, choices, rho, theta)
    distance = theta - design.prior_mean[:, None]
    evidence = (
        rho * ((choices.keyed * theta).sum(axis=0) + choices.base)
        - moments.log_z.sum(axis=0)
        - (distance * (design.prior_precision @ distance)).sum(axis=0) / 2
        - symmetric.log_determinant(factor) / 2
    )
    return Mode(rho, theta, symmetric.unpack(symmetric.inverse(factor)), evidence, moments)


def sensitivity(design: Design, choices: Choices, mode: Mode) -> tuple[Floats, Floats]:
    """How the mode and the evidence move with the intercepts: S (D, K, J, n) and dE/dc (K, J, n).

    At the mode the gradient is zero, so with H = V^-1 = -(Hessian) and x_k = 1[most = k] - 1[least = k],

        S = dtheta^/dc = H^-1 d gradient/dc = -rho^2 V Cov[a_most - a_least, x].

    The evidence is E = log p(answers, theta^ | rho) - (1/2) log det H. Its first part moves by
    rho (x observed - E[x]), since theta^ is a maximum. H is rho^2 times a sum of covariances, so it moves by
    rho^3 times third cumulants: with d = a_most - a_least, q = (d - E d)' V (d - E d) and h = Cov[q, x],

        d log det H/dc = tr(V dH/dc) = rho^3 (h + S' sum of a h),

    the second term because theta^ moves too (d is linear in x: Cov[q, d] = sum of a h over options).
    """
    moments, rho = mode.moments, mode.rho
    delta = design.loadings[:, None] - design.loadings[None, :]  # (K, K, J, D)
    coupling = np.zeros(delta.shape[:3] + mode.theta.shape[1:])
    for (k, low), block in zip(design.pairs, moments.coupling, strict=True):
        coupling[k, low] = coupling[low, k] = block
    # Cov[d, x_k] = sum over l of coupling_kl (a_k - a_l), because the x of an item sum to zero
    covariance = np.einsum("kljn,kljd->dkjn", coupling, delta, optimize=True)
    shift = -(rho**2) * np.einsum("den,ekjn->dkjn", mode.covariance, covariance, optimize=True)

    joint = moments.plus[:, None] * moments.minus[None, :]
    joint[np.arange(len(delta)), np.arange(len(delta))] = 0.0
    centre = np.einsum("kjd,kjn->djn", design.loadings, moments.expected)
    deviation = delta.transpose(3, 0, 1, 2)[..., None] - centre[:, None, None]  # d - E d, (D, K, K, J, n)
    q = np.einsum("dkljn,den,ekljn->kljn", deviation, mode.covariance, deviation, optimize=True)
    weighted = joint * q
    h = weighted.sum(axis=1) - weighted.sum(axis=0) - weighted.sum(axis=(0, 1)) * moments.expected
    through_theta = np.einsum("dkjn,dn->kjn", shift, _flat(design.loadings).T @ _flat(h))
    evidence = rho * (choices.chosen - moments.expected) - rho**3 / 2 * (h + through_theta)
    return shift, evidence


def moments_at(design: Design, answered: Floats, rho: float, theta: Floats) -> Moments:
    """The moments of n people at theta (D, n) who `answered` (J, n) these items."""
    plus, minus, z = exponentials(design, rho, theta)
    sum_plus, sum_minus = plus.sum(axis=0), minus.sum(axis=0)
    log_z = answered * np.log(z)
    plus *= answered / z
    expected = plus * sum_minus - minus * (sum_plus * answered / z)
    coupling = np.empty((len(design.pairs), *log_z.shape))
    for pair, (k, low) in enumerate(design.pairs):
        np.multiply(plus[k], minus[low], out=coupling[pair])
        coupling[pair] += plus[low] * minus[k]
        coupling[pair] += expected[k] * expected[low]
    return Moments(plus, minus, expected, coupling, log_z)


def exponentials(design: Design, rho: float, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """exp(u) and exp(-u) (K, J, n), 0 for options that don't exist, and Z (J, n), of people at theta (D, n)."""
    utility = _flat(design.loadings) @ (rho * theta)
    utility += rho * design.intercepts.reshape(-1, 1)
    np.clip(utility, -UTILITY_LIMIT, UTILITY_LIMIT, out=utility)
    plus = np.exp(utility, out=utility).reshape(*design.mask.shape, -1)
    minus = 1.0 / plus
    if not design.mask.all():
        plus *= design.mask[..., None]
        minus *= design.mask[..., None]
    return plus, minus, plus.sum(axis=0) * minus.sum(axis=0) - design.mask.sum(axis=0)[:, None]


def _evaluate(design: Design, choices: Choices, rho: float, theta: Floats) -> tuple[Moments, symmetric.Rows]:
    """The moments at theta (D, n), and the Cholesky factor of minus the Hessian."""
    moments = moments_at(design, choices.answered, rho, theta)
    packed = design.products @ _flat(moments.coupling)
    packed *= rho**2
    packed += symmetric.pack(design.prior_precision)[:, None]
    return moments, symmetric.cholesky(packed, len(theta))


def _flat(array: Floats) -> Floats:
    """(A, J, n) as (A J, n)."""
    return array.reshape(-1, array.shape[-1])
