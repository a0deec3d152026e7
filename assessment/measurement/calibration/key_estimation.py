"""One turn of the EM by which a key is estimated: what the answers say of each item, and the step they ask for.

Parameters of an option are one vector v = (c, a), an item's are (K, 1 + D). With phi = rho (1, theta) its utility is
v . phi, so that for the expected log likelihood of an item, a weighted sum over people and points,

    gradient = sum of (x - E[x]) phi',    -Hessian = sum of Cov[x, x] (x) phi phi',    x_k = 1[most = k] - 1[least = k].

It is concave. A constant added to all options changes nothing; the penalty keeps such a part at 0, where it starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assessment.measurement import symmetric
from assessment.measurement.calibration.expectation import Nodes, Pilot, expect, per_person
from assessment.measurement.model import Booleans, ChoiceModel, Floats
from assessment.measurement.posterior import Choices, Design, exponentials

MOST_HALVINGS = 30
ROUNDING = 1e-10  # of a log likelihood, relative: less is no loss
CHUNK = 64  # people worked on at a time, each at R M points


@dataclass(frozen=True, eq=False)
class State:
    """Where the EM stands: parameters (J, K, 1 + D), the key's lean (D,), the group's mean (D,) and covariance."""

    parameters: Floats
    lean: Floats
    mean: Floats
    covariance: Floats

    @classmethod
    def start(cls, model: ChoiceModel, correlations: Floats) -> "State":
        """The key centred within the items, the group at 0."""
        key = model.centred()
        parameters = np.concatenate([key.intercepts[..., None], key.loadings], axis=2)
        return cls(parameters, np.zeros(len(correlations)), np.zeros(len(correlations)), correlations)

    def model(self, like: ChoiceModel) -> ChoiceModel:
        """The key of these parameters."""
        return ChoiceModel(like.attributes, self.parameters[..., 1:], self.parameters[..., 0], like.mask)

    def design(self, like: ChoiceModel) -> Design:
        """The key and the group as the posterior wants them."""
        return Design.of(self.model(like), self.mean, self.covariance)

    def distance(self, other: "State") -> float:
        """The largest difference of any number."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("parameters", "lean", "mean", "covariance"))
        return max(float(np.abs(one - two).max()) for one, two in pairs)


@dataclass(frozen=True, eq=False)
class Guess:
    """What the experts' key says before data: c = c0 - a0 . s + N(0, error^2), s ~ N(0, lean_sd^2 I), and
    a ~ N(a0, 1/loading_precision), for the parameters that are free (J, K, 1 + D); the others are known."""

    parameters: Floats
    free: Booleans
    popularity_error: float
    lean_sd: float
    loading_precision: float

    @property
    def width(self) -> int:
        """How many of an option's parameters are in play: 1, the intercept, or 1 + D."""
        return self.free.shape[2] if self.free[..., 1:].any() else 1

    @property
    def precision(self) -> Floats:
        """Of each parameter around its centre, (1 + D,)."""
        return np.append(self.popularity_error**-2, np.full(self.free.shape[2] - 1, self.loading_precision))

    def centre(self, lean: Floats) -> Floats:
        """Where the free parameters are pulled to, (J, K, 1 + D)."""
        centre = self.parameters.copy()
        centre[..., 0] -= centre[..., 1:] @ lean
        return centre

    def item_penalties(self, parameters: Floats, lean: Floats) -> Floats:
        """What the log likelihood of each item is lessened by, (J,)."""
        off = np.where(self.free, parameters - self.centre(lean), 0.0)
        return np.asarray((off**2 * self.precision).sum(axis=(1, 2)) / 2)

    def penalty(self, state: State) -> float:
        """All of it."""
        return float(
            self.item_penalties(state.parameters, state.lean).sum() + (state.lean @ state.lean) / (2 * self.lean_sd**2)
        )

    def likeliest_lean(self, parameters: Floats) -> Floats:
        """s given the intercepts: a ridge regression of c0 - c on a0."""
        free = self.free[..., 0]
        moved = self.parameters[free][:, 0] - parameters[free][:, 0]
        right = self.parameters[free][:, 1:].T @ moved / self.popularity_error**2
        return np.asarray(np.linalg.solve(self._lean_precision(), right))

    def lean_errors(self) -> Floats:
        """The standard errors of s where the intercepts are known, (D,)."""
        return np.asarray(np.sqrt(np.diagonal(np.linalg.inv(self._lean_precision()))))

    def _lean_precision(self) -> Floats:
        loadings = self.parameters[self.free[..., 0]][:, 1:]
        ridge = np.eye(loadings.shape[1]) / self.lean_sd**2
        return np.asarray(loadings.T @ loadings / self.popularity_error**2 + ridge)


@dataclass(frozen=True, eq=False)
class Sums:
    """What the E step hands to the M step; P parameters in play.

    observed (J, K, P): sum of x phi. expected (J, K, P): of E[x] phi. hessian (J, K, P, K, P): minus that of the
    expected log likelihood. log_z (J,). first (D,), second (D, D): of theta. log_likelihood: marginal.
    points: for each chunk of people and each rho the points' theta (D, M n) and weights. modes: (R, D, n) a chunk.
    """

    observed: Floats
    expected: Floats
    hessian: Floats
    log_z: Floats
    first: Floats
    second: Floats
    log_likelihood: float
    points: list[list[tuple[float, Floats, Floats]]]
    modes: list[Floats]


