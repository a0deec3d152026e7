"""The posterior of each person as a few weighted points: what the E step of a calibration sums over.

At each consistency rho the points are theta^ + L z around the person's own mode, L L' = V, z the points of a rule
for the standard normal. They are importance-weighted by the exact joint density of answers and theta over that
normal, so that the normal is only where the points stand, not what they say:

    p(answers | rho) = sum of w_m p(answers | theta_m, rho) N(theta_m; mu, Phi) / N(theta_m; theta^, V).

A set of points common to all people would have to be dense everywhere at once; in six dimensions a small one
lies between the people and loses the correlations of the attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from assessment.measurement.model import Floats
from assessment.measurement.posterior import Choices, Design, Moments, find_mode, moments_at


@dataclass(frozen=True, eq=False)
class Rule:
    """Points (D, M) and weights (M,), which sum to 1, that stand for a standard normal of D dimensions."""

    points: Floats
    weights: Floats


def spherical_radial(dimensions: int) -> Rule:
    """+-sqrt(D) e_i, 2 D points of equal weight: exact to the third degree (Arasaratnam & Haykin 2009)."""
    half = np.sqrt(dimensions) * np.eye(dimensions)
    return Rule(np.concatenate([half, -half], axis=1), np.full(2 * dimensions, 0.5 / dimensions))


@dataclass(frozen=True, eq=False)
class Nodes:
    """The points of n people at one rho, M n columns: all people at the first point, then at the second.

    A person's weights sum to 1 over the points of all rho.
    """

    rho: float
    theta: Floats  # (D, M n)
    weight: Floats  # (M n,)
    moments: Moments  # at theta
    mode: Floats  # (D, n)


def expect(
    design: Design,
    choices: Choices,
    grid: Sequence[float],
    log_weights: Floats,
    rule: Rule,
    starts: Floats | None = None,
) -> tuple[list[Nodes], Floats]:
    """The weighted points of n people at each rho, and log p(answers) (n,).

    `log_weights` (R,) is the log prior of the grid; `starts` (R, D, n) is where to look for the modes.
    """
    count, points = choices.keyed.shape[1], len(rule.weights)
    answered = np.tile(choices.answered, points)
    keyed, base = np.tile(choices.keyed, points), np.tile(choices.base, points)
    proposal = (np.log(rule.weights) + (rule.points**2).sum(axis=0) / 2)[:, None]
    _, prior_precision = np.linalg.slogdet(design.prior_precision)
    start = np.repeat(design.prior_mean[:, None], count, axis=1)
    found, joint = [], []
    for place, rho in enumerate(grid):
        mode = find_mode(design, choices, rho, start if starts is None else starts[place])
        start = mode.theta
        factor = np.linalg.cholesky(mode.covariance.transpose(2, 0, 1))  # (n, D, D)
        offset = (factor @ rule.points).transpose(1, 2, 0)  # (D, M, n)
        theta = (mode.theta[:, None] + offset).reshape(len(start), -1)
        moments = moments_at(design, answered, rho, theta)
        distance = theta - design.prior_mean[:, None]
        density = (
            rho * ((keyed * theta).sum(axis=0) + base)
            - moments.log_z.sum(axis=0)
            - (distance * (design.prior_precision @ distance)).sum(axis=0) / 2
        ).reshape(points, count)
        log_root = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)  # (1/2) log det V
        joint.append(log_weights[place] + proposal + density + log_root + prior_precision / 2)
        found.append((rho, theta, moments, mode.theta))
    total = np.array(joint)  # (R, M, n)
    log_marginal = logsumexp(total, axis=(0, 1))
    weights = np.exp(total - log_marginal).reshape(len(found), -1)
    nodes = [
        Nodes(rho, theta, weight, moments, mode)
        for (rho, theta, moments, mode), weight in zip(found, weights, strict=True)
    ]
    return nodes, np.asarray(log_marginal)


def per_person(values: Floats, count: int) -> Floats:
    """Sums over the points, (..., M n) to (..., n)."""
    return np.asarray(values.reshape(*values.shape[:-1], -1, count).sum(axis=-2))
