"""Studies by simulation behind the choices the model makes: each returns the rows of a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.fit import Profile, better, fit_of, lean_sd, withheld
from assessment.measurement.model import ChoiceModel, Floats
from assessment.measurement.quality import quality
from assessment.measurement.scoring import (
    CONSISTENCY,
    CONSISTENCY_SPREAD,
    POPULARITY_ERROR,
    RANDOM,
    RANDOM_SHARE,
    Consistency,
    Prior,
    key_error,
    score,
)
from assessment.measurement.simulation import simulate
from assessment.measurement.simulation.accuracy import accuracy
from assessment.measurement.simulation.nonsense import standing
from assessment.measurement.simulation.reference import ReferencePool, reference_pool

PILOT = 300  # people of the pilot that the piloted rows imagine
PILOT_ERROR = 0.15  # of a popularity after it
BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class AccuracyRow:
    """A form read with a role. Correlations, errors (theta) and coverage of 95% intervals are means over attributes."""

    role: str
    piloted: bool
    correlation: float
    error: float
    covered_own: float
    covered: float
    fit_correlation: float
    fit_covered: float
    random: float
    half_random: float
    straight: float
    mildest: float
    strongest: float
    random_in_top_quarter: float
    random_withheld: float
    honest_withheld: float


@dataclass(frozen=True)
class GridRow:
    """What a grid of consistencies does. Correlations and coverage are means over the attributes."""

    grid: str
    people_vary: float  # sd of ln rho between honest people
    piloted: bool
    correlation: float
    covered: float
    fit_correlation: float
    honest_withheld: float
    random_withheld: float
    random_stands: float
    random_in_top_quarter: float


@dataclass(frozen=True)
class PairRow:
    """Pairs of people said to be ordered right with a probability between `low` and `high`, and how many were."""

    low: float
    high: float
    pairs: int
    said: float
    true: float


@dataclass(frozen=True)
class FlagsRow:
    """The share of simulated people of one kind whom each quality flag finds, and whom any finds.

    Of honest people these are false alarms. NaN: contradictions on a form without mirrors.
    """

    people: str
    positions: float
    run: float
    misfit: float
    random: float
    contradictions: float
    any: float


def spread_grid(points: ArrayLike, spread: float, random_share: float = RANDOM_SHARE) -> Mapping[float, float]:
    """Consistencies with log-normal weights around 1, and random answering with its share (0: left out)."""
    rho = np.asarray(points, dtype=np.float64)
    weights = np.exp(-(np.log(rho) ** 2) / (2 * spread**2))
    grid = dict(zip(rho.tolist(), ((1 - random_share) * weights / weights.sum()).tolist(), strict=True))
    return {RANDOM: random_share, **grid} if random_share else grid


GRIDS: dict[str, Consistency] = {
    "1 only": (1.0,),
    "random, 1": spread_grid([1.0], CONSISTENCY_SPREAD),
    "the one in use": CONSISTENCY,
    "no random": spread_grid([0.3, 0.6, 1.0, 1.5], CONSISTENCY_SPREAD, 0.0),
    "random .01": spread_grid([0.3, 0.6, 1.0, 1.5], CONSISTENCY_SPREAD, 0.01),
    "random .03": spread_grid([0.3, 0.6, 1.0, 1.5], CONSISTENCY_SPREAD, 0.03),
    "random .10": spread_grid([0.3, 0.6, 1.0, 1.5], CONSISTENCY_SPREAD, 0.10),
    "spread .20": spread_grid([0.3, 0.6, 1.0, 1.5], 0.20),
    "spread .60": spread_grid([0.3, 0.6, 1.0, 1.5], 0.60),
    "twice as fine": spread_grid([0.2, 0.3, 0.42, 0.6, 0.77, 1.0, 1.22, 1.5, 1.9], CONSISTENCY_SPREAD),
}


def accuracies(
    model: ChoiceModel, levels: ArrayLike, prior: Prior, profiles: Mapping[str, Profile], seed: int, *, people: int
) -> Iterator[AccuracyRow]:
    """A form read with each profile, before a pilot and after one."""
    for piloted in (False, True):
        pool, off = _pool(model, levels, prior, seed, people, piloted)
        for role, profile in profiles.items():
            exact, stands = accuracy(pool, profile, lean_sd=off), standing(pool, profile, lean_sd=off)
            yield AccuracyRow(
                role=role,
                piloted=piloted,
                correlation=float(exact.correlation.mean()),
                error=float(exact.error.mean()),
                covered_own=float(exact.covered_own.mean()),
                covered=float(exact.covered.mean()),
                fit_correlation=exact.fit_correlation,
                fit_covered=exact.fit_covered,
                random=stands.random,
                half_random=stands.half_random,
                straight=stands.straight,
                mildest=stands.mildest,
                strongest=stands.strongest,
                random_in_top_quarter=stands.random_in_top_quarter,
                random_withheld=stands.random_withheld,
                honest_withheld=stands.honest_withheld,
            )


def _pool(
    model: ChoiceModel,
    levels: ArrayLike,
    prior: Prior,
    seed: int,
    people: int,
    piloted: bool,
    *,
    consistency: Consistency = CONSISTENCY,
    consistency_sd: float = simulate.CONSISTENCY_SD,
) -> tuple[ReferencePool, float]:
    """Simulated people of a form, and the sd of the key's lean.

    A pilot is imagined to find popularities that differ from the experts' guesses by what nobody knew of them.
    """
    rng = np.random.default_rng(seed)
    key = simulate.true_model(model, rng, popularity_error=POPULARITY_ERROR, lean_sd=0.0) if piloted else model
    off = lean_sd(PILOT if piloted else 0)
    pool = reference_pool(
        key,
        levels,
        prior,
        rng,
        count=people,
        consistency=consistency,
        popularity_error=PILOT_ERROR if piloted else POPULARITY_ERROR,
        lean_sd=off,
        consistency_sd=consistency_sd,
    )
    return pool, off


def consistency_grids(
    model: ChoiceModel, levels: ArrayLike, prior: Prior, profile: Profile, seed: int, *, people: int
) -> Iterator[GridRow]:
    """Every grid on the same people, before a pilot and after one, where consistency varies little and much."""
    for piloted in (False, True):
        for vary in (0.0, 0.3, 0.6):
            for name, grid in GRIDS.items():
                pool, off = _pool(model, levels, prior, seed, people, piloted, consistency=grid, consistency_sd=vary)
                exact, stands = accuracy(pool, profile, lean_sd=off), standing(pool, profile, lean_sd=off)
                yield GridRow(
                    grid=name,
                    people_vary=vary,
                    piloted=piloted,
                    correlation=float(exact.correlation.mean()),
                    covered=float(exact.covered.mean()),
                    fit_correlation=exact.fit_correlation,
                    honest_withheld=stands.honest_withheld,
                    random_withheld=stands.random_withheld,
                    random_stands=stands.random,
                    random_in_top_quarter=stands.random_in_top_quarter,
                )


def pairs(model: ChoiceModel, prior: Prior, profile: Profile, seed: int, *, keys: int) -> Iterator[PairRow]:
    """Whether P(A fits better than B) means what it says where 30 people share one lean, on each of `keys` truths."""
    rng = np.random.default_rng(seed)
    said: list[Floats] = []
    was: list[Floats] = []
    for _ in range(keys):
        truth = simulate.true_model(model, rng, popularity_error=POPULARITY_ERROR, lean_sd=lean_sd(0))
        theta, rho = simulate.people(30, prior, rng)
        answers = truth.simulate(theta, rng, rho)
        scores = key_error(score(model, *answers, prior), model, *answers, prior)
        kept = np.flatnonzero(~withheld(scores))
        true = fit_of(theta, profile)
        for one, other in zip(kept[::2], kept[1::2], strict=False):
            said.append(better(scores, profile, int(one), np.array([other])))
            was.append(np.array([(np.sign(true[one] - true[other]) + 1) / 2]))
    chance, right = np.concatenate(said), np.concatenate(was)
    sure, right = np.maximum(chance, 1 - chance), np.where(chance >= 0.5, right, 1 - right)
    for low, high in pairwise(BINS):
        these = (sure >= low) & ((sure < high) | (high == 1.0))
        if these.any():
            yield PairRow(low, high, int(these.sum()), float(sure[these].mean()), float(right[these].mean()))


def quality_flags(
    model: ChoiceModel,
    levels: ArrayLike,
    desirability: ArrayLike,
    prior: Prior,
    seed: int,
    *,
    people: int,
    level: float = quality.LEVEL,
    mirrors: quality.Mirrors = (),
    popularity_error: ArrayLike = POPULARITY_ERROR,
) -> Iterator[FlagsRow]:
    """What the quality flags of a form find of `people` simulated people of each kind, and how often for nothing.

    Times are left out, as in `quality.power`: there is no model of them.
    """
    cuts = quality.simulated_cuts(
        model, prior, np.random.default_rng(seed), level=level, popularity_error=popularity_error, mirrors=mirrors
    )
    found = quality.power(
        model,
        prior,
        levels,
        desirability,
        cuts,
        np.random.default_rng(seed + 1),
        people=people,
        popularity_error=popularity_error,
        mirrors=mirrors,
    )
    for kind, flagged, some in zip(found.kinds, found.flagged, found.any, strict=True):
        share = {"contradictions": np.nan, **dict(zip(found.names, flagged.tolist(), strict=True))}
        yield FlagsRow(people=kind, **share, any=float(some))
