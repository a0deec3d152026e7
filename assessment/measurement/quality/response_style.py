"""How people answer, whatever they say: how fast, and where on the page.

Options are shuffled for each person and item, so the shown position of whatever is chosen is uniform, and
independent between items: the reference is known without a model of people.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from assessment.measurement.model import Booleans, Floats, Integers

FASTEST = 3.0  # seconds: nobody reads a situation and four options in less
FASTEST_SHARE = 0.1  # of the item's median
MEDIANS_FROM = 30  # known times, for a median worth having


def item_medians(seconds: ArrayLike) -> Floats:
    """The median time of each item, (J,), of times (N, J) in seconds, NaN where unknown.

    NaN where fewer than 30 times are known: `rapid_share` then goes by 3 seconds alone.
    """
    seconds = np.asarray(seconds, dtype=np.float64)
    medians = np.full(seconds.shape[1], np.nan)
    enough = np.isfinite(seconds).sum(axis=0) >= MEDIANS_FROM
    medians[enough] = np.nanmedian(seconds[:, enough], axis=0)
    return medians


def rapid_share(seconds: ArrayLike, medians: ArrayLike, answered: Booleans) -> Floats:
    """The share of answered items (N, J) answered in less than max(3 s, 10% of the item's median), (N,).

    seconds (N, J) and medians (J,): NaN where unknown. An answer of unknown time counts as one that was not
    rapid; where no time of a person is known the share is NaN.
    """
    limit = np.fmax(FASTEST, FASTEST_SHARE * np.asarray(medians, dtype=np.float64))
    known = np.isfinite(seconds) & answered
    rapid = known & (np.where(known, seconds, np.inf) < limit)
    return np.where(known.any(axis=1), rapid.sum(axis=1) / np.maximum(answered.sum(axis=1), 1), np.nan)


def position_p(shown_most: Integers, shown_least: Integers, options: Integers) -> Floats:
    """How likely counts of positions this uneven are by chance, (N,); NaN where nothing is answered.

    Shown positions (N, J), options (J,) how many each item has. The chi-square of both counts together,
    d' C^+ d, with d the counts of most and of least at each position less those expected and C their
    covariance: the two of one answer are never at the same place. On rank(C) degrees of freedom, 2(K - 1)
    where all items have K > 2 options.
    """
    answered = (shown_most >= 0).astype(np.float64)
    place = np.arange(options.max())
    exists = place < options[:, None]
    expected = exists / options[:, None]
    counts = [(shown[..., None] == place).sum(axis=1) - answered @ expected for shown in (shown_most, shown_least)]
    within = expected[:, :, None] * (np.eye(len(place)) - expected[:, None, :])
    across = -within / (options - 1)[:, None, None]
    item = np.block([[within, across], [across, within]])
    covariance = np.einsum("nj,jpq->npq", answered, item, optimize=True)
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-9 * np.maximum(values[:, -1:], 1.0)
    along = np.einsum("npq,np->nq", vectors, np.concatenate(counts, axis=1))
    statistic = np.where(kept, along**2 / np.where(kept, values, 1.0), 0.0).sum(axis=1)
    return np.asarray(np.where(kept.any(axis=1), chdtrc(np.maximum(kept.sum(axis=1), 1), statistic), np.nan))


def longest_run(shown: Integers) -> Integers:
    """The most answers in a row at the same position, (N,), of positions (N, J); unanswered items are skipped."""
    last, run, longest = (np.zeros(len(shown), dtype=np.int64) for _ in range(3))
    for position in shown.T:
        run = np.where(position < 0, run, np.where(position == last, run, 0) + 1)
        last = np.where(position < 0, last, position)
        longest = np.maximum(longest, run)
    return longest


def longest_run_p(shown: Integers, options: Integers) -> Floats:
    """How likely a run this long is by chance, exactly, (N,); NaN where nothing is answered.

    `staying` holds the probability of having no such run so far and of standing at a position, by the
    length of the run one is in.
    """
    longest = longest_run(shown)
    staying = np.zeros((len(shown), int(options.max()), int(longest.max(initial=1)) + 1))
    too_long = np.arange(staying.shape[2]) >= longest[:, None]
    none = np.ones(len(shown))
    for position, count in zip(shown.T, options, strict=True):
        at = staying.sum(axis=2)
        after = np.zeros_like(staying)
        after[:, :count, 1:] = staying[:, :count, :-1] / count
        after[:, :count, 1] = ((none + at.sum(axis=1))[:, None] - at[:, :count]) / count
        after[np.broadcast_to(too_long[:, None], after.shape)] = 0.0
        answered = position >= 0
        staying = np.where(answered[:, None, None], after, staying)
        none = np.where(answered, 0.0, none)
    return np.where(longest > 0, np.maximum(1.0 - staying.sum(axis=(1, 2)), 0.0), np.nan)
