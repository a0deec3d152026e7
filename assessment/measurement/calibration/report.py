"""What a calibration changed, for the person who decides whether the new key is published."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.attributes import check_same
from assessment.measurement.calibration.calibration import Calibration
from assessment.measurement.calibration.item_fit import STRATA, ItemFit, item_fit
from assessment.measurement.model import ChoiceModel, Floats
from assessment.measurement.scoring import CONSISTENCY, MINIMUM_ANSWERS, Consistency


@dataclass(frozen=True, eq=False)
class CalibrationReport:
    """Old and new key side by side, and how the answers fit the new one.

    before, after, errors (J, K): intercepts centred within the item, standard errors of the new ones. surprise (J, K):
    how far an option's popularity is from what the experts expected once their lean is allowed for, which moves all
    options at once. moved (J,): root mean square of after - before over the item's options; average_move: over all
    free items, NaN where there is none. loadings_moved (J, K): the length of the change of a. fit: observed and
    expected choices, and which items misfit.
    """

    before: Floats
    after: Floats
    errors: Floats
    surprise: Floats
    moved: Floats
    average_move: float
    loadings_moved: Floats
    fit: ItemFit


def report(
    before: ChoiceModel,
    most: ArrayLike,
    least: ArrayLike,
    calibration: Calibration,
    *,
    consistency: Consistency = CONSISTENCY,
    minimum_answers: int = MINIMUM_ANSWERS,
    strata: int = STRATA,
) -> CalibrationReport:
    """The report on `calibration`, which made a new key of `before` by these answers (N, J).

    ValueError: keys of different items or attributes, impossible answers.
    """
    after = calibration.model
    check_same(before, after)
    if before.mask.shape != after.mask.shape or (before.mask != after.mask).any():
        raise ValueError("the calibration is of other items than the key before it")
    mask = before.mask
    old, new = before.centred(), after.centred()
    move = new.intercepts - old.intercepts
    free = mask & ~calibration.anchors[:, None]
    return CalibrationReport(
        before=old.intercepts,
        after=new.intercepts,
        errors=calibration.intercept_errors,
        surprise=np.where(free, move + old.loadings @ calibration.lean, 0.0),
        moved=np.sqrt((move**2).sum(axis=1) / mask.sum(axis=1)),
        average_move=float(np.sqrt((move[free] ** 2).mean())) if free.any() else np.nan,
        loadings_moved=np.linalg.norm(new.loadings - old.loadings, axis=2),
        fit=item_fit(
            after,
            most,
            least,
            calibration.prior,
            consistency=consistency,
            minimum_answers=minimum_answers,
            strata=strata,
            fitted=~calibration.anchors,
        ),
    )
