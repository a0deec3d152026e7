"""Which items make the best form: automated test assembly by mixed-integer programming (van der Linden 2005).

A form's gain is the smallest precision over attributes and points of their lines, relative to a target:

    gain = min over d, t of 1 / (V_dd target_d),   V = (sum of the form's I_j(theta_dt) + Phi^-1)^-1

with theta_dt at t on attribute d and at the prior's mean elsewhere. Precision is concave in the items chosen, since

    1 / V_dd = min over v with v_d = 1 of v' V^-1 v,   reached at v = V e_d / V_dd,

so every v gives an upper bound that is linear in the choice. The program maximises the gain under the bounds that
are tangent at the bank's average form, adds the tangents at the forms it found, and solves again (Kelley 1960),
until its bound and the best form meet.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.attributes import check_same
from assessment.measurement.forms.precision import along_lines
from assessment.measurement.forms.program import Limit, Program
from assessment.measurement.model import ChoiceModel, Floats, Integers
from assessment.measurement.scoring import Prior

POINTS: Floats = np.linspace(-2.0, 2.0, 8)  # sd from the prior's mean, on each attribute's line: T from 30 to 70
GAP = 0.02  # a form proven to be within this share of the best one (1% in errors) is good enough
ALIKE = 0.10  # parallel forms: how far their precisions may lie apart, as a share
TIME_LIMIT = 30.0  # seconds
FIRST_GAP = 0.08  # of the first solution, a quarter each time after: early tangents need no exact forms
ROUNDING = 1e-6  # of the solver: no gap is proven to be smaller
NEAR = 1.1  # tangents are added where a form's precision is within a tenth of its smallest


@dataclass(frozen=True)
class Progress:
    """After each solution of the program: seconds so far, the best gain found, and what no form can pass."""

    seconds: float
    gain: float
    bound: float


@dataclass(frozen=True, eq=False)
class Assembly:
    """forms (F, length): positions of items, ascending. gain: the smallest precision relative to the target.

    bound: no choice of items has a greater gain. proven: gain and bound are within the gap that was asked for.
    difference: the largest difference between two forms' precision at a point, as a share of the smaller one.
    """

    forms: Integers
    gain: float
    bound: float
    proven: bool
    difference: float

    @property
    def gap(self) -> float:
        """How much greater, at most, the best choice's gain is, as a share of this one's."""
        return max(self.bound / self.gain - 1, 0.0)


def assemble(
    model: ChoiceModel,
    prior: Prior,
    length: int,
    *,
    limits: Sequence[Limit] = (),
    enemies: Sequence[tuple[int, int]] = (),
    forms: int = 1,
    alike: float = ALIKE,
    target: ArrayLike | None = None,
    points: ArrayLike = POINTS,
    gap: float = GAP,
    time_limit: float = TIME_LIMIT,
    progress: Callable[[Progress], None] | None = None,
) -> Assembly:
    """The `forms` disjoint forms of `length` items whose smallest gain is the greatest.

    Every form keeps all `limits` and holds no two `enemies` (positions of items). Forms differ in precision by at
    most the share `alike`, to first order about the average form. target (D,): the precision each attribute should
    have; without one, the prior's 1 / Phi_dd, so that a gain of 3 is a reliability of 1 - 1/3. points: where on each
    line, in prior sd. At the time limit (seconds) the best forms so far are returned, with `proven` False.
    SciPy has no callback into its solver, so `progress` is called between solutions, not during one.

    InfeasibleError: the constraints can't all be kept. TimeoutError: no form was found in time.
    ValueError: attributes that differ, shapes, positions out of range, lengths or shares that mean nothing.
    """
    check_same(model, prior)
    _check(model.items, length, limits, enemies, forms, alike, gap)
    started = time.monotonic()
    deadline = started + time_limit
    enough = 1 + max(gap, ROUNDING)
    criterion = _Criterion.of(model, prior, target, points)
    program = Program(model.items, length, limits, enemies, forms)
    average = criterion.tangent(np.full(model.items, min(length / model.items, 1.0)))
    program.bound_gain(*average)
    program.keep_alike(*average, alike)
    gain, bound, best, tolerance = 0.0, np.inf, None, FIRST_GAP
    while bound > gain * enough and (best is None or time.monotonic() < deadline):
        found = program.solve(max(gap / 2, tolerance), deadline)
        if found is None:
            break
        bound = min(bound, found.bound)
        smallest = float(min(criterion.precision(form).min() for form in found.chosen))
        if smallest > gain:
            gain, best = smallest, found.chosen
        if progress:
            progress(Progress(time.monotonic() - started, gain, max(bound, gain)))
        for form in found.chosen:
            program.bound_gain(*criterion.tangent(form, near=NEAR))
        tolerance /= 4
    if best is None:
        raise TimeoutError(f"no form was found within {time_limit:g} seconds")
    precision = np.array([criterion.precision(form) for form in best])
    return Assembly(
        forms=np.array([np.flatnonzero(form) for form in best], dtype=np.int64),
        gain=gain,
        bound=max(bound, gain),
        proven=bool(bound <= gain * enough),
        difference=float((precision.max(axis=0) / precision.min(axis=0)).max() - 1),
    )


def _check(
    items: int,
    length: int,
    limits: Sequence[Limit],
    enemies: Sequence[tuple[int, int]],
    forms: int,
    alike: float,
    gap: float,
) -> None:
    if length < 1 or forms < 1:
        raise ValueError(f"there must be at least one form of at least one item, not {forms} of {length}")
    if not (alike > 0 and gap >= 0):
        raise ValueError(f"alike must be above 0 and gap at least 0, not {alike} and {gap}")
    for limit in limits:
        if limit.amount.shape != (items,):
            raise ValueError(f"{limit.name}: {len(limit.amount)} amounts for {items} items")
    for one, other in enemies:
        if not (0 <= one < items and 0 <= other < items and one != other):
            raise ValueError(f"enemies must be two of the items 0 to {items - 1}, not {one} and {other}")


@dataclass(frozen=True, eq=False)
class _Criterion:
    """The precision of attributes at P points of their lines, relative to the target; x (J,) is a choice, 0 to 1."""

    information: Floats  # (P, J, D, D)
    prior: Floats  # (D, D), Phi^-1
    attribute: Integers  # (P,)
    target: Floats  # (P,)

    @classmethod
    def of(cls, model: ChoiceModel, prior: Prior, target: ArrayLike | None, points: ArrayLike) -> Self:
        size = len(prior.attributes)
        sd: Floats = np.sqrt(np.diagonal(prior.covariance))
        points = np.asarray(points, dtype=np.float64)
        aims = 1 / sd**2 if target is None else np.asarray(target, dtype=np.float64)
        if aims.shape != (size,) or not ((aims > 0) & (aims < np.inf)).all():
            raise ValueError(f"the target must be {size} positive numbers")
        attribute = np.repeat(np.arange(size), len(points))
        theta = along_lines(prior, prior.mean[:, None] + sd[:, None] * points)
        known = np.asarray(np.linalg.inv(prior.covariance), dtype=np.float64)
        return cls(model.information(theta), known, attribute, aims[attribute])

    def precision(self, x: Floats) -> Floats:
        """1 / (V_dd target_d), (P,)."""
        point = np.arange(len(self.attribute))
        return np.asarray(1 / (self._covariance(x)[point, self.attribute, self.attribute] * self.target))

    def tangent(self, x: Floats, near: float = np.inf) -> tuple[Floats, Floats]:
        """slope (P, J), constant (P,): precision <= slope . choice + constant, with equality at x.

        Only points whose precision at x is within the factor `near` of the smallest are given.
        """
        precision = self.precision(x)
        kept = np.flatnonzero(precision <= near * precision.min())
        column = self._covariance(x)[kept, :, self.attribute[kept]]
        v = column / column[np.arange(len(kept)), self.attribute[kept]][:, None]
        slope = np.einsum("pd,pjde,pe->pj", v, self.information[kept], v, optimize=True)
        constant = np.einsum("pd,de,pe->p", v, self.prior, v)
        return slope / self.target[kept, None], constant / self.target[kept]

    def _covariance(self, x: Floats) -> Floats:
        return np.asarray(np.linalg.inv(np.tensordot(self.information, x, axes=(1, 0)) + self.prior))
