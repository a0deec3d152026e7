"""How far the answers of a sitting can be trusted: flags that say "read with caution", and never reject.

A flag is for HR alone. It is a reason to look, at an interview or a retest; honest people are flagged too, by each
flag about one in twenty and by any about one in seven. Answers too likely given at random are another matter:
`fit.withheld`.
Nobody is found out who fakes well: that person's answers hang together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.model import UNANSWERED, Booleans, ChoiceModel, Floats, Integers, checked_answers
from assessment.measurement.quality.person_fit import contradictions, log_bayes_factor, standardised_log_likelihood
from assessment.measurement.quality.response_style import (
    longest_run,
    longest_run_p,
    position_p,
    rapid_share,
)
from assessment.measurement.scoring import CONSISTENCY, MINIMUM_ANSWERS, POPULARITY_ERROR, Prior, Scores, score
from assessment.measurement.simulation import simulate
from assessment.measurement.simulation.simulate import shown_positions

FLAGS = ("rapid", "positions", "run", "misfit", "random", "contradictions")
LEVEL = 0.05  # of honest people, for each flag
RAPID_LIMIT = 0.1  # of the items answered
PEOPLE = 4000  # behind a cut: 5% is then known to .35 points
COUNTS = 4  # of answers at which cuts are simulated, from the fewest that are scored to all

Mirrors = Sequence[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Cuts:
    """Where the flags of one form begin, so that `level` of honest people get each.

    answered (C,): numbers of answers; at each, and by interpolation between them, the cuts (C,): misfit (flagged
    below), random and contradictions (flagged above).
    """

    level: float
    answered: Integers
    misfit: Floats
    random: Floats
    contradictions: Floats


@dataclass(frozen=True, eq=False)
class Quality:
    """What is noticeable about the answers of N people. Columns are `names`.

    values (N, F), NaN where not measured: rapid, the share of answers given too fast to have read; positions, the
    chance of positions this uneven; run, the longest run of most at one position; misfit, l_z*; random, the log
    Bayes factor for clicking at random; contradictions, pairs of mirror items. flags (N, F): read with caution.
    """

    names: tuple[str, ...]
    values: Floats
    flags: Booleans

    def __len__(self) -> int:
        return len(self.flags)


def simulated_cuts(
    model: ChoiceModel,
    prior: Prior,
    rng: np.random.Generator,
    *,
    people: int = PEOPLE,
    level: float = LEVEL,
    popularity_error: ArrayLike = POPULARITY_ERROR,
    mirrors: Mirrors = (),
    consistency: Sequence[float] = CONSISTENCY,
) -> Cuts:
    """The cuts of a form, from `people` honest simulated people, who differ in consistency.

    They answer by keys that differ from `model` by `popularity_error` (`simulate.answers`), and are scored by
    `model`: one number, 0 for a key known exactly, or the calibration's standard errors (J, K). Nominal cuts
    won't do: theta is estimated, people are more and less consistent, and popularity is a guess at first. Then
    `level` holds on average over possible keys; with the true one misfit flags 2 to 9% of honest people
    (in 8 cases of 10, 24 shipped items).
    """
    if not 0 < level < 1:
        raise ValueError(f"the level is a share between 0 and 1, not {level}")
    given = simulate.answers("honest", model, prior, people, rng, popularity_error=popularity_error)
    fewest = min(MINIMUM_ANSWERS, model.items)
    counts = np.unique(np.linspace(fewest, model.items, COUNTS).round().astype(np.int64))
    place = rng.permuted(np.tile(np.arange(model.items), (people, 1)), axis=1)
    cuts = np.empty((3, len(counts)))
    for c, count in enumerate(counts):
        most, least = (np.where(place < count, a, UNANSWERED) for a in (given.most, given.least))
        scores = score(model, most, least, prior, consistency=consistency, minimum_answers=fewest)
        misfit, random = _fit_values(model, scores, most, least)
        cuts[0, c] = np.quantile(misfit, level)
        cuts[1, c] = np.quantile(random, 1 - level)
        cuts[2, c] = np.quantile(contradictions(model, most, least, mirrors), 1 - level, method="higher")
    return Cuts(level, counts, *cuts)


def assess(
    model: ChoiceModel,
    scores: Scores,
    most: ArrayLike,
    least: ArrayLike,
    cuts: Cuts,
    *,
    order: ArrayLike | None = None,
    seconds: ArrayLike | None = None,
    medians: ArrayLike | None = None,
    timed: ArrayLike = True,
    mirrors: Mirrors = (),
) -> Quality:
    """Values and flags of N people, their answers (N, J) and the scores of these answers under `model`.

    order (N, J, K): the option at each shown position, -1 beyond an item's last. seconds (N, J) an item took and
    medians (J,) of earlier sittings (`response_style.item_medians`), NaN where unknown. timed, one or (N,):
    False where an accommodation was granted, and time says nothing. mirrors: pairs of positions of items, as
    they were given to `simulated_cuts`. What is not given is not measured and flags nobody.
    ValueError: answers, scores, orders, times or pairs that do not belong together.
    """
    most, least = checked_answers(model, most, least)
    people, answered = len(most), most >= 0
    if len(scores) != people:
        raise ValueError(f"scores of {len(scores)} people but answers of {people}")
    found: dict[str, tuple[Floats | Integers, Booleans]] = {}
    if seconds is not None:
        times = _shaped("seconds", seconds, most.shape)
        typical = np.full(model.items, np.nan) if medians is None else _shaped("medians", medians, (model.items,))
        rapid = np.where(np.asarray(timed, dtype=np.bool_), rapid_share(times, typical, answered), np.nan)
        found["rapid"] = rapid, rapid > RAPID_LIMIT
    if order is not None:
        shown = checked_order(model, order, people)
        options = model.mask.sum(axis=1)
        shown_most, shown_least = shown_positions(shown, most), shown_positions(shown, least)
        uneven = position_p(shown_most, shown_least, options)
        found["positions"] = uneven, uneven <= cuts.level
        found["run"] = longest_run(shown_most), longest_run_p(shown_most, options) <= cuts.level
    count = answered.sum(axis=1)
    misfit, random = _fit_values(model, scores, most, least)
    found["misfit"] = misfit, misfit < np.interp(count, cuts.answered, cuts.misfit)
    found["random"] = random, random > np.interp(count, cuts.answered, cuts.random)
    if len(mirrors):
        pairs = contradictions(model, most, least, mirrors)
        # Up to the next whole number: a cut of 1.8 would flag everybody with 2.
        found["contradictions"] = pairs, pairs > np.ceil(np.interp(count, cuts.answered, cuts.contradictions))
    values = np.full((people, len(FLAGS)), np.nan)
    flags = np.zeros((people, len(FLAGS)), dtype=np.bool_)
    for column, name in enumerate(FLAGS):
        if name in found:
            values[:, column], flags[:, column] = found[name]
    return Quality(FLAGS, values, flags)


@dataclass(frozen=True, eq=False)
class Power:
    """The share flagged of simulated people of each kind (C), by each flag (F) and by any of them.

    The first row, of honest people, holds false alarms; the others what the flags find. Printed, a table.
    """

    kinds: tuple[str, ...]
    names: tuple[str, ...]
    flagged: Floats  # (C, F)
    any: Floats  # (C,)

    def __str__(self) -> str:
        rows = [("", *self.names, "any")]
        for kind, each, some in zip(self.kinds, self.flagged, self.any, strict=True):
            rows.append((kind, *(f"{share:.1%}" for share in (*each, some))))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows)


def power(
    model: ChoiceModel,
    prior: Prior,
    levels: ArrayLike,
    desirability: ArrayLike,
    cuts: Cuts,
    rng: np.random.Generator,
    *,
    people: int = 1000,
    popularity_error: ArrayLike = POPULARITY_ERROR,
    mirrors: Mirrors = (),
    consistency: Sequence[float] = CONSISTENCY,
) -> Power:
    """What the flags of a form do, from `people` simulated people of each of `simulate.KINDS`.

    levels (J, K, D) and desirability (J, K) as the experts gave them. Times are left out: there is no model of
    them, and simulated ones would only give back what was put in. So are contradictions without mirrors.
    """
    kept = [name for name in FLAGS if name != "rapid" and (mirrors or name != "contradictions")]
    columns = [FLAGS.index(name) for name in kept]
    flagged = []
    for kind in simulate.KINDS:
        given = simulate.answers(
            kind,
            model,
            prior,
            people,
            rng,
            levels=levels,
            desirability=desirability,
            popularity_error=popularity_error,
        )
        scores = score(model, given.most, given.least, prior, consistency=consistency, minimum_answers=1)
        found = assess(model, scores, given.most, given.least, cuts, order=given.order, mirrors=mirrors)
        flagged.append(found.flags[:, columns])
    return Power(
        kinds=simulate.KINDS,
        names=tuple(kept),
        flagged=np.array([flags.mean(axis=0) for flags in flagged]),
        any=np.array([flags.any(axis=1).mean() for flags in flagged]),
    )


def checked_order(model: ChoiceModel, order: ArrayLike, people: int) -> Integers:
    """Shown orders (N, J, K) of options; ValueError unless each has all options of its item and then -1."""
    order = np.asarray(order)
    if order.shape != (people, *model.mask.shape) or not np.issubdtype(order.dtype, np.integer):
        raise ValueError(f"orders must be whole numbers {(people, *model.mask.shape)}, not {order.dtype} {order.shape}")
    whole = np.where(model.mask, np.arange(model.mask.shape[1]), UNANSWERED)
    in_front = (order >= 0) == (np.arange(order.shape[2]) < model.mask.sum(axis=1)[:, None])
    if not (in_front.all() and (np.sort(order, axis=2) == np.sort(whole, axis=1)).all()):
        raise ValueError("an order must name each option of its item once, and then only -1")
    return np.asarray(order, dtype=np.int64)


def _fit_values(model: ChoiceModel, scores: Scores, most: Integers, least: Integers) -> tuple[Floats, Floats]:
    return standardised_log_likelihood(model, scores.mean, most, least), log_bayes_factor(scores.p_random)


def _shaped(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"{name} must be {shape}, not {array.shape}")
    return array