def sum_up(model: ChoiceModel, state: State, guess: Guess, pilot: Pilot, starts: Sequence[Floats] | None) -> Sums:
    """The E step at `state`; `starts` are the modes of the one before."""
    design = state.design(model)
    options, items = design.mask.shape
    width, size = guess.width, len(state.mean)
    observed, expected = np.zeros((2, options * items, width))
    coupling = np.zeros((len(design.pairs) * items, width * (width + 1) // 2))
    log_z, first, second, log_likelihood = np.zeros(items), np.zeros(size), np.zeros((size, size)), 0.0
    points, modes = [], []
    for place, rows in enumerate(pilot.chunks(CHUNK)):
        choices = Choices.of(design, pilot.most[rows], pilot.least[rows])
        nodes, log_marginal = expect(design, choices, pilot, None if starts is None else starts[place])
        for at in nodes:
            phi = slopes(at, width)
            weighted = at.weight * phi
            observed += flat(choices.chosen) @ per_person(weighted, len(log_marginal)).T
            expected += flat(at.moments.expected) @ weighted.T
            coupling += flat(at.moments.coupling) @ symmetric.pack(phi[:, None] * weighted[None, :]).T
            log_z += at.moments.log_z @ at.weight
            first += at.theta @ at.weight
            second += (at.theta * at.weight) @ at.theta.T
        log_likelihood += float(log_marginal.sum())
        points.append([(at.rho, at.theta, at.weight) for at in nodes])
        modes.append(np.array([at.mode for at in nodes]))
    shape = (options, items, width)
    return Sums(
        observed=observed.reshape(shape).transpose(1, 0, 2),
        expected=expected.reshape(shape).transpose(1, 0, 2),
        hessian=_hessian(design, coupling.reshape(len(design.pairs), items, -1), width),
        log_z=log_z,
        first=first,
        second=second,
        log_likelihood=log_likelihood,
        points=points,
        modes=modes,
    )


def improve(model: ChoiceModel, state: State, sums: Sums, guess: Guess, pilot: Pilot) -> State:
    """The M step for the key: one Newton step for each item, halved until its penalised expected log likelihood is
    not less than before; then the lean."""
    items, options, width = sums.observed.shape
    free = guess.free[..., :width].reshape(items, -1)
    precision = np.tile(guess.precision[:width], options)
    off = (state.parameters - guess.centre(state.lean))[..., :width].reshape(items, -1)
    gradient = np.where(free, (sums.observed - sums.expected).reshape(items, -1) - precision * off, 0.0)
    hessian = sums.hessian.reshape(items, options * width, -1) + np.diag(precision)
    hessian = np.where(free[:, :, None] & free[:, None, :], hessian, np.eye(options * width))
    step = np.zeros_like(state.parameters)
    step[..., :width] = np.linalg.solve(hessian, gradient[..., None]).reshape(items, options, width)

    def gain(parameters: Floats, log_z: Floats) -> Floats:
        """The penalised expected log likelihood of each item, up to a constant."""
        linear = (sums.observed * parameters[..., :width]).sum(axis=(1, 2))
        return np.asarray(linear - log_z - guess.item_penalties(parameters, state.lean))

    before = gain(state.parameters, sums.log_z)
    share = np.ones((items, 1, 1))
    for _ in range(MOST_HALVINGS):
        parameters = state.parameters + share * step
        log_z = _log_z(replace(state, parameters=parameters).design(model), sums, pilot)
        worse = gain(parameters, log_z) < before - ROUNDING * np.abs(before)
        if not worse.any():
            break
        share[worse] /= 2  # concave: a short enough step is never worse, but for rounding
    return replace(state, parameters=parameters, lean=guess.likeliest_lean(parameters))


def slopes(nodes: Nodes, width: int) -> Floats:
    """phi = rho (1, theta), its first `width` rows, (P, M n)."""
    return np.asarray(nodes.rho * np.concatenate([np.ones((1, nodes.theta.shape[1])), nodes.theta])[:width])


def flat(array: Floats) -> Floats:
    """(A, J, n) as (A J, n)."""
    return array.reshape(-1, array.shape[-1])


def _hessian(design: Design, coupling: Floats, width: int) -> Floats:
    """(J, K, P, K, P) from the sums of -Cov[x_k, x_l] phi phi' by pair of options, (pairs, J, packed)."""
    options, items = design.mask.shape
    row, column = np.tril_indices(width)
    whole = np.empty((*coupling.shape[:2], width, width))
    whole[..., row, column] = whole[..., column, row] = coupling
    hessian = np.zeros((items, options, width, options, width))
    for (k, low), block in zip(design.pairs, whole, strict=True):
        hessian[:, k, :, k] += block
        hessian[:, low, :, low] += block
        hessian[:, k, :, low] -= block
        hessian[:, low, :, k] -= block
    return hessian


def _log_z(design: Design, sums: Sums, pilot: Pilot) -> Floats:
    """The expected log Z of each item at other parameters, (J,), over the same points."""
    total = np.zeros(design.mask.shape[1])
    for rows, parts in zip(pilot.chunks(CHUNK), sums.points, strict=True):
        answered = np.tile((pilot.most[rows].T >= 0).astype(np.float64), len(pilot.rule.weights))
        for rho, theta, weight in parts:
            total += (answered * np.log(exponentials(design, rho, theta)[2])) @ weight
    return total
