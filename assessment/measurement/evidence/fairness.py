"""Whether two groups are selected at different rates: the four-fifths ratio, never without its n and its tests."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

FOUR_FIFTHS = 0.8
Z = float(ndtri(0.975))


@dataclass(frozen=True)
class Rate:
    """selected of n, as a fraction with its 95% interval (Wilson 1927)."""

    selected: int
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SelectionComparison:
    """Selection of group a and group b, side by side.

    ratio: the lower rate over the higher (UGESP, 29 CFR 1607.4D), NaN where nobody at all was selected. z, z_p: the
    two-proportion test with pooled variance, two-sided; z is positive where a is selected more; NaN where
    all or none were selected. fisher_p: Fisher's exact test, two-sided. h: Cohen's (1988) effect size
    2 asin sqrt a - 2 asin sqrt b.
    """

    a: Rate
    b: Rate
    ratio: float
    z: float
    z_p: float
    fisher_p: float
    h: float

    @property
    def below_four_fifths(self) -> bool:
        """Whether the ratio is below .8. With no difference at all this befalls 20% of samples of 50 and 20
        at a rate of .5: show n and the tests beside it.
        """
        return self.ratio < FOUR_FIFTHS


def selection_ratio_comparison(selected_a: int, n_a: int, selected_b: int, n_b: int) -> SelectionComparison:
    """Compare the selection of n_a and n_b people. ValueError: an empty group, counts outside 0 to n."""
    from scipy.stats import fisher_exact  # noqa: PLC0415 - a second of loading that a starting server need not wait for

    a, b = _rate(selected_a, n_a), _rate(selected_b, n_b)
    lower, higher = sorted((a.selected * b.n, b.selected * a.n))  # whole numbers: four fifths are then exactly .8
    pooled = (a.selected + b.selected) / (a.n + b.n)
    error = np.sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n))
    z = float((a.value - b.value) / error) if error > 0 else np.nan
    table = np.array([[a.selected, a.n - a.selected], [b.selected, b.n - b.selected]])
    return SelectionComparison(
        a=a,
        b=b,
        ratio=lower / higher if higher > 0 else np.nan,
        z=z,
        z_p=float(2 * ndtr(-abs(z))),
        fisher_p=float(fisher_exact(table)[1]),
        h=float(2 * np.arcsin(np.sqrt(a.value)) - 2 * np.arcsin(np.sqrt(b.value))),
    )


def _rate(selected: int, n: int) -> Rate:
    if not (n >= 1 and 0 <= selected <= n):
        raise ValueError(f"a rate needs a group of at least one and from none to all of them, not {selected} of {n}")
    value = selected / n
    centre = (selected + Z**2 / 2) / (n + Z**2)
    half = Z / (n + Z**2) * np.sqrt(n * value * (1 - value) + Z**2 / 4)
    # 0 and n are met exactly, but for the last bit
    low, high = max(0.0, float(centre - half)), min(1.0, float(centre + half))
    return Rate(selected, n, value, min(low, value), max(high, value))
