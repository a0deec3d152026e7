"""Nonsense must not win: where answering without reading would stand among honest people.

Shrinkage puts noise into the middle, and bands are near the middle.
"""

from dataclasses import dataclass

import numpy as np

from assessment.measurement.fit import LEAN_SD, Profile, closed_form_fit, withheld
from assessment.measurement.model import Floats
from assessment.measurement.scoring import Scores
from assessment.measurement.simulation.reference import ReferencePool


@dataclass(frozen=True)
class Standing:
    """Where nonsense stands for one profile, fractions from 0 to 1.

    random, half_random, straight, mildest, strongest: the mean percentile (midrank) of such people's fit among
    honest people's; .5 is an honest person's. Whoever gets no fit has no place in a list and counts as below everybody.
    random_in_top_quarter: the share of random ones above three quarters of the honest. random_withheld,
    honest_withheld: the share whose fit would not be stated.
    """

    random: float
    half_random: float
    straight: float
    mildest: float
    strongest: float
    random_in_top_quarter: float
    random_withheld: float
    honest_withheld: float


def standing(pool: ReferencePool, profile: Profile, *, lean_sd: float = LEAN_SD) -> Standing:
    """Where the nonsense of `pool` stands for `profile`, by the closed form of the fit."""

    honest = closed_form_fit(pool.honest, profile, lean_sd=lean_sd)
    honest = np.sort(honest[np.isfinite(honest)])

    def percentiles(scores: Scores) -> Floats:
        found = closed_form_fit(scores, profile, lean_sd=lean_sd)
        below = (np.searchsorted(honest, found, "left") + np.searchsorted(honest, found, "right")) / (2 * len(honest))
        return np.where(np.isfinite(found), below, 0.0)

    random = percentiles(pool.random)
    return Standing(
        random=float(random.mean()),
        half_random=float(percentiles(pool.half_random).mean()),
        straight=float(percentiles(pool.straight).mean()),
        mildest=float(percentiles(pool.mildest).mean()),
        strongest=float(percentiles(pool.strongest).mean()),
        random_in_top_quarter=float((random > 0.75).mean()),
        random_withheld=float(withheld(pool.random).mean()),
        honest_withheld=float(withheld(pool.honest).mean()),
    )
