"""The mixed-integer program of test assembly: its constraints, its solution, and what to relax where there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from assessment.measurement.model import Floats

End = Literal["at least", "at most", "exactly"]
Bound = float | Floats

LENGTH, ALIKE = "length", "alike"  # the constraints that are no `Limit`
INFEASIBLE = 2  # a status of `milp`


@dataclass(frozen=True, eq=False)
class Limit:
    """What a form may hold of something: at_least <= sum of its items' `amount` (J,) <= at_most.

    With ones and zeros it is a quota or a category, with seconds the reading time, with ones at items used often
    before a cap on exposure. An open end is infinite. ValueError: numbers that are not finite, ends that cross.
    """

    name: str
    amount: Floats
    at_least: float = -np.inf
    at_most: float = np.inf

    def __post_init__(self) -> None:
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

    def solve(self, gap: float, time_limit: float) -> OptimizeResult:
        """milp's result, within `gap` of the best unless the time (seconds) ran out."""
        slope, constant = (np.concatenate(parts) for parts in zip(*self._bounds, strict=True))
        below = self._each_form(slope, gain=np.full(len(slope), -1.0))
        constraints = [
            LinearConstraint(below, -np.tile(constant, self._forms), np.inf),
            *(LinearConstraint(*hard) for hard in self._hard()),
            *(LinearConstraint(soft.rows, soft.low, soft.high) for soft in self._soft()),
        ]
        cost = np.zeros(self._columns)
        cost[self._gain] = -1.0
        most = float((constant + np.maximum(slope, 0.0).sum(axis=1)).min())
        return milp(
            cost,
            constraints=constraints,
            bounds=self._box(most),
            integrality=self._whole(),
            options={"mip_rel_gap": gap, "time_limit": max(time_limit, 0.01)},
        )

    def chosen(self, found: OptimizeResult) -> Floats:
        """The forms of a solution, (F, J), ones and zeros."""
        return np.asarray(np.round(found.x[: self._gain])).reshape(self._forms, self._items)

    def shortfalls(self, time_limit: float) -> list[Shortfall]:
        """The constraints to relax: an elastic re-solve that makes the total violation, in items, smallest.

        Stopped by the time limit, it still names constraints whose relaxing is enough, though perhaps too many.
        """
        soft = list(self._soft())
        slack = np.zeros(len(soft))

        def widened(rows: Floats, way: Floats) -> Floats:
            return np.hstack([rows, np.tile(way, (len(rows), 1))])

        constraints = [LinearConstraint(widened(rows, slack), low, high) for rows, low, high in self._hard()]
        for way, one in zip(np.eye(len(soft)), soft, strict=True):
            rows = widened(one.rows, -way if one.end == "at most" else way)
            constraints.append(LinearConstraint(rows, one.low, one.high))
        box = self._box(np.inf)
        bounds = Bounds(np.append(box.lb, slack), np.append(box.ub, slack + np.inf))
        found = milp(
            np.append(np.zeros(self._columns), [1 / constraint.unit for constraint in soft]),
            constraints=constraints,
            bounds=bounds,
            integrality=np.append(self._whole(), np.zeros(len(soft), dtype=np.int64)),
            options={"time_limit": time_limit},
        )
        if found.x is None:
            raise TimeoutError("no form keeps all constraints, and there was no time to find out which to relax")
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
        precision = solution[: self._gain].reshape(self._forms, self._items) @ slope.T + constant
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

    def _box(self, most: float) -> Bounds:
        high = np.full(self._columns, np.inf)
        high[: self._gain] = 1.0
        high[self._gain] = most  # without it HiGHS can't tell an infeasible program from an unbounded one
        return Bounds(np.zeros(self._columns), high)

    def _whole(self) -> NDArray[np.int64]:
        return (np.arange(self._columns) < self._gain).astype(np.int64)

    # --- rows

    def _each_form(self, amounts: Floats, *, gain: Floats | None = None, lowest: Floats | None = None) -> Floats:
        """Rows (F R): for each form amounts (R, J) . x + gain (R,) . y + lowest (R, P) . the lowest precisions."""
        rest = np.zeros((len(amounts), 1 + self._points))
        if gain is not None:
            rest[:, 0] = gain
        if lowest is not None:
            rest[:, 1:] = lowest
        return np.hstack([np.kron(np.eye(self._forms), amounts), np.tile(rest, (self._forms, 1))])

    def _hard(self) -> list[tuple[Floats, Bound, Bound]]:
        """Rows, low, high: no enemies together, no item in two forms; and the lowest precision is what it says."""
        once = np.hstack([np.eye(self._items)] * self._forms + [np.zeros((self._items, 1 + self._points))])
        hard: list[tuple[Floats, Bound, Bound]] = [(self._each_form(self._pairs), -np.inf, 1.0), (once, -np.inf, 1.0)]
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
