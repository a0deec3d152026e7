"""The posterior of each person as a few weighted points: what the E step of a calibration sums over.

At each consistency rho the points are theta^ + L z around the person's own mode, L L' = V, z the points of a rule
for the standard normal. They are importance-weighted by the exact joint density of answers and theta over that
normal, so that the normal is only where the points stand, not what they say:

    p(answers | rho) = sum of w_m p(answers | theta_m, rho) N(theta_m; mu, Phi) / N(theta_m; theta^, V).

A set of points common to all people would have to be dense everywhere at once; in six dimensions a small one
lies between the people and loses the correlations of the attributes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from assessment.measurement.model import ChoiceModel, Floats, Integers, checked_answers
from assessment.measurement.posterior import Choices, Design, Moments, find_mode, moments_at
from assessment.measurement.scoring import Consistency, consistency_prior


@dataclass(frozen=True, eq=False)
class Rule:
    """Points (D, M) and weights (M,), which sum to 1, that stand for a standard normal of D dimensions."""

    points: Floats
    weights: Floats


def spherical_radial(dimensions: int) -> Rule:
    """+-sqrt(D) e_i, 2 D points of equal weight: exact to the third degree (Arasaratnam & Haykin 2009)."""
    half = np.sqrt(dimensions) * np.eye(dimensions)
    return Rule(np.concatenate([half, -half], axis=1), np.full(2 * dimensions, 0.5 / dimensions))


def fifth_degree(dimensions: int) -> Rule:
    """(D + 1)(D + 2) + 1 points, exact to the fifth degree, for up to seven dimensions.

    The centre, and on the sphere of radius sqrt(D + 2) the corners of a regular simplex and the middles of its edges,
    each with its opposite (Mysovskikh's points; Lu & Darmofal 2004). ValueError: D above 7, where weights are negative.
    """
    d = dimensions
    if not 1 <= d <= 7:
        raise ValueError(f"this rule is for one to seven dimensions, not {d}")
    corners = np.linalg.svd(np.eye(d + 1) - 1 / (d + 1))[0][:, :d].T  # (D, D + 1): their mean is 0
    one, other = np.triu_indices(d + 1, 1)
    middles = corners[:, one] + corners[:, other]
    sphere = np.concatenate([corners, middles if d > 1 else middles[:, :0]], axis=1)
    sphere *= np.sqrt(d + 2) / np.linalg.norm(sphere, axis=0)
    of_corner = d * (7 - d) / (2 * (d + 1) ** 2 * (d + 2))
    of_middle = 2 * (d - 1) ** 2 / (d * (d + 1) ** 2 * (d + 2))
    share = np.append(np.full(d + 1, of_corner), np.full(sphere.shape[1] - d - 1, of_middle)) * d / (d + 2)
    points = np.concatenate([np.zeros((d, 1)), sphere, -sphere], axis=1)
    return Rule(points, np.concatenate([[2 / (d + 2)], share, share]))


@dataclass(frozen=True, eq=False)
class Pilot:
    """The answers (N, J) of the people who gave enough, and how to sum over what is not known of them: the grid of
    consistencies with its log prior weights, the rule for theta."""

    most: Integers
    least: Integers
    grid: tuple[float, ...]
    log_weights: Floats
    rule: Rule

    @classmethod
    def of(
        cls,
        model: ChoiceModel,
        most: ArrayLike,
        least: ArrayLike,
        consistency: Consistency,
        minimum_answers: int,
        rule: Rule | None = None,
    ) -> "Pilot":
        """Of everybody's answers; people with fewer than `minimum_answers`, or none, are left out.

        ValueError: impossible answers or consistencies, a rule for another number of attributes.
        """
        most_given, least_given = checked_answers(model, most, least)
        enough = (most_given >= 0).sum(axis=1) >= max(minimum_answers, 1)
        size = len(model.attributes)
        rule = rule or spherical_radial(size)
        if rule.points.shape != (size, len(rule.weights)):
            raise ValueError(f"the rule's points must be ({size}, {len(rule.weights)}), not {rule.points.shape}")
        return cls(most_given[enough], least_given[enough], *consistency_prior(consistency), rule)

    def __len__(self) -> int:
        return len(self.most)

    def chunks(self, size: int) -> list[slice]:
        """The people, `size` at a time."""
        return [slice(start, start + size) for start in range(0, len(self), size)]


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


def expect(design: Design, choices: Choices, pilot: Pilot, starts: Floats | None = None) -> tuple[list[Nodes], Floats]:
    """The weighted points, at each rho of the pilot's grid, of n of its people, and log p(answers) (n,).

    `starts` (R, D, n) is where to look for the modes.
    """
    rule = pilot.rule
    count, points = choices.keyed.shape[1], len(rule.weights)
    answered = np.tile(choices.answered, points)
    keyed, base = np.tile(choices.keyed, points), np.tile(choices.base, points)
    proposal = (np.log(rule.weights) + (rule.points**2).sum(axis=0) / 2)[:, None]
    _, prior_precision = np.linalg.slogdet(design.prior_precision)
    start = np.repeat(design.prior_mean[:, None], count, axis=1)
    found, joint = [], []
    for place, rho in enumerate(pilot.grid):
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
        joint.append(pilot.log_weights[place] + proposal + density + log_root + prior_precision / 2)
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
