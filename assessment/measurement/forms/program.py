"""The mixed-integer program of test assembly: its constraints, its solution, and what to relax where there is none."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from assessment.measurement.model import Booleans, Floats

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

End = Literal["at least", "at most", "exactly"]
Bound = float | Floats
Constraint = tuple[Floats, Bound, Bound]  # low <= rows . columns <= high

LENGTH, ALIKE = "length", "alike"  # the constraints that are no `Limit`
INFEASIBLE = 2  # a status of `milp`
LEAST_SECONDS = 1.0  # for finding out what to relax, however late it is


@dataclass(frozen=True, eq=False)
class Limit:
    """What a form may hold of something: at_least <= sum of its items' `amount` (J,) <= at_most.

    With ones and zeros it is a quota or a category, with seconds the reading time, with ones at items used often
    before a cap on exposure. An open end is infinite. ValueError: numbers that are not finite, ends that cross, the
    names of other constraints.
    """

    name: str
    amount: Floats
    at_least: float = -np.inf
    at_most: float = np.inf

    def __post_init__(self) -> None:
        if self.name in (LENGTH, ALIKE):
            raise ValueError(f"a limit can't be called {self.name}: that is a constraint of its own")
        amount = np.array(self.amount, dtype=np.float64)
        if amount.ndim != 1 or not np.isfinite(amount).all():
            raise ValueError(f"{self.name}: amounts must be one finite number an item")
        if not (self.at_least <= self.at_most and self.at_least < np.inf and self.at_most > -np.inf):
            raise ValueError(f"{self.name}: at least {self.at_least:g} and at most {self.at_most:g} can't both hold")
        amount.setflags(write=False)
        object.__setattr__(self, "amount", amount)


@dataclass(frozen=True)
class Shortfall:
    """A constraint that can't be kept beside the others: `needed` was asked for, `possible` can be had.

    name: that of the `Limit`, or "length", or "alike" (how far parallel forms may differ).
    """

    name: str
    end: End
    needed: float
    possible: float


class InfeasibleError(ValueError):
    """No form keeps all constraints; it is enough to move every one of `shortfalls` to what is possible.

    They are those of the smallest total violation, counted in items. Enemies are never given together and an item
    is never in two forms; the length is given up last.
    """

    def __init__(self, shortfalls: Sequence[Shortfall]) -> None:
        self.shortfalls = tuple(shortfalls)
        parts = (f"{s.name}: {s.end} {s.needed:g} needed, {s.possible:g} possible" for s in self.shortfalls)
        super().__init__("no form keeps all constraints; " + "; ".join(parts))


@dataclass(frozen=True, eq=False)
class _Soft:
    """low <= rows . columns <= high, which the elastic program may violate at a cost of 1 for every `unit`."""

    name: str
    end: End
    rows: Floats
    low: Bound
    high: Bound
    unit: float


@dataclass(frozen=True, eq=False)
class Solution:
    """chosen (F, J): ones and zeros. bound: no choice has a greater gain under the bounds of the program."""

    chosen: Floats
    bound: float


class Program:
    """Choose F disjoint forms of J items: maximise the gain y below every bound slope . x + constant.

    Columns: the choice x (F J, form by form), y, and for parallel forms the lowest precision at each of P points.
    """

    def __init__(
        self, items: int, length: int, limits: Sequence[Limit], enemies: Sequence[tuple[int, int]], forms: int
    ) -> None:
        self._items, self._length, self._limits, self._forms = items, length, limits, forms
        self._pairs = np.zeros((len(enemies), items))
        for row, pair in enumerate(enemies):
            self._pairs[row, list(pair)] = 1.0
        self._bounds: list[tuple[Floats, Floats]] = []
        self._likeness: tuple[Floats, Floats, float] | None = None

    def bound_gain(self, slope: Floats, constant: Floats) -> None:
        """No form's gain is above any of slope (P, J) . x + constant (P,)."""
        self._bounds.append((slope, constant))

    def keep_alike(self, slope: Floats, constant: Floats, share: float) -> None:
        """At each of P points the forms' slope (P, J) . x + constant (P,) differ by at most this share."""
        if self._forms > 1:
            self._likeness = slope, constant, share

    def solve(self, gap: float, deadline: float) -> Solution | None:
        """Forms whose gain is within `gap` of the best; the best so far at the deadline (time.monotonic), or None.

        InfeasibleError: with the constraints to relax. TimeoutError: there are such, and no time to find out which.
        """
        slope, constant = (np.concatenate(parts) for parts in zip(*self._bounds, strict=True))
        below = self._each_form(slope, gain=np.full(len(slope), -1.0))
        constraints = [
            (below, -np.tile(constant, self._forms), np.inf),
            *self._hard(),
            *((soft.rows, soft.low, soft.high) for soft in self._soft()),
        ]
        cost = np.zeros(self._columns)
        cost[self._gain] = -1.0
        high = np.where(self._whole, 1.0, np.inf)
        # The gain has a bound of its own: HiGHS could not tell an infeasible program from an unbounded one without.
        high[self._gain] = (constant + np.maximum(slope, 0.0).sum(axis=1)).min()
        found = _milp(cost, constraints, high, self._whole, gap, deadline)
        if found.status == INFEASIBLE:
            raise InfeasibleError(self._shortfalls(max(deadline, time.monotonic() + LEAST_SECONDS)))
        if found.x is None:
            return None
        return Solution(self._chosen(found.x), -float(found.mip_dual_bound))

    def _shortfalls(self, deadline: float) -> list[Shortfall]:
        """The constraints to relax: an elastic re-solve that makes the total violation, in items, smallest.

        Stopped by the deadline, it still names constraints whose relaxing is enough, though perhaps too many.
        """
        soft = list(self._soft())
        slack = np.zeros(len(soft))

        def widened(rows: Floats, way: Floats) -> Floats:
            return np.hstack([rows, np.tile(way, (len(rows), 1))])

        constraints = [(widened(rows, slack), low, high) for rows, low, high in self._hard()]
        for way, one in zip(np.eye(len(soft)), soft, strict=True):
            rows = widened(one.rows, -way if one.end == "at most" else way)
            constraints.append((rows, one.low, one.high))
        cost = np.append(np.zeros(self._columns), [1 / one.unit for one in soft])
        whole = np.append(self._whole, slack > 0)
        found = _milp(cost, constraints, np.where(whole, 1.0, np.inf), whole, 0.0, deadline)
        if found.x is None:
            raise TimeoutError("no form keeps all constraints, and it was not found out which to relax")
        return self._violated(soft, found.x[: self._columns])

    def _violated(self, soft: Sequence[_Soft], solution: Floats) -> list[Shortfall]:
        shortfalls = []
        for constraint in soft:
            values = constraint.rows @ solution
            above = constraint.end == "at most"
            violation = (values - constraint.high if above else constraint.low - values).max()
            if violation > 1e-6 * constraint.unit:
                if constraint.name == ALIKE:
                    needed, possible = self._likeness_of(solution)
                else:
                    needed = float(constraint.high if above else constraint.low)
                    possible = float(values.max() if above else values.min())
                shortfalls.append(Shortfall(constraint.name, constraint.end, needed, round(possible, 9)))
        return shortfalls

    def _likeness_of(self, solution: Floats) -> tuple[float, float]:
        """The share by which forms may differ, and the one by which these differ."""
        assert self._likeness is not None  # noqa: S101
        slope, constant, share = self._likeness
        precision = self._chosen(solution) @ slope.T + constant
        return share, float((precision.max(axis=0) / precision.min(axis=0)).max() - 1)

    # --- columns: the choice, the gain, the lowest precision at each point

    @property
    def _gain(self) -> int:
        return self._forms * self._items

    @property
    def _points(self) -> int:
        return len(self._likeness[1]) if self._likeness else 0

    @property
    def _columns(self) -> int:
        return self._gain + 1 + self._points

    @property
    def _whole(self) -> Booleans:
        return np.arange(self._columns) < self._gain

    def _chosen(self, columns: Floats) -> Floats:
        """The forms of a solution, (F, J), ones and zeros."""
        return np.round(columns[: self._gain]).reshape(self._forms, self._items)

    # --- rows

    def _each_form(self, amounts: Floats, *, gain: Floats | None = None, lowest: Floats | None = None) -> Floats:
        """Rows (F R): for each form amounts (R, J) . x + gain (R,) . y + lowest (R, P) . the lowest precisions."""
        rest = np.zeros((len(amounts), 1 + self._points))
        if gain is not None:
            rest[:, 0] = gain
        if lowest is not None:
            rest[:, 1:] = lowest
        return np.hstack([np.kron(np.eye(self._forms), amounts), np.tile(rest, (self._forms, 1))])

    def _hard(self) -> list[Constraint]:
        """Rows, low, high: no enemies together, no item in two forms; and the lowest precision is what it says."""
        once = np.hstack([np.eye(self._items)] * self._forms + [np.zeros((self._items, 1 + self._points))])
        hard: list[Constraint] = [(self._each_form(self._pairs), -np.inf, 1.0), (once, -np.inf, 1.0)]
        if self._likeness:
            slope, constant, _ = self._likeness
            above = self._each_form(slope, lowest=-np.eye(self._points))
            hard.append((above, -np.tile(constant, self._forms), np.inf))
        return hard

    def _soft(self) -> Iterator[_Soft]:
        length = float(self._length)
        last = 1 / (self._items + 1)  # an item of length costs more than one of every other constraint
        yield _Soft(LENGTH, "exactly", self._each_form(np.ones((1, self._items))), length, length, last)
        for limit in self._limits:
            rows = self._each_form(limit.amount[None])
            unit = float(np.abs(limit.amount[limit.amount != 0]).mean()) if limit.amount.any() else 1.0
            if limit.at_least > -np.inf:
                yield _Soft(limit.name, "at least", rows, limit.at_least, np.inf, unit)
            if limit.at_most < np.inf:
                yield _Soft(limit.name, "at most", rows, -np.inf, limit.at_most, unit)
        if self._likeness:
            slope, constant, share = self._likeness
            rows = self._each_form(slope, lowest=-(1 + share) * np.eye(self._points))
            unit = float(constant.mean() + self._length * slope.mean()) / self._length
            yield _Soft(ALIKE, "at most", rows, -np.inf, -np.tile(constant, self._forms), unit)


def _milp(
    cost: Floats, constraints: Sequence[Constraint], high: Floats, whole: Booleans, gap: float, deadline: float
) -> "OptimizeResult":
    """SciPy's milp over columns from 0 to `high`, to the relative gap or until the deadline."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - slow to load, and seldom needed

    return milp(
        cost,
        constraints=[LinearConstraint(*constraint) for constraint in constraints],
        bounds=Bounds(np.zeros(len(high)), high),
        integrality=whole.astype(np.int64),
        options={"mip_rel_gap": gap, "time_limit": max(deadline - time.monotonic(), 0.01)},
    )
