"""What a form will tell about people: the errors to expect along each scale, before anybody has answered.

For people as consistent as the key takes them to be, and where the key is exact: before a pilot, errors are wider by
what `scoring.key_error` adds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.attributes import check_same
from assessment.measurement.model import ChoiceModel, Floats
from assessment.measurement.scale import theta_from_t
from assessment.measurement.scoring import Prior

T_POINTS: Floats = np.arange(30.0, 71.0, 5.0)
LEAST_RATIO = 0.25  # of the information's smallest eigenvalue to its largest: below it a form is called ipsative


@dataclass(frozen=True, eq=False)
class Precision:
    """What to expect of a form.

    t (P,): points of each attribute's line, on the T scale. se (D, P): the posterior standard error there, in theta,
    everybody else at the prior's mean. reliability (D,): 1 - E[V_dd] / Phi_dd over the people of the prior.
    eigenvalues (D,): of the form's information at the prior's mean, ascending.
    """

    attributes: tuple[str, ...]
    t: Floats
    se: Floats
    reliability: Floats
    eigenvalues: Floats

    @property
    def ratio(self) -> float:
        """The smallest eigenvalue to the largest. 0: there is a direction in which the form says nothing."""
        return float(self.eigenvalues[0] / self.eigenvalues[-1]) if self.eigenvalues[-1] > 0 else 0.0

    @property
    def ipsative(self) -> bool:
        """Whether the form compares attributes within a person far better than it measures their level."""
        return self.ratio < LEAST_RATIO


def precision(model: ChoiceModel, prior: Prior, *, t: ArrayLike = T_POINTS) -> Precision:
    """The precision to expect of the form with key `model`: V = (sum of I_j(theta) + Phi^-1)^-1 at each theta.

    The expectation over the prior is taken by spherical-radial cubature of degree 3: the mean of V at
    mu +- sqrt(D) L e_i with L L' = Phi (Arasaratnam & Haykin 2009). ValueError: attributes that differ, no points.
    """
    check_same(model, prior)
    t = np.array(t, dtype=np.float64)
    if t.ndim != 1 or not t.size or not np.isfinite(t).all():
        raise ValueError("t must be one or more finite numbers")
    size = len(prior.attributes)
    on_lines = _covariance(model, prior, along_lines(prior, np.tile(theta_from_t(t), (size, 1))))
    variance = np.diagonal(on_lines, axis1=1, axis2=2).reshape(size, len(t), size)
    root = np.sqrt(size) * np.linalg.cholesky(prior.covariance).T
    expected = _covariance(model, prior, prior.mean + np.concatenate([root, -root])).mean(axis=0)
    return Precision(
        attributes=prior.attributes,
        t=t,
        se=np.sqrt(variance[np.arange(size), :, np.arange(size)]),
        reliability=1 - np.diagonal(expected) / np.diagonal(prior.covariance),
        eigenvalues=np.linalg.eigvalsh(model.information(prior.mean[None])[0].sum(axis=0)),
    )


def item_information(model: ChoiceModel, prior: Prior) -> Floats:
    """What each item tells of each attribute, (J, D): the diagonal of I_j at the prior's mean. Items' add up."""
    check_same(model, prior)
    return np.asarray(np.diagonal(model.information(prior.mean[None])[0], axis1=1, axis2=2))


def error_by_length(model: ChoiceModel, prior: Prior, lengths: ArrayLike) -> Floats:
    """The standard error (L, D) at the prior's mean, in theta, of forms of so many items as these are on average.

    V = (n times the mean of I_j + Phi^-1)^-1. ValueError: attributes that differ, a length below 1.
    """
    check_same(model, prior)
    lengths = np.array(lengths, dtype=np.float64)
    if lengths.ndim != 1 or not lengths.size or not (lengths >= 1).all():
        raise ValueError("lengths must be one or more numbers of items, each at least 1")
    average = model.information(prior.mean[None])[0].mean(axis=0)
    variance = np.linalg.inv(lengths[:, None, None] * average + np.linalg.inv(prior.covariance))
    return np.asarray(np.sqrt(np.diagonal(variance, axis1=1, axis2=2)))


def along_lines(prior: Prior, values: Floats) -> Floats:
    """theta (D P, D), attribute after attribute: its values (D, P) on its own line, the prior's mean elsewhere."""
    size, points = values.shape
    theta = np.tile(prior.mean, (size, points, 1))
    theta[np.arange(size), :, np.arange(size)] = values
    return theta.reshape(size * points, size)


def _covariance(model: ChoiceModel, prior: Prior, theta: Floats) -> Floats:
    """V (N, D, D) at theta (N, D)."""
    return np.asarray(np.linalg.inv(model.information(theta).sum(axis=1) + np.linalg.inv(prior.covariance)))
