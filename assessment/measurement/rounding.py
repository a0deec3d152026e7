"""Numbers rounded so that a table still adds up."""

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.model import Floats
from assessment.measurement.scoring import STORED_DECIMALS

# How far a total may be from the sum of its parts, in units of the last decimal: it was rounded itself.
SLACK = 0.501


def rounded_parts(parts: ArrayLike, total: ArrayLike, decimals: int = STORED_DECIMALS) -> Floats:
    """parts (..., J, D) rounded so that over J they add up to total (..., D) to the last decimal shown.

    By largest remainders (Hamilton's method): all are rounded down, then those that lost most get a unit back. No
    part moves by a whole unit, and 0 stays 0. `total` is the sum of the parts, rounded to `decimals`.
    ValueError: a total that is not their sum.
    """
    unit = 10.0**decimals
    scaled = unit * np.asarray(parts, dtype=np.float64)
    whole = np.rint(unit * np.asarray(total, dtype=np.float64))
    if not (np.abs(scaled.sum(axis=-2) - whole) <= SLACK).all():
        raise ValueError("the total is not the sum of the parts: give it rounded to as many decimals")
    # A part that differs from a whole unit only by the last bits of its sum is that unit.
    nearest = np.rint(scaled)
    down = np.where(np.abs(scaled - nearest) < 1e-4, nearest, np.floor(scaled))
    lost = np.where(scaled > down, scaled - down, 0.0)
    place = np.argsort(np.argsort(-lost, axis=-2, kind="stable"), axis=-2)
    missing = whole - down.sum(axis=-2)
    return np.asarray((down + (place < missing[..., None, :])) / unit + 0.0)
